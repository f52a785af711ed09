"""A service is asked about the request before it goes on (Envoy's ext_authz, over HTTP and gRPC; measured on 1.40)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from authlint.flow.assume import Consent
from authlint.flow.forwarding import reply_of
from authlint.flow.outcome import Header, Reached, behind
from authlint.flow.passage import Passage
from authlint.flow.paths import split_target
from authlint.flow.queries import rewritten_query
from authlint.flow.values import evaluate, fits
from authlint.flow.verdict import Denied, Passed, Verdict
from authlint.model.credential import Call


def call(p: Passage, check: Call) -> Verdict:
    p.note("asked", f"the service {check.upstream} is asked", check.span, check)
    if check.unasked or not check.defined:
        return _failed(p, check, check.unasked or f"there is no {check.upstream}")
    if check.most is not None and len(p.shared.request.body) > check.most:
        return Denied(413, check.span, check)
    reached = _request(p, check)
    p.shared.auth_requests.append(reached)
    reply = reply_of(p, reached, service=True)
    if isinstance(reply.status, str) or reply.status >= 500:
        if reply.status == "unreachable":
            p.shared.auth_requests.pop()
        return _failed(p, check, "the service does not answer")
    headers = [Header(name, value) for name, value in reply.headers]
    if reply.status not in check.allow:
        return Denied(reply.status, check.span, check, tuple(_told(p, check, headers)), by_service=True)
    before = list(p.headers), p.path, p.query
    _take(p, check, headers)
    if reply.consent is not None and check.consents:
        _agree(p, check, reply.consent)
    p.reroutes = p.reroutes or (check.reroutes and before != (p.headers, p.path, p.query))
    return Passed(check.span)


def _failed(p: Passage, check: Call, why: str) -> Verdict:
    if check.fails_open:
        p.note("passed", f"{why}: the request passes", check.span, check)
        return None
    p.note("skipped", why, check.span, check)
    return Denied(check.otherwise, check.span, check)


def _request(p: Passage, check: Call) -> Reached:
    group = p.shared.gateway.upstreams.get(check.upstream)
    address = group.addresses[0] if group is not None and group.addresses else None
    query = f"?{p.query}" if p.query is not None else ""
    sent = [h for h in p.headers if _is_sent(p, check, h.name.lower())]
    headers = list(_joined(sent))
    own = {name.lower() for name, _ in check.adds}
    headers = [h for h in headers if h.name.lower() not in own]
    headers += [Header(name, evaluate(p, value)) for name, value in check.adds]
    removed = tuple((h.name.lower(), None) for h in p.headers if h not in sent)
    return Reached(
        check.upstream, address, p.method, check.prefix + p.path + query, tuple(headers), check.span, removed
    )


def _is_sent(p: Passage, check: Call, name: str) -> bool:
    if any(fits(p, name, one) for one in check.never):
        return False
    return name in check.always or check.sends is None or any(fits(p, name, one) for one in check.sends)


def _told(p: Passage, check: Call, headers: Iterable[Header]) -> Iterable[Header]:
    """What of the service's refusal the client gets."""
    for header in headers:
        name = header.name.lower()
        if name == "content-length":
            continue
        kept = check.denial_headers is None or name in check.denial_always
        if kept or any(fits(p, name, one) for one in check.denial_headers or ()):
            yield header


def _take(p: Passage, check: Call, headers: list[Header]) -> None:
    """What of the service's consent goes on to the upstream, and what to the client."""
    for header in headers:
        name = header.name.lower()
        if any(fits(p, name, one) for one in check.takes):
            _replace(p, header)
        if any(fits(p, name, one) for one in check.appends):
            _append(p, header, check.once)
        if name == check.remove_header:
            gone = {part.strip().lower() for part in header.text.split(",")}
            p.headers = [h for h in p.headers if h.name.lower() not in gone]
        if any(fits(p, name, one) for one in check.success_headers):
            p.granted.append((check, header))


def _replace(p: Passage, header: Header) -> None:
    name = header.name.lower()
    if name == ":path":
        p.path, p.query = split_target(header.text)
        return
    p.headers = [h for h in p.headers if h.name.lower() != name]
    p.headers.insert(0 if name == "host" else len(p.headers), header)


def _agree(p: Passage, check: Call, consent: Consent) -> None:
    """What a service may say in its own protocol: what it appends goes behind what is there, and only there; the host
    stays."""
    for name, value in consent.appended:
        there = p.header(name.lower())
        if there:
            place, known = p.headers.index(there[0]), there[0]
            mark = "; " if name.lower() == "cookie" else ","
            p.headers[place] = Header(known.name, behind(known.value, mark, value), known.op)
    gone = {name.lower() for name in consent.removed} - {"host"}
    p.headers = [h for h in p.headers if h.name.lower() not in gone]
    if consent.query or consent.query_removed:
        p.query = rewritten_query(p.query or "", consent.query, consent.query_removed)
    p.granted.extend((check, Header(*pair)) for pair in consent.told)


def _joined(headers: Iterable[Header]) -> Iterator[Header]:
    """One line for each name: so the service gets them (measured)."""
    found: dict[str, list[Header]] = {}
    for header in headers:
        found.setdefault(header.name.lower(), []).append(header)
    for same in found.values():
        yield (
            same[0]
            if len(same) == 1
            else Header(same[0].name, ",".join(one.text for one in same), same[0].op)
        )


def _append(p: Passage, header: Header, once: frozenset[str]) -> None:
    lower = header.name.lower()
    there = [known for known in p.headers if known.name.lower() == lower]
    if there and lower in once:
        known = there[0]
        p.headers[p.headers.index(known)] = Header(
            known.name, behind(known.value, ",", header.value), known.op
        )
    else:
        p.headers.append(header)
