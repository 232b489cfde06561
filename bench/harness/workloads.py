"""The workloads: sizes, units, and what must come out. ../WORKLOADS.md says what they do."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from . import reference

Scaling = Callable[[int, float], int]
MEASURES = {"time": ("time",), "latency": ("p50", "p99", "p999"), "memory": ("bytes",)}


@dataclass(frozen=True)
class Workload:
    name: str
    group: str
    unit: str
    size: int
    units: Callable[[int], int]
    checksum: Callable[[int], int | str]
    scaling: Scaling
    metric: str = "time"  # or "latency", "memory"
    runs_once: bool = False  # its process can measure one run only
    program: str = ""  # the name programs know it by, if another

    @property
    def program_name(self) -> str:
        return self.program or self.name

    @property
    def measures(self) -> tuple[str, ...]:
        return MEASURES[self.metric]

    @property
    def has_rate(self) -> bool:
        """Whether millions of units a second are what people know it by."""
        return self.metric == "time" and self.unit in ("message", "hop")

    def scaled(self, factor: float) -> int:
        """The size that makes `factor` times the work, as nearly as the workload allows."""
        return self.size if factor == 1 else self.scaling(self.size, factor)


def steps_of(step: int) -> Scaling:
    return lambda size, factor: step * max(1, round(size * factor / step))


def exponential(base: float, least: int) -> Scaling:
    """For work that grows `base` times when the size grows by one."""
    return lambda size, factor: max(least, size + round(math.log(factor, base)))


def power_of_ten(size: int, factor: float) -> int:
    return 10 ** max(1, round(math.log10(size * factor)))


def blocks_of_fifty(size: int, factor: float) -> int:
    return 50 * max(1, round(size * factor ** (1 / 3) / 50))


def same(n: int) -> int:
    return n


def times(factor: int) -> Callable[[int], int]:
    return lambda n: factor * n


def triangle(n: int) -> int:
    return n * (n + 1) // 2


def messages(name: str, unit: str, size: int, units: Callable[[int], int],
             checksum: Callable[[int], int | str], step: int = 1) -> Workload:
    return Workload(name, "Messages", unit, size, units, checksum, steps_of(step))


def creation(name: str, unit: str, size: int, units: Callable[[int], int],
             checksum: Callable[[int], int], scaling: Scaling) -> Workload:
    return Workload(name, "Creation", unit, size, units, checksum, scaling)


def idle(name: str, size: int) -> Workload:
    return Workload(name, "Creation", "actor", size, same, same, steps_of(1), metric="memory",
                    runs_once=True, program="idle")


def latency(name: str, unit: str, size: int, checksum: Callable[[int], int]) -> Workload:
    return Workload(name, "Calls and latency", unit, size, same, checksum, steps_of(1),
                    metric="latency")


def call(name: str) -> Workload:
    return Workload(name, "Calls and latency", "call", 400_000, same, triangle, steps_of(1))


ALL = (
    messages("ping-pong", "message", 2_000_000, same, same, step=2),
    messages("thread-ring", "hop", 2_000_007, same, lambda n: n % 100),
    messages("counting", "message", 2_000_000, same, same),
    messages("fan-in", "message", 4_000_000, same, same, step=80),
    messages("fan-in-thread", "message", 2_000_000, same, same),
    messages("fork-join", "message", 3_000_000, same, same, step=600),
    messages("fork-join-thread", "message", 1_200_000, same, same, step=600),
    messages("chameneos", "meeting", 200_000, same, times(2)),
    messages("big", "message", 10_000, times(240), times(120)),
    messages("bounded-buffer", "item", 1_000, times(40), times(40)),
    messages("philosophers", "meal", 10_000, times(20), times(20)),
    messages("logistic-map", "term", 25_000, times(10), reference.logistic_map),
    messages("banking", "transfer", 50_000, same, reference.banking),
    messages("radix-sort", "message", 100_000, times(61), reference.radix_sort),
    messages("chat", "turn", 40, same, reference.chat),
    creation("fork-join-create", "actor", 200_000, same, same, steps_of(1)),
    creation("fibonacci", "actor", 25, lambda n: 2 * reference.fibonacci(n) - 1,
             reference.fibonacci, exponential((1 + 5**0.5) / 2, least=5)),
    creation("skynet", "actor", 1_000_000, lambda n: (10 * n - 1) // 9,
             lambda n: n * (n - 1) // 2, power_of_ten),
    creation("spawn-waves", "actor", 200_000, same, same, steps_of(1_000)),
    creation("spawn-together", "actor", 1_000_000, same, same, steps_of(1)),
    idle("idle", 1_000_000),
    idle("idle-10m", 10_000_000),
    creation("restart", "restart", 20_000, same, same, steps_of(1)),
    Workload("apsp", "Computation", "update", 300, lambda n: (n // 50) ** 2 * n, reference.apsp,
             blocks_of_fifty),
    Workload("nqueens", "Computation", "solution", 12, reference.nqueens, reference.nqueens,
             exponential(5, least=6)),
    call("call"),
    call("call-timeout"),
    latency("wake-thread", "call", 50_000, triangle),
    latency("wake-pause", "call", 3_000, triangle),
    latency("wake-actor", "message", 20_000, same),
    latency("open-loop", "message", 100_000, same),
)

BY_NAME = {workload.name: workload for workload in ALL}


@cache
def expected(name: str, size: int) -> tuple[int, str]:
    """The units and the checksum of a right run."""
    workload = BY_NAME[name]
    return workload.units(size), str(workload.checksum(size))
