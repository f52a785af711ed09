"""What keeps everybody out, by mistake."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.intent import Mend, Move, Remove, Turn
from authlint.model.credential import Allow, ApiKey, Jwt, Provider
from authlint.model.step import HeaderOp
from authlint.model.value import literal
from authlint.site import Endpoint, requires
from authlint_rules.mends.renaming import take_underscores


def let_pass(endpoint: Endpoint, subject: object) -> Iterator[Mend]:
    """What judges claims comes behind what reads them; a header is taken away behind the check, or not at all; a token
    goes on. What refuses a credential in so many words was written for something, and stays."""
    tokens = [one for require in requires(endpoint.route) for one in require.checks if isinstance(one, Jwt)]
    match subject:
        case Allow(span=span) if len(tokens) == 1:
            # Nobody has ever passed here, so that nobody can rely on the order.
            yield Mend("put it behind the tokens", (Move(tokens[0].span, (span,)),), safe=True)
        case HeaderOp(span=span, name=name) as op if op.verb == "remove" or literal(op.value) == "":
            if len(tokens) == 1:
                yield Mend(f"take {name} away behind the check", (Move(tokens[0].span, (span,)),))
            yield Mend(f"leave {name} to the check", (Remove(span),))
        case ApiKey(places=places) if any("_" in one.name for one in places):
            yield from take_underscores(endpoint)
        case Provider(forward_span=span, forward=False):
            yield Mend("let the token go on", (Turn(span, "forward-token"),))
