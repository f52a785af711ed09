"""The options of `authlint check`."""

from __future__ import annotations

import click

from authlint.cli.check import FORMATS, Run

LEVELS = ("info", "warning", "error")
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
