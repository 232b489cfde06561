package bench;

import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A token goes round a ring of 100 actors. */
final class ThreadRing {
  static final int ACTORS = 100;

  private sealed interface Message {}

  private record Token(long left) implements Message {}

  private record Close(ActorRef<Message> next) implements Message {}

  private static final class Link {
    private final int index;
    private ActorRef<Message> next;
    private final CompletableFuture<Integer> last;

    Link(int index, ActorRef<Message> next, CompletableFuture<Integer> last) {
      this.index = index;
      this.next = next;
      this.last = last;
    }

    Behavior<Message> onMessage(Message message) {
      if (message instanceof Token token) {
        if (token.left() == 0) {
          last.complete(index);
        } else {
          next.tell(new Token(token.left() - 1));
        }
      } else if (message instanceof Close close) {
        next = close.next();
      }
      return Behaviors.same();
    }
  }

  static Outcome run(Run run) {
    final var last = new CompletableFuture<Integer>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<Message> end =
          actors.spawn(Behaviors.receiveMessage(new Link(ACTORS - 1, null, last)::onMessage));
      ActorRef<Message> first = end;
      for (int index = ACTORS - 2; index >= 0; index--) {
        first = actors.spawn(Behaviors.receiveMessage(new Link(index, first, last)::onMessage));
      }
      end.tell(new Close(first));

      final long began = System.nanoTime();
      first.tell(new Token(run.size()));
      final int index = last.join();
      return Outcome.time(System.nanoTime() - began, index);
    }
  }

  private ThreadRing() {}
}
