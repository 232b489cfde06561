package bench;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Handles one message and ends. */
final class Once {
  enum Go {
    INSTANCE
  }

  static Behavior<Go> counting(AtomicLong handled) {
    return Behaviors.receiveMessage(
        go -> {
          handled.incrementAndGet();
          return Behaviors.stopped();
        });
  }

  private Once() {}
}
