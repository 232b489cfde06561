package bench;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Scheduler;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.util.Timeout;
import scala.Function1;
import scala.reflect.ClassTag;
import scala.util.Try;

/**
 * A system of typed actors. It is made with the classic interface, since with that a thread can
 * spawn typed actors itself; else it would have to ask a guardian for each.
 */
final class Actors implements AutoCloseable {
  /** Pekko has no ask without a timeout. */
  static final Duration FOREVER = Duration.ofDays(1);

  private final ActorSystem system;
  private final Scheduler scheduler;

  Actors(int workers) {
    final Config config =
        ConfigFactory.parseString("bench.workers = " + workers)
            .withFallback(ConfigFactory.defaultApplication());
    system = ActorSystem.create("bench", ConfigFactory.load(config));
    scheduler = Adapter.toTyped(system).scheduler();
  }

  <M> ActorRef<M> spawn(Behavior<M> behavior) {
    return Adapter.spawnAnonymous(system, behavior);
  }

  /** Waits for the answer; for the thread of main. */
  <M, A> A ask(ActorRef<M> actor, Duration timeout, Function<ActorRef<A>, M> question) {
    return AskPattern.ask(actor, question, timeout, scheduler).toCompletableFuture().join();
  }

  /**
   * Asks from an actor, which is sent the answer as a message of its own. It is the ask of the
   * Scala interface: that of the Java interface hands each answer to the JVM's common pool first,
   * to threads that are not the system's.
   */
  static <M, Q, A> void ask(
      ActorContext<M> context,
      ActorRef<Q> actor,
      Duration timeout,
      Class<A> answer,
      Function1<ActorRef<A>, Q> question,
      Function1<A, M> toMessage) {
    context
        .asScala()
        .ask(
            actor,
            question,
            (Try<A> result) -> toMessage.apply(result.get()),
            Timeout.create(timeout),
            ClassTag.apply(answer));
  }

  @Override
  public void close() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
