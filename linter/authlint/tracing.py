"""One person's question, answered: what happens to this request?"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from authlint.expression import expression
from authlint.flow.assume import Assume, Consent, Reply
from authlint.flow.files import Checkout
from authlint.flow.outcome import Header, Outcome, Reached
from authlint.flow.request import Request
from authlint.flow.routing import serves
from authlint.flow.run import run
from authlint.model.gateway import Block, Gateway
from authlint.model.joining import fronts
from authlint.model.joining import joined as joined
from authlint.model.unknown import Unknown
from authlint.record import record
from authlint.text import Sources, Span

SECRET = expression(
    r"^(authorization|proxy-authorization|cookie|set-cookie)$|token|api-?key|secret|password", re.IGNORECASE
)
QUERY_SECRET = expression(r"([?&][^=&#]*(?:token|key|secret|password|code|sig)[^=&#]*=)[^&#]+", re.IGNORECASE)


# What a gateway's own answers are to gRPC clients (http-grpc-status-mapping.md of the gRPC project).
GRPC = {400: 13, 401: 16, 403: 7, 404: 12, 429: 14, 502: 14, 503: 14, 504: 14}


class TraceError(Exception):
    """What a person asked for cannot be done; the text says why in one line."""


def request_of(line: str, number: int) -> tuple[Request, Assume]:
    """A line of a requests file: the form is part of what others rely on."""
    try:
        data = json.loads(line)
    except ValueError as error:
        raise TraceError(f"line {number + 1} of the requests is not JSON: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("url"), str):
        raise TraceError(f"line {number + 1} of the requests has no url")
    pairs = data.get("headers") or []
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise TraceError(f"line {number + 1} of the requests: headers is a list of [name, value]")
    headers = tuple((str(name), str(value)) for name, value in pairs)
    request = Request(str(data.get("method") or "GET"), data["url"], headers, str(data.get("body") or ""))
    return request, Assume(replies=_replies(data.get("assume") or {}, number))


def _replies(assumed: Mapping[str, Any], number: int) -> dict[str, Reply]:
    replies: dict[str, Reply] = {}
    for name, answer in assumed.items():
        if not isinstance(answer, dict):
            raise TraceError(f"line {number + 1} of the requests: assume.{name} is no object")
        status = answer.get("status", 200)
        if status not in ("unreachable", "timeout") and not isinstance(status, int):
            raise TraceError(f"line {number + 1} of the requests: assume.{name}.status is no status")
        replies[str(name)] = Reply(status, _pairs(answer, "headers"), _consent(answer))
    return replies


def _pairs(answer: Mapping[str, Any], key: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in answer.get(key) or [])


def _consent(answer: Mapping[str, Any]) -> Consent | None:
    """What an auth service that is asked over gRPC may say besides."""
    names = ("append", "remove", "response_headers", "set_query", "remove_query")
    if not any(name in answer for name in names):
        return None
    removed, unset = ([str(one) for one in answer.get(key) or ()] for key in ("remove", "remove_query"))
    appended, told, query = (_pairs(answer, key) for key in ("append", "response_headers", "set_query"))
    return Consent(appended, tuple(removed), told, query, tuple(unset))


def answer(gateway: Gateway, request: Request, assume: Assume) -> Outcome:
    """Relative names of files are looked up beside the configuration, and only there."""
    files = Checkout(os.path.abspath(gateway.directory), complete=True)
    return run(gateway, request, assume, files)


@record
class Where:
    """Where a request is asked about: in what was named, and in those `below` named folders that have its host."""

    named: Gateway | None = None
    below: tuple[Gateway, ...] | None = None

    def of(self, request: Request) -> list[tuple[str, Gateway]]:
        """Gateways with their headings, which are empty where only one can be meant."""
        found = [("", self.named)] if self.named is not None else []
        if self.below is None:
            return found
        found += [(one.root, one) for one in fronts([one for one in self.below if serves(one, request)])]
        if not found:
            raise TraceError(self._nobody(request))
        return found

    def _nobody(self, request: Request) -> str:
        hosts = (host.name for one in self.below or () for _, host in one.hosts() if host.name)
        names = list(dict.fromkeys(hosts))
        others = f"; there are {', '.join(names[:5])}" if names else ""
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        return f"no gateway there has the host {request.host}{others}{more}"


class Teller:
    """An outcome in words or as JSON; credentials are masked unless `show_secrets`."""

    def __init__(self, sources: Sources, show_secrets: bool) -> None:
        self.sources = sources
        self.show = show_secrets

    def as_json(self, outcome: Outcome, index: int) -> dict[str, Any]:
        decided = outcome.decided
        return {
            "index": index,
            "status": 200 if outcome.grpc and outcome.status is not None else outcome.status,
            "grpc_status": GRPC.get(outcome.status or 0, 2) if outcome.grpc else None,
            "answered_by": outcome.answered_by,
            "decided_by": self._place(decided.span, decided.what) if decided and decided.span else None,
            "upstream": None if outcome.upstream is None else self._reached(outcome.upstream),
            "auth_requests": [self._reached(one) for one in outcome.auth_requests],
            "response_headers": self._headers(outcome.headers),
            "steps": [
                {"verb": e.verb, "what": e.what, "auth": e.auth, **(self._at(e.span) if e.span else {})}
                for e in outcome.trace
            ],
            "unknown": list(outcome.unknown),
            "assumed": list(outcome.assumed),
        }

    def _at(self, span: Span) -> dict[str, Any]:
        return {"file": span.path, "line": self.sources.position(span).line}

    def _place(self, span: Span, step: str) -> dict[str, Any]:
        return {**self._at(span), "step": step}

    def _reached(self, reached: Reached) -> dict[str, Any]:
        return {
            "name": reached.name,
            "address": reached.address,
            "method": reached.method,
            "path": reached.path if reached.path is None else self.url(reached.path),
            "headers": self._headers(reached.headers),
        }

    def _headers(self, headers: Iterable[Header]) -> list[list[str]]:
        return [[h.name, self.value(h)] for h in headers]

    def value(self, header: Header) -> str:
        if isinstance(header.value, Unknown):
            return f"(unknown: {header.value.reason})"
        if self.show or not SECRET.search(header.name.replace("_", "-").removeprefix("HTTP-")):
            return header.value
        scheme, space, rest = header.value.partition(" ")
        return f"{scheme} ****" if space and rest else "****" if header.value else ""

    def url(self, text: str) -> str:
        return text if self.show else QUERY_SECRET.sub(r"\1****", text)

    def lines(self, request: Request, outcome: Outcome) -> Iterable[str]:
        """For a person: the way, then the answer."""
        yield f"{request.method} {self.url(request.url)}"
        before: Span | None = None
        for event in outcome.trace:
            if isinstance(event.subject, Block) and event.span == before:
                continue  # what is in force in a host or a route that was just named
            before = event.span
            place = ""
            if event.span is not None:
                place = f"{event.span.path}:{self.sources.position(event.span).line}"
            inside = "  auth: " if event.auth else "  "
            yield f"{inside}{event.verb:<10} {event.what:<58} {place}".rstrip()
        for one in outcome.auth_requests:
            yield f"  the auth service got: {one.method} {self.url(one.path or '')}"
            yield from (f"      {h.name}: {self.value(h)}" for h in one.headers)
        if outcome.upstream is not None:
            up = outcome.upstream
            yield f"  {up.name or 'the upstream'} got: {up.method} {self.url(up.path or '')}"
            yield from (f"      {h.name}: {self.value(h)}" for h in up.headers)
        by = {"gateway": "this gateway", "auth-service": "the auth service", "upstream": "the upstream"}
        who = (
            f"the gateway behind, {outcome.behind}"
            if outcome.behind
            else by.get(outcome.answered_by or "", "nobody known")
        )
        status = "not decided" if outcome.status is None else str(outcome.status)
        yield f"answer: {status} from {who}"
        yield from (f"    {h.name}: {self.value(h)}" for h in outcome.headers)
        yield from (f"  unknown: {reason}" for reason in outcome.unknown)
        yield from (f"  assumed: {text}" for text in outcome.assumed)
