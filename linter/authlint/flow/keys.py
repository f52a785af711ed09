"""API keys: who has one of those that are known may pass."""

from __future__ import annotations

from collections.abc import Sequence

from authlint.flow.assume import CREDENTIALS
from authlint.flow.outcome import Header, behind
from authlint.flow.passage import Passage
from authlint.flow.queries import parameters, without
from authlint.flow.reading import header_text
from authlint.flow.verdict import Denied, Passed, Verdict
from authlint.model.credential import ApiKey, Place
from authlint.model.unknown import Unknown


def api_key(p: Passage, check: ApiKey) -> Verdict:
    """The first place that holds anything counts (Envoy's api_key_auth; measured: "Bearer " before a key in a
    header does not matter)."""
    found = next(((place, text) for place in check.places if (text := value_at(p, place))), None)
    denied = Denied(401, check.span, check)
    if found is None:
        return denied
    place, text = found
    if isinstance(text, Unknown):
        return Passed(check.span) if p.decide((text.reason, "key"), text.reason) else denied
    if place.kind == "header":
        text = text.removeprefix("Bearer ")
    clients = [client for client, key in check.keys if key == text]
    if not clients and check.keys and text in p.shared.request.vouched:
        p.shared.assumed[CREDENTIALS] = None
    elif not clients:
        return denied
    elif check.allowed is not None and check.allowed.isdisjoint(clients):
        return Denied(403, check.span, check)
    if check.client_header:
        p.headers = [h for h in p.headers if h.name.lower() != check.client_header.lower()]
        p.headers.append(Header(check.client_header, clients[0] if clients else "CLIENT"))
    if check.hide:
        for one in check.places:  # not only where the key was found (measured)
            take_away(p, one)
            if one.kind == "cookie":
                _without_cookie(p, one.name)
    return Passed(check.span)


def values_at(p: Passage, place: Place) -> Sequence[str | Unknown]:
    """What the request has at this place, be it empty: of a parameter or cookie the first."""
    if place.kind == "header":
        return [h.value for h in p.header(place.name)]
    if place.kind == "parameter":
        return parameters(p.query).get(place.name, [])[:1]
    given = header_text(p, "cookie")
    if isinstance(given, Unknown):
        return [given]
    pairs = (pair.strip().partition("=") for pair in given.split(";"))
    return [value.strip('"') for name, equals, value in pairs if equals and name == place.name][:1]


def value_at(p: Passage, place: Place) -> str | Unknown:
    """The first of them; empty where there is nothing."""
    return next(iter(values_at(p, place)), "")


def add(p: Passage, header: Header) -> None:
    """One more line, or more of a header that this gateway keeps once."""
    same = p.header(header.name.lower()) if header.name.lower() in p.shared.listener.intake.once else []
    if not same:
        p.headers.append(header)
        return
    known = same[0]
    text = behind(known.value, ",", header.value)
    p.headers[p.headers.index(known)] = Header(known.name, text, known.op)


def _without_cookie(p: Passage, name: str) -> None:
    left: list[Header] = []
    for header in p.headers:
        if header.name.lower() != "cookie" or not isinstance(header.value, str):
            left.append(header)
            continue
        pairs = [pair for pair in header.value.split("; ") if pair.partition("=")[0] != name]
        if pairs:
            left.append(Header(header.name, "; ".join(pairs)))
    p.headers = left


def take_away(p: Passage, place: Place) -> None:
    """What is behind does not see the credential any more. Cookies stay (measured for tokens)."""
    if place.kind == "header":
        if p.header(place.name):
            p.taken[place.name] = place.span
        p.headers = [h for h in p.headers if h.name.lower() != place.name]
    elif place.kind == "parameter" and p.query is not None:
        p.query = without(p.query, place.name)
        p.raw = False
