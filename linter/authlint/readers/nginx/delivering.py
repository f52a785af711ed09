"""A header that was set on the wrong side, or for another kind of upstream, as the statement that was meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from authlint.intent import Edit
from authlint.readers.nginx.proxying import FAMILIES
from authlint.readers.nginx.scan import Directive

if TYPE_CHECKING:
    from authlint.readers.nginx.writing import Page

SETTERS = frozenset(("add_header", *(one.setter for one in FAMILIES.values())))


def delivered(
    page: Page, around: Sequence[Directive], to: Literal["client", "application"]
) -> tuple[Edit, ...] | None:
    """The same value under the name that the header has there."""
    if len(around) < 2 or around[-1].name.text not in SETTERS or len(around[-1].args) < 2:
        return None
    found, parent = around[-1], around[-2]
    name, value = found.args[0].text, page.text[found.args[1].start : found.args[1].end]
    if to == "client":
        text = f"add_header {name} {value} always;"
    else:
        setter = next(
            (FAMILIES[one.name.text].setter for one in parent.block or () if one.name.text in FAMILIES), ""
        )
        text = f"{setter} {in_family(setter, name)} {value};" if setter else ""
    edit = page.edit(found.start, found.end, text) if text and found.block is None else None
    return None if edit is None else (edit,)


def in_family(setter: str, name: str) -> str:
    """A header's name as the setter for one kind of upstream writes it."""
    plain = name if not name.upper().startswith("HTTP_") else name[5:].replace("_", "-").title()
    return plain if setter.endswith("_header") else f"HTTP_{plain.upper().replace('-', '_')}"
