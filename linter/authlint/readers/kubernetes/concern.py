"""Hosts about which there can be something to find: a repository has hundreds that say nothing of authentication,
CORS, redirects or rewrites, and what the controller makes of them is known without looking."""

from __future__ import annotations

from collections.abc import Mapping

from authlint.readers.kubernetes.annotations import PREFIX
from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.hosts import Host
from authlint.readers.kubernetes.manifests import Manifest

# Annotations that change nothing of what a request needs, gets or carries.
QUIET = frozenset(
    PREFIX + name
    for name in (
        *("proxy-body-size", "proxy-buffering", "proxy-buffers-number", "proxy-connect-timeout"),
        *("proxy-read-timeout", "proxy-send-timeout", "proxy-request-buffering", "proxy-http-version"),
        *("proxy-max-temp-file-size", "proxy-next-upstream", "proxy-next-upstream-timeout"),
        *("proxy-next-upstream-tries", "client-body-buffer-size", "client-max-body-size", "load-balance"),
        *(
            "backend-protocol",
            "proxy-ssl-verify",
            "proxy-ssl-secret",
            "proxy-ssl-server-name",
            "upstream-hash-by",
        ),
        *(
            "ssl-redirect",
            "force-ssl-redirect",
            "ssl-ciphers",
            "ssl-prefer-server-ciphers",
            "service-upstream",
        ),
        *("enable-access-log", "enable-opentelemetry", "enable-opentracing", "http2-push-preload"),
    )
)
# Settings of the controller that concern every host.
EVERYWHERE = (
    "auth",
    "cors",
    "snippet",
    "header",
    "errors",
    "redirect-locations",
    "range",
    "limit",
    "log-format",
)


def concerned(hosts: Mapping[str, Host], controller: Controller) -> dict[str, Host]:
    """Hosts whose Ingress objects say something that matters, and those that lead to the same services."""
    data = controller.data
    if data is not None and any(word in one.name for one in data.entries() for word in EVERYWHERE):
        return dict(hosts)
    speaking = {name for name, host in hosts.items() if not name or any(map(_speaks, host.ingresses))}
    services = {path.service for name in speaking for path in hosts[name].paths}
    return {
        name: host
        for name, host in hosts.items()
        if name in speaking or any(path.service in services for path in host.paths)
    }


def _speaks(ingress: Manifest) -> bool:
    return any(key.startswith(PREFIX) and key not in QUIET for key in ingress.annotations())
