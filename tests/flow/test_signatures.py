"""What can be said of a token's signature from the keys in a configuration."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from authlint.flow.signatures import refuted

# A key that was made for this test and thrown away, and a token that it signed with RS256.
MODULUS = (
    "yQBuSIWGXZyI65-kyO0e4jhxNUmHJTM4V4KWQTVCd0jrQGd5qpLSxSXLvJcwFDS_5r-gxy3Jl27B6V3A5JZu1qIqvS"
    "thlbpB-txr1paYqSOTIMjBzaz9EeT8PzOAvWopg1swJkT3ACX5_k7lviCiWS2iHzGkvkUUgpCJJO74DZ8"
)
TOKEN = (
    "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogImEifQ.eyJzdWIiOiAiYWxpY2UifQ.niPA6Jk7T7TBrjvLiOB5va78ILk1"
    "BAlDnsPFVo6Ktwum3HgZqmySSGiwvDYSMcKyRK8xp6ie6VDtdegcNc2a7Fyr9-IVzX_l5wxrixuGmSFGo1NbEMe_KC"
    "Nden4lXYeybnMy8UwWrIyvkpHci5VVUt8WNJuXLUNYX_th9Wiv9dQ"
)
RSA = {"kty": "RSA", "kid": "a", "n": MODULUS, "e": "AQAB"}


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def keys(*listed: dict[str, str]) -> str:
    return json.dumps({"keys": listed})


def symmetric(secret: bytes, algorithm: str = "HS256") -> str:
    signed = f"{_encoded(json.dumps({'alg': algorithm}).encode())}.{_encoded(b'{}')}"
    digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_encoded(digest)}"


def test_a_key_knows_its_own_signature() -> None:
    assert not refuted(TOKEN, keys(RSA))
    assert refuted(TOKEN[:-4] + "AAAA", keys(RSA))
    assert refuted(TOKEN.replace(".eyJ", ".eyK"), keys(RSA))
    octets = {"kty": "oct", "k": _encoded(b"FAKE")}
    assert not refuted(symmetric(b"FAKE"), keys(octets))
    assert refuted(symmetric(b"other"), keys(octets))


def test_one_of_several_is_enough() -> None:
    other = {**RSA, "n": MODULUS[:-4] + "AAAB"}
    assert not refuted(TOKEN, keys(other, RSA))
    assert refuted(TOKEN, keys(other, other))


@pytest.mark.parametrize(
    ("token", "held"),
    [
        (TOKEN, ""),
        (TOKEN, "no JSON"),
        (TOKEN, keys()),
        (TOKEN, keys({**RSA, "kid": "b"})),
        (TOKEN, keys({"kty": "EC", "kid": "a", "crv": "P-256", "x": "AA", "y": "AA"})),
        (TOKEN, keys({"kty": "RSA", "kid": "a"})),
        (TOKEN, keys({**RSA, "n": ""})),
        (symmetric(b"FAKE", "ES256"), keys(RSA)),
        ("a.b.c", keys(RSA)),
        ("no token", keys(RSA)),
    ],
)
def test_what_cannot_be_told_is_not_refuted(token: str, held: str) -> None:
    assert not refuted(token, held)
