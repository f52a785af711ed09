"""A log keeps credentials.

What happens
    The format writes the Authorization header, cookies, or a query in which this configuration takes tokens. Whoever
    reads the log, or what it is shipped to, can use them until they expire.

Bad
    log_format audit '$remote_addr "$request" "$http_authorization"';
    access_log /var/log/nginx/access.log audit;

Good
    log_format audit '$remote_addr "$request" $remote_user';
    access_log /var/log/nginx/access.log audit;

When it stays quiet
    The value is cut or replaced by a map; the format writes the query and no token is taken from there; the format is
    not in use; nothing here asks for credentials or hands them on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.model.credential import ApiKey, Jwt
from authlint.model.fact import Log
from authlint.model.value import Cat, Get, Pick, Value, Variable
from authlint.rule import Rule
from authlint.site import Endpoint, Site, headers_of, requires

ID = "token-logged"
SECRET = frozenset(
    ("authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth-token", "x-access-token")
)
SESSION = ("session", "sess", "sid", "token", "jwt", "auth")
QUERY = frozenset(("query", "target", "routed-target", "request-line", "url"))
DEEPEST = 20


def check(site: Site) -> Iterator[Finding]:
    logs = dict.fromkeys(fact for fact in site.gateway.facts if isinstance(fact, Log))
    if not logs:
        return
    endpoints = [one for one in site.endpoints if any(evidence.mechanisms(one))]
    parameters = {name for one in endpoints for name in _parameters(one)}
    for log in logs:
        written = next((word for word in _written(site, log) if _is_secret(word, parameters)), None)
        if written is not None and endpoints:
            yield _finding(site, log, written, endpoints)


def _finding(site: Site, log: Log, written: Get, endpoints: list[Endpoint]) -> Finding:
    first = endpoints[0]
    credential = next(site.passing(first), "bearer")
    request = site.request(first, *headers_of(credential))
    named = {"header": written.name.title(), "cookie": f"the cookie {written.name}"}.get(
        written.kind, "the query"
    )
    return Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"the log keeps {named}, which holds credentials",
        primary=Label(log.span, f"writes {named} whole"),
        related=(Label(log.used, "the format is used here"),) if log.used != log.span else (),
        routes=tuple(one.title for one in endpoints),
        witness=(site.exchange(request, site.ask(request), f"a log line without {named}"),),
        cure="leave it out of the format, or write who it was: the user's name or a hash",
        stated=site.ask(request).assumed,
    )


def _parameters(endpoint: Endpoint) -> Iterator[str]:
    """Query parameters in which tokens are looked for because somebody said so."""
    for require in requires(endpoint.route):
        for one in require.checks:
            if isinstance(one, ApiKey):
                yield from (place.name for place in one.places if place.kind == "parameter")
            elif isinstance(one, Jwt):
                for provider in one.providers:
                    for place in provider.places:
                        if place.kind == "parameter" and place.span != provider.span:
                            yield place.name


def _written(site: Site, log: Log) -> Iterator[Get]:
    for part in log.parts:
        yield from _leaves(part, site.gateway.definitions, 0)


def _leaves(value: Value, definitions: Mapping[str, Value], depth: int) -> Iterator[Get]:
    """What a value writes whole; what it only looks at to choose another text does not count."""
    if depth > DEEPEST:
        return
    match value:
        case Get():
            yield value
        case Cat(inner):
            for one in inner:
                yield from _leaves(one, definitions, depth + 1)
        case Variable(name) if name in definitions:
            yield from _leaves(definitions[name], definitions, depth + 1)
        case Pick():
            for one in (value.default, *(case.value for case in value.cases)):
                yield from _leaves(one, definitions, depth + 1)


def _is_secret(word: Get, parameters: set[str]) -> bool:
    if word.kind == "header":
        return word.name in SECRET
    if word.kind == "cookie":
        return any(part in word.name.lower() for part in SESSION)
    if word.kind == "argument":
        return word.name in parameters
    return word.kind in QUERY and bool(parameters)


RULE = Rule(
    id=ID,
    summary="A log format writes credentials",
    level=Level.WARNING,
    reference="https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude",
    manual=__doc__ or "",
    check=check,
)
