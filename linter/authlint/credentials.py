"""The credentials of made-up requests: the usual ones, and those that a route's own checks look for elsewhere.

A credential has a name ("bearer", "X-Key: KEY", "bearer+cookie") by which rules speak of it. As part of a request it
is a header; a header whose name begins with "?" stands for a query parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from authlint.flow.request import Headers
from authlint.model.credential import ApiKey, Jwt, Place
from authlint.model.step import Basic, Check

BEARER = ("Authorization", "Bearer TOKEN")
BASIC = ("Authorization", "Basic VVNFUjpQQVNTV09SRA==")  # USER:PASSWORD
COOKIE = ("Cookie", "session=SESSION")
KEY = ("X-Api-Key", "KEY")
CREDENTIALS = {"bearer": BEARER, "basic": BASIC, "cookie": COOKIE, "key": KEY}
VOUCHED = frozenset((*(value for _, value in CREDENTIALS.values()), "TOKEN"))


def headers_of(name: str) -> Headers:
    """What a request with this credential carries."""
    if name == "none":
        return ()
    headers: dict[str, str] = {}
    for part in name.split("+"):
        key, value = CREDENTIALS[part] if part in CREDENTIALS else _written(part)
        headers[key] = f"{headers[key]}; {value}" if key == "Cookie" and key in headers else value
    return tuple(headers.items())


def _written(part: str) -> tuple[str, str]:
    name, _, value = part.partition(": ")
    return name, value


def names_of(checks: Iterable[Check]) -> tuple[str, ...]:
    """The credentials to try on a route with these checks: one by one, then several together."""
    extra = tuple(dict.fromkeys(name for check in checks for name in _looked_for(check)))
    alone = (*CREDENTIALS, *extra)
    others = "+".join(("cookie", "key", *extra))
    return (*alone, f"bearer+{others}", f"basic+{others}")


def _looked_for(check: Check) -> Iterator[str]:
    """Where a check looks besides the usual places."""
    if isinstance(check, Basic) and check.header != "authorization":
        yield f"{check.header.title()}: {BASIC[1]}"
    elif isinstance(check, ApiKey):
        for place in check.places:
            yield from _at(place, KEY[1])
    elif isinstance(check, Jwt):
        for provider in check.providers:
            for place in provider.places:
                yield from _at(place, "TOKEN")


def _at(place: Place, value: str) -> Iterator[str]:
    if place.kind == "parameter":
        yield f"?{place.name}: {value}"
    elif place.kind == "cookie":
        yield f"Cookie: {place.name}={value}"
    else:
        prefix = f"{place.prefix.rstrip()} " if place.prefix.strip() else ""
        header = (place.name.title(), prefix + value)
        if header not in CREDENTIALS.values():
            yield f"{header[0]}: {header[1]}"
