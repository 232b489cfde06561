package bench;

import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Two actors that pass a message to and fro. */
final class PingPong {
  private sealed interface Message {}

  private record Play(ActorRef<Message> peer) implements Message {}

  private record Ball(long left) implements Message {}

  private record Handled(ActorRef<Long> replyTo) implements Message {}

  private static final class Player {
    private final CompletableFuture<Void> over;
    private ActorRef<Message> peer;
    private long handled = 0;

    Player(CompletableFuture<Void> over) {
      this.over = over;
    }

    Behavior<Message> onMessage(Message message) {
      if (message instanceof Ball ball) {
        handled++;
        if (ball.left() > 1) {
          peer.tell(new Ball(ball.left() - 1));
        } else {
          over.complete(null);
        }
      } else if (message instanceof Play play) {
        peer = play.peer();
      } else if (message instanceof Handled ask) {
        ask.replyTo().tell(handled);
      }
      return Behaviors.same();
    }
  }

  static Outcome run(Run run) {
    final var over = new CompletableFuture<Void>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<Message> ping =
          actors.spawn(Behaviors.receiveMessage(new Player(over)::onMessage));
      final ActorRef<Message> pong =
          actors.spawn(Behaviors.receiveMessage(new Player(over)::onMessage));
      ping.tell(new Play(pong));
      pong.tell(new Play(ping));

      final long began = System.nanoTime();
      ping.tell(new Ball(run.size()));
      over.join();
      final long elapsed = System.nanoTime() - began;

      final long handled =
          actors.ask(ping, Actors.FOREVER, Handled::new)
              + actors.ask(pong, Actors.FOREVER, Handled::new);
      return Outcome.time(elapsed, handled);
    }
  }

  private PingPong() {}
}
