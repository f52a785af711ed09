"""Requests made up for a route: a name that leads to its virtual host, paths, origins, what a condition wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from authlint.flow.samples import samples
from authlint.model.condition import Test
from authlint.model.gateway import Listener, Route, VirtualHost
from authlint.model.step import Branch
from authlint.model.value import Case, Get, Lit, Pick, Value, parts, reads


def base_url(listener: Listener, host: VirtualHost) -> str | None:
    """Scheme, name and port by which a virtual host is reached; None where no name leads to it."""
    scheme = "https" if listener.tls else "http"
    if listener.address.startswith("unix:"):
        return None
    shown = (
        "" if listener.port in (80, 443) and (listener.port == 443) == listener.tls else f":{listener.port}"
    )
    name = _sample_name(host)
    if name is None:
        if host is not listener.default:
            return None
        name = "gateway.example"
    return f"{scheme}://{name}{shown}"


def _sample_name(host: VirtualHost) -> str | None:
    for one in host.names:
        if one.kind == "exact" and one.text not in ("", "_") and "." in one.text + ".":
            return one.text
    for one in host.names:
        if one.kind == "ends":
            return "www" + one.text
        if one.kind == "starts":
            return one.text + ".example"
        if one.kind == "pattern":
            for sample in samples(one.text, True):
                if sample and all(c.isalnum() or c in ".-" for c in sample):
                    return sample
    return None


def paths_of(route: Route) -> tuple[str, ...]:
    """Paths that this route may take, the likeliest first."""
    text = route.match.text
    match route.match.kind:
        case "exact":
            return (text,)
        case "prefix":
            return (text + "x", text) if text.endswith("/") else (text, text + "/x", text + "x")
        case "pattern":
            return samples(text, route.match.nocase, path=True)
        case _:
            return ("/x", "/")


def wanted_headers(branch: Branch) -> tuple[str, str] | None:
    """The header that makes a client's request meet a branch's condition, where one header does."""
    when = branch.when
    if not isinstance(when, Test) or when.arg is not None or not isinstance(when.value, Get):
        return None
    text = {"true": "1", "present": "1", "is": when.how.arg}.get(when.how.how)
    if not text:
        return None
    if when.value.kind == "cookie":
        return "Cookie", f"{when.value.name}={text}"
    if when.value.kind == "header" and when.value.name not in ("authorization", "host"):
        return when.value.name.title(), text
    return None


def compared_with_origin(branch: Branch, definitions: Mapping[str, Value]) -> Iterator[Value]:
    when = branch.when
    if isinstance(when, Test) and when.arg is None and reads(when.value, definitions, "header", "origin"):
        yield Pick(when.value, (Case(when.how, Lit(""), branch.span),), Lit(""), branch.span)


def origins_in(value: Value, definitions: Mapping[str, Value]) -> Iterator[str]:
    for part in parts(value, definitions):
        if isinstance(part, Lit) and part.text.startswith(("http://", "https://")) and " " not in part.text:
            yield part.text
        elif isinstance(part, Pick) and Get("header", "origin") in parts(part.source, definitions):
            for case in part.cases:
                yield from _origins_of(case.test.how, case.test.arg, case.test.nocase)


def _origins_of(how: str, arg: str, nocase: bool) -> Iterator[str]:
    if how == "is" and arg.startswith(("http://", "https://")):
        yield arg
    elif how == "search":
        for sample in samples(arg, nocase):
            if sample.startswith(("http://", "https://")):
                yield sample
        for prefix in ("https://app.", "https://", "http://"):
            for sample in samples(arg.lstrip("^").rstrip("$"), nocase)[:1]:
                yield prefix + sample.removeprefix("https://").removeprefix("http://").lstrip(".")
