"""`authlint check`: read, judge, report."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from authlint.discover import Discovered
    from authlint.finding import Finding
    from authlint.lint import Result
    from authlint.settings import Settings
    from authlint.text import Sources

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")
BASELINE = "authlint-baseline.json"  # in the project's root, where nothing else is said
LEVELS = ("info", "warning", "error")
SLOW = 1.0  # seconds after which a run on a terminal shows how far it is


EXIT_STATUS = (
    "Exit status: 0 nothing at or above the failing level, 1 findings, 2 it could not do what was asked,"
    " 3 an internal error."
)


@click.command(short_help="Find the mistakes in files and folders.", epilog=EXIT_STATUS)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output", metavar="FILE", help="Write the report there instead of to standard output.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT=FILE",
    help="One more report, in a file; repeatable.",
)
@click.option("--statistics", is_flag=True, help="How many findings each rule has, and nothing else.")
@click.option("--select", multiple=True, metavar="RULE[,RULE]", help="Only these rules.")
@click.option("--ignore", multiple=True, metavar="RULE[,RULE]", help="Not these rules.")
@click.option("--pedantic", is_flag=True, help="Show findings too that rest on something nobody said.")
@click.option(
    "--fail-level", type=click.Choice(LEVELS), help="The lowest level that fails.  [default: warning]"
)
@click.option("--exit-zero", is_flag=True, help="Leave with status 0 whatever is found.")
@click.option("--fix", is_flag=True, help="Cure what an edit surely cures, and report what is left.")
@click.option(
    "--unsafe-fixes", is_flag=True, help="With --fix or --diff: edits too that decide something for you."
)
@click.option("--diff", is_flag=True, help="Show what --fix would do, and write nothing.")
@click.option("--since", metavar="REV", help="Only what this git revision does not have.")
@click.option(
    "--baseline",
    metavar="FILE",
    help="Known findings.  [default: authlint-baseline.json]",
)
@click.option("--no-baseline", is_flag=True, help="Report known findings too.")
@click.option("--require-reason", is_flag=True, help="Comments that ignore a finding must say why.")
@click.option("--no-suppressions", is_flag=True, help="No comment ignores a finding.")
@click.option(
    "--render", is_flag=True, help="Run helm and kustomize on the charts and overlays in these folders."
)
@click.option("--stdin-filename", metavar="FILE", help="What '-' (standard input) is to be called.")
@click.option("--config", metavar="FILE", help="Settings, instead of the nearest authlint.toml.")
@click.option("--isolated", is_flag=True, help="Read no settings.")
@click.option("--verbose", is_flag=True, help="Say of every file that was passed over why.")
@click.option("--quiet", is_flag=True, help="Findings only: no summary, no notes.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.option("--no-progress", is_flag=True, help="No progress bar.")
@click.pass_context
def check(ctx: click.Context, /, paths: tuple[str, ...], **options: object) -> None:
    """Find the mistakes in these files and folders (the current one where none is named)."""
    ctx.exit(Run(paths, options).run())


class Run:
    """One run: the options as they were given, and what they come to."""

    def __init__(self, paths: tuple[str, ...], options: dict[str, object]) -> None:
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
            click.echo(f"authlint: {error}", err=True)
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
        from dataclasses import replace

        from authlint.discover import STDIN, workplace
        from authlint.engine_rules import rule_ids
        from authlint.finding import Level
        from authlint.settings import SettingsError, load
        from authlint.spelling import meant

        file = self.options.get("config")
        settings = load(
            workplace([path for path in self.paths if path != STDIN]),
            rule_ids(),
            file=Path(str(file)) if file else None,
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
        from authlint.cli.given import standard_input, with_rendered
        from authlint.discover import STDIN, discover

        stdin = None
        if STDIN in self.paths:
            stdin = standard_input(str(self.options.get("stdin_filename") or ""))
        files = discover(self.paths, settings.root, settings, stdin=stdin)
        for missing in files.missing:
            click.echo(f"authlint: {missing.path}: {missing.text}{_command_meant(missing.path)}", err=True)
        if not (files.named or files.folders or files.missing):
            # Each of them was named and cannot be read: nobody must take that for "no findings".
            for notice in files.notices:
                click.echo(f"authlint: {notice.path} {notice.text}", err=True)
            return None
        if files.missing:
            return None
        return with_rendered(files, self.paths) if self.options.get("render") else files

    def judged(self, files: Discovered, settings: Settings) -> Result:
        from dataclasses import replace

        from authlint.engine_rules import all_rules
        from authlint.lint import lint
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
        usual = settings.root / BASELINE
        file = Path(str(name)) if name else settings.baseline
        if file is None and not self.options.get("isolated") and usual.exists():
            file = usual
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
            click.echo(f"authlint: {rule} {why} (AUTHLINT_DEBUG=1 prints more)", err=True)
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
            Path(str(output)).write_bytes(data)
        except OSError as error:
            click.echo(f"authlint: {output}: {error.strerror}", err=True)
            return False
        return True

    def notes(self, result: Result, files: Discovered) -> None:
        if self.options.get("quiet"):
            return
        if self.options.get("verbose"):
            for notice in result.tally.notices:
                click.echo(f"authlint: {notice.path} {notice.text}", err=True)
        if not result.tally.read and not result.findings:
            click.echo("authlint: nothing here is configuration that authlint reads", err=True)


def _command_meant(path: str) -> str:
    """Whoever mistypes a command gets it taken for a path."""
    from authlint.cli import COMMANDS
    from authlint.spelling import meant

    return meant(path, COMMANDS).replace("mean ", "mean the command ") if path.isalpha() else ""


def _listed(given: object) -> list[str]:
    values = given if isinstance(given, tuple) else ()
    return [rule.strip() for value in values for rule in str(value).split(",") if rule.strip()]


def _leveled(finding: Finding, settings: Settings) -> Finding:
    from dataclasses import replace

    level = settings.levels.get(finding.rule)
    return finding if level is None else replace(finding, level=level)


def _wanted_there(finding: Finding, settings: Settings, files: Discovered) -> bool:
    """Whether the settings do not ignore it in its file, and any of its places was asked for."""
    from authlint.identity import below

    name = below(finding.primary.span.path, settings.root)
    if any(entry.ignores(name, finding.rule) for entry in settings.per_path):
        return False
    return any(files.asked_for(label.span.path) for label in (finding.primary, *finding.related))
