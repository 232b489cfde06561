package bench;

import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A child fails on its message, and its supervision puts a new one in its place. */
final class Restart {
  private enum Fail {
    INSTANCE
  }

  private enum ParentMessage {
    START,
    CHILD_FAILED
  }

  private static Behavior<Fail> child(ActorRef<ParentMessage> parent) {
    return Behaviors.receive(Fail.class)
        .onAnyMessage(
            fail -> {
              throw new IllegalStateException("as told");
            })
        .onSignal(
            PreRestart.class,
            signal -> {
              parent.tell(ParentMessage.CHILD_FAILED);
              return Behaviors.same();
            })
        .build();
  }

  private static final class Parent {
    private final ActorRef<Fail> child;
    private final long wanted;
    private long failures = 0;
    private final CompletableFuture<Long> promise;

    Parent(ActorContext<ParentMessage> context, long wanted, CompletableFuture<Long> failures) {
      this.wanted = wanted;
      promise = failures;
      final ActorRef<ParentMessage> self = context.getSelf();
      child =
          context.spawnAnonymous(
              Behaviors.supervise(Behaviors.<Fail>setup(newChild -> child(self)))
                  .onFailure(
                      IllegalStateException.class,
                      SupervisorStrategy.restart().withLoggingEnabled(false)));
    }

    Behavior<ParentMessage> onMessage(ParentMessage message) {
      if (message == ParentMessage.CHILD_FAILED) {
        failures++;
      }
      if (failures < wanted) {
        child.tell(Fail.INSTANCE);
      } else {
        promise.complete(failures);
      }
      return Behaviors.same();
    }
  }

  static Outcome run(Run run) {
    final var failed = new CompletableFuture<Long>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<ParentMessage> parent =
          actors.spawn(
              Behaviors.setup(
                  context ->
                      Behaviors.receiveMessage(
                          new Parent(context, run.size(), failed)::onMessage)));

      final long began = System.nanoTime();
      parent.tell(ParentMessage.START);
      final long failures = failed.join();
      return Outcome.time(System.nanoTime() - began, failures);
    }
  }

  private Restart() {}
}
