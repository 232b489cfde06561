package bench;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Producers and consumers, and a manager that holds the items between them. */
final class BoundedBuffer {
  static final int PRODUCERS = 40;
  private static final int CONSUMERS = 40;
  private static final int BUFFER = 50;
  private static final int FULL = BUFFER - PRODUCERS; // each producer may have one more under way

  /** What an item costs, to make and to use. */
  private static double process(double item) {
    final var draws = new Draws(1);
    double value = item;
    for (int i = 0; i < 100; i++) {
      value += Math.log(draws.next() / 65536.0 + 0.01);
    }
    return value;
  }

  private sealed interface ManagerMessage {}

  private enum Start implements ManagerMessage {
    INSTANCE
  }

  private record Data(int producer, double item) implements ManagerMessage {}

  private enum ProducerDone implements ManagerMessage {
    INSTANCE
  }

  private record Available(int consumer) implements ManagerMessage {}

  private record Consumed(long items) implements ManagerMessage {}

  private enum Produce {
    INSTANCE
  }

  private static final class Producer {
    private final int index;
    private long left;
    private double item = 0;
    private final ActorRef<ManagerMessage> manager;

    Producer(int index, long items, ActorRef<ManagerMessage> manager) {
      this.index = index;
      left = items;
      this.manager = manager;
    }

    Behavior<Produce> onProduce(Produce produce) {
      if (left == 0) {
        manager.tell(ProducerDone.INSTANCE);
      } else {
        left--;
        item = process(item);
        manager.tell(new Data(index, item));
      }
      return Behaviors.same();
    }
  }

  private sealed interface ConsumerMessage {}

  private record Item(double item) implements ConsumerMessage {}

  private enum Finish implements ConsumerMessage {
    INSTANCE
  }

  private static final class Consumer {
    private final int index;
    private long items = 0;
    private double value = 0;
    private final ActorRef<ManagerMessage> manager;

    Consumer(int index, ActorRef<ManagerMessage> manager) {
      this.index = index;
      this.manager = manager;
    }

    Behavior<ConsumerMessage> onMessage(ConsumerMessage message) {
      if (message instanceof Item m) {
        value = process(value + m.item());
        items++;
        manager.tell(new Available(index));
      } else {
        // A value that is not finite would be a wrong result; and so the values are used.
        manager.tell(new Consumed(Double.isFinite(value) ? items : 0));
      }
      return Behaviors.same();
    }
  }

  private static final class Manager {
    private final List<ActorRef<Produce>> producers = new ArrayList<>();
    private final List<ActorRef<ConsumerMessage>> consumers = new ArrayList<>();
    private final ArrayDeque<Double> buffer = new ArrayDeque<>();
    private final ArrayDeque<Integer> parkedProducers = new ArrayDeque<>();
    private final ArrayDeque<Integer> idleConsumers = new ArrayDeque<>();
    private int producersDone = 0;
    private int reports = 0;
    private long consumed = 0;
    private final CompletableFuture<Long> promise;

    Manager(ActorContext<ManagerMessage> context, long items, CompletableFuture<Long> consumed) {
      promise = consumed;
      for (int i = 0; i < PRODUCERS; i++) {
        final var producer = new Producer(i, items, context.getSelf());
        producers.add(context.spawnAnonymous(Behaviors.receiveMessage(producer::onProduce)));
      }
      for (int i = 0; i < CONSUMERS; i++) {
        final var consumer = new Consumer(i, context.getSelf());
        consumers.add(context.spawnAnonymous(Behaviors.receiveMessage(consumer::onMessage)));
        idleConsumers.add(i);
      }
    }

    Behavior<ManagerMessage> onMessage(ManagerMessage message) {
      if (message instanceof Data data) {
        onData(data);
      } else if (message instanceof Available available) {
        onAvailable(available.consumer());
      } else if (message instanceof Start) {
        producers.forEach(producer -> producer.tell(Produce.INSTANCE));
      } else if (message instanceof ProducerDone) {
        producersDone++;
        finishWhenDone();
      } else if (message instanceof Consumed m) {
        consumed += m.items();
        if (++reports == CONSUMERS) {
          promise.complete(consumed);
        }
      }
      return Behaviors.same();
    }

    private void onData(Data data) {
      if (idleConsumers.isEmpty()) {
        buffer.add(data.item());
      } else {
        consumers.get(idleConsumers.poll()).tell(new Item(data.item()));
      }
      if (buffer.size() >= FULL) {
        parkedProducers.add(data.producer());
      } else {
        producers.get(data.producer()).tell(Produce.INSTANCE);
      }
    }

    private void onAvailable(int consumer) {
      if (buffer.isEmpty()) {
        idleConsumers.add(consumer);
        finishWhenDone();
        return;
      }
      consumers.get(consumer).tell(new Item(buffer.poll()));
      if (!parkedProducers.isEmpty()) {
        producers.get(parkedProducers.poll()).tell(Produce.INSTANCE);
      }
    }

    private void finishWhenDone() {
      if (producersDone == PRODUCERS && idleConsumers.size() == CONSUMERS) {
        consumers.forEach(consumer -> consumer.tell(Finish.INSTANCE));
      }
    }
  }

  static Outcome run(Run run) {
    final var consumed = new CompletableFuture<Long>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<ManagerMessage> manager =
          actors.spawn(
              Behaviors.setup(
                  context ->
                      Behaviors.receiveMessage(
                          new Manager(context, run.size(), consumed)::onMessage)));

      final long began = System.nanoTime();
      manager.tell(Start.INSTANCE);
      final long items = consumed.join();
      return Outcome.time(System.nanoTime() - began, items);
    }
  }

  private BoundedBuffer() {}
}
