import contextlib
import io
import unittest
from argparse import Namespace
from pathlib import Path

from .options import parse

PUBLISHED, UNPUBLISHED = Path("published"), Path("unpublished")


def parsed(line: str) -> Namespace:
    return parse(line.split(), PUBLISHED, UNPUBLISHED, ["caf", "threads"])


class OptionsTest(unittest.TestCase):
    def refused(self, line: str) -> str:
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors), self.assertRaises(SystemExit) as exit_:
            parsed(line)
        self.assertEqual(exit_.exception.code, 2)
        self.assertEqual(errors.getvalue().count("\n"), 1)
        return errors.getvalue()

    def test_defaults(self) -> None:
        options = parsed("")
        self.assertEqual((options.workers, options.peers, options.out),
                         ([1, 2], ["caf", "threads"], PUBLISHED))
        self.assertGreater(len(options.workloads), 30)

    def test_workloads_stand_anywhere_and_keep_their_order(self) -> None:
        options = parsed("call --workers 2 ping-pong")
        self.assertEqual([workload.name for workload in options.workloads], ["ping-pong", "call"])

    def test_a_part_is_not_published(self) -> None:
        for line in ("ping-pong", "--peers none", "--scale 0.1", "--workers 1", "--slow-down 5"):
            self.assertEqual(parsed(line).out, UNPUBLISHED)
        self.assertEqual(parsed("ping-pong --out here").out, Path("here"))
        self.assertEqual(parsed("--report").out, PUBLISHED)

    def test_peers(self) -> None:
        self.assertEqual(parsed("--peers none").peers, [])
        self.assertEqual(parsed("--peers threads,caf").peers, ["threads", "caf"])

    def test_errors_are_one_line(self) -> None:
        self.assertIn("no workload is called 'pingpong'", self.refused("pingpong"))
        for line in ("--unknown", "--rounds 0", "--scale nan", "--scale -1", "--workers 1,x",
                     "--peers nobody", "--cpus 9999", "--timeout 0", "--slow-down", "--seed x"):
            self.refused(line)
