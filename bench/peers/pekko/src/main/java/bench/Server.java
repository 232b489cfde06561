package bench;

import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Answers with a number, which counts up. */
final class Server {
  record Next(ActorRef<Long> replyTo) {}

  private long number = 0;

  private Server() {}

  static Behavior<Next> behavior() {
    return Behaviors.receiveMessage(new Server()::onNext);
  }

  private Behavior<Next> onNext(Next next) {
    next.replyTo().tell(++number);
    return Behaviors.same();
  }
}
