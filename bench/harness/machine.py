"""What the machine is, and how busy."""

import os
import platform
from pathlib import Path


def field(path: str, name: str) -> str:
    """A value of a file of `name: value` or `name=value` lines."""
    for line in Path(path).read_text().splitlines():
        for separator in (":", "="):
            key, found, value = line.partition(separator)
            if found and key.strip() == name:
                return value.strip().strip('"')
    return "unknown"


def memory(name: str) -> int:
    """A line of /proc/meminfo, in bytes."""
    return int(field("/proc/meminfo", name).split()[0]) * 1024


def describe() -> dict[str, str | int]:
    return {
        "cpu": field("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count() or 0,
        "memory_gb": round(memory("MemTotal") / 1e9),
        "kernel": platform.release(),
        "distribution": field("/etc/os-release", "PRETTY_NAME"),
    }


def load() -> list[float]:
    return [round(average, 2) for average in os.getloadavg()]
