package bench;

/** What the workloads compute, and how they share it out. */
final class Work {
  /** Not final, so that the sine is computed when the program runs. */
  private static double angle = 37.2;

  static double sineSquared() {
    final double sine = Math.sin(angle);
    return sine * sine;
  }

  static void burnUntil(long end) {
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  /** How many of {@code total} fall to the one with this index when {@code parts} take turns. */
  static long share(long total, int parts, int index) {
    return total / parts + (index < total % parts ? 1 : 0);
  }

  private Work() {}
}
