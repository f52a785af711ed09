"""The client sends Authorization, the gateway lets the request through, and the application gets it without.

What happens
    The application behind the gateway checks the Authorization header and answers 401 to every request, although
    the client sends a valid one: a line of the gateway's configuration empties or replaces the header.
    nginx forwards Authorization by itself. `proxy_set_header Authorization $http_authorization` changes nothing;
    what drops the header is an empty value, a variable that is empty, or proxy_pass_request_headers off.

Bad
    location /api/ {
        proxy_pass http://api:8080;
        proxy_set_header Authorization "";
    }

Good
    location /api/ {
        proxy_pass http://api:8080;
    }

When it stays quiet
    The gateway authenticates the request itself and keeps the credential to itself on purpose; the header is only
    not mentioned; nothing shows that the application needs it (then --pedantic tells).
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.model.step import Amend, Forward, HeaderOp
from authlint.model.value import literal
from authlint.rule import Rule
from authlint.site import BASIC, BEARER, Endpoint, Site, blocks_of
from authlint_rules.mends.handing_on import hand_on
from authlint_rules.questions.crossing import lost_in_front
from authlint_rules.questions.written_over import password_that_is_a_header, payload_over_token

ID = "authorization-dropped"
AS_IT_CAME = "take this line away: the client's Authorization is then forwarded as it came"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if endpoint.forward is None:
            continue
        yield from _dropped(site, endpoint)
        yield from lost_in_front(ID, site, endpoint)
        yield from password_that_is_a_header(ID, site, endpoint)
        yield from payload_over_token(ID, site, endpoint)


def _dropped(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    consumed = any(evidence.mechanisms(endpoint))
    if not consumed and not _may_drop(endpoint):
        return
    credential, op = next(_removals(site, endpoint), (BEARER, None))
    if op is None:
        return
    outcome = site.get(endpoint, credential)
    forward = endpoint.forward
    span = op.span if isinstance(op, HeaderOp) else forward.client_headers_span if forward else None
    if span is None:
        return
    # What the gateway has checked itself ends there on purpose, unless the upstream is known to want it.
    needed = evidence.declared_need(site, endpoint, "authorization") if consumed else None
    if consumed and needed is None and not (isinstance(op, HeaderOp) and op.implied):
        return
    needed = needed if consumed else evidence.need(site, endpoint, "authorization")
    if needed is None and not consumed and isinstance(op, HeaderOp) and literal(op.value) is None:
        return
    yield Finding(
        rule=ID,
        level=Level.ERROR if needed else Level.WARNING,
        message=f"{endpoint.title} hands requests on without their Authorization header",
        primary=Label(span, "the client's Authorization ends here"),
        related=(needed,) if needed else (),
        routes=(endpoint.title,),
        witness=(
            site.exchange(
                site.request(endpoint, credential),
                outcome,
                "Authorization reaches the application",
                shows=("Authorization",),
            ),
        ),
        cure=AS_IT_CAME if isinstance(op, HeaderOp) and not op.implied else site.cure(ID, AS_IT_CAME),
        assumes=() if needed else ("the application behind reads Authorization",),
        pedantic=needed is None,
        stated=outcome.assumed,
        mends=hand_on(op, safe=True),
    )


def _removals(site: Site, endpoint: Endpoint) -> Iterator[tuple[tuple[str, str], object]]:
    """Credentials with which a request is let in without them, and what took them."""
    for credential in (BEARER, BASIC):
        op = site.get(endpoint, credential).in_every_world(_removal)
        if op is not None:
            yield credential, op


def _may_drop(endpoint: Endpoint) -> bool:
    """Whether any setting of the route, or of a branch of it, touches the header: most do not."""
    for block in blocks_of(endpoint.route):
        for step in block.steps:
            if isinstance(step, Forward):
                if not step.client_headers or any(_is_it(op) for op in step.headers):
                    return True
            elif isinstance(step, Amend) and any(_is_it(op) for op in step.ops):
                return True
    return any(_is_it(op) for op in endpoint.listener.intake.early)


def _is_it(op: HeaderOp) -> bool:
    name = op.name.lower().replace("_", "-").removeprefix("http-")
    return name == "authorization" or op.name.endswith("*")


def _removal(world: Outcome) -> HeaderOp | bool | None:
    """The operation that took the header on its way (True: the server's switch for all headers did)."""
    if world.upstream is None or world.upstream.get("authorization"):
        return None
    for name, op in world.upstream.removed:
        if name == "authorization":
            return op if op is not None else True
    for event in world.trace:
        op = event.subject if isinstance(event.subject, HeaderOp) and not event.auth else None
        if op is not None and event.verb == "applied" and op.name.lower() == "authorization":
            return op
    return None


RULE = Rule(
    id=ID,
    summary="The gateway lets a request through without its Authorization header",
    level=Level.ERROR,
    reference="https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header",
    manual=__doc__ or "",
    check=check,
)
