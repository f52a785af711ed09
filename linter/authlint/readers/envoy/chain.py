"""A chain of filters as steps: what each of them does to a request on one route, in their order.

A filter that is not known may answer or change anything: from there on nothing is sure.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.model.condition import All, Condition
from authlint.model.credential import Call
from authlint.model.step import Amend, Check, Cors, HeaderOp, Require, Reroute, Step, Unsure
from authlint.readers.envoy import callouts, cors, keys, limits, login, policies, tokens
from authlint.readers.envoy.filters import Filter, Spot, Surroundings, configured, disabled
from authlint.readers.envoy.headers import mutation
from authlint.readers.envoy.injecting import injected
from authlint.readers.envoy.matching import header_matcher
from authlint.readers.envoy.notes import REPLACED, UNREAD
from authlint.readers.envoy.proto import entries, field, fields, is_set
from authlint.readers.yaml.tree import Item
from authlint.record import mutable

# Filters that neither answer a request by themselves, as far as a configuration tells, nor change what matters to
# authentication or CORS.
QUIET = frozenset(
    (
        "router",
        "rate_limit_quota",
        "compressor",
        "decompressor",
        "gzip",
        "buffer",
        "grpc_stats",
        "grpc_web",
        "bandwidth_limit",
        "admission_control",
        "adaptive_concurrency",
        "stateful_session",
        "tap",
        "set_metadata",
        "header_to_metadata",
        "json_to_metadata",
        "set_filter_state",
        "on_demand",
        "original_src",
        "ip_tagging",
        "cdn_loop",
        "dynamic_forward_proxy",
        "grpc_http1_bridge",
        "grpc_field_extraction",
        "geoip",
        "connect_grpc_bridge",
        "file_system_buffer",
        REPLACED,
    )
)
# These may answer instead of what is behind them, but take nobody's credentials; with a share of the requests only.
SOMETIMES = frozenset(("fault", "cache", "csrf", "custom_response"))


@mutable
class Steps:
    """What a chain does on the way in and, in reverse, on the way out; `answers` are requests that a filter answers
    by itself, with the steps before it."""

    steps: list[Step]
    leaving: list[HeaderOp | Cors | Call]
    answers: list[tuple[Condition, tuple[Step, ...], Filter]]


def steps(chain: tuple[Filter, ...], spot: Spot, around: Surroundings) -> Steps:
    found = Steps([], [], [])
    running = tuple(number for number, one in enumerate(chain) if _runs(one, spot))
    for number, one in enumerate(chain):
        if number in running:
            _add(one, spot, around, found)
        if reroutes(one):
            behind = tuple(other for other in running if other > number)
            found.steps.append(Reroute(number, behind, one.span))
    return found


def _runs(one: Filter, spot: Spot) -> bool:
    said = spot.own(one.name)
    unknown_off = said and one.kind not in KNOWN and is_set(said[0].config, "disabled")
    return not (disabled(one, said) or unknown_off)


def _add(one: Filter, spot: Spot, around: Surroundings, found: Steps) -> None:
    if one.kind == "cors":
        policy = cors.policy(one, spot)
        if policy is not None:
            found.steps.append(policy)
            found.leaving.insert(0, policy)
    elif one.kind == "header_mutation":
        _mutate(one, spot, found)
    elif one.kind == "health_check":
        if not is_set(one.config, "pass_through_mode"):
            found.answers.append((_health(one), tuple(found.steps), one))
    else:
        done = list(_steps(one, spot, around))
        found.steps.extend(done)
        asked = [check for step in done if isinstance(step, Require) for check in step.checks]
        found.leaving[:0] = [check for check in asked if isinstance(check, Call)]


def reroutes(one: Filter) -> bool:
    """Whether the route may be looked for again behind a filter."""
    if one.kind == "jwt_authn":
        return any(is_set(item, "clear_route_cache") for item in entries(one.config, "providers"))
    return one.kind == "ext_authz" and is_set(one.config, "clear_route_cache")


def _steps(one: Filter, spot: Spot, around: Surroundings) -> Iterator[Step]:
    check = _check(one, spot, around)
    if check is not None:
        yield Require("all", (check,), None)
    elif one.kind == "credential_injector":
        yield from injected(one, around)
    elif one.kind in LIMITS:
        found = limits.limit(one, spot)
        if found is not None:
            yield found
    elif one.kind in SOMETIMES and _may_answer(one, spot):
        yield Unsure(f"the filter {one.name} may answer", one.span)
    elif one.kind not in KNOWN:
        # What a control plane makes of objects has filters that stand for what was not read.
        yield Unsure(
            one.name if one.kind == UNREAD else f"what the filter {one.name or one.kind} does", one.span
        )


CHECKS = frozenset(("jwt_authn", "ext_authz", "basic_auth", "api_key_auth", "rbac", "oauth2"))
LIMITS = frozenset(("local_ratelimit", "ratelimit"))
KNOWN = QUIET | SOMETIMES | CHECKS | LIMITS | {"credential_injector"}


def _check(one: Filter, spot: Spot, around: Surroundings) -> Check | None:
    match one.kind:
        case "jwt_authn":
            return tokens.check(one, spot, around)
        case "ext_authz":
            return callouts.check(one, spot, around)
        case "basic_auth":
            return keys.basic(one, spot)
        case "api_key_auth":
            return keys.api_key(one, spot)
        case "rbac":
            return policies.check(one, spot)
        case "oauth2":
            return login.check(one, spot)
        case _:
            return None


def _may_answer(one: Filter, spot: Spot) -> bool:
    """Whether a filter that answers some requests is told to."""
    if one.kind == "fault":
        own = next(configured(spot.own(one.name)), None)
        return field(own.config if own is not None else one.config, "abort") is not None
    return one.kind == "csrf"


def _mutate(one: Filter, spot: Spot, found: Steps) -> None:
    """header_mutation: the filter's own, then those of every level."""
    listed = [own.config for own in configured(spot.own(one.name), "HeaderMutationPerRoute")]
    if is_set(one.config, "most_specific_header_mutations_wins"):
        listed.reverse()
    configs: list[Item | None] = [one.config, *listed]
    request: list[HeaderOp] = []
    response: list[HeaderOp] = []
    for config in configs:
        for side, ops in (("request_mutations", request), ("response_mutations", response)):
            for item in fields(config, "mutations", side):
                op = mutation(item, side.partition("_")[0])
                if op is None or op.name.startswith(":"):
                    found.steps.append(Unsure("how header_mutation changes a request", item.words))
                else:
                    ops.append(op)
    if request:
        found.steps.append(Amend(tuple(request)))
    found.leaving[:0] = response


def _health(one: Filter) -> Condition:
    return All(tuple(map(header_matcher, fields(one.config, "headers"))))
