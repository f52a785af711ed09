"""What the controller itself is told, by the ConfigMap that it reads.

https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from authlint.readers.kubernetes.annotations import FALSE, TRUE
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.yaml.tree import Item
from authlint.record import record

# Keys by which a ConfigMap is known to be the controller's, whatever its name.
OWN = frozenset(
    (
        *("allow-snippet-annotations", "annotations-risk-level", "global-auth-url", "no-auth-locations"),
        *("global-auth-signin", "use-forwarded-headers", "annotation-value-word-blocklist", "enable-real-ip"),
        *("compute-full-forwarded-for", "no-tls-redirect-locations", "strict-validate-path-type"),
    )
)
NAMES = ("ingress-nginx-controller", "nginx-configuration", "nginx-ingress-controller", "nginx-config")
NO_AUTH = "/.well-known/acme-challenge"


@record
class Controller:
    """The controller's settings; `config` None where its ConfigMap is not in the repository. `by_default`: what nobody
    has said of snippets is as in the last release."""

    config: Manifest | None
    by_default: bool = False

    @property
    def data(self) -> Item | None:
        """The settings, of a ConfigMap or of the chart's values."""
        if self.config is None:
            return None
        return self.config.item.get("config" if self.config.kind == "Values" else "data")

    def item(self, name: str) -> Item | None:
        found = self.data.get(name) if self.data is not None else None
        if found is None and name == "allow-snippet-annotations" and self.config is not None:
            # The chart's own switch writes this key.
            found = self.config.item.get("allowSnippetAnnotations")
        return None if found is None or found.masked else found

    def text(self, name: str) -> str:
        found = self.item(name)
        return found.text.strip() if found is not None else ""

    def flag(self, name: str, default: bool) -> bool:
        text = self.text(name)
        return True if text in TRUE else False if text in FALSE else default

    def words(self, name: str) -> list[str]:
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def listed(self, name: str, maps: Mapping[tuple[str, str], Item]) -> Iterator[tuple[str, Item]]:
        """The headers of the ConfigMap that a setting names as namespace/name."""
        namespace, _, other = self.text(name).rpartition("/")
        data = maps.get((namespace, other)) if other else None
        for one in data.entries() if data is not None else ():
            if not one.masked:
                yield one.name, one

    @property
    def file(self) -> str:
        return self.config.file if self.config is not None else ""

    @property
    def snippets(self) -> bool | None:
        """Whether snippets of annotations are put in place; None: nobody says."""
        if self.item("allow-snippet-annotations") is None:
            return False if self.by_default else None
        allowed = self.flag("allow-snippet-annotations", False)
        risk = self.text("annotations-risk-level")
        if not allowed:
            return False
        # The level came later than the switch: without it an older controller is likely.
        return None if not risk else risk == "Critical"

    def is_exempt(self, path: str) -> bool:
        """no-auth-locations: compared with the path of the Ingress, not with that of a request."""
        item = self.item("no-auth-locations")
        listed = (item.text if item is not None else NO_AUTH).split(",")
        return any(path.startswith(one.strip()) for one in listed if one.strip())


def controller(manifests: Sequence[Manifest]) -> Controller:
    """The settings, where exactly one ConfigMap can hold them."""
    maps = [one for one in manifests if one.kind == "Values" or (one.kind == "ConfigMap" and _is_own(one))]
    return Controller(maps[0] if len(maps) == 1 else None)


def _is_own(manifest: Manifest) -> bool:
    data = manifest.item.get("data")
    if data is None:
        return False
    named = manifest.name in NAMES or manifest.name.endswith("ingress-nginx-controller")
    labelled = manifest.labels().get("app.kubernetes.io/name") == "ingress-nginx"
    keys = {one.name for one in data.entries()}
    return (named or labelled or bool(keys & OWN)) and not any("." in key for key in keys)
