"""What happens to this request? Runs it through a gateway and tells."""

from __future__ import annotations

from collections.abc import Hashable

from authlint.flow.access import require
from authlint.flow.addressing import readdress
from authlint.flow.answering import Draft, is_grpc, leave, own_reply, recovery, response_headers, sent
from authlint.flow.assume import NOTHING, PORT, Assume
from authlint.flow.choices import WORLDS, Choices
from authlint.flow.content import Content, Jumped, answer, files, forward, receive, try_files
from authlint.flow.crossing import cors
from authlint.flow.files import Files as FileOracle
from authlint.flow.files import Nowhere
from authlint.flow.front import passed_on
from authlint.flow.intake import is_later, take_in
from authlint.flow.limiting import limited
from authlint.flow.merge import merge
from authlint.flow.outcome import REDIRECTS, Header, Outcome, Party
from authlint.flow.passage import Passage, Shared
from authlint.flow.paths import escape, split_target
from authlint.flow.request import Request
from authlint.flow.rerouting import begin_again, block_of, enter_route, routed_again
from authlint.flow.routing import Hosting, SlashMissing, capture, choose_host, choose_listener, choose_route
from authlint.flow.script import Answered, Undecided, amend, run_script, set_address
from authlint.flow.subrequest import ask
from authlint.flow.values import evaluate
from authlint.flow.verdict import Denied, Verdict
from authlint.model.gateway import Gateway, Listener, Route
from authlint.model.step import (
    Amend,
    Answer,
    Ask,
    Cors,
    Files,
    Forward,
    Jump,
    Limit,
    Readdress,
    Require,
    Reroute,
    SetAddress,
    Step,
    ToClient,
    ToNamed,
    ToPath,
    ToStatus,
    TryFiles,
    Unsure,
)
from authlint.model.unknown import Unknown
from authlint.record import replace

JUMPS = 10  # how often a request may change its route
HOPS = 4  # how many gateways of one configuration a request may pass


def run(
    gateway: Gateway, request: Request, assume: Assume = NOTHING, files: FileOracle | None = None
) -> Outcome:
    """The outcome of one request, in every world that the unknowns leave open (at most 16)."""
    queue: list[dict[Hashable, bool]] = [{}]
    outcomes: list[Outcome] = []
    reasons: dict[str, None] = {}
    while queue and len(outcomes) < WORLDS:
        choices = Choices(queue.pop(0))
        outcomes.append(_one_world(gateway, request, assume, files or Nowhere(), choices, 0))
        queue.extend(choices.others)
        reasons.update(dict.fromkeys(choices.reasons))
    if queue:
        reasons["there are more unknowns than can be followed"] = None
    return merge(outcomes, tuple(reasons), complete=not queue)


def _one_world(
    gateway: Gateway, request: Request, assume: Assume, files: FileOracle, choices: Choices, hops: int
) -> Outcome:
    chosen = choose_listener(gateway, request, assume.front)
    if chosen is None:
        return _nothing("nobody listens: the configuration has no server")
    listener, assumed = chosen
    hosting = choose_host(listener, request.host)
    if isinstance(hosting, Unknown):
        return _nothing(hosting.reason)
    shared = Shared(gateway, listener, hosting.host, request, assume, files, choices)
    shared.peer = request.peer or _peer(listener)
    shared.method = request.method
    shared.hops = hops
    shared.assumed.update(dict.fromkeys(gateway.taken))
    if assumed:
        shared.assumed[PORT] = None
    return _first(shared, hosting)


def _peer(listener: Listener) -> str | None:
    """Who can reach a loopback address is on it too."""
    if listener.address.startswith("127."):
        return "127.0.0.1"
    return "::1" if listener.address == "::1" else None


def _nothing(reason: str) -> Outcome:
    return Outcome(None, None, None, None, (), (), (), unknown=(reason,))


def _first(shared: Shared, hosting: Hosting) -> Outcome:
    request, host = shared.request, hosting.host
    taken = take_in(shared)
    headers = passed_on(shared, taken.headers)
    p = Passage(shared, taken.path, taken.query, headers, method="" if taken.blank else request.method)
    p.note("host", f"virtual host {host.name or 'default'}", host.span, host)
    refusal = taken.refusal
    early = shared.listener.intake.early if refusal is None else ()
    if early:
        amend(p, Amend(early))
    if hosting.match is not None:
        capture(p, hosting.match)
    if refusal is not None:
        if refusal.unclear:
            return _close(p, Undecided(refusal.unclear, host.span))
        if refusal.routed and not enter_route(p):
            return _close(
                p, Undecided("which filters have their say about a request that is refused early", host.span)
            )
        decided = p.note("answered", refusal.why, host.span, host)
        draft = Draft(refusal.status, "gateway", decided, bare=True, location=refusal.location)
        draft.known_as, draft.refusal = refusal.known_as, refusal.routed
        return _close(p, _settle(p, draft))
    return _close(p, travel(p))


