package bench;

import java.util.Arrays;

/** Times, in nanoseconds. */
final class Recorder {
  private final long[] times;
  private int count = 0;

  Recorder(long capacity) {
    times = new long[(int) capacity];
  }

  void add(long nanoseconds) {
    times[count++] = nanoseconds;
  }

  int count() {
    return count;
  }

  long[] times() {
    return Arrays.copyOf(times, count);
  }
}
