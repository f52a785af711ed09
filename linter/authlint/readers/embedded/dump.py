"""What `nginx -T` prints: every file that was read, one after the other, each under its name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint.expression import expression
from authlint.readers.nginx.excerpt import Excerpt, padded

HEADER = expression(r"^# configuration file (/[^\n]*):\r?$", re.MULTILINE)


def is_dump(text: str) -> bool:
    return "# configuration file /" in text and HEADER.search(text) is not None


def excerpts(host: str, text: str) -> Iterator[Excerpt]:
    """The files of a dump; the first is the main one."""
    headers = list(HEADER.finditer(text))
    ends = [header.start() for header in headers[1:]] + [len(text)]
    for header, end in zip(headers, ends, strict=True):
        yield Excerpt(host, f"{host}{header[1]}", padded(text, header.end(), end))
