"""Preflights that are to be answered before anybody asks for credentials."""

from __future__ import annotations

from collections.abc import Sequence

from authlint import evidence
from authlint.expression import expression
from authlint.intent import Answer, Exclude, Include, Mend, Move, Repeat, Reword
from authlint.model.step import Branch
from authlint.model.value import Lit, Value
from authlint.record import replace
from authlint.site import Endpoint
from authlint.text import Span
from authlint_rules.questions.preflights import methods_named, methods_taken

WORD = expression("[A-Z]+")
ORIGIN, HEADERS = "Access-Control-Allow-Origin", "Access-Control-Allow-Headers"
FIRST = "answer preflights before anybody asks for credentials"
METHODS = "Access-Control-Allow-Methods"


def answer(endpoint: Endpoint, check: Span, title: str = FIRST, methods: str = "") -> tuple[Mend, ...]:
    """In the route, or before the check: with the CORS headers that the route sends now, and Authorization and these
    methods allowed where nothing says which are."""
    sent: dict[str, tuple[str, Value]] = {}
    for op in evidence.response_ops(endpoint):
        if op.name.lower().startswith("access-control-") and op.verb != "remove":
            sent.setdefault(op.name.lower(), (op.name, op.value))
    if sent and ORIGIN.lower() not in sent:
        return ()
    if sent:
        sent.setdefault(HEADERS.lower(), (HEADERS, Lit("Authorization")))
    if sent and methods:
        sent.setdefault(METHODS.lower(), (METHODS, Lit(methods)))
    headers = tuple(sent.values())
    places = (endpoint.route.span, check) if headers else (check,)
    ways = [*(Answer(place, headers) for place in dict.fromkeys(places)), Answer(check, headers, "skip")]
    return tuple(Mend(title, (one,)) for one in ways)


def answer_as_one(endpoint: Endpoint, place: Span) -> tuple[Mend, ...]:
    """What answers at the place sends the CORS headers of the route; or something before it does; or the route takes
    OPTIONS, or nothing else does, so that a policy of the gateway's own answers."""
    ops = [op for op in endpoint.route.block.response if op.verb != "remove"]
    cors = [op for op in ops if op.name.lower().startswith("access-control-") or op.name.lower() == "vary"]
    lines = tuple(dict.fromkeys(op.span for op in cors))
    repeated = (Mend("send the CORS headers with this answer", (Repeat(place, lines),)),) if lines else ()
    span, named = endpoint.route.span, methods_named(endpoint)
    answers = answer(
        endpoint, place, "answer preflights in the route", ", ".join(methods_taken(endpoint)) if named else ""
    )
    taken = Include(place, "OPTIONS")
    return (
        *repeated,
        *_moved(endpoint, place, lines),
        *answers,
        *(replace(one, intents=(taken, *one.intents)) for one in answers),
        Mend("let the route take OPTIONS too", (Include(span, "OPTIONS"),)),
        Mend("let OPTIONS go to the route with the policy", (Exclude(place, "OPTIONS"),)),
    )


def _moved(endpoint: Endpoint, place: Span, lines: Sequence[Span]) -> tuple[Mend, ...]:
    """What answers before any route is looked for comes into the one that has the headers."""
    for op in endpoint.host.script:
        if isinstance(op, Branch) and lines and any(one.span == place for one in op.ops):
            title = "answer preflights where the CORS headers are in force"
            return (Mend(title, (Move(lines[0], (op.span,), before=True),)),)
    return ()


def compare_with_options(test: Span, written: str) -> tuple[Mend, ...]:
    """A test that speaks of OPTIONS alone, or of HEAD beside it, is to meet it."""
    names = [one for one in WORD.findall(written.upper()) if one]
    if names == ["OPTIONS"] and written.strip("^$()").isalpha():
        said = (Reword(test, written, written.replace(written.strip("^$()"), "OPTIONS")),)
        return (Mend("compare with OPTIONS", said, safe=True),)
    if sorted(names) != ["HEAD", "OPTIONS"] or written.upper() not in ("OPTIONS|HEAD", "HEAD|OPTIONS"):
        return ()
    pattern = f"^({written.upper()})$"
    return (
        Mend(f"compare with the pattern {pattern}", (Reword(test, "=", "~"), Reword(test, written, pattern))),
    )
