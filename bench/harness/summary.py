"""The figures of a cell's samples."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Summary:
    count: int
    median: float
    lower: float  # quartile
    upper: float  # quartile
    least: float
    greatest: float
    bimodal: bool


def summarize(samples: list[float]) -> Summary:
    values = sorted(samples)
    lower, median, upper = (
        statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3)
    return Summary(len(values), median, lower, upper, values[0], values[-1], is_bimodal(values))


def is_bimodal(values: list[float]) -> bool:
    """Whether sorted values fall into two groups, of two at least, more than 2x apart."""
    return any(values[i] > 2 * values[i - 1] for i in range(2, len(values) - 1))


def differ(a: Summary, b: Summary) -> bool:
    """Whether the interquartile ranges lie apart. One or two samples tell a large difference only."""
    apart = a.upper < b.lower or b.upper < a.lower
    if min(a.count, b.count) >= 3:
        return apart
    return apart and max(a.median, b.median) > 3 * min(a.median, b.median)
