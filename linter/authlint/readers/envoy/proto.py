"""Envoy's messages as they are written in YAML or JSON (https://protobuf.dev/programming-guides/json/).

A field may be written in snake_case or lowerCamelCase. Types are decided here: a document has only texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus

from authlint.expression import expression
from authlint.readers.yaml.tree import Item
from authlint.text import Span

WORD = expression(r"_([a-z0-9])")
DENOMINATORS = {
    "HUNDRED": 100,
    "TEN_THOUSAND": 10_000,
    "MILLION": 1_000_000,
    "0": 100,
    "1": 10_000,
    "2": 1_000_000,
}
STATUSES = {status.phrase.replace(" ", "").replace("-", ""): status.value for status in HTTPStatus}


def field(item: Item | None, *names: str) -> Item | None:
    """A field inside a field; None where it is absent."""
    for name in names:
        if item is None:
            return None
        found = item.get(name)
        if found is None and "_" in name:
            found = item.get(camel(name))
        item = found
    return item


@cache
def camel(name: str) -> str:
    return WORD.sub(lambda part: part[1].upper(), name)


def fields(item: Item | None, *names: str) -> list[Item]:
    """The values of a repeated field; one alone may stand without the list around it (measured)."""
    found = field(item, *names)
    if found is None:
        return []
    return found.items() if found.kind == "list" else [found]


def entries(item: Item | None, *names: str) -> Iterator[Item]:
    """The values of a map field, each with its name."""
    found = field(item, *names)
    if found is not None:
        yield from found.entries()


def text(item: Item | None, *names: str) -> str:
    found = field(item, *names)
    return found.text if found is not None else ""


def flag(item: Item | None, *names: str) -> bool | None:
    """A truth value; None where it is absent or a template writes it. Wrappers are written like what they wrap."""
    found = field(item, *names)
    return {"true": True, "false": False}.get(found.text) if found is not None else None


def is_set(item: Item | None, *names: str) -> bool:
    return flag(item, *names) is True


def number(item: Item | None, *names: str) -> int | None:
    found = field(item, *names)
    return int(found.text) if found is not None and re.fullmatch(r"-?\d{1,18}", found.text) else None


def share(item: Item | None) -> float:
    """A runtime fraction as a number from 0 to 1; everything where it is absent."""
    value = field(item, "default_value")
    if value is None:
        return 1.0
    part = number(value, "numerator") or 0
    return min(part / DENOMINATORS.get(text(value, "denominator"), 100), 1.0)


def status_code(item: Item | None) -> int | None:
    """An HttpStatus: its code is written as a number or as the number's name."""
    code = number(item, "code")
    return STATUSES.get(text(item, "code")) if code is None else code


def data(item: Item | None) -> str | None:
    """The text of a data source that is written here; None where it lies in a file or elsewhere."""
    inline = field(item, "inline_string")
    if inline is not None:
        return inline.text
    encoded = field(item, "inline_bytes")
    if encoded is None:
        return None
    from base64 import b64decode

    try:
        return b64decode(encoded.text).decode("utf-8", "replace")
    except ValueError:
        return None


def message(item: Item | None) -> tuple[str, str, Item | None]:
    """The package's last word, the message's name and the message of a typed value.

    `type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors` is ("cors", "Cors", ...). A TypedStruct counts
    as what it says it is.
    """
    url = text(item, "@type")
    name = url.rpartition("/")[2]
    if name.endswith(".TypedStruct"):
        return (*_words(text(item, "type_url").rpartition("/")[2]), field(item, "value"))
    return (*_words(name), item)


def _words(name: str) -> tuple[str, str]:
    parts = name.split(".")
    if len(parts) < 3:
        return "", parts[-1]
    return parts[-3], parts[-1]


def place(item: Item | None, otherwise: Span) -> Span:
    return otherwise if item is None else item.span
