"""A 401, or one user's verdict, is kept in a cache and served to others.

What happens
    The cache keeps what was answered to one client and gives it to the next, whatever credentials that one has. A 401
    that is kept locks everybody out until it expires. A yes of the auth service that is kept lets everybody in.

Bad
    proxy_cache pages;
    proxy_cache_valid any 5m;

    location = /auth {
        proxy_cache verdicts;
        proxy_cache_valid 200 5m;
        proxy_pass http://login.example.com/check;
    }

Good
    proxy_cache pages;
    proxy_cache_valid 401 403 0;
    proxy_cache_valid any 5m;

    location = /auth {
        proxy_cache verdicts;
        proxy_cache_key $http_authorization$http_cookie;
        proxy_cache_valid 200 5m;
        proxy_pass http://login.example.com/check;
    }

When it stays quiet
    The key holds the credential; requests with a credential pass the cache by; statuses are listed and 401 is not
    among them; nothing says that the application knows its users.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Exchange, Finding, Label, Level
from authlint.flow.assume import Reply
from authlint.flow.caching import Kept
from authlint.flow.outcome import Outcome
from authlint.model.reply import Cache
from authlint.model.step import Ask
from authlint.record import replace
from authlint.rule import Rule
from authlint.site import Endpoint, Site, headers_of
from authlint_rules.mends.caches import keep_apart, keep_no_401
from authlint_rules.questions.cached import cache_of, kept_in, tells_clients

ID = "unauthorized-cached"
REFUSED = Reply(401, (("WWW-Authenticate", "Bearer"),))


def check(site: Site) -> Iterator[Finding]:
    hosts = {id(one.host): one.host for one in site.endpoints}.values()
    if not any(cache_of(route) for host in hosts for route in (*host.table.routes(), host.fallback)):
        return
    for endpoint in site.endpoints:
        if any(isinstance(one, Ask) for one in evidence.mechanisms(endpoint)):
            yield from _verdicts(site, endpoint)
        cache = cache_of(endpoint.route)
        if cache is not None and cache.refusals_span is not None and not tells_clients(site, cache):
            yield from _refusals(site, endpoint, cache)


def _verdicts(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """What the auth service said of one client, and then of all."""
    good = next((name for name in site.passing(endpoint) if name != "none"), None)
    if good is None:
        return
    often = replace(site.supposing({}), uses=None)
    for first, then in ((good, "none"), ("none", good)):
        before = site.get(endpoint, *headers_of(first), assume=often)
        for kept in kept_in(before, auth=True):
            if tells_clients(site, kept.cache):
                continue
            after, exchange = _next(site, endpoint, then, kept)
            opens = then == "none"
            wrong = after.admitted if opens else after.status == 401
            if not wrong or after.alternatives:
                continue
            what = (
                "one valid login lets everybody in"
                if opens
                else "one request without credentials locks everybody out"
            )
            said = "its yes is kept" if opens else "its 401 is kept"
            yield _finding(site, endpoint, kept, f"{what}: {said}", (before, first), exchange)
            return


def _refusals(site: Site, endpoint: Endpoint, cache: Cache) -> Iterator[Finding]:
    """What the application refused once."""
    if not _listed(cache) and not evidence.may_refuse(site, endpoint):
        return
    assume = replace(site.supposing({}), default=REFUSED, uses=None)
    request = site.request(endpoint)
    before = site.ask(request, assume)
    for kept in kept_in(before, auth=False):
        after, exchange = _next(site, endpoint, "bearer", kept)
        if kept.reply.status == 401 and after.status == 401 and after.upstream is None:
            what = "a 401 is kept and served to clients with valid credentials"
            yield _finding(site, endpoint, kept, what, (before, "none"), exchange, 401)
            return


def _listed(cache: Cache) -> bool:
    """Whether 401 is kept because somebody said so, and not because everything is."""
    return cache.statuses is not None and len(cache.statuses) < 400


def _next(site: Site, endpoint: Endpoint, credential: str, kept: Kept) -> tuple[Outcome, Exchange]:
    assume = replace(site.supposing({}), stored={kept.slot: kept.reply})
    request = site.request(endpoint, *headers_of(credential))
    outcome = site.ask(request, assume)
    wanted = "401: nobody has asked about this client" if credential == "none" else "200: its own answer"
    return outcome, site.exchange(request, outcome, wanted)


def _finding(
    site: Site,
    endpoint: Endpoint,
    kept: Kept,
    what: str,
    before: tuple[Outcome, str],
    after: Exchange,
    supposed: int | None = None,
) -> Finding:
    cache = kept.cache
    outcome, credential = before
    first = site.exchange(site.request(endpoint, *headers_of(credential)), outcome, "", supposed=supposed)
    span = cache.refusals_span if supposed is not None else cache.key_span
    return Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"{endpoint.title}: {what}",
        primary=Label(span or cache.span, "keeps it for everybody" if span else "the key is the URL alone"),
        related=(Label(cache.span, "the cache"),) if span and span != cache.span else (),
        routes=(endpoint.title,),
        witness=(*(first,) * max(1, cache.least), after),
        cure=site.cure(
            ID,
            "keep no refusals: proxy_cache_valid 401 403 0; before the others"
            if supposed is not None
            else "put what the service judges by into the key: proxy_cache_key $http_authorization$http_cookie;",
        ),
        stated=outcome.assumed,
        mends=keep_apart(cache) if supposed is None else keep_no_401(cache, listed=_listed(cache)),
    )


RULE = Rule(
    id=ID,
    summary="A 401, or one user's verdict, is kept in a cache and served to others",
    level=Level.ERROR,
    reference="https://www.rfc-editor.org/rfc/rfc9111#section-3.5",
    manual=__doc__ or "",
    check=check,
)
