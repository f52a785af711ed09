"""`authlint baseline`: what is there today is known, and no longer reported."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click


@click.command(short_help="Write down what is found today; check reports new ones.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@click.option(
    "--file",
    "name",
    metavar="FILE",
    help="The baseline.  [default: authlint-baseline.json]",
)
@click.option("--prune", is_flag=True, help="Only take out what is no longer found; add nothing.")
@click.option("--config", metavar="FILE", help="Settings, instead of the nearest authlint.toml.")
@click.option("--isolated", is_flag=True, help="Read no settings.")
@click.pass_context
def baseline(
    ctx: click.Context,
    paths: tuple[str, ...],
    name: str | None,
    prune: bool,
    config: str | None,
    isolated: bool,
) -> None:
    """Write down the findings of these files and folders, so that `check` reports new ones only."""
    from authlint.baseline import hashed, load, pruned, save
    from authlint.cli.check import BASELINE, Run
    from authlint.identity import below, identities
    from authlint.refusal import RefusalError

    run = Run(paths, {"config": config, "isolated": isolated, "no_baseline": True})
    try:
        settings = run.settings()
        file = Path(name) if name else settings.baseline or Path(settings.root, BASELINE)
        known = load(file) if prune or file.exists() else Counter()
        files = run.files(settings)
        if files is None:
            ctx.exit(2)
        result = run.judged(files, settings)
    except RefusalError as error:
        click.echo(f"authlint: {error}", err=True)
        ctx.exit(2)
    if settings.plugins.failed:
        for rule, why in settings.plugins.failed.items():
            click.echo(f"authlint: {rule} {why}; nothing was written", err=True)
        ctx.exit(3)

    shown = [one for one in result.findings if settings.pedantic or not one.pedantic]
    found = Counter(hashed(identities(shown, result.sources, lambda path: below(path, settings.root))))
    gone = {key[1] for key in known if not Path(settings.root, key[1]).exists()}
    asked = gone | {key[1] for key in known if files.asked_for(str(Path(settings.root, key[1])))}
    judged = {key for key in known if key[1] in asked and settings.wants(key[0])}
    if prune:
        kept = pruned(known, found, judged)
        save(file, kept)
        click.echo(f"{_counted(known.total() - kept.total())} taken out of {file.name}, {kept.total()} left")
        return
    # What was not looked at is still known.
    elsewhere = Counter({key: count for key, count in known.items() if key not in judged})
    save(file, found | elsewhere)
    more = f", {elsewhere.total()} of before stay" if elsewhere else ""
    click.echo(
        f"{_counted(found.total())} written to {file.name}{more}: `authlint check` reports new ones only"
    )


def _counted(number: int) -> str:
    return f"{number} finding" if number == 1 else f"{number} findings"
