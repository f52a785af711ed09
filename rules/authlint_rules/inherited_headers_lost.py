"""A block's own proxy_set_header discards the inherited ones, and one of those mattered to authentication.

What happens
    nginx inherits proxy_set_header (fastcgi_param, grpc_set_header, ...) all or nothing: one line in a location
    switches off every line of the levels around it. The application then misses the token, the host name or the
    identity that the outer level sends.

Bad
    server {
        proxy_set_header Authorization "Bearer service-token";
        location / {
            proxy_set_header Host $host;
            proxy_pass http://app;
        }
    }

Good
    server {
        location / {
            proxy_set_header Authorization "Bearer service-token";
            proxy_set_header Host $host;
            proxy_pass http://app;
        }
    }

When it stays quiet
    The block repeats the line; the lost line only says what nginx does anyway (Authorization
    $http_authorization); the upstream is another one than the outer level speaks of.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import header_key
from authlint.model.step import HeaderOp, Shadowed
from authlint.model.value import EMPTY
from authlint.rule import Rule
from authlint.site import BEARER, Endpoint, Site, headers_of
from authlint_rules.mends.repeating import repeat

ID = "inherited-headers-lost"
CREDENTIALS = frozenset(
    ("authorization", "cookie", "proxy-authorization", "x-api-key", "api-key", "x-auth-token")
)
IDENTITY = ("remote-user", "x-user", "x-remote", "x-auth", "x-forwarded-user", "x-forwarded-email", "x-token")
PLACE = frozenset(("host", "x-forwarded-proto", "x-forwarded-host"))


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if endpoint.forward is None:
            continue
        for shadow in endpoint.route.block.shadowed:
            if shadow.family != "add_header":
                yield from _judged(site, endpoint, shadow)


def _judged(site: Site, endpoint: Endpoint, shadow: Shadowed) -> Iterator[Finding]:
    outcome = site.let_in(endpoint)
    if outcome is None or outcome.upstream is None:
        outcome = site.get(endpoint, BEARER)
    if outcome.upstream is None or outcome.opens:
        return
    lost = [op for op in shadow.lost if _matters(site, endpoint, op) and _unrepeated(endpoint, op)]
    if not lost:
        return
    names = ", ".join(dict.fromkeys(op.name for op in lost))
    credential = next(site.passing(endpoint), "bearer")
    request = site.request(endpoint, *headers_of(credential))
    yield Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title} loses what the outer level sends: {names}",
        primary=_place(shadow, lost),
        related=tuple(Label(op.span, "has no effect in that block") for op in lost[:3] if shadow.by),
        routes=(endpoint.title,),
        witness=(
            site.exchange(
                request, site.ask(request), f"{names} as the outer level sets it", shows=names.split(", ")
            ),
        ),
        cure=site.cure(
            ID, f"repeat the lost lines in this block ({names}), or include them from one file in both places"
        ),
        stated=outcome.assumed,
        mends=repeat(shadow, lost),
    )


def _place(shadow: Shadowed, lost: list[HeaderOp]) -> Label:
    """The block's own line; the lost one where the server itself writes those of the block."""
    if shadow.by:
        return Label(shadow.by[0], f"with a {shadow.family} of its own, this block inherits none")
    return Label(
        lost[0].span, f"the server writes {shadow.family} lines into each location: this one is not heard"
    )


def _matters(site: Site, endpoint: Endpoint, op: HeaderOp) -> bool:
    """Whether the lost line concerns auth here, and the upstream is one that it was meant for."""
    name = header_key(op.name)
    if evidence.is_default(op):
        return False
    if name in CREDENTIALS or name.startswith(IDENTITY):
        return _meant_for(site, endpoint, op) or not _in_effect(site, endpoint, op)
    return name in PLACE and op.value != EMPTY and (_meant_for(site, endpoint, op) or _local(site, endpoint))


def _meant_for(site: Site, endpoint: Endpoint, op: HeaderOp) -> bool:
    """Another route sends the very line to the same upstream."""
    upstream = site.upstream(endpoint)
    return any(
        other.forward is not None and op in other.forward.headers and site.upstream(other) == upstream
        for other in site.siblings[id(endpoint.host)]
    )


def _in_effect(site: Site, endpoint: Endpoint, op: HeaderOp) -> bool:
    """Whether the line reaches any route at all."""
    return any(
        other.forward is not None and op in other.forward.headers
        for other in site.siblings[id(endpoint.host)]
    )


def _local(site: Site, endpoint: Endpoint) -> bool:
    """An upstream of one's own: a group, an address, a bare name. A public name wants its own Host."""
    outcome = site.get(endpoint, BEARER)
    name = outcome.upstream.name if outcome.upstream is not None else None
    if name is None:
        return False
    host = name.rpartition(":")[0] or name
    return name in site.gateway.upstreams or "." not in host or host.replace(".", "").isdigit()


def _unrepeated(endpoint: Endpoint, op: HeaderOp) -> bool:
    """Whether the block has no line of its own for the header."""
    forward = endpoint.forward
    name = op.name.lower()
    return forward is not None and not any(
        one.name.lower() == name and not one.implied for one in forward.headers
    )


RULE = Rule(
    id=ID,
    summary="A block's own request headers discard inherited ones that matter to auth",
    level=Level.WARNING,
    reference="https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header",
    manual=__doc__ or "",
    check=check,
)
