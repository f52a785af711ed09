"""`authlint config`: what is set, by whom, and what can be."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from authlint.declared import Declared
    from authlint.settings import Settings

DEFAULT = "default"


@click.group()
def config() -> None:
    """Show the settings, or their schema."""


@config.command(short_help="Print every setting, and where it comes from.")
@click.option("--config", "file", metavar="FILE", help="Settings, instead of the nearest authlint.toml.")
@click.option("--isolated", is_flag=True, help="Read no settings.")
@click.pass_context
def show(ctx: click.Context, file: str | None, isolated: bool) -> None:
    """Print every setting that is in effect here, and where it comes from."""
    from authlint.engine_rules import rule_ids
    from authlint.settings import SettingsError, load

    try:
        found = load(os.getcwd(), rule_ids(), file=Path(file) if file else None, isolated=isolated)
    except SettingsError as error:
        click.echo(f"authlint: {error}", err=True)
        ctx.exit(2)
    rows = [*_values(found)]
    wide = max(len(key) for key, _ in rows)
    click.echo(f"{'root':<{wide}}  {found.root}  ({_root_from(found)})")
    for key, value in rows:
        click.echo(f"{key:<{wide}}  {value}  ({found.places.get(key, DEFAULT)})")


@config.command()
def schema() -> None:
    """Print the JSON Schema of authlint.toml."""
    from authlint.settings_file import schema as text

    click.echo(text(), nl=False)


def _root_from(found: Settings) -> str:
    if found.file is not None:
        return f"where {found.file.name} lies"
    return "where .git lies" if os.path.exists(os.path.join(found.root, ".git")) else "the working directory"


def _values(found: Settings) -> list[tuple[str, str]]:
    """The settings by their keys in the file, as they are written there."""
    return [
        ("select", _list(sorted(found.select)) if found.select else "every rule"),
        ("ignore", _list(sorted(found.ignore))),
        ("levels", _table({rule: str(level) for rule, level in found.levels.items()})),
        ("fail-level", str(found.fail_level)),
        ("pedantic", str(found.pedantic).lower()),
        ("suppressions", found.suppressions),
        ("plugins", _list(sorted(found.plugins.ids))),
        ("baseline", str(found.baseline) if found.baseline else "authlint-baseline.json, where there is one"),
        ("include-roots", _list([str(path) for path in found.include_roots])),
        (
            "servers",
            _table(dict(found.servers)) if found.servers else "from image tags, else the newest known",
        ),
        (
            "per-path",
            _list([f"{', '.join(one.paths)}: {', '.join(sorted(one.ignore))}" for one in found.per_path]),
        ),
        *_surroundings(found.declared),
    ]


def _surroundings(declared: Declared) -> list[tuple[str, str]]:
    """What is said of everything around the gateway. Where it was said stands in the last column."""
    assume = declared.assume
    expects = [f"{name} expects {one.header}" for name, one in assume.expects.items()]
    fronts = [
        f"{', '.join(one.paths) or 'all'}: {_without_place(one.front.said)}" for one in declared.balancers
    ]
    return [
        ("public-paths", _list([one.host + one.path for one in declared.public])),
        ("upstream", _list(expects)),
        ("auth-service", _list([_without_place(one.said) for one in assume.services.values()])),
        ("load-balancer", _list(fronts)),
    ]


def _without_place(said: str) -> str:
    return said.rpartition(" (")[0]


def _list(values: list[str]) -> str:
    return "; ".join(values) or "none"


def _table(values: dict[str, str]) -> str:
    return _list([f"{key} = {value}" for key, value in values.items()])
