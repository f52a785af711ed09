"""Password hashes that the standard library can work out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def salted_sha1(key: bytes, salt: bytes) -> str:
    """What stands behind `{SSHA}`; with an empty salt, behind `{SHA}`."""
    return base64.b64encode(hashlib.sha1(key + salt).digest() + salt).decode()


def md5_crypt(key: bytes, salt: str, magic: str) -> str:
    """The whole stored field: MD5-crypt of FreeBSD (`$1$`) and Apache's (`$apr1$`), 1000 rounds."""
    seasoning = salt.encode()
    start = key + magic.encode() + seasoning
    start += _stretched(hashlib.md5(key + seasoning + key).digest(), len(key))
    length = len(key)
    while length:
        start += b"\0" if length & 1 else key[:1]
        length >>= 1
    digest = hashlib.md5(start).digest()
    for turn in range(1000):
        digest = hashlib.md5(_turn(turn, digest, key, seasoning)).digest()
    order = [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)]
    return f"{magic}{salt}${_encoded(digest, order)}{_digits(digest[11], 2)}"


def sha_crypt(key: bytes, salt: str, kind: str, rounds: int) -> str:
    """The hash part of SHA-crypt: `kind` "5" is SHA-256, "6" SHA-512 (Drepper's specification, 2008)."""
    new = hashlib.sha256 if kind == "5" else hashlib.sha512
    seasoning = salt.encode()
    other = new(key + seasoning + key).digest()
    start = key + seasoning + _stretched(other, len(key))
    length = len(key)
    while length:
        start += other if length & 1 else key
        length >>= 1
    digest = new(start).digest()
    p = _stretched(new(key * len(key)).digest(), len(key))
    s = _stretched(new(seasoning * (16 + digest[0])).digest(), len(seasoning))
    for turn in range(rounds):
        digest = new(_turn(turn, digest, p, s)).digest()
    if kind == "5":
        order = _rotation(10, 10, 20, forward=False)
        return _encoded(digest, order) + _digits(digest[31] << 8 | digest[30], 3)
    return _encoded(digest, _rotation(21, 21, 42, forward=True)) + _digits(digest[63], 2)


def _turn(turn: int, digest: bytes, key: bytes, salt: bytes) -> bytes:
    odd = turn % 2 == 1
    return b"".join((
        key if odd else digest,
        salt if turn % 3 else b"",
        key if turn % 7 else b"",
        digest if odd else key,
    ))  # fmt: skip


def _stretched(block: bytes, length: int) -> bytes:
    return (block * (length // len(block) + 1))[:length]


def _rotation(count: int, second: int, third: int, forward: bool) -> list[tuple[int, int, int]]:
    """The triples in which SHA-crypt writes its digest: each is the one before, moved on and turned."""
    triples, triple = [], (0, second, third)
    for _ in range(count):
        triples.append(triple)
        a, b, c = (member + 1 for member in triple)
        triple = (b, c, a) if forward else (c, a, b)
    return triples


def _encoded(digest: bytes, order: Iterable[tuple[int, int, int]]) -> str:
    return "".join(_digits(digest[a] << 16 | digest[b] << 8 | digest[c], 4) for a, b, c in order)


def _digits(value: int, count: int) -> str:
    """`count` digits of crypt's base 64, the lowest first."""
    return "".join(ALPHABET[value >> 6 * place & 63] for place in range(count))
