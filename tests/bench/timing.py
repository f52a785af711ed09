"""Commands timed in turn, so that a machine that slows down slows all of them, and ratios of pairs."""

from __future__ import annotations

import os
import resource
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


@dataclass(frozen=True, slots=True)
class Parts:
    """Processor seconds of two commands, medians over the rounds, and of the same commands with one object."""

    ours: float
    theirs: float
    ours_idle: float
    theirs_idle: float

    def lines(self, what: str, against: str) -> str:
        whole = _against(self.ours, self.theirs, against)
        beyond = _against(self.ours - self.ours_idle, self.theirs - self.theirs_idle, against)
        return f"{what}\n   the whole command {whole}\n   beyond start-up   {beyond}"


def _against(ours: float, theirs: float, what: str) -> str:
    return f"{ours:8.3f} s {ours / theirs:6.2f} x {what} ({theirs:.3f} s)"


def parts(commands: list[tuple[Command, Path]], rounds: int) -> Parts:
    """Processor time, with that of the system: what else the machine does counts little. The last two of the four
    commands, each with the folder to run it in, are those for a folder with one object, which load what those for many
    load."""
    columns = zip(*[[spent(*one) for one in commands] for _ in range(rounds + 1)][1:], strict=True)
    return Parts(*map(statistics.median, columns))


def spent(command: Command, folder: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds(command, folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def check(path: Path) -> Command:
    """As hooks run it: with nothing but a path."""
    return [sys.executable, "-m", "authlint", "check", str(path)]


def python(code: str) -> Command:
    return [sys.executable, "-c", code]
