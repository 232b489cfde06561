package bench;

import bench.Collector.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Each of 120 actors pings random others, one after the other. */
final class Big {
  static final int ACTORS = 120;

  private sealed interface Message {}

  private record Ping(int from) implements Message {}

  private record Pong(int from) implements Message {}

  private record Join(List<ActorRef<Message>> group) implements Message {}

  private enum Start implements Message {
    INSTANCE
  }

  private static final class Member {
    private final int index;
    private int pinged = 0;
    private long left;
    private long right = 0;
    private final Draws draws;
    private final ActorRef<Report> collector;
    private List<ActorRef<Message>> group;

    Member(int index, long pings, ActorRef<Report> collector) {
      this.index = index;
      left = pings;
      draws = new Draws(index);
      this.collector = collector;
    }

    Behavior<Message> onMessage(Message message) {
      if (message instanceof Ping ping) {
        group.get(ping.from()).tell(new Pong(index));
      } else if (message instanceof Pong pong) {
        onPong(pong);
      } else if (message instanceof Join join) {
        group = join.group();
      } else {
        ping();
      }
      return Behaviors.same();
    }

    private void onPong(Pong pong) {
      if (pong.from() == pinged) {
        right++;
      }
      if (left > 0) {
        ping();
      } else {
        collector.tell(new Report(right));
      }
    }

    private void ping() {
      left--;
      pinged = draws.below(ACTORS);
      group.get(pinged).tell(new Ping(index));
    }
  }

  static Outcome run(Run run) {
    final var right = new CompletableFuture<Long>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<Report> collector = actors.spawn(Collector.of(ACTORS, right));
      final List<ActorRef<Message>> members = new ArrayList<>();
      for (int i = 0; i < ACTORS; i++) {
        final var member = new Member(i, run.size(), collector);
        members.add(actors.spawn(Behaviors.receiveMessage(member::onMessage)));
      }
      final var group = List.copyOf(members);
      group.forEach(member -> member.tell(new Join(group)));

      final long began = System.nanoTime();
      group.forEach(member -> member.tell(Start.INSTANCE));
      final long sum = right.join();
      return Outcome.time(System.nanoTime() - began, sum);
    }
  }

  private Big() {}
}
