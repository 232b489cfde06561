package bench;

import bench.Collector.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Eight actors, or a thread, send to one actor. */
final class FanIn {
  private static final int PRODUCERS = 8;
  private static final long AT_A_TIME = 1024;

  private record Produce(long messages) {}

  private static Behavior<Produce> producer(ActorRef<Report> collector) {
    return Behaviors.receive(
        (context, produce) -> {
          final long now = Math.min(produce.messages(), AT_A_TIME);
          for (long i = 0; i < now; i++) {
            collector.tell(new Report(1));
          }
          if (produce.messages() > now) {
            context.getSelf().tell(new Produce(produce.messages() - now));
          }
          return Behaviors.same();
        });
  }

  static Outcome run(Run run) {
    final var sum = new CompletableFuture<Long>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<Report> collector = actors.spawn(Collector.of(run.size(), sum));
      final List<ActorRef<Produce>> producers = new ArrayList<>();
      for (int i = 0; i < PRODUCERS; i++) {
        producers.add(actors.spawn(producer(collector)));
      }

      final long began = System.nanoTime();
      for (int i = 0; i < PRODUCERS; i++) {
        producers.get(i).tell(new Produce(Work.share(run.size(), PRODUCERS, i)));
      }
      final long value = sum.join();
      return Outcome.time(System.nanoTime() - began, value);
    }
  }

  static Outcome runThread(Run run) {
    final var sum = new CompletableFuture<Long>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<Report> collector = actors.spawn(Collector.of(run.size(), sum));

      final long began = System.nanoTime();
      for (long i = 0; i < run.size(); i++) {
        collector.tell(new Report(1));
      }
      final long value = sum.join();
      return Outcome.time(System.nanoTime() - began, value);
    }
  }

  private FanIn() {}
}
