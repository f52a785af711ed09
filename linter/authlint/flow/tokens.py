"""JSON Web Tokens: where they are found, what is held against them. Signatures are taken to be good.

Envoy's jwt_authn is the model (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/jwt_authn_filter);
statuses, order and what is taken away were measured on 1.40.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, TypeAlias

from authlint.flow.assume import CREDENTIALS, KEYS
from authlint.flow.keys import add, take_away, values_at
from authlint.flow.outcome import Header
from authlint.flow.passage import Passage
from authlint.flow.reading import header_text, url
from authlint.flow.signatures import refuted
from authlint.flow.values import evaluate, fits, holds
from authlint.flow.verdict import Denied, Passed, Verdict
from authlint.model.credential import Demand, Jwt, Place, Provider, TokenRule
from authlint.model.unknown import Unknown
from authlint.record import record, replace
from authlint.text import Span

LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
KINDS = ("header", "parameter", "cookie")
UNVERIFIED = "x-jwt-signature-verified"  # goes on with a token that was read and does not do (measured)
REALM = 256  # letters of path and query that a challenge holds (measured)


@record
class Bad:
    """Why a token does not do; `missing`: there is none. `foreign`: nobody knows its issuer;
    `silent`: there is no challenge."""

    status: int
    why: str
    span: Span
    missing: bool = False
    foreign: bool = False
    silent: bool = False


# Whether a token was verified, or none was needed; else why it does not do.
Result: TypeAlias = bool | Bad | Unknown


def jwt(p: Passage, check: Jwt) -> Verdict:
    for provider in check.providers:
        _sanitise(p, provider)
    if check.skips_preflight and is_preflight(p):
        return None
    rule = _rule(p, check)
    if rule is None or rule.demand.kind == "nothing":
        return None
    realm = url(p, REALM)  # as long as no token is taken away
    result = _demand(p, check, rule.demand)
    if isinstance(result, Unknown):
        if p.decide((result.reason, "token"), result.reason):
            return Passed(rule.span)
        result = Bad(401, result.reason, rule.span)
    if isinstance(result, Bad):
        return _denied(p, check, result, realm)
    return Passed(rule.span) if result and rule.demand.kind not in ("failed", "read") else None


def _rule(p: Passage, check: Jwt) -> TokenRule | None:
    return next((rule for rule in check.rules if holds(p, rule.when)), None)


def demanded(p: Passage, check: Jwt) -> Demand | None:
    """What a check asks of this request; None: nothing."""
    rule = _rule(p, check)
    return None if rule is None else rule.demand


def insists(demand: Demand | None) -> bool:
    """Whether a demand lets nobody pass who has no token."""
    if demand is None or demand.kind in ("nothing", "missing", "failed", "read"):
        return False
    return demand.kind != "any" or all(insists(part) for part in demand.parts)


def is_preflight(p: Passage) -> bool:
    texts = (header_text(p, "origin"), header_text(p, "access-control-request-method"))
    return p.method == "OPTIONS" and all(texts)


def _sanitise(p: Passage, provider: Provider) -> None:
    """A client cannot set what verified tokens set, nor does what an earlier demand set stay (measured)."""
    names = {
        name.lower() for name in (provider.payload_header, *(name for name, _ in provider.claim_headers))
    }
    if names - {""}:
        p.headers = [h for h in p.headers if h.name.lower() not in names]


def _denied(p: Passage, check: Jwt, bad: Bad, realm: str) -> Denied:
    named = realm if check.realm is None else evaluate(p, check.realm)
    challenge = named
    if not isinstance(named, Unknown):
        challenge = f'Bearer realm="{named}"' + ("" if bad.missing else ', error="invalid_token"')
    header = (Header("WWW-Authenticate", challenge),)
    p.note("unclear" if bad.why == "" else "skipped", bad.why, bad.span)
    return Denied(bad.status, bad.span, check, () if check.quiet or bad.silent else header)


def _demand(p: Passage, check: Jwt, demand: Demand) -> Result:
    """What is verified on the way takes effect at once, also where the demand is not met in the end (measured)."""
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
            found = False
            for part in demand.parts:
                result = _demand(p, check, part)
                if not isinstance(result, bool):
                    return result
                found = found or result
            return found
        case "any":
            return _any(p, check, demand)
        case "missing" | "failed" | "read":
            return _lenient(p, check, demand)
        case _:
            return False


def _any(p: Passage, check: Jwt, demand: Demand) -> Result:
    """The first that is met; of several refusals one that knows the token says more than one that does not. What is
    lenient beside others looks at no token of its own (measured)."""
    worst: Bad | None = None
    lenient = [part for part in demand.parts if part.kind in ("missing", "failed")]
    strict = [part for part in demand.parts if part not in lenient]
    if not demand.parts:
        return False
    if not strict:
        return _lenient(p, check, max(lenient, key=lambda part: part.kind == "failed"))
    for part in strict:
        result = _demand(p, check, part)
        if not isinstance(result, Bad):
            return result
        if worst is None or worst.missing or worst.foreign:
            if worst is None or not result.missing:
                worst = result
        elif not (result.missing or result.foreign):
            worst = result
    if worst is None or any(part.kind == "failed" for part in lenient) or (lenient and worst.missing):
        return False
    return worst


def _lenient(p: Passage, check: Jwt, demand: Demand) -> Result:
    """Tokens of any provider, or none; with "failed" and "read" also bad ones, which then go on. The token that is
    looked at last decides (measured)."""
    for provider in check.providers:
        _sanitise(p, provider)
    found, last = False, None
    for token in _found(p, check.providers):
        result = _judge_any(p, check, token)
        if isinstance(result, Unknown):
            return result
        found = found or result is True
        last = result if isinstance(result, Bad) else None
    if last is not None and demand.kind == "read":
        p.headers = [h for h in p.headers if h.name.lower() != UNVERIFIED]
        p.headers.append(Header(UNVERIFIED, "false"))
    return last if last is not None and demand.kind == "missing" else found


def _judge_any(p: Passage, check: Jwt, token: Token) -> Result:
    """A token held against the provider that its issuer belongs to; one without an issuer takes them all."""
    if isinstance(token.text, Unknown):
        return token.text
    vouched = token.text in p.shared.request.vouched
    claims = None if vouched else claims_of(token.text)
    issuer = (claims or {}).get("iss")
    if vouched:
        suited: Sequence[Provider] = token.providers
    elif claims is None:
        return Bad(401, "this is no JSON Web Token", token.place.span)
    elif all(one.issuer not in ("", issuer) for one in token.providers):
        suited = ()
    else:
        named = [one for one in check.providers if one.issuer == issuer]
        suited = named or [one for one in check.providers if not one.issuer]
    if not suited:
        return Bad(401, "the issuer is no provider's", token.place.span, foreign=True)
    if len(suited) > 1 and not vouched:
        return Unknown(
            "which of several providers with one issuer is asked"
        )  # it differs from run to run (measured)
    return _accepted(p, suited[0], token, _judge(p, suited[0], token))


def _provided(p: Passage, provider: Provider) -> Result:
    """All tokens that are found must do (measured)."""
    _sanitise(p, provider)
    found = False
    for token in _found(p, [provider]):
        result = _accepted(p, provider, token, _judge(p, provider, token))
        if result is not True:
            return result
        found = True
    return found or Bad(401, f"there is no token for {provider.name}", provider.span, missing=True)


@record
class Token:
    """What a request has at a place, and the providers that look there."""

    place: Place
    providers: tuple[Provider, ...]
    text: str | Unknown


def _found(p: Passage, providers: Sequence[Provider]) -> list[Token]:
    """Every token, in the order in which they are looked at: cookies, parameters, headers, of each kind the one whose
    name sorts last (measured)."""
    places: dict[tuple[int, str], tuple[Place, list[Provider]]] = {}
    for provider in providers:
        for place in provider.places:
            key = (KINDS.index(place.kind), place.name + place.prefix)
            places.setdefault(key, (place, []))[1].append(provider)
    found: list[Token] = []
    for key in sorted(places):
        place, looking = places[key]
        for value in values_at(p, place):
            text = value if isinstance(value, Unknown) else _behind(value, place.prefix)
            if text is not None:
                found.append(Token(place, tuple(looking), text))
    return found[::-1]


def _behind(text: str, prefix: str) -> str | None:
    """A token behind a prefix, which may stand anywhere; None without it. It begins with the first of a token's
    letters; more than a token is none (measured)."""
    at = text.find(prefix)
    if at < 0 or not prefix:
        return None if prefix else text
    start = at + len(prefix)
    while start < len(text) and text[start] not in LETTERS:
        start += 1
    return text[start:]


def _judge(p: Passage, provider: Provider, token: Token) -> Result:
    text = token.text
    if isinstance(text, Unknown):
        return text
    if text in p.shared.request.vouched and " " not in text:
        if not provider.keys.usable:
            return Bad(401, provider.keys.why, provider.keys.span)
        return _keys(p, provider) or True
    claims = claims_of(text)
    if claims is None:
        return Bad(401, "this is no JSON Web Token", provider.span)
    if not provider.verifies:
        return True
    if provider.issuer and claims.get("iss") != provider.issuer:
        return Bad(401, "the issuer is not the provider's", provider.span, foreign=True)
    late = _time(provider, claims)
    if late is not None:
        return late
    if provider.audiences and not _audience(provider.audiences, claims.get("aud")):
        return Bad(403, "the audience is not the provider's", provider.span)
    if provider.subject is not None and not fits(p, str(claims.get("sub", "")), provider.subject):
        return Bad(401, "the subject is not one of the provider's", provider.span)
    bad = _keys(p, provider)
    if bad is None and refuted(text, provider.keys.held):
        return Bad(401, "the signature is by none of the provider's keys", provider.keys.span)
    return bad or True


def _accepted(p: Passage, provider: Provider, token: Token, result: Result) -> Result:
    """What a good token does to the request: it goes on or not, and its claims become headers."""
    if result is not True or not isinstance(token.text, str):
        return result
    claims = None if token.text in p.shared.request.vouched else claims_of(token.text)
    unknown = Unknown("the claims of the token")
    if provider.payload_header:
        payload: str | Unknown = unknown
        if claims is not None:
            encoded = token.text.split(".")[1]
            payload = encoded + "=" * (-len(encoded) % 4) if provider.padded else encoded
        add(p, Header(provider.payload_header, payload))
    for name, claim in provider.claim_headers:
        value = unknown if claims is None else _claim_text(claims, claim)
        if value:
            add(p, Header(name, value))
    if not provider.forward:
        take_away(p, replace(token.place, span=provider.forward_span))
    p.reroutes = p.reroutes or provider.reroutes
    if provider.payload_name:
        p.claims[provider.payload_name] = claims
    return True


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
    import base64
    import json

    try:
        data = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _claim_text(claims: dict[str, Any], path: str) -> str | None:
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, (int, float)):
        # Numbers are doubles to the server: whole ones are written as such, others with six digits (measured).
        whole = 0 <= found < 2**64 and found == int(found)
        return str(int(found)) if whole else f"{found:.6f}"
    return found if isinstance(found, str) else None