def travel(p: Passage) -> Draft | Undecided:
    """From the virtual host's script to an answer, through every jump."""
    return _settle(p, _from_server(p))


def _settle(p: Passage, content: Content) -> Draft | Undecided:
    while True:
        redirect = 302
        if isinstance(content, Undecided):
            return content
        if content is None:
            content = Draft(
                404, "gateway", p.note("answered", "nothing answers here", p.in_force.span), bare=True
            )
        if isinstance(content, Draft):
            if content.bare and content.status == p.shared.listener.intake.silence:
                p.note("answered", "closes the connection without an answer", p.in_force.span)
                content.silent = True
                return content
            found = recovery(p, content)
            if content.bare:
                p.forced = content.status
            if found is None:
                return content
            p.recovering = not p.in_force.recover_again
            if found.status != "keep":
                p.forced = None if found.status == "take" else found.status
            redirect = found.status if found.status in REDIRECTS else 302
            p.note("went on", f"a {content.status} is answered elsewhere", found.span, found)
            leave(p, content)
            content = Jumped(found.to, reset=True)
        p.jumps += isinstance(content.to, ToPath | ToNamed)
        if p.jumps > JUMPS:
            p.recovering = True
            content = Draft(
                500, "gateway", p.note("answered", "too many redirects inside", p.in_force.span), True
            )
            p.forced = 500
            return content
        if content.other_host:
            begin_again(p)
        content = _jump(p, content.to, content.reset, content.query, redirect)


def _jump(p: Passage, to: Jump, reset: bool, keep_query: bool, redirect: int) -> Content:
    match to:
        case ToStatus(status, span):
            bare = status >= 300
            return Draft(status, "gateway", p.note("answered", f"answers {status}", span, to), bare=bare)
        case ToClient(location, span):
            p.forced = None
            text = evaluate(p, location)
            decided = p.note("answered", f"redirects with {redirect}", span, to)
            return Draft(redirect, "gateway", decided, location=text, own_location=True)
        case ToNamed(name, span):
            route = p.shared.host.table.named.get(name)
            if route is None or not p.path:  # where the path was not read there is no way either (measured)
                return Draft(500, "gateway", p.note("answered", f"there is no {name}", span, to), bare=True)
            p.own_route = False
            return _in_route(p, route)
        case ToPath(path, span):
            text = evaluate(p, path)
            if isinstance(text, Unknown):
                return Undecided(text.reason, span)
            if not text.startswith("/"):
                other = ToNamed(text, span) if text.startswith("@") else ToClient(path, span)
                return _jump(p, other, reset, keep_query, redirect)
            p.path, query = split_target(text)
            p.query = p.query if keep_query else query
            p.raw = False
            if reset and p.method != "HEAD":
                p.method = "GET"
                p.shared.method = p.shared.method if p.nested else "GET"
            p.route = None
            return _from_server(p)


def _from_server(p: Passage) -> Content:
    """The virtual host's script, then a route; again where a rewrite asks for it."""
    p.own_route = True
    p.enter(p.shared.host.block)
    result = run_script(p, p.shared.host.script)
    if not isinstance(result, str):
        return _answer(p, result)
    return _choose(p)


def _choose(p: Passage) -> Content:
    host = p.shared.host
    route = choose_route(p, host.table, host.fallback)
    refused = _refused(p, route.route if isinstance(route, SlashMissing) else route)
    if refused is not None:
        return refused
    if isinstance(route, SlashMissing):
        inner = route.route
        p.enter(block_of(p, inner))
        decided = p.note("answered", "redirects to the path with a slash", inner.span, inner)
        p.first_route = p.first_route or inner
        p.route = inner
        location = escape(inner.match.text) + (f"?{p.query}" if p.query else "")
        return Draft(301, "gateway", decided, bare=True, location=location, own_location=True)
    return _in_route(p, route)


def _refused(p: Passage, route: Route) -> Draft | None:
    """What is looked at as soon as the route is found, also where its path only lacks a slash (measured)."""
    if route.internal and not p.jumps and p.raw and not p.nested:
        status, why, block = 404, "only for requests from inside", route.block
    elif 0 < (route.block.max_body or 0) < len(p.shared.request.body) and not p.discarded:
        status, why, block = 413, "the body is too large", block_of(p, route)
        p.discarded = not p.nested and not is_later(p.shared.request)  # not over HTTP/2 (measured)
    else:
        return None
    p.enter(block)
    p.first_route = p.first_route or route
    p.note("route", route.name, route.span, route)
    return Draft(status, "gateway", p.note("answered", why, route.span, route), bare=True)


