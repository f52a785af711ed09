"""Who answers in place of an error: custom-http-errors with its default backends (nginx.tmpl, CUSTOM_ERRORS)."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.kubernetes.annotations import Annotations
from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.hosts import Host, Path
from authlint.readers.kubernetes.nodes import node
from authlint.readers.nginx.expand import Node
from authlint.text import Span

# Of the controller's own backend for errors: it answers 404 to everything.
OWN = "@custom-errors"


def pages(path: Path, settings: Controller) -> Iterator[Node]:
    """What stands in a location; its own list replaces the controller's."""
    codes, at = path.own.words("custom-http-errors"), path.own.span("custom-http-errors")
    if not codes or at is None:
        return
    if not path.own.flag("disable-proxy-intercept-errors", False):
        yield node(at, "proxy_intercept_errors", "on")
    elif path.by_default and not path.service and not any(pages_for_all(settings)):
        # What the controller's own backend says goes out as it is.
        codes = [code for code in codes if code != "404"]
    if codes:
        yield node(at, "error_page", *codes, "=", _place(path.own))


def pages_for_all(settings: Controller) -> Iterator[Node]:
    """What stands around all servers."""
    errors = settings.item("custom-http-errors")
    codes = [code for code in settings.words("custom-http-errors") if code.isdigit()]
    if errors is not None and codes:
        yield node(errors.span, "error_page", *codes, "=", OWN)
        if not settings.flag("disable-proxy-intercept-errors", False):
            yield node(errors.span, "proxy_intercept_errors", "on")


def places(host: Host, settings: Controller) -> Iterator[Node]:
    """The locations that answer: one for the controller's backend, one for each that an Ingress names."""
    asked: dict[str, Span] = {}
    item = settings.item("custom-http-errors")
    if item is not None:
        asked[OWN] = item.span
    named: set[str] = set()
    for path in host.paths:
        span = path.own.span("custom-http-errors")
        if path.own.words("custom-http-errors") and span is not None:
            place = _place(path.own)
            backend = path.own.span("default-backend")
            named.update([place] if backend is not None else [])
            asked.setdefault(place, backend or span)
    for place, span in asked.items():
        answer = node(span, "return", "404")
        if place in named:
            answer = node(span, "@unknown", "what the default backend answers")
        yield node(span, "location", place, children=[node(span, "internal"), answer])


def _place(own: Annotations) -> str:
    backend = own.items.get("default-backend")
    if backend is None:
        return OWN
    return f"@custom-{'masked' if backend.masked else backend.text.strip()}"
