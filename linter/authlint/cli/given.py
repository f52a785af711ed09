"""What is judged besides files: standard input, and what charts and overlays are rendered to."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from authlint.expression import expression

if TYPE_CHECKING:
    from authlint.discover import Discovered

YAML = expression(r"^(?:apiVersion|kind|static_resources|resources|\"?@type\"?)[ \t]*:", re.MULTILINE)


def standard_input(name: str | None) -> tuple[str, str]:
    """What standard input is called, by its content where nobody says, and its text."""
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    if name:
        return name, text
    if text.lstrip().startswith(("{", "[")):
        return "stdin.json", text
    return "stdin.yaml" if YAML.search(text) else "stdin.conf", text


def with_rendered(files: Discovered, paths: Sequence[str]) -> Discovered:
    """The same files, with the manifests that the charts and overlays among them are rendered to."""
    from authlint.record import replace
    from authlint.rendering import rendered

    made = {os.path.abspath(path): text for path, text in rendered(paths).items()}
    return replace(
        files,
        named=(*files.named, *made),
        texts={**files.texts, **made},
        rendered=files.rendered | made.keys(),
    )
