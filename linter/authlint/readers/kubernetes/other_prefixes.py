"""Annotations for another controller, or with the prefix of the controller's first releases, on an object that
ingress-nginx serves.

https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/ : the prefix is
nginx.ingress.kubernetes.io. Those of nginx.org are another product's:
https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from authlint.model.fact import Ignored
from authlint.readers.kubernetes.annotations import PREFIX, Annotations
from authlint.readers.kubernetes.catalogue import CORS, EXTERNAL, PASSWORDS
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.kubernetes.slips import renamed
from authlint.readers.yaml.tree import Item

OLD = "ingress.kubernetes.io/"
ABOUT_ACCESS = frozenset(one.name for group in (CORS, EXTERNAL, PASSWORDS) for one in group)
# Of the other product: what has the same purpose here.
OTHERS: Mapping[str, str] = {
    "nginx.org/basic-auth-secret": "auth-secret",
    "nginx.org/basic-auth-realm": "auth-realm",
}


def misplaced(ingress: Manifest, own: Annotations) -> Iterator[Ignored]:
    """Where the object has an annotation of ingress-nginx too, so that it is this controller's for sure, and none with
    the same purpose: somebody who serves several controllers writes both."""
    if not own.items:
        return
    found: dict[str, tuple[str, Item]] = {}
    for key, item in ingress.annotations().items():
        name = key.removeprefix(OLD) if key.startswith(OLD) else OTHERS.get(key, "")
        if name in ABOUT_ACCESS and name not in own.items:
            found[key] = name, item
    all_of_them = tuple(renamed(item, key, name) for key, (name, item) in found.items())
    distinct = len({name for name, _ in found.values()}) == len(found)
    for key, (name, item) in found.items():
        whose = "an older release's" if key.startswith(OLD) else "another controller's"
        yield Ignored(
            f"is {whose}: the prefix of ingress-nginx is {PREFIX.rstrip('/')}",
            "the controller passes over it without a word",
            f"write {PREFIX}{name}",
            item.span,
            slips=all_of_them if distinct else (),
        )
