"""Troupe and its peers: what there is, built and asked what it can do."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .workloads import Workload

OURS = "troupe"


class Unavailable(Exception):
    """A framework that cannot take part; `broken` if that is a fault."""

    def __init__(self, reason: str, broken: bool) -> None:
        super().__init__(reason)
        self.broken = broken


@dataclass(frozen=True)
class Framework:
    name: str
    version: str
    command: Callable[[Workload], list[str]]
    options: list[str] = field(default_factory=list)
    cannot: dict[str, str] = field(default_factory=dict)  # workloads and reasons
    is_control: bool = False


def peer_names(root: Path) -> list[str]:
    return sorted(path.parent.name for path in (root / "bench/peers").glob("*/build"))


def ask(program: Path, *arguments: str) -> str:
    try:
        answer = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"does not answer {arguments[0]}: {error}", broken=True) from error
    if answer.returncode:
        raise Unavailable(f"does not know {arguments[0]}", broken=True)
    return answer.stdout.strip()


def parse_list(text: str, workloads: list[Workload]) -> dict[str, str]:
    """What a program's --list leaves out of the workloads, and why."""
    reasons = {}
    for line in text.splitlines():
        name, _, reason = line.partition(":")
        reasons[name.strip()] = reason.strip()
    left_out = {workload.name: reasons.get(workload.program_name, "not written")
                for workload in workloads}
    return {name: reason for name, reason in left_out.items() if reason}


def build_ours(root: Path, workloads: list[Workload]) -> Framework:
    programs = {workload.name: workload.program_name.replace("-", "_") for workload in workloads}
    targets = sorted({f"bench_{program}" for program in programs.values()})
    for command in (
        ["cmake", "--preset", "release", "-D", "TROUPE_TESTS=OFF", "-D", "TROUPE_BENCH=ON"],
        ["ninja", "-C", "build/release", "--quiet", *targets],
    ):
        done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            raise Unavailable(done.stdout.strip() or f"{command[0]} failed", broken=True)
    folder = root / "build/release/bench"
    version = ask(folder / programs[workloads[0].name], "--version")
    return Framework(OURS, version, lambda workload: [str(folder / programs[workload.name])])


def slowed(ours: Framework, percent: float) -> Framework:
    """The control: Troupe with a slow-down planted in it."""
    return Framework(f"{OURS}, slowed by {percent:g}%", ours.version, ours.command,
                     ["--slow-down", f"{percent:g}"], is_control=True)


def build_peer(root: Path, name: str, workloads: list[Workload]) -> Framework:
    folder = root / "build/peers"
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{name}.log"
    with log.open("wb") as errors:
        built = subprocess.run([root / "bench/peers" / name / "build", folder],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        output = built.stdout.decode(errors="replace")
        errors.write(built.stdout)
    if built.returncode == 3:
        missing = [line for line in output.splitlines() if line.startswith("missing:")]
        raise Unavailable(missing[-1] if missing else "its toolchain is missing", broken=False)
    if built.returncode:
        raise Unavailable(f"its build failed, see {log.relative_to(root)}", broken=True)
    program = folder / name
    version = ask(program, "--version")
    cannot = parse_list(ask(program, "--list"), workloads)
    return Framework(name, version, lambda workload: [str(program), workload.program_name],
                     cannot=cannot)
