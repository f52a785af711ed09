"""Headers that tell an application who the client is; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from authlint import evidence
from authlint.expression import expression
from authlint.finding import Label
from authlint.model.credential import ApiKey, Call, Jwt
from authlint.model.step import Ask, Basic
from authlint.model.value import Get, Value, Variable, parts
from authlint.site import Endpoint, Site

NAME = expression(
    r"(^|-)(user(name|id|info)?|e?mail|groups?|roles?|subject|sub|principal|identity|account|tenant|uid|claims?|login)($|-)"
)
SOURCES = ("user", "claim", "upstream-header")


def identities(site: Site, endpoint: Endpoint) -> Iterator[tuple[str, Label]]:
    """Headers, lower case, that this route tells its application the client's identity in, and what says so."""
    forward = endpoint.forward
    checks = list(evidence.mechanisms(endpoint))
    told = frozenset(one.name for check in checks if isinstance(check, Ask) for one in check.sets)
    for op in forward.headers if forward is not None and forward.encoding != "params" and checks else ():
        name = op.name.lower()
        if (
            op.verb != "remove"
            and NAME.search(name)
            and _is_identity(op.value, told, site.gateway.definitions)
        ):
            yield name, Label(op.span, "the same application is told here who the client is")
    for check in checks:
        for name in _of_check(check):
            if NAME.search(name):
                yield name, Label(check.span, "the same application is told by this check who the client is")


def _is_identity(value: Value, told: frozenset[str], definitions: Mapping[str, Value]) -> bool:
    return any(
        (isinstance(part, Get) and part.kind in SOURCES) or (isinstance(part, Variable) and part.name in told)
        for part in parts(value, definitions)
    )


def _of_check(check: evidence.Mechanism) -> Iterator[str]:
    """Headers that a check sets for a request that it lets pass."""
    match check:
        case Basic(user_header=name) | ApiKey(client_header=name):
            yield name.lower()
        case Call(takes=takes):
            yield from (one.arg.lower() for one in takes if one.how == "is")
        case Jwt(providers=providers):
            for provider in providers:
                yield provider.payload_header.lower()
                yield from (name.lower() for name, _ in provider.claim_headers)


def raw_user(endpoint: Endpoint) -> Iterator[tuple[str, Label]]:
    """Headers that get the name of Basic credentials which nobody has checked."""
    forward = endpoint.forward
    if forward is None or any(evidence.mechanisms(endpoint)):
        return
    for op in forward.headers if forward.encoding != "params" else ():
        if op.value == Get("user") and NAME.search(op.name.lower()):
            yield (
                op.name.lower(),
                Label(op.span, "gets the name that the client gives, and nobody has checked it"),
            )
