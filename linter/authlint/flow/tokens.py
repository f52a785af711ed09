"""JSON Web Tokens: where they are found, what is held against them. Signatures are taken to be good.

Envoy's jwt_authn is the model (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/jwt_authn_filter);
statuses, order and what is taken away were measured on 1.40.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from authlint.flow.assume import CREDENTIALS, KEYS
from authlint.flow.keys import take_away, value_at
from authlint.flow.outcome import Header
from authlint.flow.passage import Passage
from authlint.flow.reading import header_text, url
from authlint.flow.values import fits, holds
from authlint.flow.verdict import Denied, Passed, Verdict
from authlint.model.credential import Demand, Jwt, Place, Provider, TokenRule
from authlint.model.unknown import Unknown
from authlint.text import Span

LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


@dataclass(frozen=True, slots=True)
class Bad:
    """Why a token does not do; `missing`: there is none. `foreign`: nobody knows its issuer;
    `silent`: there is no challenge."""

    status: int
    why: str
    span: Span
    missing: bool = False
    foreign: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Good:
    """A provider's token and what follows from it; None: none was needed."""

    provider: Provider | None = None
    place: Place | None = None
    token: str = ""
    claims: dict[str, Any] | None = None


def jwt(p: Passage, check: Jwt) -> Verdict:
    for provider in check.providers:
        _sanitise(p, provider)
    if check.skips_preflight and is_preflight(p):
        return None
    rule = _rule(p, check)
    if rule is None or rule.demand.kind == "nothing":
        return None
    result = _demand(p, check, rule.demand)
    if isinstance(result, Unknown):
        if p.decide((result.reason, "token"), result.reason):
            return Passed(rule.span)
        result = Bad(401, result.reason, rule.span)
    if isinstance(result, Bad):
        return _denied(p, check, result)
    for good in result:
        _accept(p, good)
    if rule.demand.kind == "failed" or not any(good.provider for good in result):
        return None
    return Passed(rule.span)


def _rule(p: Passage, check: Jwt) -> TokenRule | None:
    return next((rule for rule in check.rules if holds(p, rule.when)), None)


def demanded(p: Passage, check: Jwt) -> Demand | None:
    """What a check asks of this request; None: nothing."""
    rule = _rule(p, check)
    return None if rule is None else rule.demand


def insists(demand: Demand | None) -> bool:
    """Whether a demand lets nobody pass who has no token."""
    if demand is None or demand.kind in ("nothing", "missing", "failed"):
        return False
    return demand.kind != "any" or all(insists(part) for part in demand.parts)


def is_preflight(p: Passage) -> bool:
    texts = (header_text(p, "origin"), header_text(p, "access-control-request-method"))
    return p.method == "OPTIONS" and all(texts)


def _sanitise(p: Passage, provider: Provider) -> None:
    """A client cannot set what verified tokens set."""
    names = {
        name.lower() for name in (provider.payload_header, *(name for name, _ in provider.claim_headers))
    }
    if names - {""}:
        p.headers = [h for h in p.headers if h.name.lower() not in names]


def _denied(p: Passage, check: Jwt, bad: Bad) -> Denied:
    challenge = f'Bearer realm="{url(p, 0)}"' + ("" if bad.missing else ', error="invalid_token"')
    header = (Header("WWW-Authenticate", challenge),)
    p.note("unclear" if bad.why == "" else "skipped", bad.why, bad.span)
    return Denied(bad.status, bad.span, check, () if check.quiet or bad.silent else header)


def _demand(p: Passage, check: Jwt, demand: Demand) -> list[Good] | Bad | Unknown:
    match demand.kind:
        case "provider":
            provider = check.provider(demand.provider)
            if provider is None:
                return Bad(403, f"there is no provider {demand.provider}", demand.span)
            audiences = provider.audiences if demand.audiences is None else demand.audiences
            return _provided(p, replace(provider, audiences=audiences))
        case "wrong":
            return Bad(403, "the requirement is not defined", demand.span, missing=True, silent=True)
        case "all":
            found: list[Good] = []
            for part in demand.parts:
                result = _demand(p, check, part)
                if not isinstance(result, list):
                    return result
                found += result
            return found
        case "any":
            return _any(p, check, demand)
        case "missing" | "failed":
            return _lenient(p, check, demand)
        case _:
            return [Good()]


def _any(p: Passage, check: Jwt, demand: Demand) -> list[Good] | Bad | Unknown:
    """The first that is met; of several refusals one that knows the token says more than one that does not."""
    worst: Bad | None = None
    among = [part.provider for part in demand.parts if part.kind == "provider"]
    for part in demand.parts:
        lenient = part.kind in ("missing", "failed")
        result = _lenient(p, check, part, among) if lenient else _demand(p, check, part)
        if not isinstance(result, Bad):
            return result
        if worst is None or worst.missing or worst.foreign:
            if worst is None or not result.missing:
                worst = result
        elif not (result.missing or result.foreign):
            worst = result
    return worst or [Good()]


def _lenient(p: Passage, check: Jwt, demand: Demand, among: Sequence[str] = ()) -> list[Good] | Bad | Unknown:
    """A token of any provider (`among` those beside it), or none; with "failed" also a bad one, which then goes on."""
    worst: Bad | None = None
    for provider in check.providers:
        if among and provider.name not in among:
            continue
        result = _provided(p, provider)
        if not isinstance(result, Bad):
            return result
        if worst is None or worst.missing or worst.foreign:
            worst = result if worst is None or not result.missing else worst
    if worst is None or worst.missing or demand.kind == "failed":
        return [Good()]
    return worst


