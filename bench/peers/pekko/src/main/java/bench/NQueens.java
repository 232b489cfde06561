package bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** All ways to place N queens on a board: a master hands out boards to twenty workers. */
final class NQueens {
  static final int ROWS_TO_SPLIT = 4;
  private static final int WORKERS = 20;

  private sealed interface MasterMessage {}

  /** Queens in the first rows, none of which attacks another: their columns. */
  private record Work(int[] columns) implements MasterMessage {}

  private enum Solution implements MasterMessage {
    INSTANCE
  }

  private enum Done implements MasterMessage {
    INSTANCE
  }

  private static boolean allows(int[] columns, int rows, int column) {
    for (int row = 0; row < rows; row++) {
      final int distance = rows - row;
      final int other = columns[row];
      if (other == column || other + distance == column || column + distance == other) {
        return false;
      }
    }
    return true;
  }

  /** Calls {@code found} for each solution that begins with these rows. */
  private static void search(int[] columns, int rows, Runnable found) {
    if (rows == columns.length) {
      found.run();
      return;
    }
    for (int column = 0; column < columns.length; column++) {
      if (allows(columns, rows, column)) {
        columns[rows] = column;
        search(columns, rows + 1, found);
      }
    }
  }

  static long solutionsWithoutActors(long size) {
    final long[] solutions = {0};
    search(new int[(int) size], 0, () -> solutions[0]++);
    return solutions[0];
  }

  private record Worker(int size, ActorRef<MasterMessage> master) {
    Behavior<Work> onWork(Work work) {
      final int rows = work.columns().length;
      final int[] columns = Arrays.copyOf(work.columns(), size);
      if (rows < ROWS_TO_SPLIT) {
        for (int column = 0; column < size; column++) {
          if (allows(columns, rows, column)) {
            columns[rows] = column;
            master.tell(new Work(Arrays.copyOf(columns, rows + 1)));
          }
        }
      } else {
        search(columns, rows, () -> master.tell(Solution.INSTANCE));
      }
      master.tell(Done.INSTANCE);
      return Behaviors.same();
    }
  }

  private static final class Master {
    private final List<ActorRef<Work>> workers = new ArrayList<>();
    private int next = 0;
    private long open = 0;
    private long solutions = 0;
    private final CompletableFuture<Long> promise;

    Master(ActorContext<MasterMessage> context, int size, CompletableFuture<Long> solutions) {
      promise = solutions;
      final var worker = new Worker(size, context.getSelf());
      for (int i = 0; i < WORKERS; i++) {
        workers.add(context.spawnAnonymous(Behaviors.receiveMessage(worker::onWork)));
      }
    }

    Behavior<MasterMessage> onMessage(MasterMessage message) {
      if (message instanceof Solution) {
        solutions++;
      } else if (message instanceof Work work) {
        open++;
        workers.get(next).tell(work);
        next = (next + 1) % WORKERS;
      } else if (--open == 0) {
        promise.complete(solutions);
      }
      return Behaviors.same();
    }
  }

  static Outcome run(Run run) {
    final var solutions = new CompletableFuture<Long>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<MasterMessage> master =
          actors.spawn(
              Behaviors.setup(
                  context ->
                      Behaviors.receiveMessage(
                          new Master(context, (int) run.size(), solutions)::onMessage)));

      final long began = System.nanoTime();
      master.tell(new Work(new int[0]));
      final long found = solutions.join();
      return Outcome.time(System.nanoTime() - began, found);
    }
  }

  private NQueens() {}
}
