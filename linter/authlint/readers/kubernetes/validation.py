"""What becomes of a value that the controller does not take.

Read in the source of 1.15 (internal/ingress/annotations: annotations.go Extract, parser/validators.go, and each
annotation's main.go): a value may cost the whole Ingress, its locations (503), its own group of annotations, or
fall back to a default. Values that a template writes are not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from authlint.expression import expression
from authlint.model.slip import Slip
from authlint.readers.kubernetes.annotations import FALSE, PREFIX, TRUE, Annotations
from authlint.readers.kubernetes.catalogue import RISKS, RISKY
from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.kubernetes.slips import ADDRESSES, HEADER, METHODS, is_network, of_value
from authlint.readers.yaml.tree import Item
from authlint.record import record
from authlint.text import Span

BOOLEANS = TRUE | FALSE
URL = expression(r"[A-Za-z0-9\-._~/:,?&=$]*")
PLAIN_URL = expression(r"[A-Za-z0-9\-._~/:,?&=]*")
REALM = expression(r"[A-Za-z0-9\-._~/: ]*")
DURATION_LETTERS = expression(r"[A-Za-z0-9\-._~/:, ]*")
DURATION = expression(r"\d+(?:ms|s|m|h|d|w|M|y)")
ERRORS = expression(r"[45]\d\d(?:,[45]\d\d)*")
LETTERS = "use letters, digits and -._~/:,?&=$ only"


@record
class Fault:
    """A value that is not taken: why, and what to write."""

    name: str
    why: str
    cure: str
    span: Span
    slips: tuple[Slip, ...] = ()


def refused(own: Annotations, controller: Controller) -> Iterator[Fault]:
    """Values for which the whole Ingress is not loaded."""
    for name, pattern, why, cure in REFUSING:
        item = own.get(name)
        if item is not None and item.text.strip() and not pattern.search(item.text):
            yield Fault(name, why, cure, item.span, of_value(name, item))
    for name in ("permanent-redirect-code", *LIMITS):
        item = own.get(name)
        if item is not None and item.text.strip() and not re.fullmatch(r"\s*[-+]?\d+\s*", item.text):
            yield Fault(name, f"{name} is no number", 'write a number: "5"', item.span)
    for name in ("limit-allowlist", "limit-whitelist"):
        item = own.get(name)
        bad = [word for word in own.words(name) if not is_network(word)]
        if item is not None and bad:
            yield Fault(name, f"{bad[0]} is no address", "write addresses or networks: 10.0.0.0/8", item.span)
    yield from _blocked(own, controller)
    limit = RISKS.get(controller.text("annotations-risk-level"))
    for name, item in own.items.items() if limit is not None else ():
        if limit is not None and RISKY.get(name, 0) > limit:
            said = controller.text("annotations-risk-level")
            why = f"{name} is riskier than the controller's annotations-risk-level, {said}, allows"
            yield Fault(name, why, "raise annotations-risk-level, or do without this annotation", item.span)


def _blocked(own: Annotations, controller: Controller) -> Iterator[Fault]:
    """annotation-value-word-blocklist: https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/#annotation-value-word-blocklist"""
    for word in controller.words("annotation-value-word-blocklist"):
        for name, item in own.items.items():
            if not item.masked and word in item.text:
                why = f"{name} has {word}, a word of the controller's annotation-value-word-blocklist"
                yield Fault(name, why, "do without this word, or take it from the list", item.span)


