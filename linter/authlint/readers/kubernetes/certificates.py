"""auth-tls-*: who must show a certificate (nginx.tmpl and annotations/authtls, 1.15).

It counts for a whole host, by the first Ingress that has an authority's certificate. A Secret that cannot be read costs
the whole host; one without the key ca.crt asks nobody (internal/ingress/controller/controller.go).
https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#client-certificate-authentication
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from authlint.readers.kubernetes.annotations import Annotations
from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.hosts import Host
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.kubernetes.nodes import branch, node
from authlint.readers.kubernetes.validation import CROSS, Fault
from authlint.readers.nginx.expand import Node

OPTIONAL = ("off", "optional", "optional_no_ca")
Secrets = Mapping[tuple[str, str], Manifest]


def unreadable(ingress: Manifest, own: Annotations, controller: Controller) -> Fault | None:
    """Why the Secret is not read, and every request to the host answered 403."""
    item = own.get("auth-tls-secret")
    if item is None or not item.text.strip():
        return None
    namespace, slash, _ = item.text.strip().partition("/")
    if not slash:
        cure = f"write {ingress.namespace}/{namespace}" if ingress.namespaced else "write NAMESPACE/SECRET"
        return Fault("auth-tls-secret", "auth-tls-secret names no namespace", cure, item.span)
    if ingress.namespaced and namespace != ingress.namespace and not controller.flag(CROSS, False):
        why = f"the Secret is in the namespace {namespace}, the Ingress in {ingress.namespace}"
        return Fault("auth-tls-secret", why, f"put it into {ingress.namespace}", item.span)
    return None


def without_authority(own: Annotations, secrets: Secrets) -> Fault | None:
    """The Secret that is there and holds no authority's certificate."""
    item = own.get("auth-tls-secret")
    namespace, _, name = item.text.strip().partition("/") if item is not None else ("", "", "")
    found = secrets.get((namespace, name))
    keys = found.keys() if found is not None else set()
    if item is None or not keys or "ca.crt" in keys:
        return None
    why = f"the Secret {name} has no key ca.crt: nobody is asked for a certificate"
    return Fault("auth-tls-secret", why, "store the authority's certificate under the key ca.crt", item.span)


def asking(host: Host, secrets: Secrets) -> list[Annotations]:
    """Who asks for a certificate on this host; the first one decides."""
    owns = (path.own for path in host.paths if "auth-tls-secret" in path.own.items)
    return [own for own in owns if without_authority(own, secrets) is None]


def certificates(host: Host, controller: Controller, secrets: Secrets) -> Iterator[Node]:
    """Without a certificate a client is answered 400, and a browser sends none with a preflight. Who has one nobody
    can tell."""
    for path in host.paths:
        fault = unreadable(path.ingress, path.own, controller)
        if fault is not None:
            yield node(fault.span, "return", "403")
            return
    for own in asking(host, secrets)[:1]:
        subject, span = own.text("auth-tls-match-cn"), own.span("auth-tls-match-cn")
        if subject and span is not None:
            refused = node(span, "return", "403", "client certificate unauthorized")
            yield branch(span, "$ssl_client_s_dn", "!~", subject, children=[refused])
        if own.text("auth-tls-verify-client") not in OPTIONAL:
            yield node(own.items["auth-tls-secret"].span, "@unsure", "whether the client has a certificate")
