"""Workloads that are asked whether a request may pass, and what they send back: oauth2-proxy, known by its image.

https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview : asked by auth_request it sends the headers named
below, each only if a flag says so; X-Forwarded-* it sends to upstreams of its own alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from authlint.expression import expression
from authlint.readers.kubernetes.annotations import Annotations
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.kubernetes.proxy_settings import Told, told
from authlint.readers.nginx.template import HOLE
from authlint.readers.yaml.tree import Item
from authlint.record import record

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
IMAGE = expression(r"(?:^|/)oauth2[-_]proxy(?:[:@]|$)")
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
    told: Told

    def sends(self, header: str) -> bool:
        """Whether it answers with a header, of those that are known here."""
        if self.told.listed is not None:
            return header in self.told.listed
        return any(self.told.flags.issuperset(needed) for needed in SENT.get(header, ()))


@record
class Unsent:
    """A header that is handed on and never comes; `needs` says when it would."""

    header: str
    needs: str
    cure: str
    sure: bool


def proxies(manifests: Sequence[Manifest]) -> list[Proxy]:
    """Those of which all is known that decides what they send."""
    found: list[Proxy] = []
    maps = [one for one in manifests if one.kind == "ConfigMap"]
    for workload, container in _containers(manifests):
        settings = told(workload, container, maps, FLAGS)
        if settings is not None:
            found.append(Proxy(workload, settings))
    return found


def _containers(manifests: Iterable[Manifest]) -> Iterator[tuple[Manifest, Item]]:
    for one in manifests:
        listed = one.item.at("spec", "template", "spec", "containers") if one.kind in WORKLOADS else None
        for container in listed.items() if listed is not None else ():
            if IMAGE.search(container.text_at("image")):
                yield one, container


def settings_named(manifests: Iterable[Manifest]) -> set[str]:
    """The ConfigMaps in which settings of these workloads may lie."""
    found: set[str] = set()
    for workload, _ in _containers(manifests):
        listed = workload.item.at("spec", "template", "spec", "volumes")
        for volume in listed.items() if listed is not None else ():
            found.add(volume.text_at("configMap", "name"))
    return {name for name in found if name and HOLE not in name}


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
    for header in own.words("auth-response-headers") if proxy is not None else ():
        name = header.lower()
        if proxy is not None and name in (*NEVER, *SENT) and not proxy.sends(name):
            yield Unsent(header, *_words(header, proxy.told), sure)


def _words(header: str, settings: Told) -> tuple[str, str]:
    """When the proxy sends a header, and what to do."""
    name, where = header.lower(), settings.where
    if settings.listed is not None:
        return (
            "sends only if it is listed under injectResponseHeaders",
            f"list {header} under injectResponseHeaders in {where}",
        )
    if name in NEVER:
        flag = _written("set-xauthrequest", settings)
        other = f"hand on {NEVER[name]} instead, with {flag} in {where}"
        return "never sends when it is asked this way", other
    missing = " and ".join(_written(one, settings) for one in SENT[name][0] if one not in settings.flags)
    return f"sends only with {missing}", f"add {missing} to {where}"


def _written(flag: str, settings: Told) -> str:
    return f"--{flag}" if settings.where.startswith("the arguments") else f"{flag.replace('-', '_')} = true"


def _is_called(workload: Manifest, service: str, namespace: str) -> bool:
    if workload.namespaced and workload.namespace != namespace:
        return False
    labels = workload.labels()
    return service in (workload.name, labels.get("app"), labels.get("app.kubernetes.io/name"))
