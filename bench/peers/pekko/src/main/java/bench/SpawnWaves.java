package bench;

import bench.Once.Go;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** An actor spawns others that handle one message and end, a thousand at a time. */
final class SpawnWaves {
  private static final long WAVE = 1000;

  private enum Start {
    INSTANCE
  }

  private static final class Parent {
    private final ActorContext<Start> context;
    private final Behavior<Go> child;
    private long left;
    private long living = 0;
    private final CompletableFuture<Void> over;

    private Parent(
        ActorContext<Start> context,
        Behavior<Go> child,
        long actors,
        CompletableFuture<Void> over) {
      this.context = context;
      this.child = child;
      left = actors;
      this.over = over;
    }

    static Behavior<Start> of(Behavior<Go> child, long actors, CompletableFuture<Void> over) {
      return Behaviors.setup(
          context -> {
            final var parent = new Parent(context, child, actors, over);
            return Behaviors.receive(Start.class)
                .onAnyMessage(start -> parent.spawnWave())
                .onSignal(Terminated.class, terminated -> parent.onTerminated())
                .build();
          });
    }

    private Behavior<Start> spawnWave() {
      living = Math.min(left, WAVE);
      left -= living;
      for (long i = 0; i < living; i++) {
        final ActorRef<Go> once = context.spawnAnonymous(child);
        context.watch(once);
        once.tell(Go.INSTANCE);
      }
      return Behaviors.same();
    }

    private Behavior<Start> onTerminated() {
      if (--living > 0) {
        return Behaviors.same();
      }
      if (left > 0) {
        return spawnWave();
      }
      over.complete(null);
      return Behaviors.same();
    }
  }

  static Outcome run(Run run) {
    final var handled = new AtomicLong();
    final var over = new CompletableFuture<Void>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<Start> parent =
          actors.spawn(Parent.of(Once.counting(handled), run.size(), over));

      final long began = System.nanoTime();
      parent.tell(Start.INSTANCE);
      over.join();
      return Outcome.time(System.nanoTime() - began, handled.get());
    }
  }

  private SpawnWaves() {}
}
