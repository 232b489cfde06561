package bench;

import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A tree of actors, ten below each, whose leaves answer their numbers and others the sum. */
final class Skynet {
  private static final int CHILDREN = 10;

  private static Behavior<Long> node(long firstLeaf, long leaves, ActorRef<Long> parent) {
    return Behaviors.setup(
        context -> {
          if (leaves == 1) {
            return Node.answer(parent, firstLeaf);
          }
          final long each = leaves / CHILDREN;
          for (int i = 0; i < CHILDREN; i++) {
            context.spawnAnonymous(node(firstLeaf + i * each, each, context.getSelf()));
          }
          return Node.of(CHILDREN, parent);
        });
  }

  static Outcome run(Run run) {
    final var sum = new CompletableFuture<Long>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<Long> asker =
          actors.spawn(
              Behaviors.receiveMessage(
                  answer -> {
                    sum.complete(answer);
                    return Behaviors.same();
                  }));

      final long began = System.nanoTime();
      actors.spawn(node(0, run.size(), asker));
      final long value = sum.join();
      return Outcome.time(System.nanoTime() - began, value);
    }
  }

  private Skynet() {}
}