LIMITS = ("limit-connections", "limit-rps", "limit-rpm")
TRUTH = expression(r"\A\s*(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)\s*\Z")
PLACE = expression(r"\A[A-Za-z0-9\-._~/:,?&=]*\Z")
NAMES = expression(r"\A[A-Za-z0-9\-._~/:^$\[\](){}*+?|&=\\,\s]*\Z")
REFUSING = (
    ("auth-url", expression(r"\A[A-Za-z0-9\-._~/:,?&=$ ]*\Z"), "auth-url has a letter that the controller does "
     "not take", LETTERS),
    ("auth-type", expression("basic|digest"), "auth-type is neither basic nor digest", 'write "basic"'),
    ("auth-secret-type", expression(r"\A\s*(?:auth-file|auth-map)\s*\Z"), "auth-secret-type is neither auth-file "
     "nor auth-map", 'write "auth-file"'),
    ("auth-realm", expression(r"\A[A-Za-z0-9\-._~/: ]*\Z"), "auth-realm has a letter that the controller does not "
     "take", "use letters, digits, spaces and -._~/: only"),
    ("custom-http-errors", expression(r"\A[45]\d\d?(?:,\s*[45]\d\d?)*\Z"), "custom-http-errors is no list of "
     "statuses from 400 to 599", 'write them with commas between: "502,503"'),
    *((name, TRUTH, f"{name} is no truth value", 'write "true"') for name in
      ("from-to-www-redirect", "relative-redirects", "auth-tls-pass-certificate-to-upstream")),
    # https://github.com/kubernetes/ingress-nginx/issues/12709
    *((name, PLACE, f"{name} has a letter that the controller does not take", LETTERS.replace("$", "")) for name in
      ("permanent-redirect", "temporal-redirect")),
    *((name, NAMES, f"{name} is no name of a host", "write a host name") for name in
      ("server-alias", "upstream-vhost")),
    ("x-forwarded-prefix", expression(r"\A[A-Za-z0-9\-._~/:$ ]*\Z"), "x-forwarded-prefix is no path",
     "write a path: /api"),
    ("default-backend", expression(r"\A[a-z]([-a-z0-9]*[a-z0-9])?\Z"), "default-backend is no name of a Service",
     "write a Service's name"),
)  # fmt: skip


def denied(
    ingress: Manifest,
    own: Annotations,
    controller: Controller,
    secrets: Mapping[tuple[str, str], Manifest],
    maps: Mapping[tuple[str, str], Item],
) -> Iterator[Fault]:
    """Values for which the locations of the Ingress answer 503."""
    yield from _headers(ingress, own, controller, maps)
    yield from _password(ingress, own, controller, secrets)
    method = own.get("auth-method")
    if method is not None and method.text.strip() not in METHODS:
        slips = of_value("auth-method", method)
        yield Fault("auth-method", "auth-method is no method", "write GET", method.span, slips)
    url = own.get("auth-url")
    if url is not None and url.text.strip() and not _is_url(url.text.strip()):
        why = "auth-url is no URL with a scheme and a host"
        yield Fault(
            "auth-url", why, "name the service: http://SERVICE.NAMESPACE.svc.cluster.local/path", url.span
        )
    if url is not None:
        yield from _parts_of_external(ingress, own, controller)
    for name in ADDRESSES:
        item = own.get(name)
        bad = [word for word in own.words(name) if not is_network(word)]
        if item is not None and bad:
            why, slips = f"{bad[0]} is no address", of_value(name, item)
            yield Fault(name, why, "write addresses or networks: 10.0.0.0/8", item.span, slips)


def _headers(
    ingress: Manifest, own: Annotations, controller: Controller, maps: Mapping[tuple[str, str], Item]
) -> Iterator[Fault]:
    """custom-headers may set what the controller's settings allow, where these are known."""
    named, allowed = own.get("custom-headers"), controller.words("global-allowed-response-headers")
    if named is None or controller.config is None:
        return
    namespace, _, name = named.text.strip().rpartition("/")
    data = maps.get((namespace or ingress.namespace, name))
    known = {one.lower() for one in allowed}
    other = next((one.name for one in data.entries() if one.name.lower() not in known), "") if data else ""
    if other:
        why = f"{other} is not among the controller's global-allowed-response-headers"
        yield Fault("custom-headers", why, "add it there", named.span)


def _password(
    ingress: Manifest, own: Annotations, controller: Controller, secrets: Mapping[tuple[str, str], Manifest]
) -> Iterator[Fault]:
    kind, secret = own.get("auth-type"), own.get("auth-secret")
    if kind is None or not kind.text.strip():
        return
    if "auth-secret" not in own.items:
        why = "auth-type without auth-secret"
        yield Fault("auth-type", why, "name the Secret with the users in auth-secret", kind.span)
    if secret is None:
        return
    namespace, _, name = secret.text.strip().rpartition("/")
    if namespace and namespace != ingress.namespace and not controller.flag(CROSS, False):
        why = f"the Secret is in the namespace {namespace}, the Ingress in {ingress.namespace}"
        cure = f"put the Secret into the namespace {ingress.namespace}"
        if ingress.namespaced:
            yield Fault("auth-secret", why, cure, secret.span)
        return
    found = secrets.get((namespace or ingress.namespace, name))
    keys = found.keys() if found is not None else set()
    if own.text("auth-secret-type") != "auth-map" and keys and "auth" not in keys:
        why = "the Secret has no key auth"
        cure = "store the password file under the key auth, or set auth-secret-type: auth-map"
        yield Fault("auth-secret", why, cure, secret.span)


