package bench;

import bench.Collector.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** An actor, or a thread, sends to 60 actors, round-robin. */
final class ForkJoin {
  private static final int RECEIVERS = 60;
  private static final long AT_A_TIME = 1024;

  private enum Job {
    INSTANCE
  }

  private static final class Receiver {
    private final long jobs;
    private long handled = 0;
    private final ActorRef<Report> collector;

    Receiver(long jobs, ActorRef<Report> collector) {
      this.jobs = jobs;
      this.collector = collector;
    }

    Behavior<Job> onJob(Job job) {
      handled++;
      if (handled == jobs) {
        collector.tell(new Report(handled));
      }
      return Behaviors.same();
    }
  }

  private record Produce(long messages) {}

  private static final class Producer {
    private final ActorContext<Produce> context;
    private final List<ActorRef<Job>> receivers;
    private int next = 0;

    Producer(ActorContext<Produce> context, List<ActorRef<Job>> receivers) {
      this.context = context;
      this.receivers = receivers;
    }

    Behavior<Produce> onProduce(Produce produce) {
      final long now = Math.min(produce.messages(), AT_A_TIME);
      for (long i = 0; i < now; i++) {
        receivers.get(next).tell(Job.INSTANCE);
        if (++next == receivers.size()) {
          next = 0;
        }
      }
      if (produce.messages() > now) {
        context.getSelf().tell(new Produce(produce.messages() - now));
      }
      return Behaviors.same();
    }
  }

  /** Receivers for so many jobs, handed out round-robin. */
  private static List<ActorRef<Job>> spawnReceivers(
      Actors actors, long jobs, CompletableFuture<Long> handled) {
    final ActorRef<Report> collector =
        actors.spawn(Collector.of(Math.min(jobs, RECEIVERS), handled));
    final List<ActorRef<Job>> receivers = new ArrayList<>();
    for (int i = 0; i < RECEIVERS; i++) {
      final var receiver = new Receiver(Work.share(jobs, RECEIVERS, i), collector);
      receivers.add(actors.spawn(Behaviors.receiveMessage(receiver::onJob)));
    }
    return receivers;
  }

  static Outcome run(Run run) {
    final var handled = new CompletableFuture<Long>();
    try (var actors = new Actors(run.workers())) {
      final var receivers = spawnReceivers(actors, run.size(), handled);
      final ActorRef<Produce> producer =
          actors.spawn(
              Behaviors.setup(
                  context ->
                      Behaviors.receiveMessage(new Producer(context, receivers)::onProduce)));

      final long began = System.nanoTime();
      producer.tell(new Produce(run.size()));
      final long sum = handled.join();
      return Outcome.time(System.nanoTime() - began, sum);
    }
  }

  static Outcome runThread(Run run) {
    final var handled = new CompletableFuture<Long>();
    try (var actors = new Actors(run.workers())) {
      final var receivers = spawnReceivers(actors, run.size(), handled);

      final long began = System.nanoTime();
      for (long i = 0; i < run.size(); i++) {
        receivers.get((int) (i % RECEIVERS)).tell(Job.INSTANCE);
      }
      final long sum = handled.join();
      return Outcome.time(System.nanoTime() - began, sum);
    }
  }

  private ForkJoin() {}
}
