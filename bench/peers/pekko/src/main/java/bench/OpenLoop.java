package bench;

import bench.Collector.Report;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A thread sends to eight actors by the clock, whether they keep up or not. */
final class OpenLoop {
  private static final int RECEIVERS = 8;
  private static final long INTERVAL = 10_000;
  private static final long WORK = 1_000;

  private sealed interface Message {}

  private record Job(long due) implements Message {}

  private record Times(ActorRef<long[]> replyTo) implements Message {}

  private static Behavior<Message> receiver(long jobs, ActorRef<Report> collector) {
    final var recorder = new Recorder(jobs);
    return Behaviors.receiveMessage(
        message -> {
          if (message instanceof Job job) {
            Work.burnUntil(System.nanoTime() + WORK);
            recorder.add(System.nanoTime() - job.due());
            if (recorder.count() == jobs) {
              collector.tell(new Report(recorder.count()));
            }
          } else if (message instanceof Times ask) {
            ask.replyTo().tell(recorder.times());
          }
          return Behaviors.same();
        });
  }

  static Outcome run(Run run) {
    final var handled = new CompletableFuture<Long>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<Report> collector =
          actors.spawn(Collector.of(Math.min(run.size(), RECEIVERS), handled));
      final List<ActorRef<Message>> receivers = new ArrayList<>();
      for (int i = 0; i < RECEIVERS; i++) {
        receivers.add(
            actors.spawn(receiver(Work.share(run.size(), RECEIVERS, i), collector)));
      }

      long due = System.nanoTime();
      for (long i = 0; i < run.size(); i++, due += INTERVAL) {
        sleepUntil(due);
        receivers.get((int) (i % RECEIVERS)).tell(new Job(due));
      }
      final long sum = handled.join();

      final long[] times =
          receivers.stream()
              .map(receiver -> actors.ask(receiver, Actors.FOREVER, Times::new))
              .flatMapToLong(Arrays::stream)
              .toArray();
      return Outcome.latencies(times, sum);
    }
  }

  private static void sleepUntil(long due) {
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private OpenLoop() {}
}
