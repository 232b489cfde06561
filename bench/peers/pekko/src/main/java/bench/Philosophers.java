package bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Twenty philosophers ask one arbitrator for their forks. */
final class Philosophers {
  static final int PHILOSOPHERS = 20;

  private sealed interface ArbitratorMessage {}

  private enum Start implements ArbitratorMessage {
    INSTANCE
  }

  private record Hungry(int philosopher) implements ArbitratorMessage {}

  private record Done(int philosopher) implements ArbitratorMessage {}

  private record Full(long meals, long retries) implements ArbitratorMessage {}

  private enum PhilosopherMessage {
    START,
    EAT,
    DENIED
  }

  private static final class Philosopher {
    private final Hungry hungry;
    private final Done done;
    private final long wanted;
    private long meals = 0;
    private long retries = 0;
    private final ActorRef<ArbitratorMessage> arbitrator;

    Philosopher(int index, long meals, ActorRef<ArbitratorMessage> arbitrator) {
      hungry = new Hungry(index);
      done = new Done(index);
      wanted = meals;
      this.arbitrator = arbitrator;
    }

    Behavior<PhilosopherMessage> onMessage(PhilosopherMessage message) {
      switch (message) {
        case START -> arbitrator.tell(hungry);
        case DENIED -> {
          retries++;
          arbitrator.tell(hungry);
        }
        case EAT -> {
          meals++;
          arbitrator.tell(done);
          arbitrator.tell(meals < wanted ? hungry : new Full(meals, retries));
        }
      }
      return Behaviors.same();
    }
  }

  private static final class Arbitrator {
    private final List<ActorRef<PhilosopherMessage>> philosophers = new ArrayList<>();
    private final boolean[] taken = new boolean[PHILOSOPHERS];
    private int full = 0;
    private long meals = 0;
    private long retries = 0;
    private final CompletableFuture<Full> promise;

    Arbitrator(
        ActorContext<ArbitratorMessage> context, long meals, CompletableFuture<Full> promise) {
      this.promise = promise;
      for (int i = 0; i < PHILOSOPHERS; i++) {
        final var philosopher = new Philosopher(i, meals, context.getSelf());
        philosophers.add(
            context.spawnAnonymous(Behaviors.receiveMessage(philosopher::onMessage)));
      }
    }

    Behavior<ArbitratorMessage> onMessage(ArbitratorMessage message) {
      if (message instanceof Hungry hungry) {
        onHungry(hungry.philosopher());
      } else if (message instanceof Done done) {
        take(done.philosopher(), false);
      } else if (message instanceof Full report) {
        meals += report.meals();
        retries += report.retries();
        if (++full == PHILOSOPHERS) {
          promise.complete(new Full(meals, retries));
        }
      } else {
        philosophers.forEach(philosopher -> philosopher.tell(PhilosopherMessage.START));
      }
      return Behaviors.same();
    }

    private void onHungry(int philosopher) {
      if (taken[philosopher] || taken[(philosopher + 1) % PHILOSOPHERS]) {
        philosophers.get(philosopher).tell(PhilosopherMessage.DENIED);
      } else {
        take(philosopher, true);
        philosophers.get(philosopher).tell(PhilosopherMessage.EAT);
      }
    }

    private void take(int philosopher, boolean taken) {
      this.taken[philosopher] = taken;
      this.taken[(philosopher + 1) % PHILOSOPHERS] = taken;
    }
  }

  static Outcome run(Run run) {
    final var all = new CompletableFuture<Full>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<ArbitratorMessage> arbitrator =
          actors.spawn(
              Behaviors.setup(
                  context ->
                      Behaviors.receiveMessage(
                          new Arbitrator(context, run.size(), all)::onMessage)));

      final long began = System.nanoTime();
      arbitrator.tell(Start.INSTANCE);
      final Full sum = all.join();
      return Outcome.time(System.nanoTime() - began, sum.meals()).with("retries", sum.retries());
    }
  }

  private Philosophers() {}
}
