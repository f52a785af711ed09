"""Does nginx accept this password for this line of a password file?

nginx itself knows {PLAIN}, {SHA}, {SSHA} and $apr1$; everything else it hands to the system's crypt().
Measured with nginx 1.22.1 on Debian 12 (libxcrypt). Formats that need more than hashlib are left open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable

MAX_ROUNDS = 20_000  # of SHA-crypt: more would make a check of a file slow
KNOWN = ("{PLAIN}", "{SHA}", "{SSHA}")
MAX_PASSWORD = 255  # bytes; systems differ on what crypt() does with longer ones

ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
MD5_FORM = re.compile(r"(\$1\$|\$apr1\$)([./0-9A-Za-z]{1,8})\$([./0-9A-Za-z]{22})")
SHA_FORM = re.compile(
    r"\$(?:5\$(rounds=\d+\$)?([./0-9A-Za-z]{1,16})\$[./0-9A-Za-z]{43}"
    r"|6\$(rounds=\d+\$)?([./0-9A-Za-z]{1,16})\$[./0-9A-Za-z]{86})"
)
ODD_SALT = re.compile(
    r"\$(?:(?:1|apr1)\$[^$]*\$[./0-9A-Za-z]{22}"
    r"|5\$(?:rounds=\d+\$)?[^$]*\$[./0-9A-Za-z]{43}"
    r"|6\$(?:rounds=\d+\$)?[^$]*\$[./0-9A-Za-z]{86})"
)
# Left to the system: bcrypt, DES, extended DES, yescrypt, scrypt, and hashes of other Unix systems.
SYSTEM = re.compile(
    r"\$2[abxy]\$\d\d\$[./0-9A-Za-z]{53}|[./0-9A-Za-z]{13}|_[./0-9A-Za-z]{19}"
    r"|\$(?:y|gy|7|sha1|md5|3)\$.+|\$md5,.+"
)


def verify(stored: str, password: str) -> bool | None:
    """Whether nginx accepts `password` for the stored field; None where the standard library cannot tell."""
    try:
        key = password.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return None
    if b"\0" in key or len(key) > MAX_PASSWORD:
        return None
    if stored.startswith("{"):
        return _braced(stored, key)
    if md5 := MD5_FORM.fullmatch(stored):
        return md5_crypt(key, md5.group(2), md5.group(1)) == stored
    if sha := SHA_FORM.fullmatch(stored):
        return _sha(stored, key, sha)
    if SYSTEM.fullmatch(stored) or ODD_SALT.fullmatch(stored):
        return None
    return False


def unknown_form(stored: str) -> str:
    """Why no password can ever be accepted for a stored field; empty where one may be."""
    if stored.startswith("{"):
        prefix = stored.partition("}")[0] + "}"
        return "" if prefix in KNOWN else f"the form {prefix} is not known"
    if not stored or any(form.fullmatch(stored) for form in (MD5_FORM, SHA_FORM, ODD_SALT, SYSTEM)):
        return ""
    if stored.startswith("$"):
        return f"hashes of the kind ${stored[1:].partition('$')[0]}$ are not known"
    return "what stands there is no hash"


def _braced(stored: str, key: bytes) -> bool:
    # nginx compares texts, so that a hash in another spelling (no padding, {sha}) is never accepted.
    if stored.startswith("{PLAIN}"):
        return stored[7:].encode("utf-8", "surrogateescape") == key
    if stored.startswith("{SHA}"):
        return stored[5:] == base64.b64encode(hashlib.sha1(key).digest()).decode()
    if stored.startswith("{SSHA}"):
        try:
            salt = base64.b64decode(stored[6:], validate=True)[20:]
        except (binascii.Error, ValueError):
            return False
        return stored[6:] == base64.b64encode(hashlib.sha1(key + salt).digest() + salt).decode()
    return False


def _sha(stored: str, key: bytes, form: re.Match[str]) -> bool | None:
    kind = stored[1]
    spelled = form.group(1) or form.group(3) or ""
    rounds = 5000
    if spelled:
        digits = spelled[len("rounds=") : -1]
        # crypt() clamps or refuses such counts: its answer never spells them this way.
        if digits.startswith("0") or len(digits) > 9 or int(digits) < 1000:
            return False
        rounds = int(digits)
    if rounds > MAX_ROUNDS:
        return None
    salt = form.group(2) or form.group(4)
    return f"${kind}${spelled}{salt}${sha_crypt(key, salt, kind, rounds)}" == stored


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


def users(text: str) -> dict[str, str]:
    """The stored field of every user that nginx can find in the text of a password file.

    As ngx_http_auth_basic_module reads it: the first line of a name counts, `#` begins a comment only in the
    first column, spaces belong to the name, the field ends at the next colon or line end.
    """
    lines = text.split("\n")
    found: dict[str, str] = {}
    for number, line in enumerate(lines):
        name, colon, rest = line.partition(":")
        if not colon or line[0] in "#\r:" or name in found:
            continue
        if not _is_swallowed(lines, number, name):
            found[name] = rest.partition("\r")[0].partition(":")[0]
    return found


def _is_swallowed(lines: list[str], number: int, name: str) -> bool:
    """Whether nginx, looking for `name`, passes over line `number`.

    A line without a colon that the name begins with ends where nginx still compares; it takes the line end
    for a difference and skips what follows, which is the next line.
    """
    run = 0
    while number - run > 0 and _swallows(lines[number - run - 1], name):
        run += 1
    return run % 2 == 1


def _swallows(line: str, name: str) -> bool:
    return line[:1] not in ("", "#", "\r") and ":" not in line and name.startswith(line)
