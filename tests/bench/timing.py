"""Commands timed in turn, so that a machine that slows down slows all of them, and ratios of pairs."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

Command = list[str]


@dataclass(frozen=True, slots=True)
class Ratio:
    """Medians over the rounds: seconds of both, and of their ratios round by round."""

    ours: float
    theirs: float
    ratio: float

    def line(self, what: str, against: str) -> str:
        return f"{what:<44} {self.ours:8.3f} s   {self.ratio:6.2f} x {against} ({self.theirs:.3f} s)"


def seconds(command: Command, folder: Path) -> float:
    # Installed packages come with their bytecode: a setting that keeps Python from writing it must not count.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, cwd=folder, env=environment)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command[0]} failed: {done.stderr.decode()[-500:]}")
    return time.perf_counter() - start


def compared(ours: Command, theirs: Command, folder: Path, rounds: int) -> Ratio:
    """One round of both is not counted: it warms the caches."""
    pairs = [(seconds(ours, folder), seconds(theirs, folder)) for _ in range(rounds + 1)][1:]
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    return Ratio(mine, other, statistics.median(one / two for one, two in pairs))


def check(path: Path) -> Command:
    """As hooks run it: with nothing but a path."""
    return [sys.executable, "-m", "authlint", "check", str(path)]


def python(code: str) -> Command:
    return [sys.executable, "-c", code]
