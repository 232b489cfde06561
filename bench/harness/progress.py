"""Tells how far the benchmarks are: one line, overwritten, or plain lines where that cannot be."""

import shutil
import sys
import time


def duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes == 0:
        return f"{max(1, round(seconds))} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"


class Progress:
    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._began = time.monotonic()
        self._overwrites = sys.stderr.isatty()

    def show(self, label: str) -> None:
        """A step begins."""
        line = f"{label}, {self._done + 1} of {self._total}"
        if self._done:
            mean = (time.monotonic() - self._began) / self._done
            line += f", about {duration(mean * (self._total - self._done))} left"
        if self._overwrites:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\033[K{line[:width]}", end="", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)

    def step(self) -> None:
        self._done += 1

    def leave_out(self, steps: int) -> None:
        self._total -= steps

    def clear(self) -> None:
        if self._overwrites:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def say(self, text: str, stream: object = None) -> None:
        """Something that is to stay."""
        self.clear()
        print(text, file=stream or sys.stdout, flush=True)
