"""Any configuration that a person names, as models."""

from __future__ import annotations

import os
from collections.abc import Sequence

from authlint.model.gateway import Gateway
from authlint.readers.envoy.detect import could_be_envoy
from authlint.readers.library import Library
from authlint.text import Source, Sources

DOCUMENTS = (".yaml", ".yml", ".json")


def open_gateways(paths: Sequence[str], sources: Sources) -> tuple[list[Gateway], str | None]:
    """A gateway for each path, and what is wrong with the first that cannot be read."""
    from authlint.readers.nginx.read import read

    library = Library(sources, os.getcwd())
    gateways: list[Gateway] = []
    manifests: list[tuple[str, str]] = []
    for path in paths:
        if not os.path.isfile(path):
            return [], f"{path}: there is no such file"
        text = library.text(path)
        document = text is not None and path.endswith(DOCUMENTS)
        if text is not None and document and could_be_envoy(text):
            found, problem = _envoy(path, text, library)
            if not found:
                return [], problem
            gateways += found
            continue
        held = _held(library, path, text) if text is not None else []
        if held:
            gateways += held
            continue
        if text is not None and document:
            manifests.append((path, text))
            continue
        reading = read(library, path)
        if reading is None:
            return [], f"{path}: {library.troubles[-1].message}"
        gateways.append(reading.gateway)
    found_in: list[Gateway] = []
    if manifests:
        gateways += _steered(manifests, sources)
        found_in, problem = _ingresses(manifests, sources)
        # A Service or a workload may be named for what stands behind another file's gateway.
        if problem is not None and not gateways:
            return [], problem
        gateways += found_in
    documents = [path for path in paths if path.endswith(DOCUMENTS)]
    return _linked(gateways, documents, library, found_in), None


def _linked(
    gateways: list[Gateway], documents: list[str], library: Library, controllers: list[Gateway]
) -> list[Gateway]:
    """Each with what stands behind it, as far as the documents say."""
    if not documents:
        return gateways
    from authlint.readers.links.linking import linked

    def raw(path: str) -> bytes:
        return (library.text(path) or "").encode("utf-8", "replace")

    return linked(gateways, documents, raw, library.text, library, controllers)


def _held(library: Library, path: str, text: str) -> list[Gateway]:
    """What a dump, a ConfigMap, a compose file or a script holds of nginx's."""
    from authlint.readers.embedded import dump, find
    from authlint.readers.nginx.roots import roots

    if dump.is_dump(text):
        parts = list(dump.excerpts(path, text))
    elif find.could_hold(path, text.encode("utf-8", "replace")):
        parts = list(find.excerpts(path, text))
    else:
        return []
    library.sources.setdefault(path, Source(path, text))
    return [root.gateway for root in roots(library, (), (), (), lambda _: True, parts)]


def _envoy(path: str, text: str, library: Library) -> tuple[list[Gateway], str | None]:
    from authlint.readers.envoy.read import read
    from authlint.readers.trouble import Trouble

    def other(named: str) -> str | None:
        content = library.text(named) if os.path.isfile(named) else None
        if content is not None:
            library.sources[named] = Source(named, content)
        return content

    troubles: list[Trouble] = []
    library.sources[path] = Source(path, text)
    found = list(read(path, text, troubles, other))
    why = troubles[0].message if troubles else "nothing in it serves a request"
    return found, None if found else f"{path}: {why}"


def _steered(files: Sequence[tuple[str, str]], sources: Sources) -> list[Gateway]:
    """Proxies whose configuration a control plane makes of objects: of all of them together."""
    from authlint.readers import gateway_api, istio
    from authlint.readers.kubernetes.manifests import services, steered
    from authlint.readers.trouble import Trouble

    troubles: list[Trouble] = []
    found = []
    for path, text in files:
        sources[path] = Source(path, text)
        found += steered(path, text, troubles)
    known = dict(files)
    found += services(
        istio.destinations(found), known, lambda path: known[path].encode("utf-8", "replace"), known.get
    )
    return [one for plane in (gateway_api, istio) for one in plane.gateways(found, troubles)]


def _ingresses(files: Sequence[tuple[str, str]], sources: Sources) -> tuple[list[Gateway], str | None]:
    """All manifests together: hosts are merged over them."""
    from authlint.readers.kubernetes.manifests import objects
    from authlint.readers.kubernetes.read import gateways
    from authlint.readers.trouble import Trouble

    troubles: list[Trouble] = []
    found = []
    for path, text in files:
        sources[path] = Source(path, text)
        found.extend(objects(path, text, troubles))
    read, skipped = gateways(found, troubles)
    if read:
        return read, None
    why = troubles[0].message if troubles else "nothing in it serves a request"
    if skipped:
        why = f"has an Ingress for {skipped[0][2]}, which is not read"
    return [], f"{files[0][0]}: {why}"
