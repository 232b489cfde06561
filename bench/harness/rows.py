"""Rows and cells: what the runs of a session come to."""

import re
import statistics
from dataclasses import dataclass, field

from .frameworks import OURS
from .measure import sample
from .summary import Summary, differ, summarize
from .workloads import BY_NAME, Workload

KNOWN = {"workload", "units", "checksum", "ns", "p50", "p99", "p999", "bytes"}
NUMBER = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True)
class Cell:
    """A framework's part of a row. Only an "ok" cell has figures."""

    status: str
    reason: str = ""
    summary: Summary | None = None
    cpu_per_wall: float = 0.0
    peak_mb: float = 0.0
    more: dict[str, float] = field(default_factory=dict)  # what else its programs count


@dataclass(frozen=True)
class Row:
    workload: Workload
    measure: str
    workers: int
    cells: dict[str, Cell]

    def summary(self, framework: str) -> Summary | None:
        cell = self.cells.get(framework)
        return cell.summary if cell else None

    def ratio(self, framework: str) -> float | None:
        """How many times as much as ours; above 1, ours is better."""
        ours, theirs = self.summary(OURS), self.summary(framework)
        return theirs.median / ours.median if ours and theirs and ours.median else None

    def differs(self, framework: str) -> bool:
        ours, theirs = self.summary(OURS), self.summary(framework)
        return bool(ours and theirs and differ(ours, theirs))


def workers_text(workers: int) -> str:
    return "1 worker" if workers == 1 else f"{workers} workers"


def make_cell(runs: list[dict], measure: str) -> Cell:
    for run in runs:
        if run["status"] != "ok":
            return Cell(run["status"], run.get("reason", ""))
    return Cell(
        "ok",
        summary=summarize([sample(result, measure) for run in runs for result in run["results"]]),
        cpu_per_wall=statistics.median(run["cpu"] / run["wall"] for run in runs),
        peak_mb=max(run["peak_mb"] for run in runs),
        more=more_figures([result for run in runs for result in run["results"]]),
    )


def more_figures(results: list[dict[str, str]]) -> dict[str, float]:
    """Medians of the numbers that RESULT lines have beyond those that all have."""
    names = dict.fromkeys(name for result in results for name in result if name not in KNOWN)
    return {name: statistics.median(float(result[name]) for result in results) for name in names
            if all(NUMBER.fullmatch(result.get(name, "")) for result in results)}


def make_rows(results: dict) -> list[Row]:
    """All rows that have runs: by workload, then workers, then measure; ours is first in each."""
    names = [framework["name"] for framework in results["frameworks"]]
    runs_of: dict[tuple[str, int], dict[str, list[dict]]] = {}
    for run in results["runs"]:
        row = runs_of.setdefault((run["workload"], run["workers"]), {})
        row.setdefault(run["framework"], []).append(run)
    return [
        Row(BY_NAME[name], measure, workers,
            {framework: make_cell(cells[framework], measure)
             for framework in sorted(cells, key=names.index)})
        for (name, workers), cells in runs_of.items()
        for measure in BY_NAME[name].measures
    ]


def idle_bytes(results: dict, framework: str) -> float | None:
    """The most bytes an actor that the row `idle` found so far."""
    medians = [row.summary(framework).median for row in make_rows(results)
               if row.workload.name == "idle" and row.summary(framework)]
    return max(medians, default=None)


def paired_ratios(results: dict, row: Row, framework: str) -> list[float]:
    """The ratio to ours of each round: what disturbs the machine for a while is in both."""
    medians: dict[str, dict[int, float]] = {OURS: {}, framework: {}}
    for run in results["runs"]:
        if (run["workload"], run["workers"]) == (row.workload.name, row.workers) \
                and run["framework"] in medians and run["status"] == "ok":
            medians[run["framework"]][run["round"]] = statistics.median(
                sample(result, row.measure) for result in run["results"])
    return [theirs / medians[OURS][number] for number, theirs in medians[framework].items()
            if medians[OURS].get(number)]


def clearly_slower(ratios: list[float]) -> bool:
    """Whether more than three rounds in four say so."""
    return len(ratios) >= 3 and sum(ratio > 1 for ratio in ratios) > 0.75 * len(ratios)


def control_verdict(results: dict) -> tuple[bool, str]:
    """Whether the slow-down that was planted was seen wherever time was measured."""
    control = next(f["name"] for f in results["frameworks"] if f["control"])
    timed = [(row, paired_ratios(results, row, control)) for row in make_rows(results)
             if row.measure == "time" and row.summary(control) and row.summary(OURS)]
    missed = [f"{row.workload.name} with {workers_text(row.workers)}"
              for row, ratios in timed if not clearly_slower(ratios)]
    seen = f"{control}: told apart from {OURS} in {len(timed) - len(missed)} of {len(timed)} rows"
    if missed:
        seen += "; not in " + ", ".join(missed)
    typical = [statistics.median(ratios) for _, ratios in timed if ratios]
    if typical:
        seen += f"; {statistics.median(typical):.2f}× in the middle row"
    return bool(timed) and not missed, seen
