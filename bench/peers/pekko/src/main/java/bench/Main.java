package bench;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pekko.actor.ActorSystem;

/** The workloads on Pekko typed. */
final class Main {
  interface Program {
    Outcome run(Run run) throws Exception;
  }

  static final Map<String, Program> PROGRAMS = new LinkedHashMap<>();

  static {
    PROGRAMS.put("ping-pong", PingPong::run);
    PROGRAMS.put("thread-ring", ThreadRing::run);
    PROGRAMS.put("counting", Counting::run);
    PROGRAMS.put("fan-in", FanIn::run);
    PROGRAMS.put("fan-in-thread", FanIn::runThread);
    PROGRAMS.put("fork-join", ForkJoin::run);
    PROGRAMS.put("fork-join-thread", ForkJoin::runThread);
    PROGRAMS.put("chameneos", Chameneos::run);
    PROGRAMS.put("big", Big::run);
    PROGRAMS.put("bounded-buffer", BoundedBuffer::run);
    PROGRAMS.put("philosophers", Philosophers::run);
    PROGRAMS.put("logistic-map", LogisticMap::run);
    PROGRAMS.put("banking", Banking::run);
    PROGRAMS.put("radix-sort", RadixSort::run);
    PROGRAMS.put("chat", Chat::run);
    PROGRAMS.put("fork-join-create", ForkJoinCreate::run);
    PROGRAMS.put("fibonacci", Fibonacci::run);
    PROGRAMS.put("skynet", Skynet::run);
    PROGRAMS.put("spawn-waves", SpawnWaves::run);
    PROGRAMS.put("spawn-together", SpawnTogether::run);
    PROGRAMS.put("idle", Idle::run);
    PROGRAMS.put("restart", Restart::run);
    PROGRAMS.put("apsp", Apsp::run);
    PROGRAMS.put("nqueens", NQueens::run);
    PROGRAMS.put("call", Call::run);
    PROGRAMS.put("call-timeout", Call::runTimeout);
    PROGRAMS.put("wake-thread", Wake::runThread);
    PROGRAMS.put("wake-pause", Wake::runPause);
    PROGRAMS.put("wake-actor", WakeActor::run);
    PROGRAMS.put("open-loop", OpenLoop::run);
  }

  private static final long WARM_UP_NANOSECONDS = 2_000_000_000L;

  public static void main(String[] arguments) {
    final String first = arguments.length == 1 ? arguments[0] : "";
    if (first.equals("--list")) {
      PROGRAMS.keySet().forEach(System.out::println);
    } else if (first.equals("--version")) {
      System.out.println(version());
    } else {
      System.exit(measure(arguments));
    }
  }

  private static int measure(String[] arguments) {
    try {
      measure(Options.parse(arguments));
      return 0;
    } catch (Options.Wrong wrong) {
      System.err.println(wrong.getMessage());
      return 2;
    } catch (Throwable problem) {
      System.err.println(problem);
      return 1;
    }
  }

  private static void measure(Options options) throws Exception {
    final Specification specification = options.specification();
    final long warmUpSize = specification.warmUp().applyAsLong(options.size());
    final long began = System.nanoTime();
    while (warmUpSize > 0 && System.nanoTime() - began < WARM_UP_NANOSECONDS) {
      checked(options, warmUpSize);
    }
    for (long i = 0; i < options.runs(); i++) {
      final Outcome outcome = checked(options, options.size());
      final long units = specification.units().applyAsLong(options.size());
      System.out.println(outcome.line(options.workload(), units));
    }
  }

  private static Outcome checked(Options options, long size) throws Exception {
    final Program program = PROGRAMS.get(options.workload());
    final Outcome outcome = program.run(new Run(options.workers(), size));
    final String expected = options.specification().checksum().apply(size);
    if (!outcome.checksum().equals(expected)) {
      throw new IllegalStateException(
          "%s: checksum %s, expected %s"
              .formatted(options.workload(), outcome.checksum(), expected));
    }
    return outcome;
  }

  private static String version() {
    final var flags = ManagementFactory.getRuntimeMXBean().getInputArguments();
    return "pekko %s (typed), %s %s, java %s"
        .formatted(
            ActorSystem.Version(),
            System.getProperty("java.vm.name"),
            System.getProperty("java.vm.version"),
            String.join(" ", flags));
  }

  private Main() {}
}
