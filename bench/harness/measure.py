"""One process: run it, measure it, check what it says."""

import os
import select
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

from .workloads import Workload, expected


@dataclass
class Outcome:
    status: str  # "ok", "too slow", "cannot", "failed"
    reason: str = ""
    wall: float = 0.0  # seconds
    cpu: float = 0.0  # seconds
    peak_mb: float = 0.0
    results: list[dict[str, str]] = field(default_factory=list)


def parse_results(text: str) -> list[dict[str, str]]:
    """The RESULT lines, as names and values."""
    return [
        dict(pair.split("=", 1) for pair in line.split()[1:] if "=" in pair)
        for line in text.splitlines()
        if line.startswith("RESULT ")
    ]


def same_checksum(said: str, right: str) -> bool:
    """Equal; the last digit of a fraction may be rounded otherwise."""
    if said == right:
        return True
    try:
        return "." in right and abs(float(said) - float(right)) < 1e-11
    except ValueError:
        return False


def sample(result: dict[str, str], measure: str) -> float:
    """What a RESULT line says of a measure: nanoseconds (a unit, for "time") or bytes."""
    if measure == "time":
        return float(result["ns"]) / int(result["units"])
    return float(result[measure])


def fault(results: list[dict[str, str]], workload: Workload, size: int, runs: int) -> str:
    """What is wrong with a process' results, or nothing."""
    if len(results) != runs:
        return f"{len(results)} results instead of {runs}"
    units, checksum = expected(workload.name, size)
    for result in results:
        if result.get("workload") != workload.program_name:
            return f"results of another workload: {result.get('workload')}"
        if not same_checksum(result.get("checksum", ""), checksum):
            return f"wrong checksum: {result.get('checksum')} instead of {checksum}"
        if result.get("units") != str(units):
            return f"wrong number of units: {result.get('units')} instead of {units}"
        for measure in workload.measures:
            try:
                plausible = 0 <= sample(result, measure) < float("inf")
            except (KeyError, ValueError):
                plausible = False
            if not plausible:
                return f"no figure for {measure}"
    return ""


def wait(pid: int, timeout: float) -> bool:
    """Waits for a child's end without reaping it; whether it ended in time."""
    ends = os.pidfd_open(pid)
    try:
        return bool(select.select([ends], [], [], timeout)[0])
    finally:
        os.close(ends)


def run_process(command: list[str], cpus: list[int], timeout: float) -> tuple[Outcome, str]:
    """Runs a program, in a session of its own, to its end; gives what it wrote, too."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                                   start_new_session=True)
        over = False
        try:
            allowed = sorted(os.sched_getaffinity(process.pid))
            over = wait(process.pid, timeout)
        finally:
            wall = time.monotonic() - began
            if not over:
                os.killpg(process.pid, signal.SIGKILL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        text = output.read().decode(errors="replace")
        complaints = errors.read().decode(errors="replace").split("\n")

    outcome = Outcome("ok", wall=wall, cpu=usage.ru_utime + usage.ru_stime,
                      peak_mb=usage.ru_maxrss * 1024 / 1e6)
    said = next((line.strip() for line in reversed(complaints) if line.strip()), "")
    if not over:
        outcome.status, outcome.reason = "too slow", f"not done after {timeout:g} s"
    elif process.returncode == 3:
        outcome.status, outcome.reason = "cannot", said
    elif process.returncode:
        how = (f"exit status {process.returncode}" if process.returncode > 0
               else f"killed by signal {-process.returncode}")
        outcome.status, outcome.reason = "failed", f"{how}: {said}" if said else how
    elif allowed != cpus:
        outcome.status, outcome.reason = "failed", f"ran on cpus {allowed} instead of {cpus}"
    return outcome, text


def measure(command: list[str], workload: Workload, workers: int, size: int, runs: int,
            cpus: list[int], timeout: float) -> Outcome:
    """Runs a workload's program once and checks its results."""
    outcome, text = run_process(
        [*command, "--workers", str(workers), "--size", str(size), "--runs", str(runs)],
        cpus, timeout)
    outcome.results = parse_results(text)
    if outcome.status == "ok":
        outcome.reason = fault(outcome.results, workload, size, runs)
        if outcome.reason:
            outcome.status = "failed"
    return outcome
