package bench;

import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Fibonacci numbers, an actor for each call. */
final class Fibonacci {
  private static Behavior<Long> node(long n, ActorRef<Long> parent) {
    return Behaviors.setup(
        context -> {
          if (n <= 2) {
            return Node.answer(parent, 1);
          }
          context.spawnAnonymous(node(n - 1, context.getSelf()));
          context.spawnAnonymous(node(n - 2, context.getSelf()));
          return Node.of(2, parent);
        });
  }

  private sealed interface Message {}

  private enum Start implements Message {
    INSTANCE
  }

  private record Answer(long number) implements Message {}

  /** Has the answer when the root has answered and ended: all others end before it. */
  private static final class Asker {
    private final ActorContext<Message> context;
    private final long n;
    private final CompletableFuture<Long> promise;
    private long number = 0;
    private int missing = 2;

    private Asker(ActorContext<Message> context, long n, CompletableFuture<Long> number) {
      this.context = context;
      this.n = n;
      promise = number;
    }

    static Behavior<Message> of(long n, CompletableFuture<Long> number) {
      return Behaviors.setup(
          context -> {
            final var asker = new Asker(context, n, number);
            return Behaviors.receive(Message.class)
                .onMessage(Start.class, start -> asker.onStart())
                .onMessage(Answer.class, asker::onAnswer)
                .onSignal(Terminated.class, terminated -> asker.finishWhenOver())
                .build();
          });
    }

    private Behavior<Message> onStart() {
      final ActorRef<Long> parent = context.messageAdapter(Long.class, Answer::new);
      context.watch(context.spawnAnonymous(node(n, parent)));
      return Behaviors.same();
    }

    private Behavior<Message> onAnswer(Answer answer) {
      number = answer.number();
      return finishWhenOver();
    }

    private Behavior<Message> finishWhenOver() {
      if (--missing == 0) {
        promise.complete(number);
      }
      return Behaviors.same();
    }
  }

  static Outcome run(Run run) {
    final var number = new CompletableFuture<Long>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<Message> asker = actors.spawn(Asker.of(run.size(), number));

      final long began = System.nanoTime();
      asker.tell(Start.INSTANCE);
      final long value = number.join();
      return Outcome.time(System.nanoTime() - began, value);
    }
  }

  private Fibonacci() {}
}
