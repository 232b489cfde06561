package bench;

import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;

/**
 * What comes out of a workload, from the size alone: what results are held against. A warm-up of 0
 * is none.
 */
record Specification(
    LongUnaryOperator units,
    LongFunction<String> checksum,
    LongUnaryOperator warmUp,
    LongPredicate accepts,
    String sizes) {

  static Specification of(String workload) {
    return switch (workload) {
      case "thread-ring" -> plain(1, size -> size % ThreadRing.ACTORS);
      case "chameneos" -> plain(1, size -> 2 * size);
      case "big" -> plain(2 * Big.ACTORS, size -> Big.ACTORS * size);
      case "bounded-buffer" ->
          plain(BoundedBuffer.PRODUCERS, size -> BoundedBuffer.PRODUCERS * size);
      case "philosophers" ->
          plain(Philosophers.PHILOSOPHERS, size -> Philosophers.PHILOSOPHERS * size);
      case "logistic-map" ->
          new Specification(
              size -> LogisticMap.SERIES * size,
              LogisticMap::sumWithoutActors,
              Specification::tenth,
              size -> true,
              "");
      case "banking" -> plain(1, Banking::checksumWithoutActors);
      case "radix-sort" -> plain(RadixSort.BITS + 1, RadixSort::sumWithoutActors);
      case "chat" -> plain(1, Chat::countWithoutActors);
      case "fibonacci" ->
          new Specification(
              size -> 2 * fibonacci(size) - 1,
              size -> String.valueOf(fibonacci(size)),
              size -> Math.max(size - 5, 1),
              size -> size <= 40,
              "1 to 40");
      case "skynet" ->
          new Specification(
              size -> (10 * size - 1) / 9,
              size -> String.valueOf(size * (size - 1) / 2),
              Specification::tenth,
              Specification::isPowerOfTen,
              "powers of 10");
      case "idle" ->
          new Specification(size -> size, String::valueOf, size -> 0, size -> true, "");
      case "apsp" ->
          new Specification(
              size -> size / Apsp.BLOCK * (size / Apsp.BLOCK) * size,
              size -> String.valueOf(Apsp.sumWithoutActors((int) size)),
              size -> 2 * Apsp.BLOCK,
              size -> size % Apsp.BLOCK == 0,
              "multiples of " + Apsp.BLOCK);
      case "nqueens" ->
          new Specification(
              NQueens::solutionsWithoutActors,
              size -> String.valueOf(NQueens.solutionsWithoutActors(size)),
              size -> Math.max(size - 2, NQueens.ROWS_TO_SPLIT),
              size -> size >= NQueens.ROWS_TO_SPLIT && size <= 16,
              NQueens.ROWS_TO_SPLIT + " to 16");
      case "call", "call-timeout", "wake-thread", "wake-pause" ->
          plain(1, size -> size * (size + 1) / 2);
      default -> plain(1, size -> size);
    };
  }

  private static Specification plain(long unitsEach, LongUnaryOperator checksum) {
    return new Specification(
        size -> unitsEach * size,
        size -> String.valueOf(checksum.applyAsLong(size)),
        Specification::tenth,
        size -> true,
        "");
  }

  private static long tenth(long size) {
    return Math.max(size / 10, 1);
  }

  private static boolean isPowerOfTen(long n) {
    while (n % 10 == 0) {
      n /= 10;
    }
    return n == 1;
  }

  private static long fibonacci(long n) {
    long number = 1;
    long before = 0;
    for (long i = 1; i < n; i++) {
      final long next = number + before;
      before = number;
      number = next;
    }
    return number;
  }
}
