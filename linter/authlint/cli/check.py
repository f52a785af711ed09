"""`authlint check`: read, judge, report."""

from __future__ import annotations

import os
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

FORMATS = ("text", "json", "sarif", "github")
LEVELS = ("info", "warning", "error")
SLOW = 1.0  # seconds after which a run on a terminal shows how far it is


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output", metavar="FILE", help="Write the report there instead of to standard output.")
@click.option("--select", multiple=True, metavar="RULE[,RULE]", help="Only these rules.")
@click.option("--ignore", multiple=True, metavar="RULE[,RULE]", help="Not these rules.")
@click.option("--pedantic", is_flag=True, help="Show findings too that rest on something nobody said.")
@click.option(
    "--fail-level", type=click.Choice(LEVELS), help="The lowest level that fails.  [default: warning]"
)
@click.option("--exit-zero", is_flag=True, help="Leave with status 0 whatever is found.")
@click.option("--since", metavar="REV", help="Only what this git revision does not have.")
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
    ctx.exit(_Run(paths, options).run())


class _Run:
    """One run: the options as they were given, and what they come to."""

    def __init__(self, paths: tuple[str, ...], options: dict[str, object]) -> None:
        self.paths = paths or (".",)
        self.options = options

    def run(self) -> int:
        from authlint.settings import SettingsError
        from authlint.since import RevisionError

        try:
            settings = self.settings()
            files = self.files(settings)
            if files is None:
                return 2
            result = self.judged(files, settings)
        except (SettingsError, RevisionError) as error:
            click.echo(f"authlint: {error}", err=True)
            return 2
        return self.report(result, settings, files)

    def settings(self) -> Settings:
        """The file's settings under the options."""
        from dataclasses import replace

        from authlint.engine_rules import rule_ids
        from authlint.finding import Level
        from authlint.settings import SettingsError, load
        from authlint.spelling import meant

        known = rule_ids()
        file = self.options["config"]
        settings = load(
            Path.cwd(),
            known,
            file=Path(str(file)) if file else None,
            isolated=bool(self.options["isolated"]),
        )
        for option in ("select", "ignore"):
            listed = _listed(self.options[option])
            for rule in listed:
                if rule not in known:
                    raise SettingsError([f"--{option}: there is no rule {rule!r}{meant(rule, known)}"])
            if listed and option == "select":
                settings = replace(settings, select=frozenset(listed))
            elif listed:
                settings = replace(settings, ignore=settings.ignore | frozenset(listed))
        if self.options["fail_level"]:
            settings = replace(settings, fail_level=Level[str(self.options["fail_level"]).upper()])
        return replace(settings, pedantic=True) if self.options["pedantic"] else settings

    def files(self, settings: Settings) -> Discovered | None:
        """What was named; None, with a line for each, where some of it is not there."""
        from authlint.discover import STDIN, discover

        stdin = None
        if STDIN in self.paths:
            name = self.options["stdin_filename"]
            stdin = (str(name or "stdin.conf"), click.get_text_stream("stdin").read())
        files = discover(self.paths, settings.root, settings, stdin=stdin)
        for missing in files.missing:
            click.echo(f"authlint: {missing.path}: {missing.text}", err=True)
        return None if files.missing else files

    def judged(self, files: Discovered, settings: Settings) -> Result:
        from dataclasses import replace

        from authlint.lint import lint
        from authlint.since import without_old
        from authlint.suppressions import suppressed
        from authlint_rules import RULES

        result = lint(files, settings, RULES, self.progress())
        findings = suppressed(result, settings)
        findings = tuple(one for one in findings if not _ignored_there(one, settings))
        if self.options["since"]:
            findings = without_old(findings, result.sources, str(self.options["since"]), self.paths, settings)
        return replace(result, findings=findings)

    def progress(self) -> Callable[[int, int], None] | None:
        if self.options["no_progress"] or self.options["quiet"] or not sys.stderr.isatty():
            return None
        from authlint.report.progress import Bar

        return Bar(SLOW)

    def report(self, result: Result, settings: Settings, files: Discovered) -> int:
        shown = tuple(one for one in result.findings if settings.pedantic or not one.pedantic)
        hidden = len(result.findings) - len(shown)
        text = self.rendered(result, shown, hidden)
        output = self.options["output"]
        if output:
            Path(str(output)).write_text(text, encoding="utf-8")
        else:
            click.echo(text, nl=False, color=True)
        self.notes(result, files)
        failing = any(one.level >= settings.fail_level for one in shown)
        return 1 if failing and not self.options["exit_zero"] else 0

    def rendered(self, result: Result, shown: tuple[Finding, ...], hidden: int) -> str:
        form = self.options["form"]
        if form == "json":
            from authlint.report.as_json import render as as_json

            return as_json(shown, result.sources, result.tally)
        if form == "sarif":
            from authlint.report.sarif import render as as_sarif
            from authlint_rules import RULES

            return as_sarif(shown, result.sources, result.tally, RULES)
        if form == "github":
            from authlint.report.github import render as as_github

            return as_github(shown, result.sources)
        from authlint.report.text import render

        color, width = _color(str(self.options["color"])), _width()
        summary = not self.options["quiet"]
        return render(
            shown, result.sources, result.tally, color=color, width=width, hidden=hidden, summary=summary
        )

    def notes(self, result: Result, files: Discovered) -> None:
        if self.options["quiet"]:
            return
        if self.options["verbose"]:
            for notice in result.tally.notices:
                click.echo(f"authlint: {notice.path} {notice.text}", err=True)
        if not result.tally.read and not result.findings:
            click.echo("authlint: nothing here is configuration that authlint reads", err=True)


def _listed(given: object) -> list[str]:
    values = given if isinstance(given, tuple) else ()
    return [rule.strip() for value in values for rule in str(value).split(",") if rule.strip()]


def _ignored_there(finding: Finding, settings: Settings) -> bool:
    path = os.path.relpath(os.path.abspath(finding.primary.span.path), settings.root).replace(os.sep, "/")
    return any(entry.ignores(path, finding.rule) for entry in settings.per_path)


def _color(wish: str) -> bool:
    """NO_COLOR and FORCE_COLOR count where the option does not decide (https://no-color.org)."""
    if wish != "auto":
        return wish == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def _width() -> int:
    from shutil import get_terminal_size

    return min(get_terminal_size((100, 24)).columns, 120)
