package bench;

import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A producer sends a counter many increments in one handler, then asks for the value. */
final class Counting {
  private sealed interface CounterMessage {}

  private enum Increment implements CounterMessage {
    INSTANCE
  }

  private record Value(ActorRef<Long> replyTo) implements CounterMessage {}

  private static final class Counter {
    private long value = 0;

    Behavior<CounterMessage> onMessage(CounterMessage message) {
      if (message instanceof Value ask) {
        ask.replyTo().tell(value);
      } else {
        value++;
      }
      return Behaviors.same();
    }
  }

  private sealed interface ProducerMessage {}

  private record Produce(long messages, ActorRef<Long> replyTo) implements ProducerMessage {}

  private record Counted(Long value, ActorRef<Long> replyTo) implements ProducerMessage {}

  private record Producer(ActorContext<ProducerMessage> context, ActorRef<CounterMessage> counter) {
    Behavior<ProducerMessage> onMessage(ProducerMessage message) {
      if (message instanceof Produce produce) {
        for (long i = 0; i < produce.messages(); i++) {
          counter.tell(Increment.INSTANCE);
        }
        Actors.ask(
            context,
            counter,
            Actors.FOREVER,
            Long.class,
            Value::new,
            value -> new Counted(value, produce.replyTo()));
      } else if (message instanceof Counted counted) {
        counted.replyTo().tell(counted.value());
      }
      return Behaviors.same();
    }
  }

  static Outcome run(Run run) {
    try (var actors = new Actors(run.workers())) {
      final ActorRef<CounterMessage> counter =
          actors.spawn(Behaviors.receiveMessage(new Counter()::onMessage));
      final ActorRef<ProducerMessage> producer =
          actors.spawn(
              Behaviors.setup(
                  context ->
                      Behaviors.receiveMessage(new Producer(context, counter)::onMessage)));

      final long began = System.nanoTime();
      final Long value =
          actors.ask(producer, Actors.FOREVER, replyTo -> new Produce(run.size(), replyTo));
      return Outcome.time(System.nanoTime() - began, value);
    }
  }

  private Counting() {}
}
