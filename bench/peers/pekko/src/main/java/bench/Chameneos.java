package bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A hundred chameneos meet in a mall, two at a time, and change colour. */
final class Chameneos {
  private static final int CHAMENEOS = 100;

  private enum Colour {
    BLUE,
    RED,
    YELLOW;

    private static final Colour[] ALL = values();

    /** The same colour when both are the same, else the third. */
    Colour complement(Colour other) {
      return this == other ? this : ALL[3 - ordinal() - other.ordinal()];
    }
  }

  private sealed interface MallMessage {}

  private sealed interface ChameneoMessage {}

  private record Meet(ActorRef<ChameneoMessage> who, Colour colour)
      implements MallMessage, ChameneoMessage {}

  private record Meetings(long count) implements MallMessage {}

  private record Change(Colour colour) implements ChameneoMessage {}

  private enum Start implements ChameneoMessage {
    INSTANCE
  }

  private enum Exit implements ChameneoMessage {
    INSTANCE
  }

  private static final class Mall {
    private long left;
    private ActorRef<ChameneoMessage> waiting = null;
    private int reports = 0;
    private long sum = 0;
    private final CompletableFuture<Long> promise;

    Mall(long meetings, CompletableFuture<Long> sum) {
      left = meetings;
      promise = sum;
    }

    Behavior<MallMessage> onMessage(MallMessage message) {
      if (message instanceof Meet meet) {
        onMeet(meet);
      } else if (message instanceof Meetings meetings) {
        sum += meetings.count();
        if (++reports == CHAMENEOS) {
          promise.complete(sum);
        }
      }
      return Behaviors.same();
    }

    private void onMeet(Meet meet) {
      if (left == 0) {
        meet.who().tell(Exit.INSTANCE);
      } else if (waiting != null) {
        left--;
        waiting.tell(meet);
        waiting = null;
      } else {
        waiting = meet.who();
      }
    }
  }

  private static final class Chameneo {
    private final ActorContext<ChameneoMessage> context;
    private Colour colour;
    private long meetings = 0;
    private final ActorRef<MallMessage> mall;

    Chameneo(ActorContext<ChameneoMessage> context, Colour colour, ActorRef<MallMessage> mall) {
      this.context = context;
      this.colour = colour;
      this.mall = mall;
    }

    Behavior<ChameneoMessage> onMessage(ChameneoMessage message) {
      if (message instanceof Meet meet) {
        meetings++;
        colour = colour.complement(meet.colour());
        meet.who().tell(new Change(colour));
        goToMall();
      } else if (message instanceof Change change) {
        meetings++;
        colour = change.colour();
        goToMall();
      } else if (message instanceof Start) {
        goToMall();
      } else if (message instanceof Exit) {
        mall.tell(new Meetings(meetings));
      }
      return Behaviors.same();
    }

    private void goToMall() {
      mall.tell(new Meet(context.getSelf(), colour));
    }
  }

  static Outcome run(Run run) {
    final var sum = new CompletableFuture<Long>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<MallMessage> mall =
          actors.spawn(Behaviors.receiveMessage(new Mall(run.size(), sum)::onMessage));
      final List<ActorRef<ChameneoMessage>> chameneos = new ArrayList<>();
      for (int i = 0; i < CHAMENEOS; i++) {
        final Colour colour = Colour.ALL[i % 3];
        chameneos.add(
            actors.spawn(
                Behaviors.setup(
                    context ->
                        Behaviors.receiveMessage(
                            new Chameneo(context, colour, mall)::onMessage))));
      }

      final long began = System.nanoTime();
      chameneos.forEach(chameneo -> chameneo.tell(Start.INSTANCE));
      final long meetings = sum.join();
      return Outcome.time(System.nanoTime() - began, meetings);
    }
  }

  private Chameneos() {}
}
