"""auth_jwt (https://nginx.org/en/docs/http/ngx_http_auth_jwt_module.html).

Where tokens are looked for, and that nobody passes without one, was measured with nginx-auth-jwt 0.14.2, a module
of the same directives, and is what the manual says. What the challenges say differs between the two: it is not
known.
"""

from __future__ import annotations

from authlint.expression import expression
from authlint.model.condition import All
from authlint.model.credential import Demand, Jwt, Keys, Place, Provider, TokenRule
from authlint.model.step import Unsure
from authlint.model.value import Get, Opaque
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.levels import Level

REALM = Opaque("what the module's challenge says")
KEYS = ("auth_jwt_key_file", "auth_jwt_key_request")
NO_KEYS = "no keys are in effect: neither auth_jwt_key_file nor auth_jwt_key_request"
# The default is 0; it is nobody's decision, so that nothing is built on it.
USUAL = 60
TIME = expression(r"(\d+)(ms|s|m|h|d)?")
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "ms": 0}


def check(level: Level) -> Jwt | Unsure | None:
    """The check in effect at a level."""
    node = level.last("auth_jwt")
    if node is None or not node.args or node.arg(0) == "off":
        return None
    place = _place(level, node)
    if place is None or node.masked or "$" in node.arg(0):
        return Unsure("what auth_jwt decides", node.span)
    rule = TokenRule(All(()), Demand("provider", node.span, node.name), node.span)
    return Jwt((rule,), (_provider(level, node, place),), False, None, node.span, REALM)


def _place(level: Level, node: Node) -> Place | None:
    """Behind `token=` the variable's whole value is the token (measured); None where nobody knows what it holds."""
    for number, word in enumerate(node.args[1:], 1):
        if word.text.startswith("token="):
            span = node.word(number)
            match level.value(word.text[len("token=") :]):
                case Get("header", name):
                    return Place("header", name, "", span)
                case Get("cookie", name):
                    return Place("cookie", name, "", span)
                case Get("argument", name):
                    return Place("parameter", name, "", span)
                case _:
                    return None
    return Place("header", "authorization", "Bearer ", node.span)


def _provider(level: Level, node: Node, place: Place) -> Provider:
    keys = next((found[-1] for found in map(level.nearest, KEYS) if found), None)
    usable = keys is not None or any(level.openings())
    leeway = level.last("auth_jwt_leeway")
    return Provider(
        name=node.name,
        issuer="",
        audiences=(),
        places=(place,),
        forward=True,
        payload_header="",
        claim_headers=(),
        payload_name="",
        keys=Keys(
            "file", "", usable, "" if usable else NO_KEYS, keys.span if keys is not None else node.span
        ),
        must_expire=False,
        skew=USUAL if leeway is None else _seconds(leeway.arg(0)),
        subject=None,
        longest=None,
        padded=False,
        verifies=True,
        span=node.span,
        forward_span=node.span,
        skew_span=leeway.span if leeway is not None else None,
    )


def _seconds(text: str) -> int:
    found = TIME.fullmatch(text)
    return USUAL if found is None else int(found[1]) * SECONDS[found[2] or ""]
