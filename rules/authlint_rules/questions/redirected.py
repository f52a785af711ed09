"""Redirects to the same resource elsewhere, and what they cost; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from authlint import evidence
from authlint.client.redirects import origin_of, origin_text, own_url, resolved
from authlint.finding import Label
from authlint.flow.outcome import REDIRECTS, Outcome
from authlint.flow.request import Request
from authlint.model.credential import OAuth
from authlint.model.gateway import Route
from authlint.model.step import Answer, Files, Require, Respond, Rewrite, TryFiles
from authlint.record import replace
from authlint.site import BEARER, Endpoint, Site, blocks_of, ops_of


def with_token(site: Site, endpoint: Endpoint) -> Iterator[Request]:
    """To the route; to a path below it that has no slash at its end; to its own path without that slash."""
    request, match = site.request(endpoint, BEARER), endpoint.route.match
    yield request
    bare = replace(request, url=endpoint.base + match.text.rstrip("/"), _parts=[])
    if match.kind == "prefix" and endpoint.forward is not None and _redirects(endpoint):
        yield replace(bare, url=bare.url + "/x", _parts=[])
    if endpoint.route.slash:
        # From outside the port may be another: nginx then shows its own all the same (measured: I02).
        parts = urlsplit(endpoint.base)
        inside = parts.port is None or evidence.tls_before(site, endpoint) is None
        yield bare if inside else bare.with_headers(("Host", parts.hostname or ""))


def may_redirect(endpoint: Endpoint) -> bool:
    """Whether anything on the route's way could answer with a redirect: most routes have nothing of the kind."""
    if endpoint.route.slash or endpoint.listener.intake.escaped_slashes == "redirect":
        return True
    if any(
        isinstance(op, (Respond, Rewrite)) for op in ops_of((*endpoint.host.script, *endpoint.route.script))
    ):
        return True
    blocks = (endpoint.host.block, *blocks_of(endpoint.route))
    steps = [step for block in blocks for step in block.steps]
    if any(block.recover for block in blocks) or any(
        isinstance(one, (Answer, Files, TryFiles)) for one in steps
    ):
        return True
    return any(isinstance(check, OAuth) for one in steps if isinstance(one, Require) for check in one.checks)


def _redirects(endpoint: Endpoint) -> bool:
    script = (*endpoint.host.script, *endpoint.route.script)
    return any(isinstance(op, Rewrite) and isinstance(op.then, int) for op in ops_of(script))


def redirecting(world: Outcome) -> Label | None:
    """The words that redirect, before anybody refuses."""
    decided = world.decided
    if world.status not in REDIRECTS or world.answered_by != "gateway" or world.denial is not None:
        return None
    return Label(decided.span, "redirects") if decided is not None and decided.span is not None else None


def loss(site: Site, request: Request, outcome: Outcome, endpoint: Endpoint) -> str:
    """Why a token does not arrive, if this is a redirect to the same resource; else nothing."""
    outside = evidence.tls_before(site, endpoint) is not None
    start = own_url(request)
    if outside:
        start = f"https://{urlsplit(start).hostname}{request.target}"
    url = resolved(replace(request, url=start, headers=(), _parts=[]), outcome.value("location") or "")
    if not url.startswith("http") or _last(url) != _last(start):
        return ""
    old, new = origin_of(start), origin_of(url)
    upgrade = not outside and old[1] == new[1] and (old[0], new[0]) == ("http", "https")
    if old != new and not upgrade:
        return f"leads from {origin_text(start)} to {origin_text(url)}: there clients leave Authorization out"
    by_rule = outcome.decided is not None and not isinstance(outcome.decided.subject, Route)
    if old == new and by_rule and endpoint.forward is not None and url.rstrip("/") == start.rstrip("/"):
        return "redirects the API's calls too: some clients leave Authorization out, and no preflight follows"
    return ""


def _last(url: str) -> str:
    """The last segment of a URL's path, whatever slash stands behind it."""
    return urlsplit(url).path.rstrip("/").rpartition("/")[2]
