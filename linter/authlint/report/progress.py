"""How far a long run is, on standard error."""

from __future__ import annotations

import sys
import time

WIDTH = 30


class Bar:
    """Called with how much is done and how much there is; shows nothing before `slow` seconds have passed."""

    def __init__(self, slow: float) -> None:
        self.slow = slow
        self.start = time.monotonic()
        self.shown = False

    def __call__(self, done: int, total: int) -> None:
        if not self.shown and time.monotonic() - self.start < self.slow:
            return
        if done >= total:
            if self.shown:
                sys.stderr.write("\r" + " " * (WIDTH + 30) + "\r")
        else:
            self.shown = True
            full = WIDTH * done // max(total, 1)
            sys.stderr.write(f"\r[{'#' * full}{'.' * (WIDTH - full)}] {done} of {total} gateways")
        sys.stderr.flush()
