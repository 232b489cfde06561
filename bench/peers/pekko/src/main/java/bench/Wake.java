package bench;

import bench.Server.Next;
import java.util.concurrent.locks.LockSupport;
import org.apache.pekko.actor.typed.ActorRef;

/** How long an idle actor takes to answer a thread. */
final class Wake {
  private static final long PAUSE = 100_000;

  static Outcome runThread(Run run) {
    return run(run, 0);
  }

  static Outcome runPause(Run run) {
    return run(run, PAUSE);
  }

  private static Outcome run(Run run, long pause) {
    final long[] times = new long[(int) run.size()];
    long sum = 0;
    try (var actors = new Actors(run.workers())) {
      final ActorRef<Next> server = actors.spawn(Server.behavior());
      for (int i = 0; i < times.length; i++) {
        if (pause > 0) {
          LockSupport.parkNanos(pause);
        }
        final long began = System.nanoTime();
        final Long answer = actors.ask(server, Call.TIMEOUT, Next::new);
        times[i] = System.nanoTime() - began;
        sum += answer;
      }
      return Outcome.latencies(times, sum);
    }
  }

  private Wake() {}
}
