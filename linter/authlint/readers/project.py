"""Every gateway of a project, whichever dialect describes it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from authlint.discover import Discovered, is_document
from authlint.finding import Notice
from authlint.model.gateway import Gateway
from authlint.readers.envoy.detect import could_be_envoy
from authlint.readers.nginx.expand import Library
from authlint.readers.nginx.roots import roots

# A manifest that routes requests by itself, and one that such a manifest may refer to.
ROUTING = re.compile(rb"kind[\"']?[ \t]*:[ \t]*[\"']?(?:Ingress|IngressList|List)\b")
LINKED = re.compile(rb"kind[\"']?[ \t]*:[ \t]*[\"']?(?:ConfigMap|Secret|IngressClass|Service)\b")
CONNECTIONS = re.compile(rb"http_?connection_?manager|envoy\.filters\.network\.http", re.IGNORECASE)


class Project:
    """The files of one run, read once. `notices` say what was seen and is not read."""

    def __init__(self, library: Library, files: Discovered, asked: Callable[[str], bool]) -> None:
        self.library, self.files, self.asked = library, files, asked
        self.notices: list[Notice] = []

    def gateways(self) -> Iterator[Gateway]:
        named, documents = _parted(self.files.named)
        candidates, more = _parted(self.files.candidates)
        documents += more
        envoy, manifests = self._sorted(documents)
        # Files of nginx's lie beside others of nginx's: a run over documents alone asks for none of them.
        if named or candidates:
            project = [path for path in self.files.project() if not is_document(path.name)]
            for root in roots(self.library, named, candidates, project, self.asked):
                yield root.gateway
        yield from self._envoys(envoy)
        if manifests:
            yield from self._ingresses(manifests)

    def _sorted(self, documents: Iterable[Path]) -> tuple[list[str], list[str]]:
        """Which documents may be Envoy's, and which are manifests: told from their bytes."""
        envoy: list[str] = []
        manifests: list[str] = []
        for path in documents:
            raw = self._bytes(path)
            if CONNECTIONS.search(raw):
                envoy.append(_shown(path))
            if ROUTING.search(raw) or LINKED.search(raw):
                manifests.append(_shown(path))
        return envoy, manifests

    def _bytes(self, path: Path) -> bytes:
        known = self.files.texts.get(path)
        if known is not None:
            return known.encode("utf-8", "replace")
        return self.files.content(path)

    def _envoys(self, paths: Iterable[str]) -> Iterator[Gateway]:
        from authlint.readers.envoy.read import read

        for path in paths:
            text = self._text(path)
            if text is not None and could_be_envoy(text):
                found = read(path, text, self.library.troubles)
                if found is not None:
                    yield found

    def _ingresses(self, asked: list[str]) -> Iterator[Gateway]:
        """Hosts are merged over all Ingress objects of the project: which of them were asked for does not matter."""
        from authlint.readers.kubernetes.manifests import objects
        from authlint.readers.kubernetes.read import gateways

        routing: list[str] = []
        linked: list[str] = []
        for path in (Path(os.path.abspath(one)) for one in self._manifests(asked)):
            raw = self._bytes(path)
            if ROUTING.search(raw):
                routing.append(_shown(path))
            elif LINKED.search(raw):
                linked.append(_shown(path))
        if not routing:
            return
        found = []
        for one in (*routing, *linked):
            text = self._text(one)
            if text is not None:
                found.extend(objects(one, text, self.library.troubles))
        read, skipped = gateways(found, self.library.troubles)
        for file, _, other in skipped:
            self.notices.append(Notice(file, f"has an Ingress for {other}, which is not read"))
        yield from read

    def _manifests(self, asked: Iterable[str]) -> list[str]:
        every = dict.fromkeys(asked)
        every.update(dict.fromkeys(_shown(path) for path in self.files.project() if is_document(path.name)))
        return list(every)

    def _text(self, path: str) -> str | None:
        from authlint.text import Source

        text = self.library.text(path)
        if text is not None:
            self.library.sources.setdefault(path, Source(path, text))
        return text


def _parted(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    plain: list[Path] = []
    documents: list[Path] = []
    for path in paths:
        (documents if is_document(path.name) else plain).append(path)
    return plain, documents


def _shown(path: Path) -> str:
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
