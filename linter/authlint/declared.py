"""What a project says of its surroundings, because the configuration of a gateway cannot say it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from authlint.flow.assume import NOTHING, Assume, Expects, Front, Service
from authlint.flow.request import Request, split_authority
from authlint.globs import matches
from authlint.record import record, replace

CREDENTIAL_WORDS = {"bearer": "bearer tokens", "basic": "Basic credentials", "cookie": "cookies"}
Place = Callable[[Sequence[str | int]], str]


@record
class Public:
    """Paths that are meant to be reached without credentials: on one host, or on any (""); `place` is where that
    is said."""

    host: str
    path: str
    place: str

    @property
    def said(self) -> str:
        return f"{self.host}{self.path} is meant to be public ({self.place})"

    @property
    def sample(self) -> str:
        """A path that is meant."""
        return re.sub(r"\*+", "x", self.path)

    def means(self, host: str, path: str) -> bool:
        return (not self.host or _fits(self.host, host.lower())) and _fits(self.path, path)


@record
class Balancer:
    """A load balancer before the gateways whose files the globs mean (relative to the project root); none: all."""

    paths: tuple[str, ...]
    front: Front


@record
class Declared:
    """`assume` is what `flow` takes for granted in place of its own assumptions; `balancers` are in front of some."""

    assume: Assume = NOTHING
    public: tuple[Public, ...] = ()
    balancers: tuple[Balancer, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.public or self.balancers) or self.assume != NOTHING

    def of(self, files: Iterable[str]) -> Declared:
        """What holds for a gateway that is made of these files: the first load balancer that is before it counts."""
        listed = list(files) if self.balancers else []
        for one in self.balancers:
            if not one.paths or any(matches(file, glob) for file in listed for glob in one.paths):
                return replace(self, assume=replace(self.assume, front=one.front))
        return self

    def public_by(self, request: Request) -> Public | None:
        """What says that this request needs no credentials: by the name in its URL or in its Host header."""
        from urllib.parse import unquote, urlsplit

        path = unquote(urlsplit(request.url).path)
        names = {split_authority(one)[0] for one in (request.authority, request.host)}
        return next((one for one in self.public if any(one.means(name, path) for name in names)), None)


NOTHING_DECLARED = Declared()


def declared(table: Mapping[str, Any], place: Place) -> Declared:
    """What a settings file says; `place` tells where a key of it stands."""
    expects = {
        entry["name"]: Expects(entry["expects"].removeprefix("header:").lower())
        for entry in table.get("upstream", ())
    }
    services = {
        entry["name"]: _service(entry, place(["auth-service", number]))
        for number, entry in enumerate(table.get("auth-service", ()))
    }
    balancers = tuple(
        Balancer(tuple(entry.get("paths", ())), _front(entry, place(["load-balancer", number])))
        for number, entry in enumerate(table.get("load-balancer", ()))
    )
    public = tuple(_public(text, place(["public-paths", text])) for text in table.get("public-paths", ()))
    return Declared(Assume(expects=expects, services=services), public, balancers)


def _public(text: str, place: str) -> Public:
    host, slash, path = text.partition("/")
    return Public(host.lower(), slash + path, place)


def _service(entry: Mapping[str, Any], place: str) -> Service:
    kinds = tuple(_kind(one) for one in entry.get("accepts", ()))
    status, exempts = entry.get("refuses-with", 401), entry.get("exempts-options")
    sends = entry.get("sends")
    words = [f"{entry['name']} takes {_words(kinds)} and answers {status} to a request without"]
    if exempts is not None:
        words.append("lets OPTIONS pass" if exempts else "asks OPTIONS too")
    if sends is not None:
        words.append(f"sends {', '.join(sends) or 'no headers'} with its consent")
    return Service(
        said=f"{', '.join(words)} ({place})",
        accepts=kinds,
        refusal=status,
        exempts_options=exempts,
        sends=None if sends is None else tuple(sends),
    )


def _kind(text: str) -> str:
    """Names of headers in lower case; those of cookies are told apart by case."""
    return text.lower() if text.startswith("header:") else text


def _words(kinds: Sequence[str]) -> str:
    said = [CREDENTIAL_WORDS.get(one) or "the {} {}".format(*one.split(":", 1)) for one in kinds]
    return " or ".join(said) or "any credential"


def _front(entry: Mapping[str, Any], place: str) -> Front:
    ends, ports = entry["ends-tls"], entry.get("ports", ())
    sets = entry.get("sets")
    on = f" of port {' and '.join(map(str, ports))}" if ports else ""
    words = [f"a load balancer{' that ends TLS' if ends else ''} is in front{on}"]
    if sets is not None:
        words.append(f"and sets {', '.join(sets) or 'no headers'}")
    return Front(
        said=f"{' '.join(words)} ({place})",
        ends_tls=ends,
        ports=frozenset(ports),
        sets=None if sets is None else frozenset(name.lower() for name in sets),
    )


def _fits(glob: str, text: str) -> bool:
    return _pattern(glob).fullmatch(text) is not None


@lru_cache(maxsize=256)
def _pattern(glob: str) -> re.Pattern[str]:
    """`*` stays within a segment, `**` crosses them."""
    parts = re.split(r"(\*\*|\*)", glob)
    special = {"**": ".*", "*": "[^/]*"}
    return re.compile("".join(special.get(part) or re.escape(part) for part in parts), re.DOTALL)
