"""The proof of a fix: every root that reads the edited file is judged again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

from authlint.causes import site
from authlint.credentials import VOUCHED
from authlint.discover import Discovered
from authlint.finding import NOTHING_GIVEN, Exchange, Finding, Level
from authlint.flow.request import Request
from authlint.intent import Edit
from authlint.lint import Result, lint
from authlint.mending.texts import edited, moved
from authlint.record import replace
from authlint.rule import Rule
from authlint.settings import Settings
from authlint.site import Site
from authlint.text import Span

Key = tuple[str, str, int]  # rule, file, offset
# uncovers: it cures, and what was there and left out, for the finding explains it, is told from then on.
Trial: TypeAlias = Literal["cures", "uncovers", "no"]


class Bench:
    """Texts of a run on which edits are tried. `texts` are those that have been changed so far, by absolute path;
    `tried` counts the reruns."""

    def __init__(self, files: Discovered, settings: Settings, rules: Sequence[Rule]) -> None:
        self.files, self.rules = files, rules
        # What is selected decides what is told; what is broken by an edit matters whoever asks.
        self.settings = replace(settings, select=frozenset())
        self.texts = dict(files.texts)
        self.tried = 0
        self._known: dict[frozenset[str], Result] = {}

    def now(self) -> Discovered:
        """The run's files as they are now."""
        return replace(self.files, texts=dict(self.texts))

    def trial(self, findings: Sequence[Finding], edits: Sequence[Edit], *, unseen: bool = False) -> Trial:
        """Whether the edits take these findings away and bring no other. `unseen`: the witness tells nothing of it."""
        paths = frozenset(one.span.path for one in edits)
        before = self._before(paths)
        there = {_key(one, ()) for one in before.findings}
        if not all(_key(one, ()) in there for one in findings):
            return "no"
        changed = {os.path.abspath(path): self._edited(before, path, edits) for path in paths}
        self.tried += 1
        after = lint(
            replace(self.files, texts={**self.texts, **changed}), self.settings, self.rules, reading=paths
        )
        gone = {_key(one, ()) for one in findings}
        told = [one for one in before.findings if _key(one, ()) not in gone]
        hidden = [one for one in before.explained if _key(one, ()) not in gone]
        left = {_key(one, edits) for one in findings if not _is_removed(one.primary.span, edits)}
        new = [one for one in after.findings if not self._is_known(one, told, edits, left)]
        if not all(self._is_known(one, (*told, *hidden), edits, left) for one in new):
            return "no"
        if not unseen and not all(self._answered_otherwise(one, before, after) for one in findings):
            return "no"
        return "uncovers" if new else "cures"

    def _answered_otherwise(self, finding: Finding, before: Result, after: Result) -> bool:
        """Whether the witness shows the mistake no longer; one under other assumptions than the standing ones is left
        to the rule."""
        shown = [one for one in finding.witness if one.given == NOTHING_GIVEN and one.supposed is None]
        if not shown or len(shown) < len(finding.witness):
            return True
        claimed = [_claimed(one) for one in shown]
        was, now = (
            sum(
                [_seen(site(one, run.sources, self.settings), each) for each in shown] == claimed
                for one in run.gateways
            )
            for run in (before, after)
        )
        return now < was or was == 0

    def apply(self, edits: Sequence[Edit]) -> None:
        paths = frozenset(one.span.path for one in edits)
        before = self._before(paths)
        for path in paths:
            self.texts[os.path.abspath(path)] = self._edited(before, path, edits)
        self._known.clear()

    def _before(self, paths: frozenset[str]) -> Result:
        if paths not in self._known:
            self._known[paths] = lint(self.now(), self.settings, self.rules, reading=paths)
        return self._known[paths]

    def _edited(self, before: Result, path: str, edits: Iterable[Edit]) -> str:
        return edited(before.sources[path].text, [one for one in edits if one.span.path == path])

    def _is_known(
        self, finding: Finding, before: Sequence[Finding], edits: Sequence[Edit], left: set[Key]
    ) -> bool:
        """Whether a finding was there before, no better and of no fewer routes; one that only an assumption makes
        counts if it stands where a finding was to go, or if somebody sees it and it is more than a remark."""
        key = _key(finding, ())
        unseen = not self.settings.pedantic or finding.level is Level.INFO
        if finding.pedantic and unseen and key not in left:
            return True
        return any(
            _key(known, edits) == key
            and known.pedantic <= finding.pedantic
            and known.level >= finding.level
            and len(known.routes) >= len(finding.routes)
            for known in before
        )


Seen = tuple[object, ...]


def _claimed(one: Exchange) -> Seen:
    return one.status, one.response_headers, one.received


def _seen(where: Site, one: Exchange) -> Seen:
    """What becomes of the request of an exchange."""
    request = Request(one.method, one.url, one.headers, one.body, vouched=VOUCHED)
    return _claimed(where.exchange(request, where.ask(request), one.wanted))


def _is_removed(span: Span, edits: Sequence[Edit]) -> bool:
    """Whether the words are gone: what now stands in their place is something else."""
    return any(
        one.span.path == span.path and not one.text and one.span.start <= span.start < one.span.end
        for one in edits
    )


def _key(finding: Finding, edits: Sequence[Edit]) -> Key:
    """What a finding is known by; with the edits, what it will be known by behind them."""
    span = finding.primary.span
    here = [one for one in edits if one.span.path == span.path]
    return finding.rule, span.path, moved(span.start, here)
