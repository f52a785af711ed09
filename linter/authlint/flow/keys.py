"""API keys: who has one of those that are known may pass."""

from __future__ import annotations

from urllib.parse import unquote

from authlint.flow.assume import CREDENTIALS
from authlint.flow.outcome import Header
from authlint.flow.passage import Passage
from authlint.flow.reading import argument, cookie, header_text
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
        take_away(p, place)
        if place.kind == "cookie":
            _without_cookie(p, place.name)
    return Passed(check.span)


def value_at(p: Passage, place: Place) -> str | Unknown:
    """What the request has at this place; empty where there is nothing."""
    if place.kind == "header":
        return header_text(p, place.name)
    if place.kind == "cookie":
        return cookie(header_text(p, "cookie"), place.name)
    return unquote(argument(p.query, place.name))


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
        p.headers = [h for h in p.headers if h.name.lower() != place.name]
        p.taken[place.name] = place.span
    elif place.kind == "parameter" and p.query is not None:
        pairs = [pair for pair in p.query.split("&") if pair.partition("=")[0] != place.name]
        p.query = "&".join(pairs) if pairs else None
        p.raw = False
