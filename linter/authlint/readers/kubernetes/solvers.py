"""Paths that another controller adds to a host: cert-manager's, for a certificate authority to look at.

https://cert-manager.io/docs/configuration/acme/http01/: the solver is an Ingress of its own, without annotations of
the application's, so that only what the controller does to every Ingress applies to it.
"""

from __future__ import annotations

from authlint.readers.kubernetes.annotations import Annotations
from authlint.readers.kubernetes.controller import NO_AUTH, Controller
from authlint.readers.kubernetes.hosts import Host, Path

ISSUERS = ("cert-manager.io/cluster-issuer", "cert-manager.io/issuer")


def challenge(host: Host, controller: Controller) -> Path | None:
    """The solver's path, where the controller's own list of exceptions leaves it out; told by the issuer's name that
    challenges come over HTTP."""
    listed = controller.item("no-auth-locations")
    if listed is None or not controller.text("global-auth-url") or controller.is_exempt(NO_AUTH):
        return None
    for ingress in host.ingresses:
        found = ingress.annotations()
        named = [found[name].text.lower() for name in ISSUERS if name in found]
        if any("http" in name for name in named):
            service = f"{ingress.namespace}-acme-solver"
            address = f"acme-solver.{ingress.namespace}:8089"
            path = f"{NO_AUTH}/"
            return Path(ingress, Annotations({}), path, "Prefix", service, address, listed.span)
    return None