def _provided(p: Passage, provider: Provider) -> list[Good] | Bad | Unknown:
    """All tokens that are found must do (measured)."""
    good: list[Good] = []
    for place, token in _found(p, provider):
        if isinstance(token, Unknown):
            return token
        result = _judge(p, provider, place, token)
        if isinstance(result, Bad):
            return result
        good.append(result)
    return good or Bad(401, f"there is no token for {provider.name}", provider.span, missing=True)


def _found(p: Passage, provider: Provider) -> Iterator[tuple[Place, str | Unknown]]:
    for place in provider.places:
        text = value_at(p, place)
        if isinstance(text, Unknown):
            yield place, text
        elif text and place.prefix:
            at = text.find(place.prefix)
            if at >= 0:
                yield place, _letters(text, at + len(place.prefix))
        elif text:
            yield place, text


def _letters(text: str, start: int) -> str:
    """What begins with the first of a token's letters at or behind `start`; more than a token is none (measured)."""
    while start < len(text) and text[start] not in LETTERS:
        start += 1
    return text[start:]


def _judge(p: Passage, provider: Provider, place: Place, token: str) -> Good | Bad:
    if token in p.shared.request.vouched and " " not in token:
        if not provider.keys.usable:
            return Bad(401, provider.keys.why, provider.keys.span)
        return _keys(p, provider) or Good(provider, place, token, None)
    claims = claims_of(token)
    if claims is None:
        return Bad(401, "this is no JSON Web Token", provider.span)
    if not provider.verifies:
        return Good(provider, place, token, claims)
    if provider.issuer and claims.get("iss") != provider.issuer:
        return Bad(401, "the issuer is not the provider's", provider.span, foreign=True)
    if provider.subject is not None and not fits(p, str(claims.get("sub", "")), provider.subject):
        return Bad(401, "the subject is not one of the provider's", provider.span)
    late = _time(provider, claims)
    if late is not None:
        return late
    if provider.audiences and not _audience(provider.audiences, claims.get("aud")):
        return Bad(403, "the audience is not the provider's", provider.span)
    return _keys(p, provider) or Good(provider, place, token, claims)


def _time(provider: Provider, claims: dict[str, Any]) -> Bad | None:
    now, expires, begins = time.time(), claims.get("exp"), claims.get("nbf")
    if isinstance(begins, (int, float)) and now + provider.skew < begins:
        return Bad(401, "the token is not valid yet", provider.span)
    if isinstance(expires, (int, float)) and now > expires + provider.skew:
        return Bad(401, "the token has expired", provider.span)
    if provider.longest is not None:
        since = begins if isinstance(begins, (int, float)) else claims.get("iat")
        known = isinstance(since, (int, float)) and isinstance(expires, (int, float))
        if not known or expires - since > provider.longest:  # type: ignore[operator]
            return Bad(401, "the token lives too long", provider.span)
    if provider.must_expire and not isinstance(expires, (int, float)):
        return Bad(401, "the token never expires", provider.span)
    return None


def _audience(wanted: tuple[str, ...], given: object) -> bool:
    """The scheme and a slash at the end do not count (measured)."""

    def plain(text: str) -> str:
        return text.removeprefix("https://").removeprefix("http://").rstrip("/")

    listed = given if isinstance(given, list) else [given]
    return not {plain(one) for one in wanted}.isdisjoint(plain(one) for one in listed if isinstance(one, str))


def _keys(p: Passage, provider: Provider) -> Bad | None:
    """Keys can be fetched by assumption, unless the answer of their upstream is stated."""
    keys = provider.keys
    if not keys.usable:
        return Bad(401, keys.why, keys.span)
    group = p.shared.gateway.upstreams.get(keys.upstream)
    for name in (keys.upstream, *(group.addresses[:1] if group is not None else ())):
        reply = p.shared.assume.replies.get(name) if name else None
        if reply is not None and reply.status != 200:
            return Bad(401, "the keys cannot be fetched", keys.span)
    p.shared.assumed[CREDENTIALS] = None
    if keys.kind == "upstream":
        p.shared.assumed[KEYS] = None
    return None


def claims_of(token: str) -> dict[str, Any] | None:
    """The claims of a token, None where it is none."""
    parts = token.split(".")
    if len(parts) != 3 or not LETTERS.issuperset(token):
        return None
    decoded = [_decoded(part) for part in parts[:2]]
    header, payload = decoded
    if header is None or payload is None or not isinstance(header.get("alg"), str) or header["alg"] == "none":
        return None
    return payload


def _decoded(part: str) -> dict[str, Any] | None:
    try:
        data = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _accept(p: Passage, good: Good) -> None:
    """What a good token does to the request: it goes on or not, and its claims become headers."""
    provider = good.provider
    if provider is None or good.place is None:
        return
    if not provider.forward:
        take_away(p, replace(good.place, span=provider.forward_span))
    unknown = Unknown("the claims of the token")
    for name, claim in provider.claim_headers:
        value = unknown if good.claims is None else _claim_text(good.claims, claim)
        if value is not None:
            p.headers = [h for h in p.headers if h.name.lower() != name.lower()]
            p.headers.append(Header(name, value))
    if provider.payload_header:
        payload: str | Unknown = unknown
        if good.claims is not None:
            text = good.token.split(".")[1]
            payload = text + "=" * (-len(text) % 4) if provider.padded else text
        p.headers = [h for h in p.headers if h.name.lower() != provider.payload_header.lower()]
        p.headers.append(Header(provider.payload_header, payload))
    if provider.payload_name:
        p.claims[provider.payload_name] = good.claims


def _claim_text(claims: dict[str, Any], path: str) -> str | None:
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, (str, int, float)) else None
