"""Challenges that ask for what is taken, once."""

from __future__ import annotations

import re

from authlint import evidence
from authlint.expression import expression
from authlint.intent import Challenge, Mend, Remove, Reword
from authlint.model.step import HeaderOp
from authlint.model.value import literal
from authlint.site import Endpoint, Site
from authlint.text import Span
from authlint_rules.questions.unchallenged import scheme

NAME = "www-authenticate"
# A scheme, and the one parameter that both have (RFC 7617, section 2, wants it; RFC 6750, section 3, allows it).
CHALLENGE = expression(r"(?P<scheme>basic|bearer)(?P<realm> realm=(?:\"[^\"]*\"|[\w.-]+))?", re.IGNORECASE)


def name_scheme(site: Site, endpoint: Endpoint, op: HeaderOp, taken: str) -> tuple[Mend, ...]:
    """The challenge is for the scheme that is taken; its realm stays."""
    text = literal(op.value) or ""
    found = CHALLENGE.fullmatch(text)
    if found is None or (taken == "basic" and not found["realm"]):
        return ()
    title = f"ask for {taken.title()}"
    reword = Reword(op.span, text, taken.title() + (found["realm"] or ""))
    return (Mend(title, (reword,), safe=_is_alone(site, endpoint, op.span)),)


def leave_out(site: Site, endpoint: Endpoint, span: Span) -> tuple[Mend, ...]:
    """The challenge that somebody else sends already. Without it lines of an outer block may come into force."""
    alone = _is_alone(site, endpoint, span) and not endpoint.route.block.shadowed
    return (Mend("leave the challenge to the check", (Remove(span),), safe=alone),)


def leave_answers_alone(site: Site, endpoint: Endpoint, op: HeaderOp) -> tuple[Mend, ...]:
    """As above, where a 401 has a challenge without this one."""
    outcome = site.get(endpoint)
    refused = outcome.status == 401 and not outcome.opens
    others = [header for header in outcome.get(NAME) if header.op != op]
    return leave_out(site, endpoint, op.span) if refused and others else ()


def ask_instead(site: Site, endpoint: Endpoint, answer: Span) -> tuple[Mend, ...]:
    """What answers 403 answers 401, and asks for the scheme that is taken."""
    name = scheme(site, endpoint)
    if not name:
        return ()
    return (
        Mend(
            f"answer 401 and ask for {name}", (Reword(answer, "403", "401"), Challenge(answer, name, "there"))
        ),
    )


def _is_alone(site: Site, endpoint: Endpoint, span: Span) -> bool:
    """Whether the line concerns no other route."""
    return not any(
        op.span == span
        for other in site.endpoints
        if other.route is not endpoint.route
        for op in evidence.response_ops(other)
    )
