"""What is reported of the gateways of a run: causes without their symptoms, and what clients can meet."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from authlint.declared import Declared
from authlint.finding import NO_EFFORT, Effort, Finding
from authlint.flow.files import Checkout
from authlint.flow.request import Request
from authlint.identity import below
from authlint.judging import judge
from authlint.model.gateway import Gateway
from authlint.record import replace
from authlint.rule import Rule
from authlint.settings import Settings
from authlint.site import Site
from authlint.text import Sources

# Where one cause explains another rule's symptom, only the cause is reported: the first of these that a route has.
ONE_OF = (
    (
        "cors-policy-inert",
        "preflight-behind-auth",
        "preflight-unanswered",
        "duplicate-allow-origin",
        "cors-missing-on-unauthorized",
        "authorization-not-allowed",
        "method-not-allowed",
    ),
    (
        "cors-policy-inert",
        "preflight-behind-auth",
        "preflight-unanswered",
        "duplicate-allow-origin",
        "credentials-not-allowed",
    ),
    ("authorization-dropped", "authorization-malformed"),
    (
        "auth-reference-dangling",
        "auth-subrequest-broken",
        "token-location-mismatch",
        "jwks-unusable",
        "password-file-unusable",
        "competing-authorization",
        "auth-unsatisfiable",
        "header-name-dropped",
    ),
    ("auth-subrequest-broken", "unauthorized-masked"),
    ("inherited-headers-lost", "auth-response-header-dropped", "identity-header-spoofable"),
)
# They say that nobody is asked for credentials where somebody should be.
ABOUT_OPEN_PATHS = frozenset(
    (
        "auth-not-enforced",
        "protected-route-overreaches",
        "protected-route-shadowed",
        "protection-gap",
        "rewrite-leaves-protection",
    )
)


def causes(
    gateways: Sequence[Gateway],
    sources: Sources,
    rules: Iterable[Rule],
    settings: Settings,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[list[Finding], list[Finding], Effort]:
    """What is to be reported, the symptoms that this explains, and what it took. `progress` is told how many of the
    gateways are done."""
    chosen = [rule for rule in rules if settings.wants(rule.id)]
    explained: list[Finding] = []
    effort = NO_EFFORT
    said: list[tuple[Gateway, list[Finding]]] = []
    for number, gateway in enumerate(gateways):
        if progress is not None:
            progress(number, len(gateways))
        some, symptoms, one = _judged(gateway, sources, chosen, settings)
        said.append((gateway, some))
        explained += symptoms
        effort += one
    findings = list(_met(said, sources, settings))
    if progress is not None:
        progress(len(gateways), len(gateways))
    return findings, explained, effort


def _met(
    said: list[tuple[Gateway, list[Finding]]], sources: Sources, settings: Settings
) -> Iterator[Finding]:
    """Without what a gateway in front keeps clients from meeting."""
    linked = [gateway for gateway, _ in said if gateway.beyond is not None and not gateway.supposing]
    sites = [site(gateway, sources, settings) for gateway in linked]
    for gateway, findings in said:
        if not linked or not findings:
            yield from findings
            continue
        from authlint.fronted import standing

        yield from standing(gateway, findings, site(gateway, sources, settings), sites)


def site(gateway: Gateway, sources: Sources, settings: Settings, hosts: frozenset[int] | None = None) -> Site:
    """A gateway with all that is known about it; of `hosts` (None: all) the routes are read."""
    directory = os.path.abspath(gateway.directory)
    checkout = Checkout(directory, (("/etc/nginx", directory),))
    declared = settings.declared.of(below(path, settings.root) for path in gateway.files)
    return Site(gateway, checkout, sources, declared, hosts)


def _judged(
    gateway: Gateway, sources: Sources, rules: list[Rule], settings: Settings
) -> tuple[list[Finding], list[Finding], Effort]:
    """What is to be reported, the symptoms that this explains, and what it took."""

    def site_of(one: Gateway, hosts: frozenset[int] | None) -> Site:
        # What is declared is said of names: then no two hosts are alike.
        return site(one, sources, settings, None if settings.declared else hosts)

    if gateway.supposing and not settings.pedantic:
        return [], [], NO_EFFORT
    if settings.declared and gateway.folded is not None:
        gateway = gateway.folded.unfold(None) or gateway
    judged, effort = judge(gateway, site_of, rules, settings.pedantic)
    findings = [one for one in judged if not _meant_to_be_open(one, settings.declared)]
    found = [_with_way(one) for one in _causes(findings)]
    symptoms = findings if len(found) < len(findings) else []
    if gateway.supposing:
        told = gateway.supposing
        found = [replace(one, pedantic=True, assumes=(*one.assumes, told)) for one in found]
    return found, symptoms, effort


def _meant_to_be_open(finding: Finding, declared: Declared) -> bool:
    """Whether all that it says is that a path is open which is declared to be public."""
    if finding.rule not in ABOUT_OPEN_PATHS or not (finding.witness and declared.public):
        return False
    shown = finding.witness[-1]
    refused = shown.status is None or shown.status in (401, 403)
    return not refused and declared.public_by(Request(shown.method, shown.url, shown.headers)) is not None


def _with_way(finding: Finding) -> Finding:
    """With the places that lead its requests from one gateway to the next: without them nobody sees the connection."""
    said = {finding.primary.span, *(label.span for label in finding.related)}
    way = dict.fromkeys(one for exchange in finding.witness for one in exchange.way if one.span not in said)
    return replace(finding, related=(*finding.related, *way)) if way else finding


def _causes(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Without the symptoms that another finding on the same route explains."""
    listed = list(findings)
    explained: dict[str, set[str]] = {}
    for finding in listed:
        if not finding.pedantic:
            for route in finding.routes:
                explained.setdefault(route, set()).add(finding.rule)
    for finding in listed:
        before = {
            rule for chain in ONE_OF if finding.rule in chain for rule in chain[: chain.index(finding.rule)]
        }
        if not before:
            yield finding
            continue
        routes = tuple(route for route in finding.routes if before.isdisjoint(explained.get(route, ())))
        if routes:
            yield replace(finding, routes=routes)
