package bench;

import bench.Collector.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** What an idle actor costs in memory. */
final class Idle {
  private record Ask(ActorRef<Report> asker) {}

  private static final class Idler {
    private final long number;
    private long answers = 0;

    Idler(long number) {
      this.number = number;
    }

    Behavior<Ask> onAsk(Ask ask) {
      answers++;
      ask.asker().tell(new Report(answers));
      return Behaviors.same();
    }
  }

  /** The resident set, after garbage was collected. */
  private static long residentBytes() throws IOException {
    System.gc();
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      final String resident =
          lines.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow();
      return Long.parseLong(resident.replaceAll("\\D", "")) * 1024;
    }
  }

  static Outcome run(Run run) throws IOException {
    final var answers = new CompletableFuture<Long>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<Report> collector = actors.spawn(Collector.of(run.size(), answers));
      final var ask = new Ask(collector);

      final long before = residentBytes();
      for (long i = 0; i < run.size(); i++) {
        actors.spawn(Behaviors.receiveMessage(new Idler(i)::onAsk)).tell(ask);
      }
      final long sum = answers.join();
      return Outcome.bytes((double) (residentBytes() - before) / run.size(), sum);
    }
  }

  private Idle() {}
}
