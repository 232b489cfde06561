package bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Values pass through sixty sorting actors, one for each bit. */
final class RadixSort {
  static final int BITS = 60;
  private static final int SEED = 2048;

  private enum Start {
    INSTANCE
  }

  private record Value(long value) {}

  private static Behavior<Start> source(long values, ActorRef<Value> next) {
    return Behaviors.receiveMessage(
        start -> {
          final var draws = new Draws(SEED);
          for (long i = 0; i < values; i++) {
            next.tell(new Value(draws.next()));
          }
          return Behaviors.same();
        });
  }

  private static final class Sorter {
    private final int bit;
    private long left;
    private final List<Value> kept = new ArrayList<>();
    private final ActorRef<Value> next;

    Sorter(int bit, long values, ActorRef<Value> next) {
      this.bit = bit;
      left = values;
      this.next = next;
    }

    Behavior<Value> onValue(Value m) {
      if ((m.value() >> bit & 1) == 1) {
        kept.add(m);
      } else {
        next.tell(m);
      }
      if (--left == 0) {
        kept.forEach(next::tell);
      }
      return Behaviors.same();
    }
  }

  private static final class Validator {
    private long left;
    private long last = 0;
    private long sum = 0;
    private boolean sorted = true;
    private final CompletableFuture<Long> promise;

    Validator(long values, CompletableFuture<Long> sum) {
      left = values;
      promise = sum;
    }

    Behavior<Value> onValue(Value m) {
      if (m.value() < last) {
        sorted = false;
      }
      last = m.value();
      sum += m.value();
      if (--left == 0) {
        if (sorted) {
          promise.complete(sum);
        } else {
          promise.completeExceptionally(new IllegalStateException("not in order"));
        }
      }
      return Behaviors.same();
    }
  }

  static long sumWithoutActors(long values) {
    final var draws = new Draws(SEED);
    long sum = 0;
    for (long i = 0; i < values; i++) {
      sum += draws.next();
    }
    return sum;
  }

  static Outcome run(Run run) {
    final var sum = new CompletableFuture<Long>();
    try (var actors = new Actors(run.workers())) {
      ActorRef<Value> next =
          actors.spawn(Behaviors.receiveMessage(new Validator(run.size(), sum)::onValue));
      for (int bit = BITS - 1; bit >= 0; bit--) {
        next = actors.spawn(Behaviors.receiveMessage(new Sorter(bit, run.size(), next)::onValue));
      }
      final ActorRef<Start> source = actors.spawn(source(run.size(), next));

      final long began = System.nanoTime();
      source.tell(Start.INSTANCE);
      final long value = sum.join();
      return Outcome.time(System.nanoTime() - began, value);
    }
  }

  private RadixSort() {}
}
