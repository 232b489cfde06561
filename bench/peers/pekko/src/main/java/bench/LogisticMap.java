package bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;

/** Ten series x' = r x (1 - x), each by a worker that asks its computer for every term. */
final class LogisticMap {
  static final int SERIES = 10;

  private static double rate(int series) {
    return 3.46 + 0.0025 * series;
  }

  private static double firstTerm(int series) {
    return 0.0025 * series;
  }

  private static double nextTerm(double r, double x) {
    return r * x * (1 - x);
  }

  private record Compute(double term, ActorRef<Double> replyTo) {}

  private static Behavior<Compute> computer(double rate) {
    return Behaviors.receiveMessage(
        m -> {
          m.replyTo().tell(nextTerm(rate, m.term()));
          return Behaviors.same();
        });
  }

  private sealed interface WorkerMessage {}

  private enum NextTerm implements WorkerMessage {
    INSTANCE
  }

  private enum ReportTerm implements WorkerMessage {
    INSTANCE
  }

  private record Computed(double term) implements WorkerMessage {}

  private static final class Worker {
    private final ActorContext<WorkerMessage> context;
    private final StashBuffer<WorkerMessage> stash;
    private final int series;
    private double term;
    private final ActorRef<Compute> computer;
    private final ActorRef<MasterMessage> master;
    private final Behavior<WorkerMessage> ready = Behaviors.receiveMessage(this::onReady);
    private final Behavior<WorkerMessage> awaiting = Behaviors.receiveMessage(this::onAwaiting);

    private Worker(
        ActorContext<WorkerMessage> context,
        StashBuffer<WorkerMessage> stash,
        int series,
        ActorRef<Compute> computer,
        ActorRef<MasterMessage> master) {
      this.context = context;
      this.stash = stash;
      this.series = series;
      term = firstTerm(series);
      this.computer = computer;
      this.master = master;
    }

    static Behavior<WorkerMessage> of(
        int series, long terms, ActorRef<Compute> computer, ActorRef<MasterMessage> master) {
      return Behaviors.withStash(
          (int) terms + 1,
          stash ->
              Behaviors.setup(
                  context -> new Worker(context, stash, series, computer, master).ready));
    }

    private Behavior<WorkerMessage> onReady(WorkerMessage message) {
      if (message instanceof ReportTerm) {
        master.tell(new LastTerm(series, term));
        return Behaviors.same();
      }
      Actors.ask(
          context,
          computer,
          Actors.FOREVER,
          Double.class,
          replyTo -> new Compute(term, replyTo),
          Computed::new);
      return awaiting;
    }

    private Behavior<WorkerMessage> onAwaiting(WorkerMessage message) {
      if (message instanceof Computed computed) {
        term = computed.term();
        return stash.unstash(ready, 1, stashed -> stashed);
      }
      stash.stash(message);
      return Behaviors.same();
    }
  }

  private sealed interface MasterMessage {}

  private enum Start implements MasterMessage {
    INSTANCE
  }

  private record LastTerm(int series, double term) implements MasterMessage {}

  private static final class Master {
    private final long terms;
    private final List<ActorRef<WorkerMessage>> workers = new ArrayList<>();
    private final double[] last = new double[SERIES];
    private int reports = 0;
    private final CompletableFuture<String> promise;

    Master(ActorContext<MasterMessage> context, long terms, CompletableFuture<String> sum) {
      this.terms = terms;
      promise = sum;
      for (int i = 0; i < SERIES; i++) {
        final ActorRef<Compute> computer = context.spawnAnonymous(computer(rate(i)));
        workers.add(context.spawnAnonymous(Worker.of(i, terms, computer, context.getSelf())));
      }
    }

    Behavior<MasterMessage> onMessage(MasterMessage message) {
      if (message instanceof LastTerm report) {
        last[report.series()] = report.term();
        if (++reports == SERIES) {
          promise.complete(sum(last));
        }
      } else {
        for (long i = 0; i < terms; i++) {
          workers.forEach(worker -> worker.tell(NextTerm.INSTANCE));
        }
        workers.forEach(worker -> worker.tell(ReportTerm.INSTANCE));
      }
      return Behaviors.same();
    }
  }

  private static String sum(double[] terms) {
    double sum = 0;
    for (final double term : terms) {
      sum += term;
    }
    return String.format(Locale.ROOT, "%.12f", sum);
  }

  static String sumWithoutActors(long terms) {
    final double[] last = new double[SERIES];
    for (int i = 0; i < SERIES; i++) {
      last[i] = firstTerm(i);
      for (long term = 0; term < terms; term++) {
        last[i] = nextTerm(rate(i), last[i]);
      }
    }
    return sum(last);
  }

  static Outcome run(Run run) {
    final var sum = new CompletableFuture<String>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<MasterMessage> master =
          actors.spawn(
              Behaviors.setup(
                  context ->
                      Behaviors.receiveMessage(
                          new Master(context, run.size(), sum)::onMessage)));

      final long began = System.nanoTime();
      master.tell(Start.INSTANCE);
      final String value = sum.join();
      return Outcome.time(System.nanoTime() - began, value);
    }
  }

  private LogisticMap() {}
}
