"""Files that a shell script or a Dockerfile writes with a here-document
(POSIX shell, 2.7.4; https://docs.docker.com/reference/dockerfile/#here-documents)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint.expression import expression
from authlint.readers.nginx.excerpt import Excerpt
from authlint.readers.nginx.scan import GHOST
from authlint.readers.nginx.template import HOLE

START = expression(r"(?<!<)<<-?[ \t]*(?P<quote>[\"'\\]?)(?P<word>[A-Za-z_]\w*)(?P=quote)?")
TARGET = expression(
    r"(?:>{1,2}[|]?|\btee\b(?:[ \t]+-a)?|^[ \t]*(?:COPY|ADD)\b.*)[ \t]*[\"']?(?P<path>[^\s\"'<>|;&]+)"
)
# What the shell replaces where the word is not quoted.
FILLED = expression(r"\\[$`\\]|\$\{[^}\n]*\}|\$\([^)\n]*\)|`[^`\n]*`|\$[A-Za-z_]\w*")


def excerpts(host: str, text: str) -> Iterator[Excerpt]:
    at, number = 0, 0
    while start := START.search(text, at):
        line_end = text.find("\n", start.end())
        at = start.end()
        if line_end < 0:
            return
        end = re.compile(rf"^\t*{start['word']}[ \t]*\r?$", re.MULTILINE).search(text, line_end + 1)
        line = text[text.rfind("\n", 0, start.start()) + 1 : line_end]
        if end is None or line.lstrip().startswith("#"):
            continue
        number += 1
        inner = text[line_end + 1 : end.start()]
        if not start["quote"]:
            inner = FILLED.sub(_filled, inner)
        path = _target(line.replace(start[0], " ")) or f"/{number}"
        yield Excerpt(host, f"{host}{path}", " " * (line_end + 1) + inner, alone=False)
        at = end.end()


def _filled(found: re.Match[str]) -> str:
    text = found[0]
    return GHOST + text[1] if text.startswith("\\") else HOLE * len(text)


def _target(line: str) -> str:
    """The file that is written, if the line names it in full."""
    names = [found["path"] for found in TARGET.finditer(line)]
    last = line.split()[-1] if re.match(r"[ \t]*(?:COPY|ADD)\b", line) and line.split() else ""
    return next((name for name in (last, *names) if name.startswith("/") and "$" not in name), "")
