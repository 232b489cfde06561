"""A session: every framework in turn, round after round, workload after workload."""

import os
import random
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass

from . import machine, rows
from .frameworks import OURS, Framework
from .measure import Outcome, measure
from .progress import Progress
from .workloads import Workload


@dataclass(frozen=True)
class Entry:
    """A row to be measured."""

    workload: Workload
    workers: int
    frameworks: list[Framework]


def plan(options: Namespace, frameworks: list[Framework]) -> list[Entry]:
    def takes_part(framework: Framework, workload: Workload) -> bool:
        is_peer = framework.name != OURS and not framework.is_control
        if workload.name == "idle-10m" and is_peer and not options.peers_10m:
            return False
        if framework.is_control and workload.metric == "memory":
            return False  # nothing there takes time
        return workload.name not in framework.cannot

    return [
        Entry(workload, workers, [f for f in frameworks if takes_part(f, workload)])
        for workload in options.workloads
        for workers in options.workers
    ]


class Session:
    """Fills `results`, which is whole enough to be reported at any time."""

    def __init__(self, options: Namespace, results: dict, frameworks: list[Framework]) -> None:
        self._options = options
        self._results = results
        self._plan = plan(options, frameworks)
        steps = sum(len(entry.frameworks) for entry in self._plan) * options.rounds
        self._progress = Progress(steps)
        self._random = random.Random(options.seed)

    def execute(self, row_done: Callable[[Workload, int], None]) -> None:
        os.sched_setaffinity(0, self._options.cpus)
        try:
            for entry in self._plan:
                self._measure_row(entry)
                self._progress.clear()
                row_done(entry.workload, entry.workers)
        finally:
            self._progress.clear()

    def _measure_row(self, entry: Entry) -> None:
        taking_part = [f for f in entry.frameworks if self._fits(f, entry)]
        for round_number in range(1, self._options.rounds + 1):
            order = self._random.sample(taking_part, len(taking_part))
            for framework in order:
                self._progress.show(
                    f"{entry.workload.name}, {rows.workers_text(entry.workers)}, {framework.name}, "
                    f"round {round_number} of {self._options.rounds}")
                outcome = self._measure_once(framework, entry)
                self._record(framework, entry, round_number, outcome)
                self._progress.step()
                if outcome.status != "ok" or outcome.wall > self._options.once_over:
                    taking_part.remove(framework)
                    self._progress.leave_out(self._options.rounds - round_number)

    def _measure_once(self, framework: Framework, entry: Entry) -> Outcome:
        options, workload = self._options, entry.workload
        runs = 1 if workload.runs_once else options.runs
        return measure([*framework.command(workload), *framework.options], workload, entry.workers,
                       self._results["sizes"][workload.name], runs, options.cpus, options.timeout)

    def _record(self, framework: Framework, entry: Entry, round_number: int,
                outcome: Outcome) -> None:
        run = {"workload": entry.workload.name, "workers": entry.workers,
               "framework": framework.name, "round": round_number, "status": outcome.status}
        if outcome.reason:
            run["reason"] = outcome.reason
        run |= {"wall": round(outcome.wall, 4), "cpu": round(outcome.cpu, 4),
                "peak_mb": round(outcome.peak_mb, 1), "results": outcome.results}
        self._results["runs"].append(run)
        if outcome.status == "failed":
            where = f"{entry.workload.name}, {rows.workers_text(entry.workers)}, {framework.name}"
            self._progress.say(f"FAILED: {where}: {outcome.reason}", sys.stderr)

    def _fits(self, framework: Framework, entry: Entry) -> bool:
        """Whether so many idle actors fit into memory, as far as fewer of them tell."""
        if entry.workload.name != "idle-10m" or framework.name == OURS:
            return True
        bytes_each = rows.idle_bytes(self._results, framework.name)
        if bytes_each is None:
            reason = "the row `idle` tells nothing of its memory"
        elif bytes_each * self._results["sizes"]["idle-10m"] > machine.memory("MemAvailable"):
            reason = f"would not fit in memory, at {bytes_each:,.0f} bytes an actor"
        else:
            return True
        self._results["left_out"].append({"workload": "idle-10m", "workers": entry.workers,
                                          "framework": framework.name, "reason": reason})
        self._progress.leave_out(self._options.rounds)
        return False
