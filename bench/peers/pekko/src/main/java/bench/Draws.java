package bench;

/** The random numbers of all workloads: 16 bits each. */
final class Draws {
  private int value;

  Draws(int seed) {
    value = seed;
  }

  int next() {
    value = (1309 * value + 13849) & 65535;
    return value;
  }

  int below(int end) {
    return next() % end;
  }
}
