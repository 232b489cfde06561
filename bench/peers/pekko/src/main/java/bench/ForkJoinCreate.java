package bench;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A thread spawns actors that handle one message and end. */
final class ForkJoinCreate {
  private enum Job {
    INSTANCE
  }

  static Outcome run(Run run) {
    final var handled = new AtomicLong();
    final var over = new CompletableFuture<Long>();
    final Behavior<Job> ended =
        Behaviors.stopped(
            () -> {
              final long count = handled.incrementAndGet();
              if (count == run.size()) {
                over.complete(count);
              }
            });
    final Behavior<Job> once =
        Behaviors.receiveMessage(job -> Work.sineSquared() > 0 ? ended : Behaviors.stopped());

    try (var actors = new Actors(run.workers())) {
      final long began = System.nanoTime();
      for (long i = 0; i < run.size(); i++) {
        actors.spawn(once).tell(Job.INSTANCE);
      }
      final long count = over.join();
      return Outcome.time(System.nanoTime() - began, count);
    }
  }

  private ForkJoinCreate() {}
}
