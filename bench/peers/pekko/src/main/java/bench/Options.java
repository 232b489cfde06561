package bench;

/** What the command line asks for. */
record Options(String workload, Specification specification, int workers, long size, long runs) {
  static final class Wrong extends Exception {
    Wrong(String message) {
      super(message);
    }
  }

  private static final long LARGEST = Integer.MAX_VALUE;

  static Options parse(String[] arguments) throws Wrong {
    if (arguments.length == 0) {
      throw new Wrong("usage: WORKLOAD --workers W --size N [--runs R] | --list | --version");
    }
    final String workload = arguments[0];
    if (!Main.PROGRAMS.containsKey(workload)) {
      throw new Wrong("unknown workload '%s' (--list shows all)".formatted(workload));
    }
    long workers = 0;
    long size = 0;
    long runs = 1;
    for (int i = 1; i < arguments.length; i += 2) {
      final String option = arguments[i];
      if (i + 1 == arguments.length) {
        throw new Wrong("no number after '%s'".formatted(option));
      }
      final long number = number(option, arguments[i + 1]);
      switch (option) {
        case "--workers" -> workers = number;
        case "--size" -> size = number;
        case "--runs" -> runs = number;
        default -> throw new Wrong("unknown option '%s'".formatted(option));
      }
    }
    if (workers == 0) {
      throw new Wrong("--workers is missing");
    }
    if (workers > 1024) {
      throw new Wrong("more than 1024 workers");
    }
    if (size == 0) {
      throw new Wrong("--size is missing");
    }
    final Specification specification = Specification.of(workload);
    if (!specification.accepts().test(size)) {
      throw new Wrong("%s takes %s, not %d".formatted(workload, specification.sizes(), size));
    }
    return new Options(workload, specification, (int) workers, size, runs);
  }

  private static long number(String option, String text) throws Wrong {
    try {
      final long number = Long.parseLong(text);
      if (number > 0 && number <= LARGEST) {
        return number;
      }
    } catch (NumberFormatException ignored) {
      // Said below.
    }
    throw new Wrong("no sensible number after '%s': '%s'".formatted(option, text));
  }
}
