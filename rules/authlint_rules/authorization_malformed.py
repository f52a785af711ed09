"""The application can get an Authorization header that no server can read, or loses the client's to an empty variable.

What happens
    The gateway writes Authorization for the application, from a cookie, a query parameter or a map. Where that is
    empty the application gets "Bearer " with no token, or the header that the client did send is replaced by nothing.
    Where the gateway adds its own to the client's, the application gets two. The answer is 400 or 401 for requests
    that carry a good token of their own.
    Two headers have no fix, for nobody says which is meant; Envoy has no setting for what is empty behind its scheme.

Bad
    location /files/ {
        proxy_set_header Authorization "Bearer $cookie_token";
        proxy_pass http://files:8080;
    }

Good
    map $cookie_token $files_authorization {
        ""      $http_authorization;
        default "Bearer $cookie_token";
    }
    location /files/ {
        proxy_set_header Authorization $files_authorization;
        proxy_pass http://files:8080;
    }

When it stays quiet
    The variable cannot be empty there: it is fixed, or requests without it are refused before; it falls back to the
    client's own header; what fills it is known only when the server runs (an auth service's answer, a script); the
    line always empties the header (authorization-dropped).
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Header, Outcome
from authlint.model.step import Amend, Forward, HeaderOp
from authlint.model.value import literal
from authlint.rule import Rule
from authlint.site import Endpoint, Site, blocks_of, headers_of
from authlint_rules.mends.falling_back import fall_back
from authlint_rules.questions.malformed import Fault, fault_of, is_settled

ID = "authorization-malformed"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if endpoint.forward is None:
            continue
        ops = [op for op in _written(endpoint) if is_settled(site, endpoint, op.value)]
        if ops:
            yield from _judged(site, endpoint, ops)


def _written(endpoint: Endpoint) -> Iterator[HeaderOp]:
    """What the route itself writes into Authorization: most routes write nothing."""
    for block in blocks_of(endpoint.route):
        for step in block.steps:
            ops = step.headers if isinstance(step, Forward) else step.ops if isinstance(step, Amend) else ()
            for op in ops:
                name = op.name.lower().replace("_", "-").removeprefix("http-")
                if (
                    name == "authorization"
                    and op.verb != "remove"
                    and literal(op.value) != ""
                    and not op.implied
                ):
                    yield op


def _judged(site: Site, endpoint: Endpoint, ops: list[HeaderOp]) -> Iterator[Finding]:
    checked = any(evidence.mechanisms(endpoint))
    for name in ("none", *site.credentials(endpoint)):
        request = site.request(endpoint, *headers_of(name))
        outcome = site.ask(request)
        fault = outcome.in_every_world(lambda world: _fault(world, ops, request.header("authorization")))  # noqa: B023
        # A credential that the gateway has checked itself may end there.
        if fault is None or outcome.opens or (checked and fault.kind == "lost"):
            continue
        yield Finding(
            rule=ID,
            level=Level.WARNING,
            message=f"{endpoint.title}: {fault.message}",
            primary=Label(fault.op.span, fault.label),
            related=tuple(Label(op.span, "and from here") for op in fault.others),
            routes=(endpoint.title,),
            witness=(site.exchange(request, outcome, fault.wanted, shows=("Authorization",)),),
            cure=site.cure(
                ID,
                "let it fall back to what the client sent: a map that gives $http_authorization where the variable is "
                "empty",
            )
            if fault.kind != "two"
            else site.cure(f"{ID}:two", "write one line: nginx sends every one of them"),
            stated=outcome.assumed,
            assumes=("clients send Authorization themselves",) if fault.kind == "lost" else (),
            pedantic=fault.kind == "lost",
            mends=tuple(fall_back(site, fault.op, checked=checked)) if fault.kind != "two" else (),
        )
        return


def _fault(world: Outcome, ops: list[HeaderOp], sent: str | None) -> Fault | None:
    reached = world.upstream
    if reached is None or not world.admitted:
        return None
    got: list[Header] = reached.get("authorization")
    return fault_of(got, ops, sent, dict(reached.removed).get("authorization"))


RULE = Rule(
    id=ID,
    summary="The application can get an Authorization header that nobody can read",
    level=Level.WARNING,
    reference="https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2",
    manual=__doc__ or "",
    check=check,
)
