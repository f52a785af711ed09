"""The annotations of ingress-nginx: their values as the controller takes them.

https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/ ; what happens to values that do
not fit was read in the controller's source (internal/ingress/annotations, 1.15).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from authlint.expression import expression
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.yaml.tree import Item
from authlint.record import record
from authlint.text import Span

PREFIX = "nginx.ingress.kubernetes.io/"
TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))
SNIPPETS = (
    "configuration-snippet",
    "server-snippet",
    "auth-snippet",
    "stream-snippet",
    "modsecurity-snippet",
)


@record
class Annotations:
    """An object's annotations by their name without the prefix."""

    items: Mapping[str, Item]

    def get(self, name: str) -> Item | None:
        found = self.items.get(name)
        return None if found is None or found.masked else found

    def text(self, name: str) -> str:
        found = self.get(name)
        return found.text.strip() if found is not None else ""

    def flag(self, name: str, default: bool) -> bool:
        """A truth value as Go parses it; anything else is the default."""
        text = self.text(name)
        return True if text in TRUE else False if text in FALSE else default

    def masked(self, name: str) -> Item | None:
        """The annotation, where a template writes its value."""
        found = self.items.get(name)
        return found if found is not None and found.masked else None

    def span(self, *names: str) -> Span | None:
        """The place of the first of these that is there."""
        return next((self.items[name].span for name in names if name in self.items), None)

    def words(self, name: str) -> list[str]:
        return [part.strip() for part in self.text(name).split(",") if part.strip()]


def of(manifest: Manifest) -> Annotations:
    found = manifest.annotations()
    return Annotations({key[len(PREFIX) :]: item for key, item in found.items() if key.startswith(PREFIX)})


# What the controller takes, letter by letter: its own pattern, of optional parts in a loop, means the same and takes
# exponential time to say no.
ORIGINS = expression(r"(?:[A-Za-z0-9\-.,]|(?<=[a-z])://|\*\.|:(?=\d))*|\*")
ORIGIN = expression(r"[a-z]+://(\*\.)?[A-Za-z0-9\-.]*(:\d+)?|null|\*")
# Both are looked at without their spaces.
METHODS = expression(r"[A-Za-z]+(?:,[A-Za-z]+)*,?")
HEADERS = expression(r"[A-Za-z0-9\-_,]*")
DEFAULT_METHODS = "GET, PUT, POST, DELETE, PATCH, OPTIONS"
DEFAULT_HEADERS = (
    "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,"
    "Authorization"
)


def are_origins(text: str) -> bool:
    """Whether a whole value is one that the controller takes; else it is "*"."""
    return ORIGINS.fullmatch(text.replace(" ", "")) is not None


def origins(text: str) -> list[str]:
    """The origins that cors-allow-origin stands for: ["*"] where the whole value does not fit; entries without a
    scheme are left out, so that none may be left."""
    if not text or not are_origins(text):
        return ["*"]
    listed = [part.strip() for part in text.split(",") if part.strip()]
    if "*" in listed:
        return ["*"]
    return [origin for origin in listed if ORIGIN.fullmatch(origin)]


def origin_pattern(listed: list[str]) -> str:
    """The pattern that the controller makes of them: not anchored at the start."""
    return "(" + "|".join(f"({_escaped(origin)})" for origin in listed) + ")$"


def _escaped(origin: str) -> str:
    return re.sub(r"[.+?()\[\]{}^$|]", lambda found: "\\" + found[0], origin).replace("*", r"[A-Za-z0-9\-]+")


def fitting(text: str, pattern: re.Pattern[str], default: str) -> str:
    return text if text and pattern.fullmatch(re.sub(r"\s", "", text)) else default
