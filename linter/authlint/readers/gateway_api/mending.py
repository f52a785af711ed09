"""Intents as edits of Gateway API objects and of Envoy Gateway's policies.

https://gateway.envoyproxy.io/docs/api/extension_types/#securitypolicyspec
"""

from __future__ import annotations

from collections.abc import Mapping

from authlint.intent import (
    AllowCredentials,
    Answer,
    Edit,
    Include,
    Intent,
    Remove,
    Repeat,
    Reword,
    Send,
    TakeBehind,
    TakePath,
)
from authlint.model.value import literal
from authlint.readers.gateway_api.objects import ENVOY, GATEWAY
from authlint.readers.yaml.edits import (
    Part,
    Written,
    children,
    entered,
    listed,
    part_at,
    removed,
    reworded,
    said_beside,
)
from authlint.readers.yaml.tree import Item

HEADER = ("name", "valuePrefix")
AS_WRITTEN = ("audiences", "allowMethods")
LISTS = ("audiences", "headersToExtAuth", "headersToBackend", "allowHeaders", "allowMethods", "exposeHeaders")
ANSWERS = {
    "access-control-allow-origin": "allowOrigins",
    "access-control-allow-headers": "allowHeaders",
    "access-control-allow-methods": "allowMethods",
    "access-control-expose-headers": "exposeHeaders",
}


def holds(part: Part) -> bool:
    """Whether the document in which this stands is one of these objects."""
    whole = [*part.around, part.item][0]
    group = whole.text_at("apiVersion").rpartition("/")[0]
    return group in (ENVOY, GATEWAY)


def edits(intent: Intent, path: str, text: str) -> tuple[Edit, ...] | None:
    """What is to be written where; None where the objects have no such setting."""
    part = part_at(path, text, intent.span)
    if part is None or part.parent is None or not holds(part):
        return None
    match intent:
        case Include(word=word) if part.item.name in LISTS:
            return _included(part, word)
        case Include(word=word) if (match := part.element("matches")) is not None:
            return _taken(match, word)
        case Include(word=word) if part.item.name == "extAuth":
            first = next(iter(children(part.item)), None)
            return entered(part.inner(first), "headersToExtAuth", [word]) if first is not None else None
        case Repeat(lines=(lost,)):
            return _repeated(part, part_at(path, text, lost) if lost.path == path else None)
        case TakeBehind(scheme=scheme) if part.within("extractFrom") is not None and part.item.name in HEADER:
            return said_beside(part, "valuePrefix", f"{scheme} ")
        case TakePath(path=path_too) if (match := part.element("matches")) is not None:
            return listed(match, {"path": {"type": "Exact", "value": path_too}})
        case Remove() if part.parent.item.name == "remove":
            return removed(part)
        case Reword(old=old, new=new) if part.item.kind == "text":
            return reworded(part, old, new)
        case AllowCredentials(allowed=allowed):
            return _credentials(part, allowed=allowed)
        case Send(to="client", name=header, value=value):
            return _sent(part, header.lower(), literal(value))
        case Answer(headers=headers, how="first"):
            return _answered(part, {name.lower(): literal(value) for name, value in headers})
    return None


def _included(part: Part, word: str) -> tuple[Edit, ...] | None:
    """Written as the others are: of header names the case does not matter."""
    several = children(part.item)
    if not several:
        return None
    lower = all(one.text == one.text.lower() for one in several)
    name = word.lower() if lower and part.item.name not in AS_WRITTEN else word
    return listed(part.inner(several[-1]), name)


def _repeated(part: Part, lost: Part | None) -> tuple[Edit, ...] | None:
    """The `cors` of a wider policy in the nearer one, which says nothing of it."""
    whole = next((one for one in part.upwards() if one.parent is None), part)
    spec = whole.entry("spec")
    last = children(spec.item)[-1:] if spec is not None and spec.entry("cors") is None else []
    if spec is None or not last or lost is None or lost.item.name != "cors":
        return None
    return entered(spec.inner(last[0]), "cors", _as_written(lost.item))


def _taken(match: Part, method: str) -> tuple[Edit, ...] | None:
    """The same match for one more method
    (https://gateway-api.sigs.k8s.io/reference/spec/#httproutematch)."""
    said = {one.name: _as_written(one) for one in children(match.item)}
    return listed(match, {**said, "method": method}) if said.get("method") not in (None, method) else None


def _as_written(item: Item) -> Written:
    if item.kind == "map":
        return {one.name: _as_written(one) for one in children(item)}
    if item.kind == "list":
        return [_as_written(one) for one in children(item)]
    return item.text == "true" if item.plain and item.text in ("true", "false") else item.text


def _cors(part: Part) -> Part | None:
    """The entry of a `cors` in which this stands."""
    for one in part.upwards():
        if one.parent is not None and one.parent.item.name == "cors" and one.item.key is not None:
            return one
    return None


def _credentials(part: Part, *, allowed: bool) -> tuple[Edit, ...] | None:
    entry = _cors(part)
    if entry is None or entry.parent is None:
        return None
    said = entry.parent.entry("allowCredentials")
    if not allowed:
        return removed(said) if said is not None else None
    return reworded(said, "false", "true") if said is not None else entered(entry, "allowCredentials", True)


def _sent(part: Part, header: str, text: str | None) -> tuple[Edit, ...] | None:
    entry, name = _cors(part), ANSWERS.get(header, "")
    if entry is None or entry.parent is None or text is None or not name:
        return None
    words = [word.strip() for word in text.split(",")]
    return entered(entry, name, words) if entry.parent.entry(name) is None else None


def _answered(part: Part, headers: Mapping[str, str | None]) -> tuple[Edit, ...] | None:
    """A `cors` beside what asks, in its SecurityPolicy, with the values that are sent now."""
    for one in part.upwards():
        if one.parent is not None and one.parent.item.name == "spec" and one.item.key is not None:
            if one.parent.entry("cors") is not None:
                return None
            said: dict[str, list[str] | bool] = {}
            for name, text in headers.items():
                if text is None:
                    return None
                if name in ANSWERS:
                    said[ANSWERS[name]] = [word.strip() for word in text.split(",")]
                elif name == "access-control-allow-credentials":
                    said["allowCredentials"] = text == "true"
            return entered(one, "cors", said) if "allowOrigins" in said else None
    return None
