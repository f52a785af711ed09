"""Workloads that are asked whether a request may pass, and what they send back: oauth2-proxy, known by its image.

https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview : asked by auth_request it sends the headers named
below, each only if a flag says so; X-Forwarded-* it sends to upstreams of its own alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from authlint.readers.kubernetes.annotations import Annotations
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.yaml.tree import Item
from authlint.record import record

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
IMAGE = re.compile(r"(?:^|/)oauth2[-_]proxy(?:[:@]|$)")
XAUTH = ("set-xauthrequest",)
SENT: Mapping[str, tuple[tuple[str, ...], ...]] = {
    # By header: any of these sets of flags makes the proxy send it.
    "authorization": (("set-authorization-header",), ("set-basic-auth",)),
    "x-auth-request-user": (XAUTH,),
    "x-auth-request-email": (XAUTH,),
    "x-auth-request-groups": (XAUTH,),
    "x-auth-request-preferred-username": (XAUTH,),
    "x-auth-request-access-token": ((*XAUTH, "pass-access-token"),),
}
FLAGS = frozenset(flag for sets in SENT.values() for flags in sets for flag in flags)
NEVER = {
    "x-forwarded-user": "X-Auth-Request-User",
    "x-forwarded-email": "X-Auth-Request-Email",
    "x-forwarded-groups": "X-Auth-Request-Groups",
    "x-forwarded-preferred-username": "X-Auth-Request-Preferred-Username",
    "x-forwarded-access-token": "X-Auth-Request-Access-Token",
}


@record
class Proxy:
    workload: Manifest
    flags: frozenset[str]


@record
class Unsent:
    """A header that is handed on and never comes; `flags` would make it come, or `other` comes in its place."""

    header: str
    flags: tuple[str, ...]
    other: str
    proxy: Proxy
    sure: bool


def proxies(manifests: Sequence[Manifest]) -> list[Proxy]:
    """Those whose flags are all known: a file of settings could say anything."""
    found: list[Proxy] = []
    for one in manifests:
        listed = one.item.at("spec", "template", "spec", "containers") if one.kind in WORKLOADS else None
        for container in listed.items() if listed is not None else ():
            flags = _flags(container) if IMAGE.search(container.text_at("image")) else None
            if flags is not None:
                found.append(Proxy(one, flags))
    return found


def _flags(container: Item) -> frozenset[str] | None:
    if container.get("envFrom") is not None:
        return None
    on: set[str] = set()
    for name in ("command", "args"):
        listed = container.get(name)
        for one in listed.items() if listed is not None else ():
            if one.masked or one.text.lstrip("-").startswith(("config", "alpha-config")):
                return None
            flag, _, value = one.text.partition("=")
            if flag.startswith("-") and value in ("", "true", "1", "t"):
                on.add(flag.lstrip("-"))
    listed = container.get("env")
    for one in listed.items() if listed is not None else ():
        variable, given = one.text_at("name"), one.get("value")
        if not variable.startswith("OAUTH2_PROXY_"):
            continue
        flag = variable.removeprefix("OAUTH2_PROXY_").lower().replace("_", "-")
        if flag in ("config", "alpha-config") or (given is None and flag in FLAGS):
            return None
        if given is not None and (given.masked or given.text in ("true", "1")):
            on.add(flag)
    return frozenset(on)


def unsent(ingress: Manifest, own: Annotations, known: Sequence[Proxy]) -> Iterator[Unsent]:
    """Headers of auth-response-headers that the proxy behind auth-url is not told to send."""
    url = urlsplit(own.text("auth-url").replace("$", ""))
    if not url.path.rstrip("/").endswith("/auth") or not known:
        return
    service, _, rest = (url.hostname or "").partition(".")
    namespace = rest.partition(".")[0] or ingress.namespace
    named = [one for one in known if _is_called(one.workload, service, namespace)]
    sure = len(named) == 1
    proxy = named[0] if sure else known[0] if len(known) == 1 and not named else None
    if proxy is None:
        return
    for header in own.words("auth-response-headers"):
        name = header.lower()
        if name in NEVER:
            yield Unsent(header, (), NEVER[name], proxy, sure)
        elif name in SENT and not any(proxy.flags.issuperset(needed) for needed in SENT[name]):
            missing = tuple(flag for flag in SENT[name][0] if flag not in proxy.flags)
            yield Unsent(header, missing, "", proxy, sure)


def _is_called(workload: Manifest, service: str, namespace: str) -> bool:
    if workload.namespaced and workload.namespace != namespace:
        return False
    labels = workload.labels()
    return service in (workload.name, labels.get("app"), labels.get("app.kubernetes.io/name"))
