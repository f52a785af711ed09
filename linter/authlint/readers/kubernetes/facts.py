"""What an Ingress says that no request shows: annotations that nobody hears, values that the controller refuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from authlint.expression import expression
from authlint.model.fact import Dangling, Fact, Ignored, Rejected
from authlint.readers.kubernetes import annotations as notes
from authlint.readers.kubernetes import slips
from authlint.readers.kubernetes.annotations import PREFIX, SNIPPETS, Annotations
from authlint.readers.kubernetes.catalogue import ANNOTATIONS
from authlint.readers.kubernetes.certificates import unreadable
from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.hosts import TARGET, is_canary
from authlint.readers.kubernetes.locations import World
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.kubernetes.other_prefixes import misplaced
from authlint.readers.kubernetes.proxies import unsent
from authlint.readers.kubernetes.validation import URL, denied, refused

NUMBER_OR_TRUTH = expression(r"(?:true|false|yes|no|on|off|null|~|[-+]?\d+(?:\.\d+)?)", re.IGNORECASE)
REJECTS = "the controller does not load this Ingress: its paths answer 404"
CLOSE = 0.85
# An Ingress that nobody loads is of interest here if it is about access.
ASKING = frozenset(("auth-url", "auth-type", "enable-cors", "custom-http-errors", *SNIPPETS))
# Words that the names of annotations about auth and CORS begin with.
ABOUT = ("cors", "enable-cors", "auth", "enable-global-auth", "satisfy", "whitelist", "allowlist", "denylist")
ABOUT_ACCESS = [name for name in ANNOTATIONS if name.startswith(ABOUT)]


def facts(ingresses: Sequence[Manifest], world: World) -> Iterator[Fact]:
    for ingress in ingresses:
        own = notes.of(ingress)
        if ingress.uncertain is not None:
            continue
        yield from _written(ingress)
        yield from _misspelt(own)
        yield from misplaced(ingress, own)
        yield from _switched_off(own, world.controller)
        if is_canary(own):
            yield from _canary(own)
            continue
        yield from _faulty(ingress, own, world)
        yield from _unpaired(own, world.controller)
        yield from _defaulted(own)
        yield from _unsent(ingress, own, world)
        yield from _secret(ingress, own, world)


def _written(ingress: Manifest) -> Iterator[Fact]:
    """An annotation is a text: the API server refuses a number or a truth value."""
    for key, item in ingress.annotations().items():
        concerns = key.startswith(PREFIX) and key[len(PREFIX) :].startswith(ABOUT)
        if concerns and item.kind == "text" and item.plain and NUMBER_OR_TRUTH.fullmatch(item.text):
            yield Rejected(
                f"an annotation is a text, and {item.text} without quotes is none",
                "the API server refuses the whole object",
                f'write "{item.text}"',
                item.span,
                slips.unquoted(item),
            )


def _misspelt(own: Annotations) -> Iterator[Fact]:
    for name, item in own.items.items():
        if name in ANNOTATIONS or not name.startswith(ABOUT):
            continue
        from difflib import get_close_matches

        meant = get_close_matches(name, ABOUT_ACCESS, 1, CLOSE)
        if meant and meant[0] not in own.items:
            yield Ignored(
                "is no annotation of ingress-nginx",
                "the controller passes over it without a word",
                f"write {PREFIX}{meant[0]}",
                item.span,
                slips=slips.of_name(name, ABOUT_ACCESS, item),
            )


def _switched_off(own: Annotations, controller: Controller) -> Iterator[Fact]:
    for name in SNIPPETS[:3]:
        item = own.items.get(name)
        if item is None or item.masked or not _matters(item.text) or controller.snippets is True:
            continue
        if controller.snippets is False:
            why = "is switched off by the controller's ConfigMap"
        else:
            why = "is switched off by default since ingress-nginx 1.9, and nobody says otherwise here"
        yield Ignored(
            why,
            "the rest of the Ingress works as if it were not there",
            'say it with annotations, or set allow-snippet-annotations: "true" and annotations-risk-level: Critical',
            item.span,
            sure=controller.snippets is False,
        )


def _matters(snippet: str) -> bool:
    """Whether a snippet is about authentication or CORS."""
    return (
        re.search(r"Authorization|Access-Control|auth_|\$http_origin|Cookie|WWW-Auth", snippet, re.I)
        is not None
    )


def _canary(own: Annotations) -> Iterator[Fact]:
    for name in ("auth-url", "auth-type", "enable-cors"):
        item = own.items.get(name)
        if item is not None:
            yield Ignored(
                "is not heard on a canary",
                "the main Ingress of the same host decides",
                "write it on the main Ingress",
                item.span,
            )


def _faulty(ingress: Manifest, own: Annotations, world: World) -> Iterator[Fact]:
    """Values that cost the whole Ingress, or its locations."""
    for fault in refused(own, world.controller):
        if fault.name in ABOUT_ACCESS or ASKING & own.items.keys():
            yield Rejected(fault.why, REJECTS, fault.cure, fault.span, fault.slips)
    for fault in denied(ingress, own, world.controller, world.secrets, world.maps):
        if fault.name == "custom-headers" and not ASKING & own.items.keys():
            continue
        yield Rejected(fault.why, "every request is answered 503", fault.cure, fault.span, fault.slips)
    unread = unreadable(ingress, own, world.controller)
    if unread is not None:
        yield Rejected(unread.why, "every request to its hosts is answered 403", unread.cure, unread.span)


def _unpaired(own: Annotations, controller: Controller) -> Iterator[Fact]:
    """Settings whose other half is missing, and values that fall back to a default."""
    if "auth-secret" in own.items and "auth-type" not in own.items:
        yield Ignored(
            "does nothing without auth-type",
            "nobody is asked for a password",
            f'add {PREFIX}auth-type: "basic"',
            own.items["auth-secret"].span,
        )
    if "auth-url" not in own.items and not controller.text("global-auth-url"):
        for name in ("auth-signin", "auth-response-headers", "auth-snippet"):
            if name in own.items:
                yield Ignored(
                    "does nothing without auth-url",
                    "nobody is asked",
                    f"add {PREFIX}auth-url",
                    own.items[name].span,
                )
                break


def _defaulted(own: Annotations) -> Iterator[Fact]:
    """Values that are not taken, and what counts instead."""
    for name, fits, why, instead, cure in DEFAULTING:
        item = own.get(name)
        on = own.flag("enable-cors", False) or not name.startswith("cors-")
        if name in MOVING and not {"auth-url", "auth-type"} & own.items.keys():
            continue  # a path that is not rewritten is nobody's 401
        if item is not None and item.text.strip() and on and not fits(item.text.strip()):
            yield Ignored(why, instead, cure, item.span, slips=slips.of_value(name, item))


def _is_truth(text: str) -> bool:
    return text in notes.TRUE | notes.FALSE


def _is_url(text: str) -> bool:
    return URL.fullmatch(text.replace(" ", "")) is not None


def _are_headers(text: str) -> bool:
    return notes.fitting(text, notes.HEADERS, "") != ""


def _are_methods(text: str) -> bool:
    return notes.fitting(text, notes.METHODS, "") != ""


MOVING = ("rewrite-target", "use-regex")
DEFAULTING: tuple[tuple[str, Callable[[str], bool], str, str, str], ...] = (
    (
        "auth-signin",
        _is_url,
        "has a letter that the controller does not take",
        "clients get a bare 401 and no sign-in page",
        "use letters, digits and -._~/:,?&=$ only",
    ),
    (
        "cors-allow-origin",
        notes.are_origins,
        "is no list of origins as the controller takes them",
        "every origin is allowed: *",
        "write scheme://host[:port], without a slash at the end, with commas between",
    ),
    (
        "rewrite-target",
        lambda text: TARGET.fullmatch(text) is not None,
        "has a letter that the controller does not take",
        "no path is rewritten",
        "use letters, digits and -._~/:$ only",
    ),
    ("use-regex", _is_truth, "is no truth value", "paths are no patterns", 'write "true"'),
    ("enable-cors", _is_truth, "is no truth value", "CORS is off", 'write "true"'),
    (
        "cors-allow-headers",
        _are_headers,
        "is no list of header names",
        f"the default list counts: {notes.DEFAULT_HEADERS}",
        "write names with commas between; a star is none",
    ),
    (
        "cors-allow-methods",
        _are_methods,
        "is no list of methods",
        f"the default list counts: {notes.DEFAULT_METHODS}",
        "write methods with commas between; a star is none",
    ),
    (
        "cors-allow-credentials",
        _is_truth,
        "is no truth value",
        "credentials are allowed",
        'write "false" or "true"',
    ),
    (
        "enable-global-auth",
        _is_truth,
        "is no truth value",
        "the controller's own authentication counts",
        'write "false"',
    ),
    (
        "satisfy",
        ("any", "all").__contains__,
        "is neither any nor all",
        "all checks must pass",
        'write "any"',
    ),
)


def _unsent(ingress: Manifest, own: Annotations, world: World) -> Iterator[Fact]:
    """Headers that are handed on to the application and that the service does not send back."""
    item = own.get("auth-response-headers")
    for one in unsent(ingress, own, world.proxies) if item is not None else ():
        why = f"hands on {one.header}, which oauth2-proxy {one.needs}"
        instead = f"the application gets no {one.header}, not even the client's own"
        if item is not None:
            yield Ignored(why, instead, one.cure, item.span, sure=one.sure)


def _secret(ingress: Manifest, own: Annotations, world: World) -> Iterator[Fact]:
    """The Secret with the users: there are repositories that keep none, so that its absence is no proof."""
    item = own.get("auth-secret")
    if item is None or not own.text("auth-type"):
        return
    namespace, _, name = item.text.strip().rpartition("/")
    namespace = namespace or ingress.namespace
    if (namespace, name) not in world.secrets:
        effect = "every request is answered 503"
        cure = f"create it in the namespace {namespace}"
        there = [one for where, one in world.secrets if where == namespace]
        meant = slips.misspelt(item, name, there)
        yield Dangling("the Secret", name, effect, cure, item.span, outside=True, slips=meant)
