package bench;

import java.util.Arrays;
import java.util.Locale;

/** What a run has measured and computed. */
record Outcome(String figures, String checksum) {
  static Outcome time(long nanoseconds, Object checksum) {
    return new Outcome("ns=" + nanoseconds, String.valueOf(checksum));
  }

  static Outcome latencies(long[] times, long checksum) {
    final long[] sorted = times.clone();
    Arrays.sort(sorted);
    return new Outcome(
        "p50=%d p99=%d p999=%d"
            .formatted(at(sorted, 500), at(sorted, 990), at(sorted, 999)),
        String.valueOf(checksum));
  }

  static Outcome bytes(double perUnit, long checksum) {
    return new Outcome(
        String.format(Locale.ROOT, "bytes=%.1f", perUnit), String.valueOf(checksum));
  }

  Outcome with(String name, Object value) {
    return new Outcome("%s %s=%s".formatted(figures, name, value), checksum);
  }

  String line(String workload, long units) {
    return "RESULT workload=%s units=%d %s checksum=%s"
        .formatted(workload, units, figures, checksum);
  }

  private static long at(long[] sorted, int perMille) {
    return sorted[(int) ((long) sorted.length * perMille / 1000)];
  }
}
