"""Virtual hosts and routes, each with the block that its filters and header operations make.

https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.model.condition import Condition, Not, Test, Unclear
from authlint.model.gateway import (
    Block,
    HostName,
    Inert,
    Inside,
    Match,
    Redirects,
    Route,
    Table,
    VirtualHost,
)
from authlint.model.step import Amend, Answer, Step, Unsure
from authlint.model.value import Cat, Get, Lit, Text
from authlint.readers.envoy import headers, matching
from authlint.readers.envoy.actions import direct, forward, redirect, weighted
from authlint.readers.envoy.chain import Steps, steps
from authlint.readers.envoy.filters import Filter, Spot, Surroundings
from authlint.readers.envoy.inert import inert, uses
from authlint.readers.envoy.notes import replaced
from authlint.readers.envoy.proto import field, fields, is_set, number
from authlint.readers.yaml.tree import Item
from authlint.record import record, replace
from authlint.text import Span

NOT_FOUND = 404
TLS = ("ALL", "EXTERNAL_ONLY", "1", "2")


@record
class Level:
    """The configurations around a route, the innermost first, and how they share the last word."""

    owners: tuple[Item, ...]
    specific_wins: bool


class RouteReader:
    """Routes of one connection manager: one chain of filters, one route configuration."""

    def __init__(self, chain: tuple[Filter, ...], around: Surroundings, config: Item) -> None:
        self.chain, self.around, self.config = chain, around, config
        self.specific_wins = is_set(config, "most_specific_header_mutations_wins")
        self.used = uses(config)
        self.ran: dict[tuple[object, ...], tuple[Steps, tuple[Inert, ...]]] = {}

    def hosts(self) -> tuple[VirtualHost, ...]:
        return tuple(map(self.host, fields(self.config, "virtual_hosts")))

    def nowhere(self, span: Span) -> VirtualHost:
        """What answers where no virtual host fits."""
        fallback = self._fallback(span)
        elsewhere = field(self.config, "vhds")
        if elsewhere is not None:
            fallback = _doubted(fallback, Unsure("which virtual hosts are discovered", elsewhere.span))
        inside = Inside((), fallback.block, Table(), fallback)
        return VirtualHost((), span, lambda: inside, declared=False)

    def host(self, item: Item) -> VirtualHost:
        name = field(item, "name")
        span = name.span if name is not None else item.words
        fallback = self._fallback(span)
        names = tuple(one for one in map(host_name, fields(item, "domains")) if one is not None)
        routes = [route for one in fields(item, "routes") for route in self.routes(one, item)]
        said = field(item, "require_tls")
        if said is not None and said.text in TLS:
            routes.insert(0, self._upgrade(said))
        matcher = field(item, "matcher")
        if matcher is not None:
            doubt = Unsure("which route a matcher tree chooses", matcher.span)
            fallback = _doubted(fallback, doubt)
        counted = not is_set(self.config, "ignore_path_parameters_in_path_matching")
        table = Table(patterns=tuple(routes), parameters=counted)
        inside = Inside((), fallback.block, table, fallback)
        return VirtualHost(names, span, lambda: inside)

    def _fallback(self, span: Span) -> Route:
        """No route: the filters run as they are, then the answer is 404 (measured)."""
        block = self._block(Spot((), "nothing"), "no route", span, (Answer(NOT_FOUND, span),), ())
        return Route("no route", Match("everything", ""), span, block)

    def _upgrade(self, said: Item) -> Route:
        """What comes without TLS is redirected; the filters run first."""
        location = Cat((Lit("https://"), Get("authority"), Get("routed-target")))
        answer = Answer(301, said.span, location)
        block = self._block(Spot((), "answer"), "redirect to https", said.span, (answer,), ())
        plain = Not(Test(Get("scheme"), Text("is", "https")))
        return Route("redirect to https", Match("everything", ""), said.span, block, when=plain)

    def routes(self, item: Item, host: Item) -> Iterator[Route]:
        match = field(item, "match")
        path = matching.path(match)
        when = matching.besides(match)
        first = next(match.entries(), None) if match is not None else None
        span = first.span if first is not None else item.words
        if path is None:
            when = when or Unclear("which paths a route takes")
            path = Match("everything", "")
        if field(item, "action") is not None or field(item, "filter_action") is not None:
            when = Unclear("what a route does")
        block, variants = self._blocks_of(item, host, path, span)
        yield Route(
            name=title(path, when),
            match=path,
            span=span,
            block=block,
            variants=variants,
            when=when,
        )

    def _blocks_of(
        self, item: Item, host: Item, path: Match, span: Span
    ) -> tuple[Block, tuple[tuple[Condition, Block], ...]]:
        action = field(item, "route")
        owners = (item, host, self.config)
        name = title(path, None)
        if action is not None:
            clusters = weighted(action)
            blocks = [
                self._block(
                    Spot(owners if one is None else (one, *owners), "forward"),
                    name,
                    span,
                    forward(action, one, path, self.around),
                    owners if one is None else (one, *owners),
                )
                for one in clusters or [None]
            ]
            doubt = Unclear("which of the weighted clusters is taken")
            return blocks[0], (*self._answers(owners, name, span), *((doubt, one) for one in blocks[1:]))
        answer = self._answer(item, path, span)
        block = self._block(Spot(owners, "answer"), name, span, (answer,), owners)
        return block, self._answers(owners, name, span)

    def _answer(self, item: Item, path: Match, span: Span) -> Step:
        found = field(item, "redirect")
        if found is not None:
            return redirect(found, path)
        said = field(item, "direct_response")
        if said is not None:
            return direct(said)
        return Answer(number(item, "status") or 200, span)

    def _block(
        self, spot: Spot, name: str, span: Span, content: tuple[Step, ...], owners: tuple[Item, ...]
    ) -> Block:
        ran, idle = self._filters(spot)
        request = tuple(
            Amend(ops, at_once=True) for ops in headers.of_levels(owners, "request", self.specific_wins)
        )
        if spot.action != "forward":
            request = ()
        response = [op for ops in headers.of_levels(owners, "response", self.specific_wins) for op in ops]
        return Block(
            name=name,
            span=span,
            steps=(*ran.steps, *request, *content),
            response=tuple(response),
            leaving=tuple(ran.leaving),
            redirects=Redirects(absolute=False),
            inert=idle,
            replaced=tuple(replaced(self.chain, spot)),
            refusals="before" if spot.action == "forward" else "without",
        )

    def _filters(self, spot: Spot) -> tuple[Steps, tuple[Inert, ...]]:
        """What the chain does, and what in it does nothing; most routes say nothing of their own about that."""
        key = (spot.action, *(id(level.node) for level in spot.speaking))
        found = self.ran.get(key)
        if found is None:
            same = Spot(spot.speaking, spot.action)
            found = self.ran[key] = (
                steps(self.chain, same, self.around),
                tuple(inert(self.chain, same, self.used)),
            )
        return found

    def _answers(
        self, owners: tuple[Item, ...], name: str, span: Span
    ) -> tuple[tuple[Condition, Block], ...]:
        """Requests that a filter answers before the route's own action is reached."""
        ran, _ = self._filters(Spot(owners, "forward"))
        return tuple(_answered(found, name, span, ran) for found in ran.answers)


def _doubted(route: Route, doubt: Unsure) -> Route:
    return replace(route, block=replace(route.block, steps=(doubt, *route.block.steps)))


def _answered(
    found: tuple[Condition, tuple[Step, ...], Filter], name: str, span: Span, ran: Steps
) -> tuple[Condition, Block]:
    when, before, one = found
    block = Block(name, span, (*before, Answer(200, one.span)), (), leaving=tuple(ran.leaving))
    return when, replace(block, refusals="before")


def host_name(item: Item) -> HostName | None:
    """A domain; None for one that a template writes. "*" is no name: it takes what nobody else does."""
    domain = item.text.lower()
    if item.masked or not domain or domain == "*":
        return None
    if domain.startswith("*"):
        return HostName("ends", domain[1:], item.words)
    if domain.endswith("*"):
        return HostName("begins", domain[:-1], item.words)
    return HostName("exact", domain, item.words)


def takes_all(item: Item) -> bool:
    return any(one.text == "*" for one in fields(item, "domains"))


def title(path: Match, when: Condition | None) -> str:
    sign = {"exact": "= ", "full": "~ ", "segments": "", "prefix": ""}.get(path.kind, "")
    return f"route {sign}{path.text}" + ("" if when is None else " (with conditions)")
