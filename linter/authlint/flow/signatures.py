"""Signatures of tokens, held against keys that the configuration itself has, as far as arithmetic and hashes do it.

RS256 and its like (RFC 8017, 8.2.2: the padding is compared as a whole), HS256 and its like; others are not judged.
"""

from __future__ import annotations

from typing import Any

# The DigestInfo of RFC 8017, 9.2, before the hash.
PREFIXES = {
    "256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
LARGEST = 8192  # bits of a key


def refuted(token: str, keys: str) -> bool:
    """Whether none of these keys (a JWKS) made the signature; False also where that cannot be told."""
    import json

    try:
        head, body, signature = token.split(".")
        said = json.loads(_bytes(head))
        listed = json.loads(keys)["keys"]
        fitting = [one for one in listed if "kid" not in said or one.get("kid", said["kid"]) == said["kid"]]
        verdicts = [_made(one, said["alg"], f"{head}.{body}".encode(), _bytes(signature)) for one in fitting]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    return bool(verdicts) and all(verdict is False for verdict in verdicts)


def _bytes(part: str) -> bytes:
    import base64

    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _made(key: dict[str, Any], algorithm: str, text: bytes, signature: bytes) -> bool | None:
    """Whether this key made the signature; None where it cannot be told."""
    import hashlib
    import hmac

    kind, size = algorithm[:2], algorithm[2:]
    if size not in PREFIXES:
        return None
    if kind == "HS" and key["kty"] == "oct":
        return hmac.compare_digest(hmac.new(_bytes(key["k"]), text, f"sha{size}").digest(), signature)
    if kind == "RS" and key["kty"] == "RSA":
        modulus, exponent = (int.from_bytes(_bytes(key[name]), "big") for name in ("n", "e"))
        length = (modulus.bit_length() + 7) // 8
        if not 0 < modulus.bit_length() <= LARGEST or exponent >= 1 << 32:
            return None
        hashed = PREFIXES[size] + hashlib.new(f"sha{size}", text).digest()
        wanted = b"\0\1" + b"\xff" * (length - len(hashed) - 3) + b"\0" + hashed
        return pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(length, "big") == wanted
    return None
