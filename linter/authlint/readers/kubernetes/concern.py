"""Hosts about which there can be something to find: a repository has hundreds that say nothing of authentication,
CORS, redirects or rewrites, and what the controller makes of them is known without looking."""

from __future__ import annotations

from collections.abc import Mapping

from authlint.readers.kubernetes.annotations import PREFIX
from authlint.readers.kubernetes.catalogue import WITHOUT_INFLUENCE
from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.hosts import Host
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.kubernetes.settings import GROUPS

# Annotations that change nothing of what a request needs, gets or carries, or nothing that anybody asks about.
QUIET = frozenset(
    PREFIX + name
    for name in (
        *WITHOUT_INFLUENCE,
        *("backend-protocol", "ssl-redirect", "force-ssl-redirect", "proxy-body-size"),
    )
)
# Settings of the controller that concern every host.
EVERYWHERE = frozenset(
    one.name
    for title, group in GROUPS.items()
    for one in group
    if one.depth != "nothing" and title not in ("What an Ingress may say", "Redirects")
) - {"proxy-body-size", "proxy-buffer-size", "use-http2", "disable-access-log"}


def concerned(hosts: Mapping[str, Host], controller: Controller) -> dict[str, Host]:
    """Hosts whose Ingress objects say something that matters, and those that lead to the same services."""
    data = controller.data
    if data is not None and any(one.name in EVERYWHERE for one in data.entries()):
        return dict(hosts)
    speaking = {name for name, host in hosts.items() if not name or any(map(_speaks, host.ingresses))}
    services = {path.service for name in speaking for path in hosts[name].paths if path.service}
    return {
        name: host
        for name, host in hosts.items()
        if name in speaking or any(path.service in services for path in host.paths)
    }


def _speaks(ingress: Manifest) -> bool:
    return any(key.startswith(PREFIX) and key not in QUIET for key in ingress.annotations())
