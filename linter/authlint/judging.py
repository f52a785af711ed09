"""What the rules say of one gateway, with virtual hosts that are alike asked about once.

The first of each group stands for the others: where the rules have nothing to say of it, they have nothing to say of
those. Where they have, all of the group are asked about, so that every place that must change is named.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from authlint.finding import Finding
from authlint.model.gateway import Gateway
from authlint.rule import Rule
from authlint.site import Site

SiteOf = Callable[[frozenset[int] | None], Site]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much was asked: virtual hosts in all, those that another one stood for, and requests that were run."""

    hosts: int = 0
    shared: int = 0
    requests: int = 0

    def __add__(self, other: Effort) -> Effort:
        return Effort(self.hosts + other.hosts, self.shared + other.shared, self.requests + other.requests)


NO_EFFORT = Effort()


def judge(gateway: Gateway, site_of: SiteOf, rules: Sequence[Rule]) -> tuple[list[Finding], Effort]:
    """The findings of the rules, in no order; the same finding may come twice."""
    groups = alike(gateway)
    total = sum(map(len, groups))
    if len(groups) == total:
        site = site_of(None)
        return _asked(site, rules), Effort(total, 0, site.asked)
    first = site_of(frozenset(group[0] for group in groups))
    findings = _asked(first, rules)
    told = _told(first, findings)
    rest = frozenset(host for group in groups if told is None or group[0] in told for host in group[1:])
    if not rest:
        return findings, Effort(total, total - len(groups), first.asked)
    second = site_of(rest)
    findings += _asked(second, rules)
    return findings, Effort(total, total - len(groups) - len(rest), first.asked + second.asked)


def alike(gateway: Gateway) -> list[list[int]]:
    """The virtual hosts by id(), those that are like each other together. The one that takes what no name fits is
    like no other."""
    defaults = {id(listener.default) for listener in gateway.listeners}
    groups: dict[Hashable, list[int]] = {}
    for _, host in gateway.hosts():
        key = host.like if host.like is not None and id(host) not in defaults else id(host)
        groups.setdefault(key, []).append(id(host))
    return list(groups.values())


def _asked(site: Site, rules: Iterable[Rule]) -> list[Finding]:
    return [finding for rule in rules for finding in rule.check(site)]


def _told(site: Site, findings: Iterable[Finding]) -> set[int] | None:
    """The hosts that findings are about; None where one does not say."""
    titles: dict[str, set[int]] = {}
    for endpoint in (*site.endpoints, *site.unreached):
        titles.setdefault(endpoint.title, set()).add(id(endpoint.host))
    facts = {fact.span for fact in site.gateway.facts}
    told: set[int] = set()
    for finding in findings:
        named = [titles.get(route) for route in finding.routes]
        if finding.primary.span not in facts and (not named or None in named):
            return None
        told.update(host for hosts in named for host in hosts or ())
    return told
