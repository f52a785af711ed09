"""What the rules say of one gateway, with virtual hosts and routes that are alike asked about once.

The first of each group stands for the others: where the rules have nothing to say of it, they have nothing to say of
those. Where they have, all of the group are asked about, so that every place that must change is named.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence, Set

from authlint.behind import host_leads_on, leads_on
from authlint.endpoint import Endpoint
from authlint.finding import Effort, Finding
from authlint.likeness import alike
from authlint.model.gateway import Gateway
from authlint.record import replace
from authlint.rule import Rule
from authlint.site import Site

MANY = 32  # routes; fewer are asked about faster than compared
SiteOf = Callable[[Gateway, frozenset[int] | None], Site]


def judge(
    gateway: Gateway, site_of: SiteOf, rules: Sequence[Rule], pedantic: bool = False
) -> tuple[list[Finding], Effort]:
    """The findings of the rules, in no order; the same finding may come twice.

    Of what rests on assumptions every place is named only if `pedantic`: nobody sees the others.
    """
    groups = hosts_alike(gateway)
    total = sum(map(len, groups))
    first = None if len(groups) == total else frozenset(group[0] for group in groups)
    findings, told, effort = _judged(site_of(gateway, first), rules, pedantic)
    hosts = None if told is None else {id(one.host) for one in told}
    meant = [group for group in groups if hosts is None or group[0] in hosts]
    folded = gateway.folded
    if folded is not None:
        known = None if hosts is None else frozenset(one for group in meant for one in group)
        whole = folded.unfold(_files(gateway, findings, known, pedantic))
        if whole is not None:
            more, second = judge(replace(whole, beyond=gateway.beyond), site_of, rules, pedantic)
            return more, second + Effort(requests=effort.requests)
        effort += Effort(hosts=folded.hosts, hosts_shared=folded.hosts)
    rest = frozenset(one for group in meant for one in group[1:])
    effort += Effort(hosts=total, hosts_shared=total - len(groups) - len(rest))
    if not rest:
        return findings, effort
    more, _, second = _judged(site_of(gateway, rest), rules, pedantic)
    return [*findings, *more], effort + second


def _files(
    gateway: Gateway, findings: Iterable[Finding], hosts: Set[int] | None, pedantic: bool
) -> frozenset[str] | None:
    """The files that findings are about (None: nobody says): those of their places and of these hosts, by id()."""
    if hosts is None:
        return None
    shown = [one for one in findings if pedantic or not one.pedantic]
    places = (label.span.path for one in shown for label in (one.primary, *one.related))
    named = (host.span.path for _, host in gateway.hosts() if id(host) in hosts)
    return frozenset((*places, *named))


def hosts_alike(gateway: Gateway) -> list[list[int]]:
    """The virtual hosts by id(), those that are like each other together. The one that takes what no name fits is
    like no other, nor is one with another gateway behind it."""
    defaults = {id(listener.default) for listener in gateway.listeners}
    groups: dict[Hashable, list[int]] = {}
    for _, host in gateway.hosts():
        alone = host.like is None or id(host) in defaults or host_leads_on(gateway, host)
        key = id(host) if alone else host.like
        groups.setdefault(key, []).append(id(host))
    return list(groups.values())


def _judged(
    site: Site, rules: Sequence[Rule], pedantic: bool
) -> tuple[list[Finding], list[Endpoint] | None, Effort]:
    """What the rules say of a site, and the routes that it is about (None: nobody says)."""
    # What is declared is said of names and paths, in which routes that are alike differ.
    many = len(site.every) >= MANY and not site.declared
    groups = _groups(site) if many else [[one] for one in site.every]
    first = site.narrowed(group[0] for group in groups)
    findings = _asked(first, rules)
    told = _told(site, [one for one in findings if pedantic or not one.pedantic])
    known = None if told is None else set(map(id, told))
    rest = [one for group in groups if known is None or id(group[0]) in known for one in group[1:]]
    shared = len(site.every) - len(groups) - len(rest)
    if rest:
        findings += _asked(site.narrowed(rest), rules)
    return findings, told, Effort(routes=len(site.every), routes_shared=shared, requests=site.asked)


def _groups(site: Site) -> list[list[Endpoint]]:
    onward = [one for one in site.every if leads_on(site.gateway, one.route)]
    if not onward:
        return alike(site.every)
    apart = set(map(id, onward))
    return [*alike([one for one in site.every if id(one) not in apart]), *([one] for one in onward)]


def _asked(site: Site, rules: Iterable[Rule]) -> list[Finding]:
    return [finding for rule in rules for finding in rule.check(site)]


def _told(site: Site, findings: Iterable[Finding]) -> list[Endpoint] | None:
    """The routes that findings are about; None where one does not say."""
    titles: dict[str, list[Endpoint]] = {}
    for endpoint in (*site.every, *site.unreached) if findings else ():
        titles.setdefault(endpoint.title, []).append(endpoint)
    facts = {fact.span for fact in site.gateway.facts}
    told: dict[Endpoint, None] = {}
    for finding in findings:
        named = [titles.get(route) for route in finding.routes]
        if finding.primary.span not in facts and (not named or None in named):
            return None
        told.update((one, None) for some in named for one in some or ())
    return list(told)
