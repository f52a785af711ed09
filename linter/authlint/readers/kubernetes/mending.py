"""Intents as edits of annotations, and of the controller's ConfigMap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from authlint.expression import expression
from authlint.intent import (
    AllowCredentials,
    Answer,
    AskUnder,
    Edit,
    Enforce,
    Exclude,
    ExemptPath,
    FallBack,
    Include,
    Intent,
    KeepPath,
    KeyBy,
    Quote,
    Remove,
    Repeat,
    Reword,
    Send,
    ToTls,
    Withhold,
)
from authlint.model.value import Get, literal
from authlint.readers.embedded.blocks import written
from authlint.readers.kubernetes.annotations import PREFIX, TRUE
from authlint.readers.nginx import mending as nginx
from authlint.readers.nginx.falling_back import scripted
from authlint.readers.nginx.scan import scan
from authlint.readers.nginx.variables import DOLLAR
from authlint.readers.nginx.withholding import absent
from authlint.readers.nginx.writing import Page
from authlint.readers.yaml.edits import (
    Part,
    children,
    entered,
    part_at,
    quoted,
    removed,
    renamed,
    reworded,
    said_beside,
    with_text,
)
from authlint.text import Span

LISTS = (PREFIX + "cors-allow-headers", PREFIX + "cors-expose-headers", PREFIX + "cors-allow-methods")
URL = expression(r"(?P<authority>https?://[^/?#]+)(?P<path>/[^?#]*)?")
# What the controller exempts where nobody says otherwise
# (https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/#no-auth-locations).
EXEMPTED = "/.well-known/acme-challenge"
ANSWERS = {
    "access-control-allow-origin": "cors-allow-origin",
    "access-control-allow-credentials": "cors-allow-credentials",
    "access-control-allow-headers": "cors-allow-headers",
    "access-control-allow-methods": "cors-allow-methods",
    "access-control-expose-headers": "cors-expose-headers",
    "access-control-max-age": "cors-max-age",
}


def edits(intent: Intent, path: str, text: str) -> tuple[Edit, ...] | None:
    """What is to be written where; None where the controller knows no such setting."""
    part = part_at(path, text, intent.span)
    if part is None or part.parent is None:
        return None
    annotated = part.parent.item.name == "annotations"
    if not annotated and part.parent.item.name != "data":
        return _repeated(part, intent.lines) if isinstance(intent, Repeat) else None
    name = part.item.name
    if annotated and name.endswith("-snippet"):
        return _in_snippet(intent, part)
    match intent:
        case Remove() | Exclude() if annotated:
            return removed(part)
        case Reword(old=old, new=new) if old == name:
            return renamed(part, new)
        case Reword(old=old, new=new):
            return reworded(part, old, new)
        case KeepPath() if name == PREFIX + "rewrite-target":
            return removed(part)
        case Enforce() if name in (PREFIX + "auth-request-redirect", PREFIX + "auth-realm"):
            return removed(part)  # what the controller does without it is to ask
        case KeyBy(headers=names) if name in (PREFIX + "auth-cache-key", "global-auth-cache-key"):
            more = [f"$http_{one.lower().replace('-', '_')}" for one in names]
            return with_text(part, "".join(one for one in more if one not in part.item.text))
        case Withhold(part=one) if name == "log-format-upstream":
            return _withheld(part, one)
        case Quote() if annotated:
            return quoted(part)
        case Include(word=word) if name in LISTS:
            return with_text(part, f", {word}")
        case ExemptPath(path=exempt) if name == "global-auth-url":
            return _exempted(part, exempt)
        case AllowCredentials(allowed=allowed) if annotated:
            return said_beside(part, PREFIX + "cors-allow-credentials", "true" if allowed else "false")
        case Send(to="client", name=header, value=value) if annotated:
            return _sent(part, header.lower(), literal(value))
        case AskUnder(path=under) if name == PREFIX + "auth-url":
            return _asked(part, under)
        case ToTls() if annotated:
            return said_beside(part, PREFIX + "ssl-redirect", "true")
        case Answer(headers=headers, how="first") if annotated:
            return _answered(part, {name.lower(): literal(value) for name, value in headers})
    return None


def _repeated(part: Part, lines: Sequence[Span]) -> tuple[Edit, ...] | None:
    """Annotations of another object of the file, at the object in which this stands."""
    *_, document = part.upwards()
    metadata = document.entry("metadata")
    found = [part_at(part.path, part.text, one) for one in lines if one.path == part.path]
    said = {one.item.name: one.item.text for one in found if one is not None and one.within("annotations")}
    last = children(metadata.item)[-1:] if metadata is not None else []
    if metadata is None or not last or not said or len(said) != len(lines):
        return None
    notes = metadata.entry("annotations")
    if notes is None:
        return entered(metadata.inner(last[0]), "annotations", said)
    own = children(notes.item)
    if not own or any(one.name in said for one in own):
        return None
    made = [edit for name, text in said.items() for edit in entered(notes.inner(own[-1]), name, text) or ()]
    return (Edit(made[0].span, "".join(one.text for one in made)),) if len(made) == len(said) else None


def _in_snippet(intent: Intent, part: Part) -> tuple[Edit, ...] | None:
    """nginx's own statements; with the last of them the annotation goes."""
    text = written(part.item, part.text)
    inside = part.item.start + int(part.item.node.start_mark.index)
    if text is None or intent.span.start < inside:
        return None
    if isinstance(intent, Remove) and len(scan(text).directives) == 1:
        return removed(part)
    block = "location" if part.item.name == f"{PREFIX}configuration-snippet" else ""
    page = Page(part.path, text, part.text, block)
    if isinstance(intent, FallBack) and block:
        found = nginx.statement(scan(text).directives, intent.span)
        return scripted(page, found, intent) if found is not None else None
    return nginx.edits(intent, page)


