"""Every gateway of a project, whichever dialect describes it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Set
from typing import TYPE_CHECKING

from authlint.discover import (
    Discovered,
    absolute,
    documents,
    is_document,
    scripts,
    shown,
    shown_all,
    unguarded,
)
from authlint.finding import Notice
from authlint.readers.embedded.find import could_hold, excerpts
from authlint.readers.envoy.detect import could_be_envoy
from authlint.readers.glance import Glance
from authlint.readers.library import Library

if TYPE_CHECKING:
    from authlint.model.gateway import Gateway
    from authlint.readers.kubernetes.manifests import Manifest
    from authlint.readers.nginx.excerpt import Excerpt

# Of the objects to which an Ingress may refer those of the controller's own; others are read where one names them.
CONTROLLERS = (
    rb"ingress-nginx|nginx-configuration|nginx-ingress|allow-snippet|global-auth|no-auth-loc|IngressClass"
    rb"|allowSnippetAnnotations|annotations-risk-level|oauth2[-_]proxy|nginx\.ingress\.kubernetes\.io/"
)
# Names of files that say where other files are mounted, by their ends.
MOUNTING = (
    *("compose.yaml", "compose.yml", "kustomization.yaml", "kustomization.yml"),
    *("compose.override.yaml", "compose.override.yml", "compose.prod.yaml", "compose.prod.yml"),
)


class Project:
    """The files of one run, read once. `notices` say what was seen and is not read."""

    def __init__(self, library: Library, files: Discovered, asked: Callable[[str], bool]) -> None:
        self.library, self.files, self.asked = library, files, asked
        self.notices: list[Notice] = []
        self.controllers: list[Gateway] = []
        self.glance = Glance(files.content)

    def gateways(self) -> list[Gateway]:
        """Each with what stands behind it."""
        found = list(self._gateways())
        project = self.files.project() if found else ()
        mounting = any(self._mounts(path) for path in project if path.endswith(MOUNTING))
        if not mounting and not any(is_document(one.root) for one in found):
            return found
        every = documents((*self.files.texts, *project))
        self.glance.look(every)
        if not self.glance.mounted and not mounting:
            return found
        from authlint.readers.links.linking import linked

        return linked(found, shown_all(every), self._raw, self._text, self.library, self.controllers)

    def _mounts(self, path: str) -> bool:
        """Whether a file that says where others are mounted may speak of a gateway's."""
        raw = self.files.content(path)
        if "compose" in path.rpartition("/")[2]:
            return b"volumes" in raw or b"configs" in raw
        return b"configMapGenerator" in raw

    def _raw(self, path: str) -> bytes:
        return self.files.content(absolute(path))

    def _gateways(self) -> Iterator[Gateway]:
        named, candidates = unguarded(self.files.named), unguarded(self.files.candidates)
        listed = (*self.files.named, *self.files.candidates)
        self.glance.look(documents(listed))
        held = [*self._excerpts((*self.glance.held, *scripts(listed)))]
        envoy = shown_all(self.glance.envoy)
        if named or candidates or held:
            from authlint.readers.nginx.roots import roots

            # Files of nginx's lie beside others of nginx's: a run over documents alone asks for none of them.
            project = self.files.project() if named or candidates else ()
            plain = unguarded(project)
            for root in roots(self.library, named, candidates, plain, self.asked, held):
                yield root.gateway
        yield from self._envoys(envoy)
        if self.glance.routing or self.glance.linked:
            yield from self._ingresses()
        if self.glance.steered:
            yield from self._steered()

    def _excerpts(self, paths: Iterable[str]) -> Iterator[Excerpt]:
        """nginx's configuration in files of other kinds."""
        for path in paths:
            if could_hold(path, self.files.content(path)):
                text = self._text(shown(path))
                yield from excerpts(shown(path), text) if text is not None else ()

    def _rendered(self, listed: list[str]) -> list[str]:
        """Where something was rendered, it is all that there is: its parts lie in the project too."""
        return [path for path in listed if path in self.files.rendered] or listed

    def _envoys(self, paths: Iterable[str]) -> Iterator[Gateway]:
        for path in paths:
            text = self._text(path)
            if text is not None and could_be_envoy(text):
                from authlint.readers.envoy.read import read

                yield from read(path, text, self.library.troubles, self._other)

    def _other(self, path: str) -> str | None:
        """A file that another one names, where it is there."""
        return self._text(path) if os.path.isfile(path) else None

    def _ingresses(self) -> Iterator[Gateway]:
        """Hosts are merged over all Ingress objects of the project: which of them were asked for does not matter."""
        from authlint.readers.kubernetes.folding import folded
        from authlint.readers.kubernetes.manifests import Manifest, named_by
        from authlint.readers.kubernetes.patches import NAMES, overlays
        from authlint.readers.kubernetes.proxies import settings_named
        from authlint.readers.kubernetes.sheets import Entry, Forms, entries

        self.glance.look(documents(self.files.project()))
        changing = shown_all(path for path in self.files.project() if path.endswith(NAMES))
        routing, linked = (
            sorted(shown_all(self._rendered(self.glance.routing))),
            sorted(shown_all(self.glance.linked)),
        )
        if not routing and not linked:
            return
        forms = Forms()
        texts = ((path, text) for path in routing if (text := self._text(path)) is not None)
        found: list[Entry] = entries(texts, self.library.troubles, forms)
        read = [one for one in found if isinstance(one, Manifest)]
        names = [re.escape(name.encode()) for name in named_by(read)]
        wanted = re.compile(b"|".join([CONTROLLERS, *names]))
        rest: list[str] = []
        for one in linked:
            if wanted.search(self._raw(one)):
                found.extend(self._objects(one))
            else:
                rest.append(one)
        read = [one for one in found if isinstance(one, Manifest)]
        settings = [name.encode() for name in settings_named(read)]
        for one in rest if settings else ():
            raw = self._raw(one)
            if any(name in raw for name in settings):
                found.extend(self._objects(one))
        patches = [(path, text) for path in changing if (text := self._text(path)) is not None]
        made, skipped = folded(found, self.library.troubles, overlays(patches), forms)
        for file, _, other in skipped:
            self.notices.append(Notice(file, f"has an Ingress for {other}, which is not read"))
        self.controllers += made
        yield from made

    def _steered(self) -> Iterator[Gateway]:
        """Proxies whose configuration a control plane makes of objects, wherever in the project they lie."""
        self.glance.look(documents(self.files.project()))
        if not self.glance.steering:
            return
        from authlint.readers import gateway_api, istio
        from authlint.readers.kubernetes.manifests import steered
        from authlint.readers.kubernetes.patches import NAMES, doubted, overlays

        found: list[Manifest] = []
        for path in sorted(shown_all(self._rendered(self.glance.steered))):
            text = self._text(path)
            found += steered(path, text, self.library.troubles) if text is not None else ()
        changing = shown_all(path for path in self.files.project() if path.endswith(NAMES))
        patches = [(path, text) for path in changing if (text := self._text(path)) is not None]
        found = doubted(found, overlays(patches, sorted({one.kind for one in found})))
        found += self._services(istio.destinations(found))
        for plane in (gateway_api, istio):
            yield from plane.gateways(found, self.library.troubles)

    def _services(self, names: Set[str]) -> list[Manifest]:
        """The Services of these names: they say which pods a route leads to."""
        if not names:
            return []
        from authlint.readers.kubernetes.manifests import services

        paths = shown_all(documents(self.files.project()))
        return services(names, paths, self._raw, self._text)

    def _objects(self, path: str) -> list[Manifest]:
        from authlint.readers.kubernetes.manifests import objects

        text = self._text(path)
        return [] if text is None else objects(path, text, self.library.troubles)

    def _text(self, path: str) -> str | None:
        from authlint.text import Source

        text = self.library.text(path, self.files.content(absolute(path)))
        if text is not None:
            self.library.sources.setdefault(path, Source(path, text))
        return text
