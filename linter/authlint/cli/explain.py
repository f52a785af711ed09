"""`authlint rules` and `authlint explain RULE`."""

from __future__ import annotations

from typing import Any

import click

from authlint.engine_rules import ENGINE_RULES, EngineRule, rule_ids


@click.command()
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to list them."
)
def rules(form: str) -> None:
    """List every rule with its level."""
    known = _known()
    if form == "json":
        import json

        listed = [
            {"id": rule.id, "level": str(rule.level), "summary": rule.summary, "reference": rule.reference}
            for rule in known
        ]
        click.echo(json.dumps(listed, indent=2))
        return
    wide = max(len(rule.id) for rule in known)
    for rule in known:
        click.echo(f"{rule.id:<{wide}}  {rule.level!s:<7}  {rule.summary}")


@click.command(short_help="Print a rule's manual page.")
@click.argument("rule_id", metavar="RULE")
def explain(rule_id: str) -> None:
    """Print a rule's manual: what happens, what cures it, when it stays quiet."""
    from authlint.spelling import meant

    known = {rule.id: rule for rule in _known()}
    rule = known.get(rule_id)
    if rule is None:
        raise click.UsageError(f"there is no rule {rule_id!r}{meant(rule_id, known)}")
    manual = rule.manual.strip()
    # A rule's manual is its module's docstring, and begins with its own id.
    if manual.startswith(rule.id):
        manual = manual[len(rule.id) :].lstrip(":. \n")
    click.echo(f"{rule.id} ({rule.level}): {rule.summary}\n\n{manual}")
    if rule.reference and rule.reference not in manual:
        click.echo(f"\nReference: {rule.reference}")


def _known() -> list[Any | EngineRule]:
    """The built-in rules and those of others that the settings name. A mistake in the settings hides none of ours."""
    import os

    from authlint.settings_file import SettingsError, find
    from authlint_rules import loaded

    others: tuple[Any, ...] = ()
    try:
        if find(os.getcwd()) is not None:
            from authlint.settings import load

            others = load(os.getcwd(), rule_ids()).plugins.rules
    except SettingsError as error:
        click.echo(f"authlint: {error}", err=True)
    return sorted([*loaded(), *others, *ENGINE_RULES], key=lambda rule: rule.id)
