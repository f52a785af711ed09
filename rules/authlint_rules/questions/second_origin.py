"""Applications that may send Access-Control-Allow-Origin themselves; no rule itself. Each is a guess."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from authlint.finding import Finding, Label, Level
from authlint.flow.assume import Assume, Reply
from authlint.flow.outcome import Outcome
from authlint.model.step import HeaderOp
from authlint.model.value import literal
from authlint.model.words import is_public
from authlint.site import Endpoint, Site, headers_of
from authlint.text import Span

ORIGIN = "access-control-allow-origin"


def guessed(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """What the client gets if the application behind answers as one that takes other origins itself."""
    why = _likely(site, endpoint)
    if why is None:
        return
    origin = site.origins(endpoint)[0]
    credential = next(site.passing(endpoint), "none")
    request = site.request(endpoint, ("Origin", origin), *headers_of(credential))
    outcome = site.ask(request, _sends(origin))
    op = outcome.in_every_world(_added)
    if op is None or outcome.opens:
        return
    assumes = f"the application answers with Access-Control-Allow-Origin: {origin} itself"
    yield Finding(
        rule=rule,
        level=Level.WARNING,
        message=f"{endpoint.title}: two Access-Control-Allow-Origin where the application sends its own",
        primary=Label(op.span, "is sent besides the application's own"),
        related=(why,),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, "one Access-Control-Allow-Origin"),),
        cure="hide the application's own (proxy_hide_header Access-Control-Allow-Origin), or leave it to that",
        assumes=(assumes,),
        stated=outcome.assumed,
        pedantic=True,
    )


@lru_cache(maxsize=256)  # an answer is kept by the identity of what was assumed
def _sends(origin: str) -> Assume:
    return Assume(default=Reply(200, (("Access-Control-Allow-Origin", origin),)))


def _likely(site: Site, endpoint: Endpoint) -> Label | None:
    """What makes it likely that the application sends the header itself."""
    upstream = site.upstream(endpoint)
    own = id(endpoint.host)
    hiders = site.once(("hiders", own), lambda: _hiders(site, own))
    if upstream is not None and upstream in hiders:
        return Label(hiders[upstream], "another route hides the header of the same application")
    forward = endpoint.forward
    target = literal(forward.target) if forward is not None else None
    host = urlsplit(target).hostname if target is not None and target.startswith("https://") else None
    if forward is not None and host is not None and host not in site.gateway.upstreams and is_public(host):
        return Label(forward.span, "an application of another site, which pages call by this name too")
    return None


def _hiders(site: Site, host: int) -> dict[str, Span]:
    """Where routes of a host hide the header, by their upstream."""
    found: dict[str, Span] = {}
    for one in site.siblings[host]:
        hidden = one.forward.hide if one.forward is not None else ()
        op = next((op for op in hidden if op.name.lower() == ORIGIN), None)
        upstream = site.upstream(one) if op is not None else None
        if op is not None and upstream is not None:
            found.setdefault(upstream, op.span)
    return found


def _added(world: Outcome) -> HeaderOp | None:
    """The operation that puts a second value beside the application's own."""
    listed = world.get(ORIGIN)
    ops = [header.op for header in listed if header.op is not None]
    return ops[0] if len(listed) > 1 and ops and world.answered_by == "upstream" else None
