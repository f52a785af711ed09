"""Methods that a route takes, as patterns list them."""

from __future__ import annotations

from authlint.expression import expression
from authlint.intent import Edit
from authlint.readers.yaml.edits import Part, Written, is_json, reworded, written

METHOD = expression("[A-Z]+")
LISTED = expression(r"[A-Z]+(?:\|[A-Z]+)*|\([A-Z]+(?:\|[A-Z]+)*\)")


def one_more(pattern: Part, method: str) -> tuple[Edit, ...] | None:
    """A pattern that is a list of methods names this one too."""
    said = pattern.item.text
    if LISTED.fullmatch(said) is None or method in METHOD.findall(said):
        return None
    return reworded(pattern, said, f"{said[:-1]}|{method})" if said.endswith(")") else f"{said}|{method}")


def put(part: Part, value: Written) -> tuple[Edit, ...]:
    """Another value in the place of this one."""
    start = part.item.start + int(part.item.node.start_mark.index)
    return (part.edit(start, part.end, written(value, quoted=is_json(part.text, part.item.start))),)
