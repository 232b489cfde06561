package bench;

import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Adds up what is reported to it; the sum is there when all reports have come. */
final class Collector {
  record Report(long count) {}

  private long left;
  private long sum = 0;
  private final CompletableFuture<Long> promise;

  private Collector(long reports, CompletableFuture<Long> sum) {
    left = reports;
    promise = sum;
  }

  static Behavior<Report> of(long reports, CompletableFuture<Long> sum) {
    return Behaviors.receiveMessage(new Collector(reports, sum)::onReport);
  }

  private Behavior<Report> onReport(Report report) {
    sum += report.count();
    if (--left == 0) {
      promise.complete(sum);
    }
    return Behaviors.same();
  }
}
