import os
import sys
import unittest

from .measure import fault, measure, parse_results, run_process, same_checksum, sample
from .workloads import BY_NAME

PING_PONG = BY_NAME["ping-pong"]


def result(**changes: str) -> dict[str, str]:
    return {"workload": "ping-pong", "units": "400", "ns": "8000", "checksum": "400"} | changes


class ParsingTest(unittest.TestCase):
    def test_only_result_lines_count(self) -> None:
        text = "hello\nRESULT workload=idle units=10 bytes=192.4 checksum=10 extra=1\nRESULTS a=b\n"
        self.assertEqual(parse_results(text), [
            {"workload": "idle", "units": "10", "bytes": "192.4", "checksum": "10", "extra": "1"}])

    def test_time_is_per_unit(self) -> None:
        self.assertEqual(sample(result(), "time"), 20)

    def test_percentiles_are_as_they_are(self) -> None:
        self.assertEqual(sample({"p99": "310"}, "p99"), 310)

    def test_the_last_digit_of_a_fraction_may_differ(self) -> None:
        self.assertTrue(same_checksum("6.387835144605", "6.387835144604"))
        self.assertFalse(same_checksum("6.387835144704", "6.387835144604"))
        self.assertFalse(same_checksum("", "6.387835144604"))
        self.assertFalse(same_checksum("401", "400"))


class FaultTest(unittest.TestCase):
    def check(self, text: str, *results: dict[str, str]) -> None:
        self.assertIn(text, fault(list(results), PING_PONG, 400, 1))

    def test_a_right_result_has_none(self) -> None:
        self.assertEqual(fault([result()], PING_PONG, 400, 1), "")

    def test_faults(self) -> None:
        self.check("0 results instead of 1")
        self.check("wrong checksum: 399 instead of 400", result(checksum="399"))
        self.check("wrong number of units", result(units="4000"))
        self.check("another workload", result(workload="call"))
        self.check("no figure for time", result(ns="nan"))
        self.check("no figure for time", result(ns="fast"))


class ProcessTest(unittest.TestCase):
    cpus = sorted(os.sched_getaffinity(0))

    def run_python(self, program: str, timeout: float = 30) -> tuple[str, str, str]:
        outcome, text = run_process([sys.executable, "-c", program], self.cpus, timeout)
        return outcome.status, outcome.reason, text

    def test_output_is_kept(self) -> None:
        self.assertEqual(self.run_python("print('hello')"), ("ok", "", "hello\n"))

    def test_failures_say_why(self) -> None:
        status, reason, _ = self.run_python("import sys; sys.exit('wrong')")
        self.assertEqual((status, reason), ("failed", "exit status 1: wrong"))

    def test_exit_status_3_is_what_cannot_be(self) -> None:
        status, reason, _ = self.run_python("import sys; print('no', file=sys.stderr); sys.exit(3)")
        self.assertEqual((status, reason), ("cannot", "no"))

    def test_a_process_that_takes_too_long_is_killed(self) -> None:
        status, reason, _ = self.run_python("import time; time.sleep(60)", timeout=0.2)
        self.assertEqual((status, reason), ("too slow", "not done after 0.2 s"))

    def test_a_signal_is_named(self) -> None:
        status, reason, _ = self.run_python("import os; os.kill(os.getpid(), 9)")
        self.assertEqual((status, reason), ("failed", "killed by signal 9"))

    def test_silence_is_a_failure(self) -> None:
        outcome = measure(["true"], PING_PONG, 1, 400, 1, self.cpus, 30)
        self.assertEqual((outcome.status, outcome.reason), ("failed", "0 results instead of 1"))
