"""Rules of others, by an entry point of theirs; only what the settings name is imported.

A rule of others that fails, or says something that cannot be printed, costs itself only: what it found until then
counts, and one line tells that the rest is missing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from authlint.record import field, record, replace
from authlint.spelling import meant

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from authlint.finding import Finding
    from authlint.rule import Rule
    from authlint.site import Site

GROUP = "authlint.rules"


@record
class Plugins:
    """The rules of others that the settings name; `failed`: what happened to those that failed, by their ids."""

    rules: tuple[Rule, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(rule.id for rule in self.rules)


NO_PLUGINS = Plugins()


def load_plugins(names: Sequence[str]) -> tuple[Plugins, list[tuple[str, str]]]:
    """The rules under these names, and for each name that is of no use why."""
    if not names:
        return NO_PLUGINS, []
    from importlib.metadata import entry_points

    offered: dict[str, list[EntryPoint]] = {}
    for one in entry_points(group=GROUP):
        offered.setdefault(one.name, []).append(one)
    rules: list[Rule] = []
    problems: list[tuple[str, str]] = []
    for name in dict.fromkeys(names):
        some = _loaded(name, offered)
        if isinstance(some, str):
            problems.append((name, some))
        else:
            rules += some
    plugins = Plugins(tuple(rules))
    guarded = tuple(replace(rule, check=_guarded(rule, plugins.failed)) for rule in rules)
    return replace(plugins, rules=guarded), problems


def _loaded(name: str, offered: dict[str, list[EntryPoint]]) -> list[Rule] | str:
    known = {one.value: one for one in offered.get(name, ())}
    if not known:
        return f"no installed package offers rules called {name!r}{meant(name, offered)}"
    if len(known) > 1:
        return f"several packages offer rules called {name!r}: {', '.join(sorted(known))}"
    try:
        found = next(iter(known.values())).load()
        return _checked(name, found)
    except (Exception, SystemExit) as error:  # whatever a module does when it is imported
        return f"the rules called {name!r} cannot be loaded: {_first_line(error)}"


def _checked(name: str, found: Any) -> list[Rule]:
    """Raises TypeError or ValueError where these are no rules that can stand beside others."""
    from authlint.finding import Level
    from authlint.rule import Rule

    own = re.compile(rf"{re.escape(name)}/[a-z0-9]+(-[a-z0-9]+)*")
    rules = list(found)
    for rule in rules:
        if not (isinstance(rule, Rule) and isinstance(rule.level, Level) and callable(rule.check)):
            raise TypeError(f"{rule!r} is no authlint.rule.Rule")
        if not own.fullmatch(rule.id):
            raise ValueError(f"the id {rule.id!r} must be {name}/ and words in lower case with - between")
    ids = [rule.id for rule in rules]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        raise ValueError(f"the id {twice!r} is given twice")
    return rules


def _guarded(rule: Rule, failed: dict[str, str]) -> Callable[[Site], Iterator[Finding]]:
    def check(site: Site) -> Iterator[Finding]:
        if rule.id in failed:
            return
        try:
            for finding in rule.check(site):
                _printable(rule, finding, site)
                yield finding
        except (Exception, SystemExit) as error:  # whatever it is that others have written
            failed[rule.id] = _where(error)
            if os.environ.get("AUTHLINT_DEBUG") == "1":
                from traceback import print_tb

                print_tb(error.__traceback__)

    return check


def _printable(rule: Rule, finding: Finding, site: Site) -> None:
    """Raises ValueError for what the reports could not show."""
    from authlint.finding import Finding

    if not isinstance(finding, Finding) or finding.rule != rule.id:
        raise ValueError(f"not a finding of {rule.id}")
    for label in (finding.primary, *finding.related):
        source = site.sources.get(label.span.path)
        if source is None or not 0 <= label.span.start < label.span.end <= len(source.text):
            raise ValueError("a place that is not in the configuration")


def _where(error: BaseException) -> str:
    """Without the error's message: that may quote a configuration, and so a secret."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else ""
    return f"failed ({type(error).__name__}{place}); what else it would have found is missing"


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}".removesuffix(": ")
