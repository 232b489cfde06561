"""The command line of `./run bench`."""

import argparse
import math
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

from .workloads import ALL, BY_NAME

Item = TypeVar("Item")


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sys.exit(complain(message))


def complain(message: str) -> int:
    print(f"bench: {message}", file=sys.stderr)
    return 2


def whole(least: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        if not (text.isascii() and text.isdigit() and int(text) >= least):
            raise argparse.ArgumentTypeError(f"'{text}' is no whole number from {least}")
        return int(text)

    return convert


def positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not (0 < value < math.inf):
        raise argparse.ArgumentTypeError(f"'{text}' is no number above 0")
    return value


def listed(convert: Callable[[str], Item]) -> Callable[[str], list[Item]]:
    return lambda text: list(dict.fromkeys(convert(item) for item in text.split(",")))


def workload_name(text: str) -> str:
    if text not in BY_NAME:
        raise argparse.ArgumentTypeError(f"no workload is called '{text}' (--help names them)")
    return text


def cpu(text: str) -> int:
    number = whole(0)(text)
    if number not in os.sched_getaffinity(0):
        raise argparse.ArgumentTypeError(f"there is no cpu {number} to run on")
    return number


def parse(arguments: list[str], published: Path, unpublished: Path,
          known_peers: list[str]) -> argparse.Namespace:
    parser = Parser(
        prog="./run bench", allow_abbrev=False,
        description="Runs the benchmarks, Troupe and its peers in turn, and reports.",
        epilog="Workloads: " + " ".join(workload.name for workload in ALL)
        + ". Peers: " + (" ".join(known_peers) or "none") + ".")
    add = parser.add_argument
    add("workloads", nargs="*", type=workload_name, metavar="WORKLOAD", help="default: all")
    add("--workers", type=listed(whole(1)), metavar="LIST", help="default: 1,2")
    add("--peers", metavar="LIST", help="names, 'none', or 'all' (the default)")
    add("--peers-10m", action="store_true", help="peers run idle-10m too")
    add("--rounds", type=whole(1), default=5, metavar="N", help="default: 5")
    add("--runs", type=whole(1), default=1, metavar="R", help="runs a process, default: 1")
    add("--scale", type=positive, default=1.0, metavar="F", help="times the work, default: 1")
    add("--once-over", type=positive, default=10.0, metavar="S",
        help="a process that takes longer is run once only, default: 10")
    add("--timeout", type=positive, default=120.0, metavar="S", help="a process, default: 120")
    add("--seed", type=whole(0), default=1, metavar="N", help="of the order, default: 1")
    add("--cpus", type=listed(cpu), metavar="LIST", help="default: all")
    add("--slow-down", type=positive, metavar="PERCENT",
        help="the control: is Troupe, slowed by so much, told apart from Troupe?")
    add("--out", type=Path, metavar="DIR",
        help="default: docs/benchmarks for a whole run, build/benchmarks for a part")
    add("--no-write", action="store_true", help="only print")
    add("--report", action="store_true", help="write the pages and charts again from results.json")
    options = parser.parse_intermixed_args(arguments)

    peers = options.peers or "all"
    options.peers = {"all": known_peers, "none": []}.get(peers, listed(str)(peers))
    for name in options.peers:
        if name not in known_peers:
            there_are = " ".join(known_peers) or "none"
            parser.error(f"no peer is called '{name}' (there are: {there_are})")

    whole_run = not (options.workloads or options.workers or peers != "all" or options.scale != 1
                     or options.cpus or options.slow_down)
    options.out = options.out or (published if whole_run or options.report else unpublished)
    chosen = set(options.workloads or BY_NAME)
    options.workloads = [workload for workload in ALL if workload.name in chosen]
    options.workers = sorted(options.workers or [1, 2])
    options.cpus = sorted(options.cpus or os.sched_getaffinity(0))
    return options
