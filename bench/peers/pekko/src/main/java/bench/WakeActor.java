package bench;

import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** How long a message from a busy actor takes to an idle one. */
final class WakeActor {
  private static final long BUSY = 20_000;

  private record Tick(long sent) {}

  private record Rounds(long left) {}

  private static Behavior<Tick> idle(long ticks, CompletableFuture<long[]> times) {
    final var recorder = new Recorder(ticks);
    return Behaviors.receiveMessage(
        tick -> {
          recorder.add(System.nanoTime() - tick.sent());
          if (recorder.count() == ticks) {
            times.complete(recorder.times());
          }
          return Behaviors.same();
        });
  }

  private static Behavior<Rounds> busy(ActorRef<Tick> idle) {
    return Behaviors.receive(
        (context, rounds) -> {
          final long began = System.nanoTime();
          idle.tell(new Tick(began));
          Work.burnUntil(began + BUSY);
          if (rounds.left() > 1) {
            context.getSelf().tell(new Rounds(rounds.left() - 1));
          }
          return Behaviors.same();
        });
  }

  static Outcome run(Run run) {
    final var times = new CompletableFuture<long[]>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<Tick> idle = actors.spawn(idle(run.size(), times));
      final ActorRef<Rounds> busy = actors.spawn(busy(idle));
      busy.tell(new Rounds(run.size()));
      final long[] recorded = times.join();
      return Outcome.latencies(recorded, recorded.length);
    }
  }

  private WakeActor() {}
}
