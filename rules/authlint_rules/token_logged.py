"""A log keeps credentials.

What happens
    The format writes the Authorization header, cookies, or a query in which this configuration takes tokens. Whoever
    reads the log, or what it is shipped to, can use them until they expire. Formats that are nginx's own, and written
    nowhere here, have no fix.

Bad
    log_format audit '$remote_addr "$request" "$http_authorization"';
    access_log /var/log/nginx/access.log audit;

Good
    log_format audit '$remote_addr "$request" $remote_user';
    access_log /var/log/nginx/access.log audit;

When it stays quiet
    The value is cut or replaced by a map; the format writes the query and no token is taken from there; the format is
    not in use; the server has taken the token from the query before it writes its line; nothing here asks for
    credentials, hands them on or is an API.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.intent import Mend, Withhold
from authlint.model.fact import Log
from authlint.model.value import Get
from authlint.rule import Rule
from authlint.site import BASIC, Endpoint, Site, blocks_of, headers_of
from authlint_rules.questions.logged import QUERY, is_secret, leaves, parameters, secrets

ID = "token-logged"


def check(site: Site) -> Iterator[Finding]:
    everywhere = [fact for fact in site.gateway.facts if isinstance(fact, Log)]
    telling: dict[Log, bool] = {}
    found: dict[Log, list[tuple[Endpoint, Get, Request]]] = {}
    for endpoint in site.endpoints:
        own = (log for block in blocks_of(endpoint.route) for log in block.logs)
        for log in dict.fromkeys((*everywhere, *own)):
            if log not in telling:
                telling[log] = any(
                    is_secret(word) for part in log.parts for word in leaves(part, site.gateway.definitions)
                )
            if telling[log]:
                word = next((word for part in log.parts for word in secrets(site, endpoint, part)), None)
                request = _written(site, endpoint, log, word, log in everywhere) if word is not None else None
                if word is not None and request is not None:
                    found.setdefault(log, []).append((endpoint, word, request))
    for log, endpoints in found.items():
        yield _finding(site, log, endpoints)


def _written(site: Site, endpoint: Endpoint, log: Log, word: Get, everywhere: bool) -> Request | None:
    """A request with a credential that ends in a block that keeps this log, and still has the credential then."""
    request = _request(site, endpoint, word)
    if everywhere and not log.late:
        return request
    outcome = site.ask(request)
    if not everywhere:
        kept = all(world.block is not None and log in world.block.logs for world in outcome.worlds)
        return request if kept and not outcome.opens else None
    # A token that is verified may be taken from the request; what is refused stays as it came.
    others = [site.request(endpoint, BASIC)] if word == Get("header", "authorization") else []
    return next(
        (one for one in (request, *others) if all(_is_left(world, word) for world in site.ask(one).worlds)),
        None,
    )


def _is_left(world: Outcome, word: Get) -> bool:
    if world.upstream is None:
        return True
    if word.kind == "argument" or word.kind in QUERY:
        return "TOKEN" in (world.upstream.path or "")
    return word.kind == "cookie" or bool(world.upstream.get(word.name))


def _request(site: Site, endpoint: Endpoint, word: Get) -> Request:
    """A request with what the route takes, in the query if it is looked for there; if there is a choice, with what is
    written."""
    named = next(parameters(site, endpoint), None)
    passing = [headers_of(one) for one in site.passing(endpoint) if one != "none"]
    header = "cookie" if word.kind == "cookie" else word.name
    told = [one for one in passing if any(name.lower() == header for name, _ in one)]
    headers = next(iter((*told, *passing)), headers_of("bearer"))
    return site.request(endpoint, *headers if named is None else ((f"?{named}", "TOKEN"),))


def _finding(site: Site, log: Log, endpoints: list[tuple[Endpoint, Get, Request]]) -> Finding:
    _, written, request = endpoints[0]
    outcome = site.ask(request)
    named = {"header": written.name.title(), "cookie": f"the cookie {written.name}"}.get(
        written.kind, "the query"
    )
    return Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"the log keeps {named}, which holds credentials",
        primary=Label(log.span, f"writes {named} whole"),
        related=(Label(log.used, "the format is used here"),) if log.used != log.span else (),
        routes=tuple(one.title for one, _, _ in endpoints),
        witness=(site.exchange(request, outcome, f"a log line without {named}"),),
        cure="leave it out of what is written, or write who it was: the user's name or a hash",
        assumes=(log.assumes,) if log.assumes else (),
        pedantic=bool(log.assumes),
        stated=outcome.assumed,
        mends=_withheld(log, written),
    )


def _withheld(log: Log, written: Get) -> tuple[Mend, ...]:
    """A query is told again without what it holds: that is another text where the path is rewritten."""
    whole = written.kind in QUERY
    title = "write the path without the query" if whole else "leave it out of the format"
    return (Mend(title, (Withhold(log.span, written),), safe=not whole, unseen=True),)


RULE = Rule(
    id=ID,
    summary="A log format writes credentials",
    level=Level.WARNING,
    reference="https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude",
    manual=__doc__ or "",
    check=check,
)
