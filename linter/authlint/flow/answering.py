"""How an answer leaves: what is done instead of an error, and the operations on its headers."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from authlint.flow.intake import is_grpc as grpc_content
from authlint.flow.outcome import Event, Header, Party, behind
from authlint.flow.passage import Passage
from authlint.flow.reading import host_name, server_name
from authlint.flow.script import named
from authlint.flow.values import evaluate, holds
from authlint.model.credential import Call
from authlint.model.step import Cors, HeaderOp, Recover
from authlint.model.unknown import Unknown
from authlint.record import field, mutable


@mutable
class Draft:
    """An answer before it leaves. `bare`: an error that a Recover may turn into something else."""

    status: int
    party: Party
    decided: Event | None
    bare: bool = False
    headers: list[Header] = field(default_factory=list)
    location: str | Unknown | None = None
    own_location: bool = False  # the Location is the gateway's and may be made absolute
    as_is: bool = False  # the block's response operations do not apply
    refusal: bool = False  # by a check
    known_as: int | None = None  # the number under which a Recover finds it, where it is another
    behind: tuple[Party, str] | None = None  # who has answered, and in which gateway behind this one
    silent: bool = False  # there is no answer: the connection is closed


def recovery(p: Passage, draft: Draft) -> Recover | None:
    """What the block in force does instead of this error, if anything."""
    if not draft.bare or p.recovering:
        return None
    return next((one for one in p.in_force.recover if (draft.known_as or draft.status) in one.statuses), None)


def leave(p: Passage, draft: Draft) -> None:
    """A redirect that is answered elsewhere leaves its Location behind (measured)."""
    if draft.location is not None:
        p.kept = [h for h in p.kept if h.name != "Location"]
        p.kept.append(Header("Location", draft.location))


def absolute(p: Passage, location: str) -> str:
    """A Location that begins with "/" gets scheme, host and port as the block in force wants them."""
    redirects, shared = p.in_force.redirects, p.shared
    if not location.startswith("/") or not redirects.absolute:
        return location
    host = shared.renamed if isinstance(shared.renamed, str) else host_name(shared.request.host)
    if not host and shared.listener.address != "*":
        host = shared.listener.address  # where the client has reached it (measured)
    if redirects.server_name or not host:
        host = server_name(shared.host)
    scheme = "https" if shared.tls else "http"
    port = shared.listener.port
    shown = f":{port}" if redirects.port and port != (443 if shared.tls else 80) else ""
    return f"{scheme}://{host}{shown}{location}"


def response_headers(p: Passage, draft: Draft, status: int) -> list[Header]:
    """The headers of an answer before `sent` lets it go."""
    rewritten = draft.location is not None and draft.own_location
    kept = p.kept
    if not rewritten and not _takes_over(p, draft.location):
        kept = [Header(h.name, absolute(p, h.text)) if h.name == "Location" and h.text else h for h in kept]
    headers = [*kept, *draft.headers]
    if draft.location is not None:
        location = draft.location
        if rewritten and draft.party == "gateway":
            headers = [h for h in headers if h.name != "Location"]
        if isinstance(location, str) and draft.own_location:
            location = absolute(p, location)
        headers.append(Header("Location", location))
    if p.nested:
        return headers
    last: list[Header] = []
    if p.in_force.refusals != "after":
        headers, last = [h for h in headers if h not in kept], kept
    plain = draft.as_is or (draft.refusal and p.in_force.refusals == "without")
    for _, ops in groupby(() if plain else p.in_force.response, key=_occasion):
        headers = _applied(p, list(ops), headers, status)
    # What a refusal says takes the place of what was there (measured).
    said = {header.name.lower() for header in last}
    return [*(h for h in headers if h.name.lower() not in said), *last]


def sent(p: Passage, headers: list[Header]) -> list[Header]:
    """The headers that the client gets: what is done to every answer in the end is done to one of the gateway's own
    that was made into another too (measured)."""
    for one in p.in_force.leaving:
        if isinstance(one, Call):
            headers = [*headers, *(header for check, header in p.granted if check is one)]
            continue
        for op in one.actual if isinstance(one, Cors) else (one,):
            if not isinstance(one, Cors) or one in p.ran:
                headers = apply(p, op, headers)
    return headers


def _occasion(op: HeaderOp) -> int:
    return op.together


def _applied(p: Passage, ops: list[HeaderOp], headers: list[Header], status: int) -> list[Header]:
    """Operations of one occasion; those that are decided together look at the headers before any of them is set."""
    seen: list[Header] | None = None
    for op in ops:
        if op.statuses is not None and status not in op.statuses:
            p.note("skipped", f"{op.name}: not sent with status {status}", op.span, op)
            continue
        if op.together and seen is None and op.verb != "remove":
            seen = headers
        headers = p.answer = apply(p, op, headers, seen)
    return headers


def _takes_over(p: Passage, location: str | Unknown | None) -> bool:
    """Whether an upstream's Location is now the one that could become absolute, and an earlier one stays as it is:
    not a relative one, and not where Locations are rewritten (ngx_http_upstream_rewrite_location; measured)."""
    rewrites = p.forward is not None and p.forward.redirects
    return isinstance(location, str) and not location.startswith("/") and not rewrites


def own_reply(p: Passage, draft: Draft, status: int, headers: list[Header]) -> tuple[int, list[Header]]:
    """An answer of the gateway's own as its listener says that such answers leave."""
    if draft.party == "upstream" or draft.as_is:
        return status, headers
    for one in p.shared.listener.local_replies:
        if one.statuses is not None and status not in one.statuses:
            continue
        if one.when is not None and not holds(p, one.when):
            continue
        for op in one.headers:
            headers = apply(p, op, headers)
        if one.status is not None:
            p.note("applied", f"a {status} of the gateway's own leaves as {one.status}", one.span, one)
            status = one.status
        break
    return status, headers


def apply(
    p: Passage, op: HeaderOp, headers: Iterable[Header], seen: list[Header] | None = None
) -> list[Header]:
    """One operation on a list of headers; `seen` is where it looks for what is there already, if elsewhere."""
    kept = list(headers)
    if (op.absent_only or op.present_only) and _is_there(
        op, kept if seen is None else seen
    ) == op.absent_only:
        return kept
    there = [h for h in kept if named(op.name, h.name)] if op.join else []
    if op.empty_keeps and op.verb != "remove" and evaluate(p, op.value) == "":
        return kept
    if (op.verb == "append" or op.absent_only) and op.join and there:
        value = evaluate(p, op.value)
        text = behind(there[-1].value, op.join, value)
        p.note("applied", f"adds to {op.name}", op.span, op)
        kept[kept.index(there[-1])] = Header(there[-1].name, text, op)
        return kept
    if op.verb != "append" and not op.absent_only:
        kept = [h for h in kept if not named(op.name, h.name)]
    if op.verb == "remove":
        return kept
    value = evaluate(p, op.value)
    if value != "" or op.empty_sent:
        p.note("applied", f"adds {op.name}", op.span, op)
        kept.append(Header(op.name, value, op))
    else:
        p.note("skipped", f"{op.name}: the value is empty", op.span, op)
    return kept


def _is_there(op: HeaderOp, headers: list[Header]) -> bool:
    return any(named(op.name, h.name) for h in headers)


def is_grpc(p: Passage, draft: Draft) -> bool:
    """Whether a gRPC client gets an answer of the gateway's own."""
    if not p.shared.listener.intake.grpc or draft.party == "upstream" or draft.as_is:
        return False
    return grpc_content(p.headers)
