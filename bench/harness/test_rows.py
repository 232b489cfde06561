import unittest

from . import text
from .rows import Row, control_verdict, make_rows


def runs(framework: str, nanoseconds: list[int], workload: str = "ping-pong") -> list[dict]:
    return [{"workload": workload, "workers": 1, "framework": framework, "round": i,
             "status": "ok", "wall": 2.0, "cpu": 3.0, "peak_mb": 10.0 + i,
             "results": [{"units": "100", "ns": str(ns)}]} for i, ns in enumerate(nanoseconds)]


def results(*all_runs: list[dict]) -> dict:
    return {"runs": sum(all_runs, []),
            "frameworks": [{"name": name, "control": name == "slowed"}
                           for name in ("troupe", "slowed", "slow", "same", "late")]}


def only_row(*all_runs: list[dict]) -> Row:
    (row,) = make_rows(results(*all_runs))
    return row


OURS = runs("troupe", [2000, 2100, 2200])


class RowTest(unittest.TestCase):
    def test_ratios_and_differences(self) -> None:
        row = only_row(OURS, runs("slow", [4100, 4200, 4300]), runs("same", [2050, 2100, 2300]))
        self.assertEqual((row.ratio("slow"), row.differs("slow")), (2, True))
        self.assertEqual((row.ratio("same"), row.differs("same")), (1, False))
        self.assertIsNone(row.ratio("nobody"))

    def test_use_of_the_machine(self) -> None:
        cell = only_row(OURS).cells["troupe"]
        self.assertEqual((cell.cpu_per_wall, cell.peak_mb), (1.5, 12))

    def test_programs_may_count_more(self) -> None:
        more = runs("troupe", [1, 1])
        more[0]["results"][0]["retries"], more[1]["results"][0]["retries"] = "7", "9"
        more[0]["results"][0]["kind"] = "word"
        self.assertEqual(only_row(more).cells["troupe"].more, {"retries": 8})

    def test_one_run_that_is_too_slow_is_the_whole_cell(self) -> None:
        late = runs("late", [1, 1])
        late[1] |= {"status": "too slow", "reason": "why"}
        row = only_row(OURS, late)
        self.assertEqual((row.cells["late"].status, row.ratio("late")), ("too slow", None))

    def test_percentiles_are_rows(self) -> None:
        run = runs("troupe", [1], "wake-thread")
        run[0]["results"] = [{"p50": "270", "p99": "310", "p999": "2100"}]
        rows = make_rows(results(run))
        self.assertEqual([row.measure for row in rows], ["p50", "p99", "p999"])
        self.assertEqual([text.unit(row) for row in rows], ["p50, µs", "p99, µs", "p999, µs"])
        self.assertEqual(text.cell(rows[2], "troupe"), "**2.10**")


class TextTest(unittest.TestCase):
    def test_cells(self) -> None:
        row = only_row(OURS, runs("slow", [42_000] * 3), runs("same", [2000, 2200, 2300]))
        self.assertEqual(text.cell(row, "troupe"), "**21.0** · 47.6 M/s")
        self.assertEqual(text.cell(row, "slow"), "420 · 20.0×")
        self.assertEqual(text.cell(row, "same"), "22.0 · ≈ 1.05×")
        self.assertEqual(text.cell(row, "nobody"), "")

    def test_ratios(self) -> None:
        self.assertEqual([text.times(ratio) for ratio in (0.0031, 0.85, 1.5, 11.74, 250.4)],
                         ["0.003×", "0.85×", "1.50×", "11.7×", "250×"])

    def test_numbers(self) -> None:
        self.assertEqual([text.number(value) for value in (0.27, 2.1, 21.04, 210.4, 21_000)],
                         ["0.270", "2.10", "21.0", "210", "21,000"])


class ControlTest(unittest.TestCase):
    def test_a_slow_down_that_shows_is_seen(self) -> None:
        self.assertTrue(control_verdict(results(OURS, runs("slowed", [2400, 2500, 2600])))[0])

    def test_rounds_are_compared_in_pairs(self) -> None:
        # The machine is half as fast in two rounds of four, for both.
        ours = runs("troupe", [1000, 1000, 2000, 2000])
        slowed = runs("slowed", [1200, 1200, 2400, 2400])
        seen, verdict = control_verdict(results(ours, slowed))
        self.assertTrue(seen)
        self.assertIn("1.20×", verdict)

    def test_one_that_does_not_show_is_missed(self) -> None:
        seen, verdict = control_verdict(results(OURS, runs("slowed", [2100, 2150, 2200])))
        self.assertFalse(seen)
        self.assertIn("not in ping-pong with 1 worker; 1.02×", verdict)

    def test_nothing_measured_is_nothing_seen(self) -> None:
        self.assertFalse(control_verdict(results(OURS))[0])