def _exempted(part: Part, path: str) -> tuple[Edit, ...] | None:
    listed = part.parent.entry("no-auth-locations") if part.parent is not None else None
    if listed is None:
        return entered(part, "no-auth-locations", f"{EXEMPTED},{path}" if path != EXEMPTED else path)
    return with_text(listed, f",{path}")


def _sent(part: Part, header: str, text: str | None) -> tuple[Edit, ...] | None:
    """A header of the controller's own CORS, beside the annotations that say the others."""
    name = PREFIX + ANSWERS.get(header, "")
    if (
        text is None
        or header not in ANSWERS
        or not part.item.name.startswith((PREFIX + "cors-", PREFIX + "enable-cors"))
    ):
        return None
    return None if part.parent is None or part.parent.entry(name) is not None else entered(part, name, text)


def _withheld(part: Part, one: Get) -> tuple[Edit, ...] | None:
    """https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/#log-format-escape-json"""
    beside = {item.name: item.text for item in children(part.parent.item)} if part.parent is not None else {}
    escape = next((kind for kind in ("json", "none") if beside.get(f"log-format-escape-{kind}") in TRUE), "")
    made = [
        (match[0], absent(match[1] or match[3] or "", one, escape))
        for match in DOLLAR.finditer(part.item.text)
    ]
    found = [(old, new) for old, new in made if new is not None]
    return reworded(part, *found[0]) if len(found) == 1 else None


def _asked(part: Part, path: str) -> tuple[Edit, ...] | None:
    found = URL.fullmatch(part.item.text.split("?")[0])
    if found is None:
        return None
    if found["path"] is None:
        return with_text(part, path) if "?" not in part.item.text else None
    return reworded(part, found[0], found["authority"] + path)


def _answered(part: Part, headers: Mapping[str, str | None]) -> tuple[Edit, ...] | None:
    """https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#enable-cors, with the
    values that are sent now."""
    assert part.parent is not None
    names = {PREFIX + "enable-cors": "true"}
    for name, value in headers.items():
        if value is None:
            return None
        if name in ANSWERS:
            names[PREFIX + ANSWERS[name]] = value
    if any(part.parent.entry(name) is not None for name in names):
        return None
    lines = [one for name, value in names.items() for one in entered(part, name, value) or ()]
    return (Edit(lines[0].span, "".join(one.text for one in lines)),) if len(lines) == len(names) else None
