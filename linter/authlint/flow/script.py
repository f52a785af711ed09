"""The script of a virtual host or a route: assignments, rewrites, branches, answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from authlint.flow.outcome import Header, behind
from authlint.flow.passage import Passage
from authlint.flow.paths import unescape_redirect
from authlint.flow.patterns import compile_pattern
from authlint.flow.reading import covers, host_name, is_address, peer_within
from authlint.flow.routing import capture
from authlint.flow.values import evaluate, holds
from authlint.model.step import (
    Amend,
    Branch,
    HeaderOp,
    Op,
    Respond,
    Rewrite,
    SetAddress,
    SetVar,
    Stop,
    Unsure,
)
from authlint.model.unknown import Unknown
from authlint.model.value import Value
from authlint.record import record
from authlint.text import Span


@record
class Answered:
    """The gateway answers by itself, before anything else is asked."""

    status: int
    location: str | Unknown | None
    bare: bool
    span: Span


@record
class Undecided:
    """It may be answered here, in a way that nobody can tell."""

    reason: str
    span: Span


After: TypeAlias = Literal["go on", "match again"]


def run_script(p: Passage, ops: Sequence[Op]) -> After | Answered | Undecided:
    """Runs `ops` to their end, a stop or an answer; "match again" where the path has changed for good."""
    runner = _Runner(p)
    result = runner.run(ops)
    if result == "stay":
        return "go on"
    if result == "again" or (result == "end" and runner.changed):
        return "match again"
    return "go on" if isinstance(result, str) else result


class _Runner:
    """One run; `changed` once a rewrite asks for route matching after the rest."""

    def __init__(self, passage: Passage) -> None:
        self.p = passage
        self.changed = False

    def run(self, ops: Sequence[Op]) -> Literal["end", "again", "stay"] | Answered | Undecided:
        for op in ops:
            result = self.step(op)
            if result is not None:
                return result
        return "end"

    def step(self, op: Op) -> Literal["end", "again", "stay"] | Answered | Undecided | None:
        p = self.p
        match op:
            case SetVar(name, value):
                p.shared.variables[name] = evaluate(p, value)
            case Rewrite():
                return self.rewrite(op)
            case Respond(status, location, bare, span):
                text = None if location is None else evaluate(p, location)
                p.decided = p.note("answered", f"answers {status}", span, op)
                return Answered(status, text, bare, span)
            case Branch(when, inner, block, span):
                if not holds(p, when):
                    p.note("skipped", "the condition does not hold", span, op)
                    return None
                p.note("applied", "the condition holds", span, op)
                if block is not None:
                    p.enter(block)
                result = self.run(inner)
                return None if result == "end" else result
            case Stop():
                p.own_route = p.own_route and not self.changed
                self.changed = False
                return "stay"
            case SetAddress():
                set_address(p, op)
            case Unsure(reason, span):
                if p.decide(("unsure", span), reason):
                    p.note("unclear", reason, span, op)
                    return Undecided(reason, span)
        return None

    def rewrite(self, op: Rewrite) -> Literal["again", "stay"] | Answered | Undecided | None:
        p = self.p
        pattern = compile_pattern(op.pattern, op.nocase)
        found = pattern if isinstance(pattern, Unknown) else pattern.search(p.path)
        if isinstance(found, Unknown):
            if not p.decide((op.span, p.path), found.reason):
                return None
            return Undecided(found.reason, op.span)
        if found is None:
            p.match = None
            return None
        capture(p, found)
        path = self.quoted(op.path) if isinstance(op.then, int) else evaluate(p, op.path)
        query = None if op.query is None else self.quoted(op.query)
        if isinstance(path, Unknown) or isinstance(query, Unknown):
            reason = path.reason if isinstance(path, Unknown) else str(query)
            if isinstance(op.then, int):
                p.decided = p.note("answered", f"redirects with {op.then}", op.span, op)
                return Answered(op.then, Unknown(reason), False, op.span)
            return Undecided(reason, op.span)
        if isinstance(op.then, int):
            return self.redirect(op, path, query)
        return self.move(op, path, query)

    def quoted(self, value: Value) -> str | Unknown:
        """A text for a query or a redirect: captures of a path that came with "%" or "+" are escaped."""
        p = self.p
        sent = p.shared.request.target.partition("?")[0]
        p.quoting = not p.nested and ("%" in sent or "+" in sent)
        try:
            return evaluate(p, value)
        finally:
            p.quoting = False

    def redirect(self, op: Rewrite, path: str, query: str | None) -> Answered:
        p = self.p
        status = op.then if isinstance(op.then, int) else 302
        location = unescape_redirect(path)
        location = location if query is None else f"{location}?{query}"
        if op.keep_query and p.query:
            location += ("?" if query is None else "&") + p.query
        p.raw = False  # also for what answers in the redirect's stead (measured)
        p.decided = p.note("answered", f"redirects with {status}", op.span, op)
        return Answered(status, location, True, op.span)

    def move(self, op: Rewrite, path: str, query: str | None) -> Literal["again", "stay"] | Answered | None:
        p = self.p
        if not path:
            p.decided = p.note("answered", "the rewritten path is empty", op.span, op)
            return Answered(500, None, True, op.span)
        p.path, p.raw = path, False
        if query is not None:
            p.query = f"{query}&{p.query}" if op.keep_query and p.query else query
        elif not op.keep_query:
            p.query = None
        p.note("went on", f"the path is now {path}", op.span, op)
        if op.then == "stay":
            p.own_route = False
            self.changed = False
            return "stay"
        self.changed = True
        return "again" if op.then == "again" else None


def set_address(p: Passage, op: SetAddress) -> None:
    """The peer's address from a header, if the peer is trusted; the last address of a list counts."""
    shared = p.shared
    if shared.peer is None or not any(peer_within(p, network) for network in op.trusted):
        return
    values = [h.text for h in p.headers if h.name.lower() == op.header.lower()]
    found = [part.strip() for value in values for part in value.split(",") if part.strip()]
    while found:
        last = found.pop()
        if not is_address(last):
            return
        shared.peer = last
        p.note("applied", f"the peer's address is {last}", op.span, op)
        if not op.recursive or not any(covers(network, last) for network in op.trusted):
            return


