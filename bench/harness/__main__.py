"""./run bench"""

import resource
import subprocess
import sys
import time
from argparse import Namespace
from pathlib import Path

from . import machine, results_file, text
from .frameworks import Framework, Unavailable, build_ours, build_peer, peer_names, slowed
from .options import complain, parse
from .rows import control_verdict, make_rows
from .session import Session
from .workloads import Workload

ROOT = Path(__file__).resolve().parents[2]


def revision() -> str:
    described = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=12"], cwd=ROOT,
                               capture_output=True, text=True)
    return described.stdout.strip() or "unknown"


def build(options: Namespace, absent: dict[str, str]) -> tuple[list[Framework], bool]:
    """Ours, the control, and the peers; and whether all is well."""
    print("Building Troupe's programs", file=sys.stderr)
    frameworks = [build_ours(ROOT, options.workloads)]
    if options.slow_down:
        frameworks.append(slowed(frameworks[0], options.slow_down))
    well = True
    for name in options.peers:
        print(f"Building the peer {name}", file=sys.stderr)
        try:
            frameworks.append(build_peer(ROOT, name, options.workloads))
        except Unavailable as unavailable:
            print(f"{name}: skipped ({unavailable})", file=sys.stderr)
            absent[name] = str(unavailable)
            well = well and not unavailable.broken
    return frameworks, well


def empty_results(options: Namespace) -> dict:
    return {
        "machine": machine.describe(),
        "session": {
            "began": time.strftime("%Y-%m-%d %H:%M"), "revision": revision(),
            "rounds": options.rounds, "runs": options.runs, "scale": options.scale,
            "timeout": options.timeout, "once_over": options.once_over, "seed": options.seed, "cpus": options.cpus,
            "load_before": machine.load(), "load_after": machine.load(), "complete": False,
            "peak_floor_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
        },
        "sizes": {workload.name: workload.scaled(options.scale) for workload in options.workloads},
        "frameworks": [], "absent": {}, "left_out": [], "runs": [],
    }


def write_reports(results: dict, folder: Path) -> None:
    # Here, so that matplotlib adds nothing to the memory that measured processes begin with.
    from . import report_chart, report_markdown

    (folder / "results.md").write_text(report_markdown.results_page(results))
    (folder / "details.md").write_text(report_markdown.details_page(results))
    report_chart.write(results, folder)


def report_again(folder: Path) -> int:
    try:
        results = results_file.load(folder)
    except (OSError, ValueError) as error:
        return complain(f"no results to report: {error}")
    write_reports(results, folder)
    print(f"Wrote {folder}")
    return 0


def run(options: Namespace) -> int:
    results = empty_results(options)
    try:
        frameworks, well = build(options, results["absent"])
    except Unavailable as unavailable:
        print(f"bench: Troupe: {unavailable}", file=sys.stderr)
        return 1
    results["frameworks"] = [
        {"name": f.name, "version": f.version, "cannot": f.cannot, "control": f.is_control}
        for f in frameworks]
    results["session"]["load_before"] = machine.load()

    def show(workload: Workload, workers: int) -> None:
        for row in make_rows(results):
            if row.workload is workload and row.workers == workers:
                print(text.plain(row), flush=True)

    try:
        Session(options, results, frameworks).execute(show)
        results["session"]["complete"] = True
    except KeyboardInterrupt:
        print("Broken off", file=sys.stderr)
    results["session"]["load_after"] = machine.load()

    if not options.no_write:
        results_file.save(results, options.out)
        write_reports(results, options.out)
        print(f"Wrote {options.out}")
    if options.slow_down:
        seen, verdict = control_verdict(results)
        print(verdict)
        well = well and seen
    failed = sum(run["status"] == "failed" for run in results["runs"])
    if failed:
        print(f"FAILED: {failed} cells, see above", file=sys.stderr)
    if not results["session"]["complete"]:
        return 130
    return 0 if well and not failed else 1


def main() -> int:
    options = parse(sys.argv[1:], ROOT / "docs/benchmarks", ROOT / "build/benchmarks",
                    peer_names(ROOT))
    try:
        return report_again(options.out) if options.report else run(options)
    except KeyboardInterrupt:
        return 130


sys.exit(main())