def _in_route(p: Passage, route: Route) -> Content:
    p.route = route
    p.first_route = p.first_route or route
    p.note("route", route.name, route.span, route)
    block = block_of(p, route)
    script = route.script if block is route.block else ()
    p.enter(block)
    p.was_forwarding = False
    result = run_script(p, script)
    if result == "match again":
        for step in p.in_force.steps:  # in the same phase, behind the script (measured)
            if isinstance(step, Amend) and (unclear := amend(p, step)) is not None:
                return unclear
        p.jumps += 1
        if p.jumps > JUMPS:
            return Draft(
                500, "gateway", p.note("answered", "the rewrites go in circles", block.span), bare=True
            )
        return _choose(p)
    if not isinstance(result, str):
        return _answer(p, result)
    return _steps(p)


def _answer(p: Passage, result: Answered | Undecided) -> Content:
    if isinstance(result, Undecided):
        return result
    draft = Draft(result.status, "gateway", p.decided, bare=result.bare)
    draft.location, draft.own_location = result.location, True
    return draft


def _steps(p: Passage) -> Content:
    p.shared.rounds += 1
    p.round = p.shared.rounds
    todo = list(p.in_force.steps)
    while todo:
        step = todo.pop(0)
        if isinstance(step, Reroute):
            again = routed_again(p, step, todo) if p.reroutes else todo
            if isinstance(again, Undecided):
                return again
            todo = again
            continue
        if p.pending is not None and not isinstance(step, (Amend, SetAddress, Limit, Require)):
            denied, p.pending = p.pending, None
            return _refusal(p, denied)
        content = _step(p, step)
        if content is not None:
            return content
    return None


def _step(p: Passage, step: Step) -> Content:
    match step:
        case Require():
            if p.nested:
                return None
            denied = require(p, step, _ask)
            return _refusal(p, denied) if isinstance(denied, Denied) else denied
        case Reroute():
            return None
        case SetAddress():
            set_address(p, step)
            return None
        case Amend():
            return amend(p, step)
        case Cors():
            return cors(p, step)
        case TryFiles():
            return try_files(p, step)
        case Files():
            return files(p, step)
        case Readdress():
            readdress(p, step)
            return None
        case Forward():
            return _next_gateway(p, step) or forward(p, step)
        case Limit():
            return limited(p, step)
        case Answer():
            return answer(p, step)
        case Unsure(reason, span):
            if p.decide(("unsure", span), reason):
                p.note("unclear", reason, span, step)
                return Undecided(reason, span)
            return None


def _refusal(p: Passage, denied: Denied) -> Draft:
    decided = p.note("answered", f"answers {denied.status}", denied.span, denied.subject)
    party: Party = "auth-service" if denied.by_service else "gateway"
    draft = Draft(denied.status, party, decided, bare=True, location=denied.location, refusal=True)
    draft.as_is = denied.as_is
    return draft


def _ask(p: Passage, check: Ask) -> Verdict:
    return ask(p, check, travel)


def _next_gateway(p: Passage, step: Forward) -> Content:
    """A server of the same configuration behind this one: the request goes on there, if no cache stands between."""
    if step.cache is not None:
        return None
    from authlint.flow.chain import through

    return through(p, step, _one_world, receive) if p.shared.hops < HOPS else None


def _close(p: Passage, draft: Draft | Undecided) -> Outcome:
    shared = p.shared
    outcome = Outcome(
        None,
        None,
        None,
        p.upstream,
        tuple(shared.auth_requests),
        (),
        (),
        (),
        tuple(shared.assumed),
        shared.host,
        p.first_route,
        p.route,
        p.in_force,
    )
    if isinstance(draft, Undecided):
        return replace(outcome, trace=tuple(shared.trace), unknown=(draft.reason,))
    status = p.forced if p.forced is not None and not draft.silent else draft.status
    headers: tuple[Header, ...] = ()
    if not draft.silent:
        status, listed = own_reply(p, draft, status, response_headers(p, draft, status))
        headers = tuple(sent(p, listed))
    return replace(
        outcome,
        status=status,
        answered_by=draft.behind[0] if draft.behind is not None else draft.party,
        behind=draft.behind[1] if draft.behind is not None else "",
        decided=draft.decided,
        headers=headers,
        trace=tuple(shared.trace),
        unknown=tuple(shared.unknown),
        redirected=draft.own_location,
        grpc=is_grpc(p, draft),
    )
