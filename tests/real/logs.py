"""What a running server has logged."""

from __future__ import annotations

import time
from pathlib import Path

OTHERS = ("error.log", "envoy.log")


def lines_in(folder: Path, seconds: float = 10.0) -> str:
    """What it has written of requests: a line comes after the answer has gone out, so that it is waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        texts = [one.read_text() for one in folder.glob("*.log") if one.name not in OTHERS]
        if any(texts):
            return "".join(texts)
        time.sleep(0.02)
    return ""
