"""What a rule sees: the routes of one gateway, and what becomes of the requests that it asks about.

Questions are asked lazily and their answers kept. A made-up request counts only if a run of `flow` confirms that
it takes the route meant.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from typing import TypeVar, cast

from authlint.answers import describe as describe
from authlint.answers import got, known
from authlint.asking import base_url, focuses, paths_of, wishes
from authlint.asking import compared_with_origin as compared_with_origin
from authlint.asking import known_origins as known_origins
from authlint.asking import origins_in as origins_in
from authlint.asking import wanted_headers as wanted_headers
from authlint.behind import NO_FURTHER, Further, further, way
from authlint.client.cors import preflight
from authlint.credentials import BASIC as BASIC
from authlint.credentials import BEARER as BEARER
from authlint.credentials import COOKIE as COOKIE
from authlint.credentials import CREDENTIALS as CREDENTIALS
from authlint.credentials import KEY as KEY
from authlint.credentials import VOUCHED as VOUCHED
from authlint.credentials import headers_of as headers_of
from authlint.credentials import names_of
from authlint.declared import NOTHING_DECLARED, Declared
from authlint.endpoint import Endpoint as Endpoint
from authlint.endpoint import with_credential
from authlint.finding import NOTHING_GIVEN, Exchange, Given, Label
from authlint.flow.arrival import arrive, route_of
from authlint.flow.assume import Assume, Expects, Reply, Service
from authlint.flow.files import Files as FileOracle
from authlint.flow.outcome import Outcome, Reached
from authlint.flow.passage import Passage
from authlint.flow.paths import escape
from authlint.flow.request import Request, split_authority
from authlint.flow.run import run
from authlint.flow.tokens import demanded, insists
from authlint.model.credential import Allow, Jwt
from authlint.model.gateway import Block, Gateway, Listener, Route, VirtualHost
from authlint.model.step import Branch, Cors, Files, Require, Step
from authlint.model.step import ops_of as ops_of
from authlint.model.value import Value
from authlint.record import field, mutable, replace
from authlint.text import Sources, Span

T = TypeVar("T")
STRANGER = "https://stranger.invalid"
APP = "https://app.example"


@mutable
class Site:
    """One gateway and all that is known about it. `declared` is what the settings say of what is around it; of `hosts`
    (by id(); None: all) the routes are read, and of these `chosen` ones (by id(); None: all) are asked about."""

    gateway: Gateway
    files: FileOracle
    sources: Sources
    declared: Declared = NOTHING_DECLARED
    hosts: frozenset[int] | None = None
    chosen: frozenset[int] | None = None
    _answers: dict[tuple[object, ...], Outcome] = field(default_factory=dict)
    _supposed: list[Assume] = field(default_factory=list)  # kept, for answers are known by their id()
    _upstreams: dict[Endpoint, str | None] = field(default_factory=dict)
    _kept: dict[Hashable, object] = field(default_factory=dict)
    _every: list[tuple[Endpoint, ...]] = field(default_factory=list)
    cross_origin: dict[int, dict[object, Label]] = field(
        default_factory=dict
    )  # by id() of a host: see evidence

    def ask(self, request: Request, assume: Assume | None = None) -> Outcome:
        """What happens to a request. The answer to an equal question is kept."""
        supposed = id(assume) if assume is not None else None
        key = (request.method, request.url, request.headers, request.body, request.vouched, supposed)
        known = self._answers.get(key)
        if known is None:
            chosen = self.declared.assume if assume is None else assume.beside(self.declared.assume)
            known = self._answers[key] = run(self.gateway, request, chosen, self.files)
            self._supposed += [one for one in (assume, chosen) if one is not None]
        return known

    @property
    def expects(self) -> Mapping[str, Expects]:
        """What upstreams are declared to demand, by their name or address."""
        return self.declared.assume.expects

    @property
    def asked(self) -> int:
        """How many requests were run."""
        return len(self._answers)

    def service(self, asked: Reached) -> Service | None:
        """What is declared of the auth service that was asked."""
        services = self.declared.assume.services
        names = [name for name in asked.called if name in services]
        return services[names[0]] if names else None

    def supposing(self, replies: Mapping[str, Reply]) -> Assume:
        """The standing assumptions, but for what these upstreams answer."""
        return replace(self.declared.assume, replies=replies)

    def get(self, endpoint: Endpoint, *headers: tuple[str, str], assume: Assume | None = None) -> Outcome:
        return self.ask(self.request(endpoint, *headers), assume)

    def request(self, endpoint: Endpoint, *headers: tuple[str, str], method: str = "") -> Request:
        """A request that takes the endpoint; `headers` come before those that the route asks for."""
        url, plain = with_credential(endpoint.url, headers)
        named = {name.lower() for name, _ in plain}
        own = tuple(pair for pair in endpoint.headers if pair[0].lower() not in named)
        return Request(method or endpoint.method, url, (*plain, *own), vouched=VOUCHED)

    def requests(self, endpoint: Endpoint) -> Iterator[Request]:
        """Without credentials; then with each header that a branch of the route's script tests for."""
        yield self.request(endpoint)
        for op in endpoint.route.script:
            header = wanted_headers(op) if isinstance(op, Branch) else None
            if header is not None:
                yield self.request(endpoint, header)

    def preflight(self, endpoint: Endpoint, origin: str, method: str = "") -> Request:
        return preflight(endpoint.url, origin, method or endpoint.method)

    def narrowed(self, chosen: Iterable[Endpoint]) -> Site:
        """The same site, answers and all, that asks about some of its routes."""
        return replace(self, chosen=frozenset(map(id, chosen)), _every=[self.every])

    @cached_property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The routes to ask about, in the order of the configuration."""
        if self.chosen is None:
            return self.every
        return tuple(one for one in self.every if id(one) in self.chosen)

    @cached_property
    def every(self) -> tuple[Endpoint, ...]:
        """Every route that a request from outside can take, in the order of the configuration."""
        if self._every:
            return self._every[0]
        found: list[Endpoint] = []
        for listener, host in self._wanted():
            base = self.base_url(listener, host)
            if base is None:
                continue
            for route in (*host.table.routes(), *_fallback(host)):
                found += self._endpoints(listener, host, route, base)
        return tuple(found)

    @cached_property
    def unreached(self) -> tuple[Endpoint, ...]:
        """Routes that no made-up request takes, with a URL that one would expect to take them."""
        taken = {id(endpoint.route) for endpoint in self.every}
        found: list[Endpoint] = []
        for listener, host in self._wanted():
            base = self.base_url(listener, host)
            for route in host.table.routes() if base is not None else ():
                if id(route) not in taken and not route.internal and route.match.kind != "named":
                    found += [
                        Endpoint(listener, host, route, f"{base}{escape(path)}")
                        for path in paths_of(route)[:1]
                    ]
        return tuple(found)

    def _wanted(self) -> list[tuple[Listener, VirtualHost]]:
        pairs = self.gateway.hosts()
        return pairs if self.hosts is None else [pair for pair in pairs if id(pair[1]) in self.hosts]

    def base_url(self, listener: Listener, host: VirtualHost) -> str | None:
        """Scheme, name and port as clients write them; None where no name leads to the host."""
        base, front = base_url(listener, host), self.declared.assume.front
        if base is None or front is None or not front.brings_https(listener):
            return base
        return f"https://{split_authority(base.partition('://')[2])[0]}"

    def reached_over(self, listener: Listener, endpoint: Endpoint) -> Iterator[Endpoint]:
        """The endpoints of a route as another listener has them."""
        if endpoint.listener is listener:
            yield endpoint
            return
        base = self.base_url(listener, endpoint.host)
        if base is not None:
            yield from self._endpoints(listener, endpoint.host, endpoint.route, base)

    def _endpoints(
        self, listener: Listener, host: VirtualHost, route: Route, base: str
    ) -> Iterator[Endpoint]:
        """A route's endpoint, and one for each part of it that its checks treat differently."""
        if route.internal or route.match.kind == "named":
            return
        wanted = wishes(route.when)
        if wanted.method == "OPTIONS":
            return  # it answers preflights: it is asked about with the routes that they are sent for
        candidates = [("", paths_of(route)), *((text, paths) for text, paths in focuses(route))]
        for focus, paths in candidates:
            for path in paths:
                url, headers = with_credential(base + escape(path), wanted.headers)
                endpoint = Endpoint(listener, host, route, url, wanted.method, headers, focus)
                if self._takes(endpoint):
                    idle = self._idle(endpoint)
                    yield replace(endpoint, idle=idle) if idle else endpoint
                    break

    def _takes(self, endpoint: Endpoint) -> bool:
        """Whether the route takes the endpoint's request; only where that is not plain from the path it is run."""
        found = route_of(self.gateway, self.request(endpoint), self.declared.assume)
        if found is not None:
            return found == (endpoint.host, endpoint.route)
        outcome = self.get(endpoint)
        return outcome.host is endpoint.host and all(
            world.route is endpoint.route for world in outcome.worlds
        )

    def _idle(self, endpoint: Endpoint) -> frozenset[int]:
        """The token checks of the route that ask nothing of the endpoint's requests, and whose claims nobody misses."""
        checks = {check for require in requires(endpoint.route) for check in require.checks}
        tokens = [check for check in checks if isinstance(check, Jwt)]
        if not tokens:
            return frozenset()
        p = self.arrive(self.request(endpoint))
        lenient = [check for check in tokens if p is not None and not insists(demanded(p, check))]
        if lenient and any(map(_asks_for_claims, checks)):
            denial = self.get(endpoint).denial
            if denial is not None and _asks_for_claims(denial.subject):
                return frozenset()
        return frozenset(map(id, lenient))

    def arrive(self, request: Request) -> Passage | None:
        """The request as it was taken in, before anything is done with it; None where nobody takes it."""
        return arrive(self.gateway, request, self.files, self.declared.assume)

    @cached_property
    def siblings(self) -> Mapping[int, tuple[Endpoint, ...]]:
        """The endpoints of each virtual host, by its id()."""
        found: dict[int, list[Endpoint]] = {}
        for endpoint in self.every:
            found.setdefault(id(endpoint.host), []).append(endpoint)
        return {key: tuple(value) for key, value in found.items()}

    @cached_property
    def of_route(self) -> Mapping[int, Endpoint]:
        """A route's first endpoint, by the route's id()."""
        return {id(endpoint.route): endpoint for endpoint in reversed(self.every)}

    def once(self, what: Hashable, make: Callable[[], T]) -> T:
        """What is worked out once for all routes that want to know it."""
        if what not in self._kept:
            self._kept[what] = make()
        return cast("T", self._kept[what])

    def upstream(self, endpoint: Endpoint) -> str | None:
        """The address that an endpoint's requests end at, where the configuration tells."""
        if endpoint not in self._upstreams:
            self._upstreams[endpoint] = self._upstream(endpoint)
        return self._upstreams[endpoint]

    def _upstream(self, endpoint: Endpoint) -> str | None:
        forward = endpoint.forward
        if forward is None:
            return None
        outcome = self.let_in(endpoint)
        reached = outcome.upstream if outcome is not None else self.get(endpoint).upstream
        return None if reached is None else reached.address or reached.name

    def let_in(self, endpoint: Endpoint) -> Outcome | None:
        """The first outcome, among those of the usual credentials, in which the request passes for sure."""
        for name in self.passing(endpoint):
            return self.get(endpoint, *headers_of(name))
        return None

    def passing(self, endpoint: Endpoint) -> Iterator[str]:
        """The kinds of credential with which a request passes: "none" first, where nothing is asked for."""
        for name in ("none", *self.credentials(endpoint)):
            outcome = self.get(endpoint, *headers_of(name))
            if (
                outcome.status is not None
                and outcome.status < 400
                and outcome.status not in (301, 302, 303, 307, 308)
                and not (outcome.denial is not None and outcome.last_route is not endpoint.route)
            ):
                yield name

    def cure(self, rule: str, otherwise: str) -> str:
        """What a person changes: in the words of the configuration's own language, where its reader has any."""
        return self.gateway.advice.get(rule, otherwise)

    def passing_by(self, spans: Set[Span]) -> Mapping[Span, Sequence[tuple[Endpoint, Request, Outcome]]]:
        """For each of these places the requests, at most one an endpoint, whose way leads past it."""
        found: dict[Span, list[tuple[Endpoint, Request, Outcome]]] = {}
        for endpoint in self.endpoints if spans else ():
            met: dict[Span, tuple[Endpoint, Request, Outcome]] = {}
            for name in ("none", "bearer"):
                request = self.request(endpoint, *headers_of(name))
                outcome = self.ask(request)
                for world in outcome.worlds:
                    for event in world.trace:
                        if event.span in spans and event.span is not None:
                            met.setdefault(event.span, (endpoint, request, outcome))
            for span, one in met.items():
                found.setdefault(span, []).append(one)
        return found

    def credentials(self, endpoint: Endpoint) -> tuple[str, ...]:
        """The names of the credentials that are worth trying on an endpoint."""
        routes = (endpoint.route, *self.behind(endpoint).routes)
        return names_of(check for route in routes for require in requires(route) for check in require.checks)

    def behind(self, endpoint: Endpoint) -> Further:
        """Where an endpoint's requests come to in other gateways, behind this one."""
        if self.gateway.beyond is None or endpoint.forward is None:
            return NO_FURTHER
        return self.once(("behind", endpoint), lambda: self._behind(endpoint))

    def _behind(self, endpoint: Endpoint) -> Further:
        own = names_of(check for require in requires(endpoint.route) for check in require.checks)
        for name in ("none", *own):
            outcome = self.get(endpoint, *headers_of(name))
            found = further(outcome)
            if found.hosts or outcome.upstream is not None:
                return found
        return NO_FURTHER

    def exchange(
        self,
        request: Request,
        outcome: Outcome,
        wanted: str,
        supposed: int | None = None,
        shows: Sequence[str] = (),
        given: Given = NOTHING_GIVEN,
    ) -> Exchange:
        """One line of a witness; `supposed` is the application's own answer where the rule varied it, `shows` are
        headers that the application got or missed, `given` is what else the rule varied."""
        received = outcome.upstream
        return Exchange(
            method=request.method,
            url=request.url,
            headers=request.headers,
            status=outcome.status,
            answered_by=outcome.answered_by,
            answer=describe(outcome) + got(outcome, shows),
            wanted=wanted,
            response_headers=known(outcome.headers),
            received=None if received is None else known(received.headers),
            supposed=supposed,
            given=given,
            replied=() if received is None else tuple((h.name, h.text) for h in received.own),
            way=() if self.gateway.beyond is None else way(outcome),
        )

    def origins(self, endpoint: Endpoint) -> tuple[str, ...]:
        """Origins that the configuration speaks of for this route, else a plain one."""
        found: dict[str, None] = {}
        for step in steps_of(endpoint.route):
            if isinstance(step, Cors):
                found.update(dict.fromkeys(known_origins(step)))
        for value in self._origin_values(endpoint):
            for origin in origins_in(value, self.gateway.definitions):
                found[origin] = None
        return tuple(found) or (APP,)

    def _origin_values(self, endpoint: Endpoint) -> Iterator[Value]:
        for block in blocks_of(endpoint.route):
            for op in block.response:
                if op.name.lower() == "access-control-allow-origin":
                    yield op.value
        for one in (*ops_of(endpoint.route.script), *ops_of(endpoint.host.script)):
            if isinstance(one, Branch):
                yield from compared_with_origin(one, self.gateway.definitions)


def _asks_for_claims(check: object) -> bool:
    """Whether a check judges by what a token says that another one has read."""
    return isinstance(check, Allow) and check.reads_claims


def _fallback(host: VirtualHost) -> tuple[Route, ...]:
    """What answers where no route fits, if anybody has said what it serves."""
    said = any(isinstance(step, Files) and step.root.span is not None for step in host.block.steps)
    return (host.fallback,) if said or not host.table.routes() else ()


def blocks_of(route: Route) -> tuple[Block, ...]:
    """Every block that a request may find in force on a route."""
    return route.blocks


def steps_of(route: Route) -> tuple[Step, ...]:
    return route.steps


def requires(route: Route) -> tuple[Require, ...]:
    return route.requires
