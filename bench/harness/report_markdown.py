"""The pages: results.md and details.md."""

from collections.abc import Iterable, Iterator

from . import text
from .frameworks import OURS
from .report_chart import chart_name, charted
from .rows import Row, control_verdict, make_rows, workers_text

METHOD = """\
Every cell is a process of its own. In each round every framework runs once, in an order drawn
anew, so that what disturbs the machine disturbs all alike; a process warms up and then measures.
Cells give the median of all rounds, and its ratio to ours: above 1×, ours is better. **≈** marks
what is no measurable difference: the interquartile ranges overlap. **‡** marks a bimodal cell: its
samples fall into two groups more than 2× apart, and its median says little. A figure counts only if
the checksum is right, which is computed without any of the programs; a workload does the same on
every framework, as [WORKLOADS.md](../../bench/WORKLOADS.md) has it. *Too slow*: not done after
{timeout:g} s. What takes more than {once_over:g} s is run once. *–*: cannot be expressed, see below. Workers are the threads that run actors; the
thread of `main` comes on top. Cpus are set for each process and read back."""


def table(header: list[str], lines: Iterable[list[str]], left: int = 2) -> Iterator[str]:
    """A table whose columns after the first `left` are aligned to the right."""
    yield f"| {' | '.join(header)} |"
    yield "|" + "|".join("---" if i < left else "---:" for i in range(len(header))) + "|"
    for cells in lines:
        yield f"| {' | '.join(cells)} |"


def results_table(results: dict, rows: list[Row]) -> Iterator[str]:
    names = [framework["name"] for framework in results["frameworks"]]
    cannot = {framework["name"]: framework["cannot"] for framework in results["frameworks"]}

    def cell(row: Row, name: str) -> str:
        return "–" if row.workload.name in cannot[name] else text.cell(row, name)

    header = ["workload", "", *(f"**{name}**" if name == OURS else name for name in names)]
    yield from table(header, (
        [f"`{row.workload.name}`", text.unit(row), *(cell(row, name) for name in names)]
        for row in rows))


def where_peers_win(results: dict, rows: list[Row]) -> Iterator[str]:
    peers = [f["name"] for f in results["frameworks"] if f["name"] != OURS and not f["control"]]
    lines = []
    for row in rows:
        winners = [name for name in peers if row.differs(name) and (row.ratio(name) or 1) < 1]
        if winners:
            ours = text.value(row, row.summary(OURS).median)
            theirs = ", ".join(
                f"{name} {text.value(row, row.summary(name).median)} ({text.times(row.ratio(name))})"
                for name in sorted(winners, key=row.ratio))
            lines.append(f"- `{row.workload.name}`, {workers_text(row.workers)}, {text.unit(row)}: "
                         f"{theirs}; ours {ours}")
    yield from lines or ["In no row."]


def unexpressed(results: dict) -> Iterator[str]:
    lines = [f"- {framework['name']}, `{workload}`: {reason}"
             for framework in results["frameworks"]
             for workload, reason in framework["cannot"].items()]
    lines += [f"- {run['framework']}, `{run['workload']}`: {run.get('reason', '')}"
              for run in results["runs"] if run["status"] == "cannot"]
    yield from lines or ["Nothing."]


def not_measured(results: dict) -> Iterator[str]:
    for name, reason in results["absent"].items():
        yield f"- {name}: {reason}"
    for cell in results["left_out"]:
        yield (f"- {cell['framework']}, `{cell['workload']}`, {workers_text(cell['workers'])}: "
               f"{cell['reason']}")
    for run in results["runs"]:
        if run["status"] in ("failed", "too slow"):
            yield (f"- {run['framework']}, `{run['workload']}`, {workers_text(run['workers'])}: "
                   f"{run['status']}, {run['reason']}")


def conditions(results: dict) -> Iterator[str]:
    machine, session = results["machine"], results["session"]
    cpus = ", ".join(map(str, session["cpus"]))
    yield f"- {machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB of memory"
    yield f"- {machine['distribution']}, Linux {machine['kernel']}"
    yield (f"- {session['began']}; Troupe {session['revision']}; cpus {cpus}; "
           f"rounds: {session['rounds']}, runs a process: {session['runs']}, "
           f"times the work: {session['scale']:g}, seed {session['seed']}")
    yield (f"- load average before and after: {' '.join(map(str, session['load_before']))}, "
           f"{' '.join(map(str, session['load_after']))}")
    if not session["complete"]:
        yield "- the session was broken off: rows are missing"
    for framework in results["frameworks"]:
        if not framework["control"]:
            yield f"- {framework['name']}: {framework['version']}"


def section(title: str, lines: Iterable[str]) -> Iterator[str]:
    body = list(lines)
    if body:
        yield from ("", f"## {title}", "", *body)


def results_page(results: dict) -> str:
    rows = make_rows(results)
    lines = ["# Results of the benchmarks", "",
             "Generated by `./run bench`. Smaller is better in every row. "
             "[Quartiles, processor time and memory](details.md) of every cell; "
             "[all runs](results.json)."]
    for workers in sorted({row.workers for row in rows}):
        of_these = [row for row in rows if row.workers == workers]
        body = list(results_table(results, of_these))
        if charted(results, workers)[0]:
            picture = f"![Ratio to Troupe, {workers_text(workers)}]({chart_name(workers)})"
            body = [picture, "", *body]
        lines += section(workers_text(workers), body)
    lines += section("Where a peer wins", where_peers_win(results, rows))
    lines += section("What peers cannot express", unexpressed(results))
    lines += section("Not measured", not_measured(results))
    if any(framework["control"] for framework in results["frameworks"]):
        lines += section("The control", [control_verdict(results)[1] + "."])
    lines += section("Method", [METHOD.format(**results["session"])])
    lines += section("Machine and versions", conditions(results))
    return "\n".join(lines) + "\n"


def details_page(results: dict) -> str:
    header = ["workload", "framework", "workers", "unit", "median", "quartiles", "least", "greatest",
              "samples", "rate", "cpu/wall", "peak MB", "also"]
    lines = []
    for row in make_rows(results):
        for name in (framework["name"] for framework in results["frameworks"]):
            summary = row.summary(name)
            if summary:
                cell = row.cells[name]
                figures = [text.value(row, figure) for figure in (
                    summary.median, summary.lower, summary.upper, summary.least, summary.greatest)]
                median, lower, upper, least, greatest = figures
                lines.append([
                    f"`{row.workload.name}`", name, str(row.workers), text.unit(row),
                    median + ("‡" if summary.bimodal else ""), f"{lower} to {upper}", least,
                    greatest, str(summary.count), text.rate(row, name),
                    f"{cell.cpu_per_wall:.2f}", text.number(cell.peak_mb),
                    ", ".join(f"{more} {figure:,g}" for more, figure in cell.more.items())])
    floor = results["session"]["peak_floor_mb"]
    return "\n".join([
        "# Details of the benchmarks", "",
        "cpu/wall is the processor time of a whole process, warm-up included, over the time it "
        f"took; peak MB the most memory that a process had in any round (below {floor:.0f} MB it is not "
        "told apart). ‡: bimodal.", "", *table(header, lines)]) + "\n"
