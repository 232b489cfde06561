package bench;

import bench.Collector.Report;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Shortest paths between all pairs of nodes, an actor for each block of the matrix. */
final class Apsp {
  static final int BLOCK = 50;

  private sealed interface Message {}

  /** The block at a row and column, before a phase; once sent, it does not change. */
  private record Share(int phase, int row, int column, int[][] block) implements Message {}

  /** The neighbours are those of the row and column. */
  private record Start(List<ActorRef<Message>> neighbours) implements Message {}

  /** What has come for a phase: of the blocks, those that the node's row and column are in. */
  private static final class Arrived {
    int blocks = 0;
    int[][] ofRow = null;
    int[][] ofColumn = null;
  }

  private static final class Solver {
    private final int row;
    private final int column;
    private final int nodes;
    private int phase = 0;
    private int[][] block;
    private final ActorRef<Report> collector;
    private List<ActorRef<Message>> neighbours;
    /** A neighbour is at most one phase ahead. */
    private final Arrived[] arrived = {new Arrived(), new Arrived()};

    Solver(int row, int column, int nodes, int[][] block, ActorRef<Report> collector) {
      this.row = row;
      this.column = column;
      this.nodes = nodes;
      this.block = block;
      this.collector = collector;
    }

    Behavior<Message> onMessage(Message message) {
      if (message instanceof Share share) {
        onShare(share);
      } else if (message instanceof Start start) {
        neighbours = start.neighbours();
        share();
        advance();
      }
      return Behaviors.same();
    }

    private void onShare(Share share) {
      final Arrived now = arrived[share.phase() % 2];
      final int pivot = share.phase() / BLOCK;
      now.blocks++;
      if (share.row() == row && share.column() == pivot) {
        now.ofRow = share.block();
      }
      if (share.column() == column && share.row() == pivot) {
        now.ofColumn = share.block();
      }
      if (neighbours != null) { // a block may come before they are known
        advance();
      }
    }

    private void share() {
      final var share = new Share(phase, row, column, block);
      neighbours.forEach(neighbour -> neighbour.tell(share));
    }

    private void advance() {
      while (phase < nodes && arrived[phase % 2].blocks == neighbours.size()) {
        update(arrived[phase % 2]);
        arrived[phase % 2] = new Arrived();
        phase++;
        if (phase < nodes) {
          share();
        } else {
          collector.tell(new Report(sum(block)));
        }
      }
    }

    private void update(Arrived now) {
      final int pivot = phase / BLOCK;
      final int k = phase % BLOCK;
      final int[][] toNode = column == pivot ? block : now.ofRow;
      final int[] fromNode = (row == pivot ? block : now.ofColumn)[k];
      final int[][] next = new int[BLOCK][BLOCK];
      for (int i = 0; i < BLOCK; i++) {
        for (int j = 0; j < BLOCK; j++) {
          next[i][j] = Math.min(block[i][j], toNode[i][k] + fromNode[j]);
        }
      }
      block = next;
    }
  }

  private static long sum(int[][] distances) {
    long sum = 0;
    for (final int[] row : distances) {
      for (final int distance : row) {
        sum += distance;
      }
    }
    return sum;
  }

  private static int[][] drawWeights(int nodes) {
    final var draws = new Draws(nodes);
    final int[][] weights = new int[nodes][nodes];
    for (int i = 0; i < nodes; i++) {
      for (int j = i + 1; j < nodes; j++) {
        weights[i][j] = 1 + draws.below(100);
        weights[j][i] = weights[i][j];
      }
    }
    return weights;
  }

  private static int[][] blockOf(int[][] weights, int row, int column) {
    final int[][] block = new int[BLOCK][];
    for (int i = 0; i < BLOCK; i++) {
      block[i] =
          Arrays.copyOfRange(weights[row * BLOCK + i], column * BLOCK, (column + 1) * BLOCK);
    }
    return block;
  }

  private static List<ActorRef<Message>> neighboursOf(
      List<List<ActorRef<Message>>> solvers, int row, int column) {
    final List<ActorRef<Message>> neighbours = new ArrayList<>();
    for (int i = 0; i < solvers.size(); i++) {
      if (i != column) {
        neighbours.add(solvers.get(row).get(i));
      }
      if (i != row) {
        neighbours.add(solvers.get(i).get(column));
      }
    }
    return neighbours;
  }

  static long sumWithoutActors(int nodes) {
    final int[][] distances = drawWeights(nodes);
    for (int k = 0; k < nodes; k++) {
      for (int i = 0; i < nodes; i++) {
        for (int j = 0; j < nodes; j++) {
          distances[i][j] = Math.min(distances[i][j], distances[i][k] + distances[k][j]);
        }
      }
    }
    return sum(distances);
  }

  static Outcome run(Run run) {
    final int nodes = (int) run.size();
    final int side = nodes / BLOCK;
    final int[][] weights = drawWeights(nodes);
    final var sum = new CompletableFuture<Long>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<Report> collector = actors.spawn(Collector.of((long) side * side, sum));
      final List<List<ActorRef<Message>>> solvers = new ArrayList<>();
      for (int row = 0; row < side; row++) {
        solvers.add(new ArrayList<>());
        for (int column = 0; column < side; column++) {
          final var solver =
              new Solver(row, column, nodes, blockOf(weights, row, column), collector);
          solvers.get(row).add(actors.spawn(Behaviors.receiveMessage(solver::onMessage)));
        }
      }

      final long began = System.nanoTime();
      for (int row = 0; row < side; row++) {
        for (int column = 0; column < side; column++) {
          solvers.get(row).get(column).tell(new Start(neighboursOf(solvers, row, column)));
        }
      }
      final long distances = sum.join();
      return Outcome.time(System.nanoTime() - began, distances);
    }
  }

  private Apsp() {}
}