def amend(p: Passage, step: Amend) -> Undecided | None:
    """Changes the client's headers as everything behind this sees them; where they were not even read none is
    added (measured)."""
    gone = [op for op in step.ops if op.verb == "remove"] if step.at_once else []
    for op in gone:
        _amend(p, op, "")
    rest = [op for op in step.ops if op not in gone]
    if step.at_once:
        decided = [(op, _new(p, op)) for op in rest if _is_for(p, op)]
        for op, value in decided:
            _amend(p, op, value)
        return None
    for op in rest:
        if not _is_for(p, op):
            continue
        value = _new(p, op)
        if step.shared and (unclear := _shared(p, op, value)) is not None:
            return unclear
        _amend(p, op, value)
    return None


def _shared(p: Passage, op: HeaderOp, value: str | Unknown) -> Undecided | None:
    """A change of a header that an auth request has in common with the request around it."""
    there = any(named(op.name, header.name) for header in p.headers)
    gone = op.verb == "remove" or (value == "" and not op.empty_sent)
    if there == gone and (p.around is not None or (p.has_asked and gone)):
        return Undecided(f"what becomes of the {op.name} that an auth request changes", op.span)
    if there and p.around is not None:
        _amend(p.around, op, value)
    return None


def _is_for(p: Passage, op: HeaderOp) -> bool:
    """Whether an operation that asks for a header's presence is done."""
    if not (op.present_only or op.absent_only):
        return True
    return any(named(op.name, header.name) for header in p.headers) == op.present_only


def _amend(p: Passage, op: HeaderOp, value: str | Unknown) -> None:
    if op.name.lower() == "host" and p.shared.listener.intake.paths == "decoded":
        # Also of a request that was not read (measured).
        p.shared.renamed = value if isinstance(value, Unknown) else host_name(value)
    if p.shared.unread:
        return
    there = [header for header in p.headers if named(op.name, header.name)]
    if value == "" and op.verb != "remove" and op.empty_keeps:
        return
    if (op.verb == "append" or op.absent_only) and there and op.join:
        last = there[-1]
        value = behind(last.value, op.join, value)
        p.headers[p.headers.index(last)] = Header(last.name, value, op)
    else:
        if op.verb != "append" and not op.absent_only:
            p.headers = [header for header in p.headers if header not in there]
        if value != "" or (op.empty_sent and op.verb != "remove"):
            p.headers.append(Header(op.name, value, op))
    p.note("applied", f"changes the request's {op.name}", op.span, op)


def _new(p: Passage, op: HeaderOp) -> str | Unknown:
    return "" if op.verb == "remove" else evaluate(p, op.value)


def named(pattern: str, name: str) -> bool:
    """Whether a header's name is the one that an operation names, which may end in "*"."""
    pattern, name = pattern.lower(), name.lower()
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
