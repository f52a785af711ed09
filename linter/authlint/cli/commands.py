"""The commands and how their words are read."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

import click

from authlint import __version__
from authlint.cli import COMMANDS, INTERRUPTED

GROUP_OPTIONS = ("--help", "-h", "--version")


class Commands(click.Group):
    """Commands that are imported when they are asked for; `check` where none is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing and not args:
            return super().parse_args(ctx, args)  # a shell asks for the commands
        if not args or (args[0] not in COMMANDS and args[0] not in GROUP_OPTIONS):
            args = ["check", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="'authlint PATH...' is short for 'authlint check PATH...', and takes the same options.",
)
@click.version_option(__version__, prog_name="authlint")
def authlint() -> None:
    """Find the mistakes in gateway configuration that make clients get HTTP 401."""


def run_command(words: Sequence[str]) -> int:
    """The exit status of the command that the words name."""
    try:
        status = authlint.main(args=words, prog_name="authlint", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        return INTERRUPTED
    return status if isinstance(status, int) else 0
