"""What the value of an annotation was to be, where that follows from how it is written."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import unquote

from authlint.expression import expression
from authlint.model.near import nearest
from authlint.model.slip import Misspelt, Slip, Unquoted
from authlint.readers.kubernetes.annotations import PREFIX, are_origins
from authlint.readers.yaml.tree import Item

TRUTHS = {
    **dict.fromkeys(("yes", "y", "on", "enable", "enabled"), "true"),
    **dict.fromkeys(("no", "n", "off", "disable", "disabled"), "false"),
}
# Letters that mean in a query what they are (https://www.rfc-editor.org/rfc/rfc3986#section-3.4), in the controller's
# own set of letters.
ESCAPED = expression("%(?:3A|2F)", re.IGNORECASE)
SEPARATORS = expression(r"[\s;|,]+")
HEADER = expression(r"[A-Za-z0-9\-_]+")
TAKEN = expression(r"[A-Za-z0-9\-._~/:,?&=$ ]*")
REALM = expression(r"[^A-Za-z0-9\-._~/: ]+")
# What these say opens nothing and closes nothing.
TELLING = ("auth-response-headers", "auth-realm", "cors-allow-headers", "cors-allow-methods",
           "cors-expose-headers", "cors-max-age")  # fmt: skip


def of_name(name: str, names: list[str], item: Item) -> tuple[Slip, ...]:
    """An annotation whose name is much like one that there is."""
    meant = nearest(name, names)
    return (renamed(item, PREFIX + name, meant),) if meant else ()


def renamed(item: Item, old: str, name: str) -> Misspelt:
    return Misspelt(item.span, old, PREFIX + name, decides=name not in TELLING)


def misspelt(item: Item, name: str, names: Iterable[str]) -> tuple[Slip, ...]:
    """A part of a value that is much like one of these names."""
    meant = nearest(name, names)
    return (Misspelt(item.span, name, meant, decides=True),) if meant else ()


def unquoted(item: Item) -> tuple[Slip, ...]:
    return (Unquoted(item.span),)


def of_value(name: str, item: Item) -> tuple[Slip, ...]:
    """A value that the controller does not take."""
    found = MEANT.get(name)
    if found is None or item.masked:
        return ()
    new, decides = found
    text = new(item.text)
    return (Misspelt(item.span, item.text, text, decides),) if text not in ("", item.text) else ()


def _plainer(text: str) -> str:
    """A URL whose query escapes what needs no escape there."""
    before, mark, query = text.partition("?")
    made = before + mark + ESCAPED.sub(lambda found: unquote(found[0]), query)
    return made if TAKEN.fullmatch(made) else ""


def _without_slashes(text: str) -> str:
    """Origins end with the host or its port (https://www.rfc-editor.org/rfc/rfc6454#section-6.2)."""
    made = re.sub(r"(?<=[^/\s,])/(?=\s*(?:,|$))", "", text)
    return made if are_origins(made) else ""


def _displayed(text: str) -> str:
    return " ".join(REALM.sub(" ", text).split())


def _one_of(*words: str) -> Callable[[str], str]:
    return lambda text: next((one for one in words if one.lower() == text.strip().lower()), "")


def _commas(fits: Callable[[str], bool]) -> Callable[[str], str]:
    """A list whose words have something else between them."""

    def listed(text: str) -> str:
        words = [one for one in SEPARATORS.split(text) if one]
        return ",".join(words) if len(words) > 1 and all(map(fits, words)) else ""

    return listed


def _is_header(word: str) -> bool:
    return HEADER.fullmatch(word) is not None


def is_network(word: str) -> bool:
    try:
        ipaddress.ip_network(word, strict=False)
    except ValueError:
        return False
    return True


def _truth(text: str) -> str:
    return TRUTHS.get(text.strip().lower(), "")


ADDRESSES = ("whitelist-source-range", "allowlist-source-range", "denylist-source-range")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE")
# The value that was meant, and whether that opens, closes or chooses something. What would take authentication away
# is not among them.
MEANT: Mapping[str, tuple[Callable[[str], str], bool]] = {
    "auth-url": (_plainer, False),
    "auth-signin": (_plainer, False),
    "auth-type": (_one_of("basic", "digest"), False),
    "auth-secret-type": (_one_of("auth-file", "auth-map"), False),
    "auth-method": (_one_of(*METHODS), False),
    "auth-realm": (_displayed, True),
    "auth-response-headers": (_commas(_is_header), False),
    **dict.fromkeys(ADDRESSES, (_commas(is_network), False)),
    "cors-allow-origin": (_without_slashes, True),
    "satisfy": (_one_of("any", "all"), True),
    **dict.fromkeys(("use-regex", "enable-cors", "cors-allow-credentials"), (_truth, True)),
    **dict.fromkeys(("from-to-www-redirect", "relative-redirects"), (_truth, True)),
}
