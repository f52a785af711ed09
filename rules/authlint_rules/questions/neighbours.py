"""Paths beside a protected prefix that are plainly meant otherwise; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from authlint import evidence
from authlint.finding import Label
from authlint.flow.request import Request
from authlint.model.step import Files, TryFiles
from authlint.record import replace
from authlint.site import Endpoint, Site
from authlint_rules.questions.asked import token_rules
from authlint_rules.questions.colliding import prefix_of

# What an application's pages have at their root.
USUAL = (
    *(
        "assets",
        "build",
        "css",
        "dist",
        "events",
        "fonts",
        "global",
        "home",
        "images",
        "js",
        "kit",
        "login",
        "media",
    ),
    *(
        "notes",
        "offers",
        "public",
        "query",
        "robots.txt",
        "static",
        "themes",
        "users",
        "vendor",
        "web",
        "zones",
    ),
)
Spot: TypeAlias = tuple[Label, Label, Request]


def crowded(site: Site, endpoint: Endpoint) -> Iterator[Spot]:
    """A prefix of one letter beside a page that everybody may see: many of the page's paths begin with it."""
    match = endpoint.route.match
    if (
        match.kind != "prefix"
        or len(match.text) != 2
        or match.nocase
        or not any(evidence.mechanisms(endpoint))
    ):
        return
    word = next((word for word in USUAL if match.text[1:] == word[0]), None)
    around = next((one for one in site.siblings[id(endpoint.host)] if one.route.match.text == "/"), None)
    if word is None or around is None or any(evidence.mechanisms(around)) or not _is_page(around):
        return
    request = replace(site.request(endpoint), url=f"{endpoint.base}/{word}/x", _parts=[])
    if site.ask(request).route is endpoint.route:
        place = Label(endpoint.route.span, f"takes every path that begins with this letter: /{word}/ too")
        yield place, Label(around.route.span, "a page for everybody stands beside it"), request


def _is_page(endpoint: Endpoint) -> bool:
    return any(isinstance(step, (Files, TryFiles)) for step in endpoint.route.block.steps)


def ruled_along(site: Site, endpoint: Endpoint) -> Iterator[Spot]:
    """A route of its own, in the reach of a rule about tokens whose prefix is another route's."""
    text = endpoint.route.match.text
    if endpoint.focus or endpoint.route.match.kind not in ("prefix", "exact", "segments"):
        return
    for jwt, rule, path in token_rules(endpoint):
        beside = len(path) > 1 and text.startswith(path) and text[len(path) :][:1] not in ("", "/")
        if not beside or path.endswith("/") or prefix_of(rule.when) != path:
            continue
        if id(jwt) in endpoint.idle or any(
            text.startswith(other) for _, _, other in token_rules(endpoint) if other > path
        ):
            continue
        own = next(
            (one for one in site.siblings[id(endpoint.host)] if one.route.match.text.rstrip("/") == path),
            None,
        )
        if own is not None and own.route is not endpoint.route:
            place = Label(rule.span, f"is compared letter by letter: takes {text} too")
            yield (
                place,
                Label(endpoint.route.span, "has a route of its own, and no rule"),
                site.request(endpoint),
            )
            return
