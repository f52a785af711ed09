"""Which controller an Ingress is for (https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from authlint.readers.kubernetes.annotations import PREFIX
from authlint.readers.kubernetes.manifests import Manifest

CONTROLLER = "k8s.io/ingress-nginx"
FOREIGN = (
    *(
        "traefik",
        "kong",
        "haproxy",
        "alb",
        "gce",
        "azure",
        "contour",
        "istio",
        "ambassador",
        "apisix",
        "openshift",
    ),
    *("cilium", "nsx", "tyk", "skipper", "voyager", "citrix", "f5", "nginx.org", "agic", "webapprouting"),
)
PREFIXES = {
    "traefik.": "Traefik",
    "konghq.com/": "Kong",
    "haproxy.org/": "HAProxy",
    "haproxy-ingress.github.io/": "HAProxy",
    "alb.ingress.kubernetes.io/": "the AWS load balancer",
    "nginx.org/": "NGINX's own controller",
    "appgw.ingress.kubernetes.io/": "Azure's gateway",
    "projectcontour.io/": "Contour",
}


def classes(manifests: Sequence[Manifest]) -> dict[str, str]:
    """The controller of each IngressClass in the repository."""
    found = (one for one in manifests if one.kind == "IngressClass")
    return {one.name: one.item.text_at("spec", "controller") for one in found}


def foreign(ingress: Manifest, known: Mapping[str, str]) -> str:
    """The controller's name where an Ingress is not for ingress-nginx; empty where it is, or where nobody says."""
    annotations = ingress.annotations()
    own = any(key.startswith(PREFIX) for key in annotations)
    said = annotations.get("kubernetes.io/ingress.class")
    named = ingress.at("spec", "ingressClassName")
    name = (named.text if named is not None else "") or (said.text if said is not None else "")
    for key in annotations if not own else ():
        for prefix, title in PREFIXES.items():
            if key.startswith(prefix):
                return title
    if name:
        controller = known.get(name, "")
        if controller:
            return "" if controller == CONTROLLER else controller
        if any(word in name.lower() for word in FOREIGN):
            return name
        if own or "nginx" in name.lower():
            return ""
    if own:
        return ""
    # Without a word of ingress-nginx's nobody knows who serves it.
    return name if name and "nginx" not in name.lower() else ""
