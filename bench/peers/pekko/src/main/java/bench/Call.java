package bench;

import bench.Server.Next;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** An actor asks another for numbers, one after the other. */
final class Call {
  static final Duration TIMEOUT = Duration.ofSeconds(5);

  private sealed interface Message {}

  private record CallAgainAndAgain(long calls, ActorRef<Long> replyTo) implements Message {}

  private record Answer(long number) implements Message {}

  private static final class Client {
    private final ActorContext<Message> context;
    private final ActorRef<Next> server;
    private final Duration timeout;
    private long left;
    private long sum = 0;
    private ActorRef<Long> replyTo;

    Client(ActorContext<Message> context, ActorRef<Next> server, Duration timeout) {
      this.context = context;
      this.server = server;
      this.timeout = timeout;
    }

    Behavior<Message> onMessage(Message message) {
      if (message instanceof Answer answer) {
        sum += answer.number();
        left--;
      } else if (message instanceof CallAgainAndAgain m) {
        left = m.calls();
        replyTo = m.replyTo();
      }
      if (left > 0) {
        Actors.ask(context, server, timeout, Long.class, Next::new, Answer::new);
      } else {
        replyTo.tell(sum);
      }
      return Behaviors.same();
    }
  }

  static Outcome run(Run run) {
    return run(run, Actors.FOREVER);
  }

  static Outcome runTimeout(Run run) {
    return run(run, TIMEOUT);
  }

  private static Outcome run(Run run, Duration timeout) {
    try (var actors = new Actors(run.workers())) {
      final ActorRef<Next> server = actors.spawn(Server.behavior());
      final ActorRef<Message> client =
          actors.spawn(
              Behaviors.setup(
                  context ->
                      Behaviors.receiveMessage(
                          new Client(context, server, timeout)::onMessage)));

      final long began = System.nanoTime();
      final Long sum =
          actors.ask(
              client, Actors.FOREVER, replyTo -> new CallAgainAndAgain(run.size(), replyTo));
      return Outcome.time(System.nanoTime() - began, sum);
    }
  }

  private Call() {}
}
