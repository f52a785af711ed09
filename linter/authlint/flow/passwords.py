"""Does nginx accept this password for this line of a password file?

nginx itself knows {PLAIN}, {SHA}, {SSHA} and $apr1$; everything else it hands to the system's crypt().
Measured with nginx 1.22.1 on Debian 12 (libxcrypt). Formats that need more than hashlib are left open.
"""

from __future__ import annotations

import re

from authlint.expression import expression

MAX_ROUNDS = 20_000  # of SHA-crypt: more would make a check of a file slow
KNOWN = ("{PLAIN}", "{SHA}", "{SSHA}")
MAX_PASSWORD = 255  # bytes; systems differ on what crypt() does with longer ones

MD5_FORM = expression(r"(\$1\$|\$apr1\$)([./0-9A-Za-z]{1,8})\$([./0-9A-Za-z]{22})")
SHA_FORM = expression(
    r"\$(?:5\$(rounds=\d+\$)?([./0-9A-Za-z]{1,16})\$[./0-9A-Za-z]{43}"
    r"|6\$(rounds=\d+\$)?([./0-9A-Za-z]{1,16})\$[./0-9A-Za-z]{86})"
)
ODD_SALT = expression(
    r"\$(?:(?:1|apr1)\$[^$]*\$[./0-9A-Za-z]{22}"
    r"|5\$(?:rounds=\d+\$)?[^$]*\$[./0-9A-Za-z]{43}"
    r"|6\$(?:rounds=\d+\$)?[^$]*\$[./0-9A-Za-z]{86})"
)
# Left to the system: bcrypt, DES, extended DES, yescrypt, scrypt, and hashes of other Unix systems.
SYSTEM = expression(
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
        from authlint.flow.crypt import md5_crypt

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
    from authlint.flow import crypt

    # nginx compares texts, so that a hash in another spelling (no padding, {sha}) is never accepted.
    if stored.startswith("{PLAIN}"):
        return stored[7:].encode("utf-8", "surrogateescape") == key
    if stored.startswith("{SHA}"):
        return stored[5:] == crypt.salted_sha1(key, b"")
    if stored.startswith("{SSHA}"):
        from base64 import b64decode

        try:
            salt = b64decode(stored[6:], validate=True)[20:]
        except ValueError:
            return False
        return stored[6:] == crypt.salted_sha1(key, salt)
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
    from authlint.flow.crypt import sha_crypt

    salt = form.group(2) or form.group(4)
    return f"${kind}${spelled}{salt}${sha_crypt(key, salt, kind, rounds)}" == stored


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
