"""How figures are written."""

from .frameworks import OURS
from .rows import Row, workers_text

TIME_UNITS = (("ns", 1.0), ("µs", 1e3), ("ms", 1e6))


def number(value: float) -> str:
    """About three digits that count."""
    digits = 3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{digits}f}"


def times(ratio: float) -> str:
    return f"{ratio:.2f}×" if 0.1 <= ratio < 1 else f"{number(ratio)}×"


def scale(row: Row) -> tuple[str, float]:
    """The unit that all figures of a row are written in, and what they are divided by."""
    if row.measure == "bytes":
        return "bytes", 1.0
    if row.measure != "time":
        return TIME_UNITS[1]
    summaries = [cell.summary for cell in row.cells.values()]
    median = next((summary.median for summary in summaries if summary), 0)
    return next((unit for unit in TIME_UNITS if median < 10_000 * unit[1]), TIME_UNITS[-1])


def unit(row: Row) -> str:
    """What a row's figures are: "ns/message", "p99, µs"."""
    name = scale(row)[0]
    if row.measure.startswith("p"):
        return f"{row.measure}, {name}"
    return f"{name}/{row.workload.unit}"


def value(row: Row, nanoseconds_or_bytes: float) -> str:
    return number(nanoseconds_or_bytes / scale(row)[1])


def rate(row: Row, framework: str) -> str:
    """Millions a second, where that is usual."""
    summary = row.summary(framework)
    if not summary or not row.workload.has_rate or not summary.median:
        return ""
    return f"{number(1e3 / summary.median)} M/s"


def comparison(row: Row, framework: str) -> str:
    """The ratio to ours, after "≈" where no difference was measured."""
    ratio = row.ratio(framework)
    if framework == OURS or ratio is None:
        return ""
    return times(ratio) if row.differs(framework) else f"≈ {times(ratio)}"


def cell(row: Row, framework: str) -> str:
    found = row.cells.get(framework)
    if not found:
        return ""
    if not found.summary:
        return found.status if found.status != "cannot" else "–"
    median = value(row, found.summary.median) + ("‡" if found.summary.bimodal else "")
    if framework == OURS:
        parts = [f"**{median}**", rate(row, framework)]
    else:
        parts = [median, comparison(row, framework)]
    return " · ".join(part for part in parts if part)


def plain(row: Row) -> str:
    """A row for the terminal."""
    lines = [f"{row.workload.name}, {workers_text(row.workers)}, {unit(row)}"]
    width = max(map(len, row.cells), default=0)
    for framework, found in row.cells.items():
        if found.summary:
            mark = "bimodal" if found.summary.bimodal else ""
            spread = f"{value(row, found.summary.lower)} to {value(row, found.summary.upper)}"
            parts = (f"{value(row, found.summary.median):>10}", f"{spread:<20}",
                     f"{comparison(row, framework):<9}", f"{rate(row, framework):<9}", mark)
            text = "  ".join(parts).rstrip()
        else:
            text = f"{found.status:>10}"
        lines.append(f"  {framework:<{width}}{text}")
    return "\n".join(lines)