CROSS = "allow-cross-namespace-resources"


def _parts_of_external(ingress: Manifest, own: Annotations, controller: Controller) -> Iterator[Fault]:
    headers = own.get("auth-response-headers")
    bad = [word for word in own.words("auth-response-headers") if not HEADER.fullmatch(word)]
    if headers is not None and bad:
        why = f"{bad[0]} is no header name"
        slips = of_value("auth-response-headers", headers)
        yield Fault("auth-response-headers", why, "write names with commas between", headers.span, slips)
    duration = own.get("auth-cache-duration")
    if duration is not None and DURATION_LETTERS.fullmatch(duration.text):
        bad = [one for one in own.words("auth-cache-duration") if not _is_duration(one)]
        if bad:
            why = f"{bad[0]} is no duration with statuses before it"
            yield Fault("auth-cache-duration", why, 'write "200 202 10m"', duration.span)
    extra = own.get("auth-proxy-set-headers")
    if extra is not None and ingress.namespaced and not controller.flag(CROSS, False):
        namespace = extra.text.strip().rpartition("/")[0]
        if namespace and namespace != ingress.namespace:
            why = f"the ConfigMap is in the namespace {namespace}, the Ingress in {ingress.namespace}"
            yield Fault("auth-proxy-set-headers", why, "keep it in the Ingress's own namespace", extra.span)


def forgotten(own: Annotations) -> Fault | None:
    """The value for which external auth is forgotten, while the Ingress is taken."""
    redirect = own.get("auth-request-redirect")
    if redirect is not None and not PLAIN_URL.fullmatch(redirect.text.replace(" ", "")):
        letter = re.sub(r"[A-Za-z0-9\-._~/:,?&= ]", "", redirect.text)[:1]
        why = f"the controller does not take {letter} here, and drops auth-url with it"
        return Fault("auth-request-redirect", why, LETTERS.replace("$", ""), redirect.span)
    duration = own.get("auth-cache-duration")
    if duration is not None and not DURATION_LETTERS.fullmatch(duration.text):
        why = "the controller does not take this duration, and drops auth-url with it"
        return Fault("auth-cache-duration", why, 'write "200 202 10m"', duration.span)
    cookie = own.get("auth-always-set-cookie")
    if cookie is not None and cookie.text.strip() and cookie.text.strip() not in BOOLEANS:
        why = "this is no truth value: the controller drops auth-url with it"
        return Fault("auth-always-set-cookie", why, 'write "true"', cookie.span)
    return None


def emptied(own: Annotations) -> Fault | None:
    """An annotation that asks for credentials and is empty, while others say that it was meant to; or a realm that
    switches off what it is the name of (https://nginx.org/en/docs/http/ngx_http_auth_basic_module.html#auth_basic)."""
    for name, others in (
        ("auth-url", ("auth-signin", "auth-response-headers")),
        ("auth-type", ("auth-secret",)),
    ):
        item = own.items.get(name)
        empty = item is not None and not item.masked and not item.text.strip()
        if item is not None and empty and any(own.text(other) for other in others):
            why = f"{name} is empty: nobody is asked for credentials"
            return Fault(name, why, f"write what {PREFIX}{name} shall be", item.span)
    realm = own.get("auth-realm")
    if own.text("auth-type") == "basic" and realm is not None and realm.text.strip() == "off":
        why = "to nginx the realm off is no name: it asks nobody for a password"
        return Fault("auth-realm", why, "give the realm another name", realm.span)
    return None


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc) and ".." not in parts.netloc


def _is_duration(text: str) -> bool:
    seen = False
    for word in text.split():
        if re.fullmatch(r"\d{3}", word):
            if seen:
                return False
        elif DURATION.fullmatch(word):
            seen = True
    return seen
