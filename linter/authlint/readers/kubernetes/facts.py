"""What an Ingress says that no request shows: annotations that nobody hears, values that the controller refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from authlint.model.fact import Dangling, Fact, Ignored, Rejected
from authlint.readers.kubernetes import annotations as notes
from authlint.readers.kubernetes.annotations import KNOWN, PREFIX, SNIPPETS, Annotations
from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.hosts import is_canary
from authlint.readers.kubernetes.locations import AUTH_URL, METHODS, SIGN_IN
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.yaml.tree import Item

NUMBER_OR_TRUTH = re.compile(r"(?:true|false|yes|no|on|off|null|~|[-+]?\d+(?:\.\d+)?)", re.IGNORECASE)
REALM = re.compile(r"[A-Za-z0-9 _.\-:/@\"]*")
REJECTS = "the controller does not load this Ingress: its paths answer 404"
CLOSE = 0.85
# Words that the names of annotations about auth and CORS begin with.
ABOUT = ("cors", "enable-cors", "auth", "enable-global-auth", "satisfy", "whitelist", "allowlist", "denylist")


def facts(
    ingresses: Sequence[Manifest], controller: Controller, manifests: Sequence[Manifest]
) -> Iterator[Fact]:
    secrets = {(one.namespace, one.name): one for one in manifests if one.kind == "Secret"}
    for ingress in ingresses:
        own = notes.of(ingress)
        yield from _written(ingress)
        yield from _misspelt(own)
        yield from _switched_off(own, controller)
        if is_canary(own):
            yield from _canary(own)
            continue
        yield from _refused(own)
        yield from _unpaired(own, controller)
        yield from _secret(ingress, own, secrets)


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
            )


def _misspelt(own: Annotations) -> Iterator[Fact]:
    for name, item in own.items.items():
        if name in KNOWN or not name.startswith(ABOUT):
            continue
        meant = get_close_matches(name, KNOWN, 1, CLOSE)
        if meant and meant[0] not in own.items:
            yield Ignored(
                "is no annotation of ingress-nginx",
                "the controller passes over it without a word",
                f"write {PREFIX}{meant[0]}",
                item.span,
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


def _refused(own: Annotations) -> Iterator[Fact]:
    url = own.get("auth-url")
    if url is not None and not AUTH_URL.fullmatch(url.text):
        yield Rejected(
            "auth-url has a letter that the controller does not take",
            REJECTS,
            "use letters, digits and -._~/:,?&=$ only",
            url.span,
        )
    kind = own.get("auth-type")
    if kind is not None and kind.text.strip() and not re.search("basic|digest", kind.text):
        yield Rejected("auth-type is neither basic nor digest", REJECTS, 'write "basic"', kind.span)
    realm = own.get("auth-realm")
    if realm is not None and re.search(r"[()!',]", realm.text):
        yield Rejected(
            "auth-realm has a letter that the controller does not take",
            REJECTS,
            "use letters, digits and spaces",
            realm.span,
        )
    secret = own.get("auth-secret-type")
    if secret is not None and secret.text not in ("auth-file", "auth-map"):
        yield Rejected(
            "auth-secret-type is neither auth-file nor auth-map", REJECTS, 'write "auth-file"', secret.span
        )
    method = own.get("auth-method")
    if method is not None and method.text.strip() not in METHODS:
        yield Rejected("auth-method is no method", "every request is answered 503", "write GET", method.span)
    if kind is not None and kind.text.strip() and "auth-secret" not in own.items:
        yield Rejected(
            "auth-type without auth-secret",
            "every request is answered 503",
            "name the Secret with the users in auth-secret",
            kind.span,
        )


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
    signin = own.get("auth-signin")
    if signin is not None and not SIGN_IN.fullmatch(signin.text):
        yield Ignored(
            "has a letter that the controller does not take",
            "clients get a bare 401 and no sign-in page",
            "use letters, digits and -._~/:,?&=$ only",
            signin.span,
        )
    listed = own.get("cors-allow-origin")
    if listed is not None and own.flag("enable-cors", False):
        text = listed.text.strip()
        if text and not notes.are_origins(text):
            yield Ignored(
                "is no list of origins as the controller takes them",
                "every origin is allowed: *",
                "write scheme://host[:port], without a slash at the end, with commas between",
                listed.span,
            )
    switch = own.get("enable-cors")
    if switch is not None and switch.text.strip() not in notes.TRUE | notes.FALSE:
        yield Ignored("is no truth value", "CORS is off", 'write "true"', switch.span)


def _secret(ingress: Manifest, own: Annotations, secrets: dict[tuple[str, str], Manifest]) -> Iterator[Fact]:
    """The Secret with the users. Its values are never looked at, only its keys."""
    item = own.get("auth-secret")
    if item is None or not own.text("auth-type"):
        return
    namespace, _, name = item.text.strip().rpartition("/")
    namespace = namespace or ingress.namespace
    found = secrets.get((namespace, name))
    if found is None:
        # Secrets are rarely kept with the manifests: another one that is says nothing about this one.
        yield Dangling(
            "the Secret",
            name,
            "every request is answered 503",
            f"create it in the namespace {namespace}",
            item.span,
            outside=True,
        )
        return
    keys = _keys(found)
    if own.text("auth-secret-type") != "auth-map" and keys and "auth" not in keys:
        yield Rejected(
            "the Secret has no key auth",
            "every request is answered 503",
            "store the password file under the key auth, or set auth-secret-type: auth-map",
            item.span,
        )


def _keys(secret: Manifest) -> set[str]:
    names: set[str] = set()
    for part in ("data", "stringData"):
        found: Item | None = secret.item.get(part)
        if found is not None:
            names.update(one.name for one in found.entries())
    return names
