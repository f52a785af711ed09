"""Patterns that take a part of a prefix's requests; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.flow.paths import escape
from authlint.flow.samples import samples
from authlint.model.gateway import Route
from authlint.site import Endpoint, Site, requires

MOST = 40  # patterns of a host that are looked at


def stolen(site: Site, endpoint: Endpoint) -> Iterator[tuple[Route, str]]:
    """Open patterns beside a protected prefix that may fit a path below it, with such a URL."""
    route, table = endpoint.route, endpoint.host.table
    if route.match.kind != "prefix" or route.final or not table.prefixes:
        return
    for by in table.patterns[:MOST]:
        if (
            by.match.kind == "pattern"
            and _is_open(by)
            and not _is_meant(route, by)
            and _is_same(site, endpoint, by)
        ):
            for tail in samples(by.match.text, by.match.nocase, path=True)[:2]:
                yield by, endpoint.base + escape(route.match.text.rstrip("/") + tail)


def _is_open(by: Route) -> bool:
    return not by.internal and by.block.exempt is None and not any(requires(by))


def _is_meant(route: Route, by: Route) -> bool:
    """Whether a pattern is about certain paths, or for what everybody may see: the files of pages, well-known ones."""
    text = by.match.text.lower()
    word = route.match.text.rstrip("/").rpartition("/")[2].lower()
    named = bool(word) and word in text
    return text.startswith("^") or named or "well-known" in text or evidence.ASSET.search(text) is not None


def _is_same(site: Site, endpoint: Endpoint, by: Route) -> bool:
    """Whether both lead to the same files, or to the same application."""
    other = next((one for one in site.siblings[id(endpoint.host)] if one.route is by), None)
    if other is None:
        return False
    if endpoint.forward is not None:
        upstream = site.upstream(endpoint)
        return upstream is not None and upstream == site.upstream(other)
    mine, theirs = endpoint.route.block.root, by.block.root
    return mine is not None and theirs is not None and (mine.path, mine.strip) == (theirs.path, theirs.strip)
