"""What is to change, as edits of the file in which it stands: which dialect's reader is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from authlint.discover import is_document, is_script
from authlint.expression import expression
from authlint.intent import Edit, Intent, in_order
from authlint.readers.embedded import dump
from authlint.readers.embedded.find import could_hold, excerpts
from authlint.readers.envoy.detect import could_be_envoy
from authlint.readers.nginx import mending as nginx
from authlint.readers.nginx.excerpt import Excerpt
from authlint.readers.nginx.template import ENVSUBST, mask
from authlint.readers.nginx.writing import Page
from authlint.readers.placeholders import touches_one
from authlint.text import Source

# Envoy's /config_dump: a print of what it runs.
DUMP = expression(r"envoy\.admin\.v3\.\w*ConfigDump|envoy\.admin\.v2alpha")

# Objects of which a control plane makes a proxy's configuration.
OBJECTS = expression(r"gateway\.(?:networking\.k8s|envoyproxy)\.io/")


def worked_out(intents: Iterable[Intent], sources: Mapping[str, Source]) -> tuple[Edit, ...] | None:
    """The edits that all of the intents come to; None where one of them cannot be said in its file."""
    found: list[Edit] = []
    for intent in intents:
        source = sources.get(intent.span.path)
        some = _edits(intent, source.path, source.text) if source is not None else None
        if source is None or some is None:
            return None
        if any(_filled_in(one, source.text) for one in some):
            return None
        found += some
    return in_order(found)


def _filled_in(edit: Edit, text: str) -> bool:
    path, start, end = edit.span
    return touches_one(text, start, max(start, end - 1), envsubst=path.endswith(ENVSUBST))


def _edits(intent: Intent, path: str, text: str) -> tuple[Edit, ...] | None:
    if dump.is_dump(text):
        return None  # a print of what a server has read: it is not where this is written
    if is_document(path) or is_script(path):
        return _inside(intent, path, text)
    return nginx.edits(intent, Page(path, mask(text, envsubst=path.endswith(ENVSUBST)).text, text))


def _inside(intent: Intent, path: str, text: str) -> tuple[Edit, ...] | None:
    """In a document: nginx's configuration that it holds, Envoy's, or a manifest."""
    held = excerpts(path, text) if could_hold(path, text.encode("utf-8", "replace")) else ()
    for one in held:
        if one.text[intent.span.start : intent.span.end].strip() and one.host == path:
            return _held(intent, one, path, text)
    if not is_document(path):
        return None
    if "istio.io/" in text:
        from authlint.readers.istio import mending as istio

        some = istio.edits(intent, path, text)
        if some is not None:
            return some
    if could_be_envoy(text):
        from authlint.readers.envoy import mending as envoy

        return None if DUMP.search(text) else envoy.edits(intent, path, text)
    if OBJECTS.search(text):
        from authlint.readers.gateway_api import mending as gateway_api

        some = gateway_api.edits(intent, path, text)
        if some is not None:
            return some
    from authlint.readers.kubernetes import mending as kubernetes

    return kubernetes.edits(intent, path, text)


def _held(intent: Intent, one: Excerpt, path: str, text: str) -> tuple[Edit, ...] | None:
    some = nginx.edits(intent, Page(path, mask(one.text).text, text))
    if some is None or any(touches_one(one.text, *edit.span[1:]) for edit in some):
        return None
    # What is not `alone` is written by a tool that has dollar signs of its own.
    return None if not one.alone and any("$" in edit.text for edit in some) else some
