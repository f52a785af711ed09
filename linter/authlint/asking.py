"""Requests made up for a route: a name that leads to its virtual host, paths, origins, what a condition wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from authlint.credentials import BEARER
from authlint.expression import expression
from authlint.flow.request import Headers
from authlint.flow.samples import samples
from authlint.model.condition import All, AnyOf, Condition, Test
from authlint.model.credential import Allow, Jwt
from authlint.model.gateway import Listener, Match, Route, VirtualHost
from authlint.model.step import Branch, Cors, Require
from authlint.model.value import Case, Get, Lit, Pick, Text, Value, parts, reads
from authlint.record import record, replace

ORIGIN = expression(r"https?://[a-z0-9.\-\[\]:]+")


def base_url(listener: Listener, host: VirtualHost) -> str | None:
    """Scheme, name and port by which a virtual host is reached; None where no name leads to it."""
    scheme = "https" if listener.tls else "http"
    if listener.address.startswith("unix:"):
        return None
    usual = listener.port in (80, 443) and (listener.port == 443) == listener.tls
    shown = "" if usual or _is_nameless(listener, host) else f":{listener.port}"
    name = _sample_name(host)
    if name is None:
        if host is not listener.default:
            return None
        name = "gateway.example"
    return f"{scheme}://{name}{shown}"


def _is_nameless(listener: Listener, host: VirtualHost) -> bool:
    """Whether the port must not stand in the Host header: it is compared with the names, and they have none."""
    compared = listener.intake.paths == "as-sent" and not listener.intake.strip_port
    return compared and host is not listener.default and _sample_name(host) is not None


def _sample_name(host: VirtualHost) -> str | None:
    for one in host.names:
        if one.kind == "exact" and one.text not in ("", "_") and "." in one.text + ".":
            return one.text
    for one in host.names:
        if one.kind == "ends":
            return "www" + one.text
        if one.kind == "starts":
            return one.text + ".example"
        if one.kind == "begins":
            return one.text.rstrip(".") + ".example"
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
        case "segments":
            return (text + "/x", text)
        case "pattern":
            return samples(text, route.match.nocase, path=True)
        case "full":
            return samples(f"^(?:{text})$", route.match.nocase, path=True)
        case _:
            return ("/x", "/")


@record
class Wishes:
    """What a request must have besides its path, so that a route takes it."""

    method: str = "GET"
    headers: Headers = ()


def wishes(when: Condition | None) -> Wishes:
    """A method and headers that meet a condition, as far as single tests tell."""
    method, headers = "GET", {}
    for test in _tests(when):
        text = _text_for(test.how)
        if text is None or test.arg is not None or not isinstance(test.value, Get):
            continue
        kind, name = test.value.kind, test.value.name
        if kind == "own-method":
            method = text
        elif kind == "header" and name == "authorization" and test.how.how == "present":
            headers["Authorization"] = BEARER[1]
        elif kind == "header":
            # What is asked for in so many words is better than that something is there.
            if test.how.how != "present" or name.title() not in headers:
                headers[name.title()] = text
        elif kind == "argument" and (test.how.how != "present" or f"?{name}" not in headers):
            headers[f"?{name}"] = text
    return Wishes(method, tuple(headers.items()))


def _tests(when: Condition | None) -> Iterator[Test]:
    if isinstance(when, Test):
        yield when
    elif isinstance(when, All):
        for one in when.conditions:
            yield from _tests(one)


def _text_for(how: Text) -> str | None:
    """A text that a test fits."""
    match how.how:
        case "is" | "prefix" | "suffix" | "contains":
            return how.arg
        case "present" | "true":
            return "1"
        case "search" | "full":
            return next(iter(samples(f"^(?:{how.arg})$" if how.how == "full" else how.arg, how.nocase)), None)
        case _:
            return None


def focuses(route: Route) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The parts of a route that its rules about tokens name: a path for people, and paths that lead there."""
    plain = ("prefix", "is", "segments")
    tests = (one.how for one in _tests_for_tokens(route) if one.value == Get("path"))
    named = [one for one in dict.fromkeys(tests) if one.how in plain]
    whole = any(one.arg == route.match.text for one in named)
    for how in named:
        text = how.arg
        # What is below a path is a part of its own only where the path itself is treated differently.
        if _inside(text, route) and not (whole and text == route.match.text + "/"):
            kind = {"prefix": "prefix", "is": "exact", "segments": "segments"}[how.how]
            part = replace(route, match=Match(kind, text))  # type: ignore[arg-type]
            yield text, paths_of(part)


def _tests_for_tokens(route: Route) -> Iterator[Test]:
    """What is asked of requests before a token is, or before somebody looks at what one says."""
    seen: set[int] = set()
    for block in (route.block, *(block for _, block in route.variants)):
        for step in block.steps:
            for check in step.checks if isinstance(step, Require) else ():
                if id(check) in seen:
                    continue
                seen.add(id(check))
                if isinstance(check, Jwt):
                    for rule in check.rules:
                        yield from _tests(rule.when)
                elif isinstance(check, Allow):
                    for policy in check.policies:
                        if policy.reads_claims:
                            yield from _choices(policy.when)


def _choices(when: Condition) -> Iterator[Test]:
    """Tests of which one, or all, must hold."""
    if isinstance(when, AnyOf | All):
        for one in when.conditions:
            yield from _choices(one)
    else:
        yield from _tests(when)


def _inside(text: str, route: Route) -> bool:
    match = route.match
    if match.kind in ("prefix", "segments"):
        return text.startswith(match.text) and text != match.text
    return match.kind == "everything"


def known_origins(policy: Cors) -> Iterator[str]:
    """Origins that a policy knows."""
    for test in policy.origins:
        match test.how:
            case "is":
                if ORIGIN.fullmatch(test.arg):
                    yield test.arg
            case "full":
                yield from _origins_of("search", f"^(?:{test.arg})$", test.nocase)
            case "prefix":
                yield test.arg if test.arg.count(".") and test.arg[-1].isalnum() else f"{test.arg}app.example"
            case "suffix":
                yield f"https://app{test.arg if test.arg[:1] in '.-' else '.' + test.arg}"
            case "contains":
                yield f"https://{test.arg.strip('.')}"
            case _:
                pass


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
        if isinstance(part, Lit):
            yield from ORIGIN.findall(part.text)
        elif isinstance(part, Pick) and Get("header", "origin") in parts(part.source, definitions):
            for case in part.cases:
                yield from _origins_of(case.test.how, case.test.arg, case.test.nocase)


def _origins_of(how: str, arg: str, nocase: bool) -> Iterator[str]:
    if how == "is":
        yield from ORIGIN.findall(arg)
    elif how == "search":
        for sample in samples(arg, nocase):
            if sample.startswith(("http://", "https://")):
                yield sample
        for prefix in ("https://app.", "https://", "http://"):
            for sample in samples(arg.lstrip("^").rstrip("$"), nocase)[:1]:
                yield prefix + sample.removeprefix("https://").removeprefix("http://").lstrip(".")
