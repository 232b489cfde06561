"""The charts: a row a workload, a mark a framework, by the ratio to ours."""

from itertools import cycle
from pathlib import Path
from typing import Any

from .frameworks import OURS
from .rows import Row, make_rows, workers_text

# Okabe and Ito's colours, which colour-blind eyes tell apart; shapes tell them apart once more.
STYLES = (("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^"), ("#CC79A7", "D"), ("#E69F00", "v"),
          ("#56B4E9", "P"), ("#000000", "X"), ("#7F7F7F", "p"), ("#8C510A", "<"), ("#4B0092", ">"))
INK, FAINT = "#24292F", "#D0D7DE"
SETTINGS = {
    "svg.hashsalt": "troupe", "font.family": "DejaVu Sans", "font.size": 9, "text.color": INK,
    "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK,
}
TICKS = tuple(digit * 10.0**power for power in range(-3, 5) for digit in (1, 2, 5))


def chart_name(workers: int | str) -> str:
    return f"ratio-{workers}.svg"


def label(row: Row) -> str:
    name = row.workload.name
    return f"{name}, {row.measure}" if row.measure.startswith("p") else name


def place(rows: list[Row]) -> tuple[dict[int, float], list[tuple[str, float]], float]:
    """Where rows and the headings of their groups stand, from the top, and how high all is."""
    heights, headings, y = {}, [], 0.0
    for i, row in enumerate(rows):
        if i == 0 or row.workload.group != rows[i - 1].workload.group:
            y += 0.4 if i else 0
            headings.append((row.workload.group, y))
            y += 1
        heights[i] = y
        y += 1
    return heights, headings, y


def draw_marks(axes: Any, rows: list[Row], heights: dict[int, float], peers: list[str]) -> None:
    for peer, (colour, shape) in zip(peers, cycle(STYLES)):
        axes.plot([], [], shape, color=colour, markersize=6, label=peer)
        for i, row in enumerate(rows):
            ratio = row.ratio(peer)
            if ratio:
                axes.plot(ratio, heights[i], shape, color=colour, markersize=6, markeredgewidth=1.2,
                          markerfacecolor=colour if row.differs(peer) else "white",
                          alpha=0.9, zorder=3)


def draw_frame(axes: Any, rows: list[Row], heights: dict[int, float],
               headings: list[tuple[str, float]], height: float, ratios: list[float]) -> None:
    least, greatest = min(0.5, min(ratios) / 1.4), max(2.0, max(ratios) * 1.4)
    axes.set_xscale("log")
    axes.set_xlim(least, greatest)
    axes.set_ylim(height - 0.3, -0.5)
    ticks = [tick for tick in (TICKS if greatest < 5000 * least else TICKS[::3])
             if least <= tick <= greatest]
    axes.set_xticks(ticks, [f"{tick:,g}×" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.tick_params(top=True, labeltop=True, length=0)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.hlines(list(heights.values()), least, greatest, color="#EEF1F4", linewidth=0.8, zorder=0)
    axes.axvspan(least, 1, color="#FFF4E5", zorder=-1)
    axes.axvline(1, color=INK, linewidth=1.4, zorder=2)
    axes.set_yticks(list(heights.values()), [label(row) for row in rows])
    for name, y in headings:
        axes.text(-0.01, y, name, transform=axes.get_yaxis_transform(), ha="right", va="center",
                  fontweight="bold")
    for side in axes.spines.values():
        side.set_visible(False)


def draw(rows: list[Row], peers: list[str], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    heights, headings, height = place(rows)
    inches = 1.7 + 0.235 * height
    with matplotlib.rc_context(SETTINGS):
        figure, axes = pyplot.subplots(figsize=(9.5, inches))
        figure.subplots_adjust(left=0.19, right=0.97, top=1 - 1.05 / inches, bottom=0.5 / inches)
        draw_marks(axes, rows, heights, peers)
        ratios = [ratio for row in rows for peer in peers if (ratio := row.ratio(peer))]
        draw_frame(axes, rows, heights, headings, height, ratios)
        figure.text(0.02, 1 - 0.25 / inches, f"Ratio to Troupe, {workers_text(rows[0].workers)}",
                    fontsize=12, fontweight="bold", va="center")
        figure.text(0.97, 1 - 0.25 / inches,
                    "shaded: the peer is better · hollow: no measurable difference",
                    fontsize=8, ha="right", va="center")
        figure.legend(loc="center", bbox_to_anchor=(0.5, 1 - 0.58 / inches), ncol=len(peers),
                      frameon=False, handletextpad=0.2, columnspacing=1.4)
        figure.savefig(path, format=path.suffix[1:], metadata={"Date": None}, facecolor="white")
        pyplot.close(figure)


def charted(results: dict, workers: int) -> tuple[list[Row], list[str]]:
    """The rows that have something to show, and the peers."""
    peers = [f["name"] for f in results["frameworks"] if f["name"] != OURS and not f["control"]]
    rows = [row for row in make_rows(results)
            if row.workers == workers and row.measure != "p999" and any(map(row.ratio, peers))]
    return rows, peers


def write(results: dict, folder: Path) -> None:
    """A chart for each number of workers for which there is a ratio to show."""
    for old in folder.glob(chart_name("*")):
        old.unlink()
    for workers in sorted({run["workers"] for run in results["runs"]}):
        rows, peers = charted(results, workers)
        if rows:
            draw(rows, peers, folder / chart_name(workers))
