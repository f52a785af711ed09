"""`authlint check`: read, judge, report."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from authlint.discover import Discovered
    from authlint.finding import Finding
    from authlint.lint import Result
    from authlint.settings import Settings
    from authlint.text import Sources

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")
BASELINE = "authlint-baseline.json"  # in the project's root, where nothing else is said
SLOW = 1.0  # seconds after which a run on a terminal shows how far it is


class Run:
    """One run: the options as they were given, and what they come to. One that is not there was not given."""

    def __init__(self, paths: tuple[str, ...], options: Mapping[str, object] = MappingProxyType({})) -> None:
        self.paths = paths or (".",)
        self.options = options

    def run(self) -> int:
        from authlint.refusal import RefusalError

        try:
            self.agree()
            settings = self.settings()
            files = self.files(settings)
            if files is None:
                return 2
            if self.options.get("fix") or self.options.get("diff"):
                return self.mended(files, settings)
            result = self.judged(files, settings)
        except RefusalError as error:
            print(f"authlint: {error}", file=sys.stderr)
            return 2
        return self.report(result, settings, files)

    def agree(self) -> None:
        """Raises RefusalError where options do not go together."""
        from authlint.discover import STDIN
        from authlint.refusal import RefusalError

        fix, diff = self.options.get("fix"), self.options.get("diff")
        self.reports()
        if self.options.get("statistics") and self.options.get("form") != "text":
            raise RefusalError("--statistics is text: it goes with no other --format (--report may)")
        if self.options.get("unsafe_fixes") and not (fix or diff):
            raise RefusalError("--unsafe-fixes does nothing without --fix or --diff")
        if fix and not diff and STDIN in self.paths:
            raise RefusalError("--fix cannot write to standard input; --diff shows what it would do")
        if self.options.get("render") and (fix or diff):
            raise RefusalError("--render and --fix do not go together: what is rendered is nobody's file")

    def mended(self, files: Discovered, settings: Settings) -> int:
        """Edits first; what they leave is reported."""
        from authlint.cli.fixing import difference, mend, save, tallied, told

        unsafe, only_shown = bool(self.options.get("unsafe_fixes")), bool(self.options.get("diff"))
        done = mend(files, settings, lambda now: self.judged(now, settings), unsafe=unsafe)
        if only_shown:
            told(done, quiet=bool(self.options.get("quiet")))
            if not self.written(difference(done.texts), self.options.get("output")):
                return 2
            return 1 if done.texts and not self.options.get("exit_zero") else 0
        save(done.texts)
        return self.report(tallied(done), settings, done.files)

    def settings(self) -> Settings:
        """The file's settings under the options."""
        from authlint.discover import STDIN, workplace
        from authlint.engine_rules import rule_ids
        from authlint.finding import Level
        from authlint.record import replace
        from authlint.settings import SettingsError, load
        from authlint.spelling import meant

        file = self.options.get("config")
        settings = load(
            workplace([path for path in self.paths if path != STDIN]),
            rule_ids(),
            file=_path(file),
            isolated=bool(self.options.get("isolated")),
        )
        known = rule_ids() | settings.plugins.ids
        for option in ("select", "ignore"):
            listed = _listed(self.options.get(option))
            for rule in listed:
                if rule not in known:
                    raise SettingsError([f"--{option}: there is no rule {rule!r}{meant(rule, known)}"])
            if listed and option == "select":
                settings = replace(settings, select=frozenset(listed))
            elif listed:
                settings = replace(settings, ignore=settings.ignore | frozenset(listed))
        if self.options.get("fail_level"):
            settings = replace(settings, fail_level=Level[str(self.options.get("fail_level")).upper()])
        if self.options.get("no_suppressions"):
            settings = replace(settings, suppressions="none")
        elif self.options.get("require_reason"):
            settings = replace(settings, suppressions="with-reason")
        return replace(settings, pedantic=True) if self.options.get("pedantic") else settings

    def files(self, settings: Settings) -> Discovered | None:
        """What was named; None, with a line for each, where some of it is not there."""
        from authlint.discover import STDIN, discover

        stdin = None
        if STDIN in self.paths:
            from authlint.cli.given import standard_input

            stdin = standard_input(str(self.options.get("stdin_filename") or ""))
        files = discover(self.paths, settings.root, settings, stdin=stdin)
        for missing in files.missing:
            print(f"authlint: {missing.path}: {missing.text}{_command_meant(missing.path)}", file=sys.stderr)
        if not (files.named or files.folders or files.missing):
            # Each of them was named and cannot be read: nobody must take that for "no findings".
            for notice in files.notices:
                print(f"authlint: {notice.path} {notice.text}", file=sys.stderr)
            return None
        if files.missing:
            return None
        if self.options.get("render"):
            from authlint.cli.given import with_rendered

            return with_rendered(files, self.paths)
        return files

    def judged(self, files: Discovered, settings: Settings) -> Result:
        from authlint.engine_rules import all_rules
        from authlint.lint import lint
        from authlint.record import replace
        from authlint.suppressions import suppressed
        from authlint.unmatched import unmatched

        result = lint(files, settings, all_rules(settings), self.progress())
        odd = [one for one in unmatched(settings, files, result.sources) if settings.wants(one.rule)]
        findings = (*suppressed(result, settings), *odd)
        findings = tuple(_leveled(one, settings) for one in findings if _wanted_there(one, settings, files))
        if self.options.get("since") is not None:
            from authlint.since import without_old

            findings = without_old(findings, result.sources, str(self.options.get("since")), files, settings)
        fresh = self.unknown(findings, result.sources, settings)
        result.tally.known = len(findings) - len(fresh)
        return replace(result, findings=fresh)

    def unknown(
        self, findings: tuple[Finding, ...], sources: Sources, settings: Settings
    ) -> tuple[Finding, ...]:
        """The findings that no baseline knows."""
        name = self.options.get("baseline")
        usual = os.path.join(settings.root, BASELINE)
        file = _path(name) or settings.baseline
        if file is None and not self.options.get("isolated") and os.path.exists(usual):
            file = _path(usual)
        if file is None or self.options.get("no_baseline"):
            return findings
        from authlint.baseline import hashed, load
        from authlint.identity import below, identities, new_ones

        keys = identities(findings, sources, lambda path: below(path, settings.root))
        return new_ones(findings, hashed(keys), load(file))

    def progress(self) -> Callable[[int, int], None] | None:
        if self.options.get("no_progress") or self.options.get("quiet") or not sys.stderr.isatty():
            return None
        from authlint.report.progress import Bar

        return Bar(SLOW)

    def report(self, result: Result, settings: Settings, files: Discovered) -> int:
        shown = tuple(one for one in result.findings if settings.pedantic or not one.pedantic)
        hidden = len(result.findings) - len(shown)
        forms = {self.options.get("form"), *(kind for kind, _ in self.reports())}
        if not forms.isdisjoint(("json", "sarif")) or self.options.get("fix"):
            from authlint.cli.fixing import with_fixes

            shown = with_fixes(shown, result.sources, files, settings)
        from authlint.cli.rendering import Manner, rendered

        form, output = str(self.options.get("form") or "text"), self.options.get("output")
        self.notes(result, files)
        for kind, file in ((form, output), *self.reports()):
            text = rendered(kind, result, shown, hidden, settings, Manner(self.options, bool(file)))
            if not self.written(text, file):
                return 2
        for rule, why in settings.plugins.failed.items():
            print(f"authlint: {rule} {why} (AUTHLINT_DEBUG=1 prints more)", file=sys.stderr)
        if settings.plugins.failed:
            return 3
        failing = any(one.level >= settings.fail_level for one in shown)
        return 1 if failing and not self.options.get("exit_zero") else 0

    def reports(self) -> list[tuple[str, str]]:
        """Format and file of each further report. Raises RefusalError."""
        from authlint.refusal import RefusalError
        from authlint.spelling import meant

        given = self.options.get("reports")
        pairs = [str(one).partition("=") for one in given] if isinstance(given, tuple) else []
        for form, _, file in pairs:
            if form not in FORMATS:
                known = ", ".join(FORMATS)
                raise RefusalError(f"--report: {form!r} is none of {known}{meant(form, FORMATS)}")
            if not file:
                raise RefusalError(f"--report: where to? Write {form}=FILE")
        return [(form, file) for form, _, file in pairs]

    def written(self, text: str, output: object = None) -> bool:
        """Whether the report could be written. Whatever a configuration holds, it is UTF-8."""
        data = text.encode("utf-8", "replace")
        if not output:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            return True
        try:
            with open(str(output), "wb") as file:
                file.write(data)
        except OSError as error:
            print(f"authlint: {output}: {error.strerror}", file=sys.stderr)
            return False
        return True

    def notes(self, result: Result, files: Discovered) -> None:
        if self.options.get("quiet"):
            return
        if self.options.get("verbose"):
            for notice in result.tally.notices:
                print(f"authlint: {notice.path} {notice.text}", file=sys.stderr)
        if not result.tally.read and not result.findings:
            print("authlint: nothing here is configuration that authlint can judge", file=sys.stderr)


def _command_meant(path: str) -> str:
    """Whoever mistypes a command gets it taken for a path."""
    from authlint.cli import COMMANDS
    from authlint.spelling import meant

    return meant(path, COMMANDS).replace("mean ", "mean the command ") if path.isalpha() else ""


def _path(given: object) -> Path | None:
    if not given:
        return None
    from pathlib import Path

    return Path(str(given))


def _listed(given: object) -> list[str]:
    values = given if isinstance(given, tuple) else ()
    return [rule.strip() for value in values for rule in str(value).split(",") if rule.strip()]


def _leveled(finding: Finding, settings: Settings) -> Finding:
    from authlint.record import replace

    level = settings.levels.get(finding.rule)
    return finding if level is None else replace(finding, level=level)


def _wanted_there(finding: Finding, settings: Settings, files: Discovered) -> bool:
    """Whether the settings do not ignore it in its file, and any of its places was asked for."""
    from authlint.identity import below

    name = below(finding.primary.span.path, settings.root)
    if any(entry.ignores(name, finding.rule) for entry in settings.per_path):
        return False
    return any(files.asked_for(label.span.path) for label in (finding.primary, *finding.related))
