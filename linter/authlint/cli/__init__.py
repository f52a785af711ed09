"""The command line. Importing it loads click and nothing else: a command loads what it needs when it runs."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from authlint import __version__

# Each command and where it is defined.
COMMANDS = {
    "check": "authlint.cli.check:check",
    "trace": "authlint.cli.trace:trace",
    "config": "authlint.cli.config:config",
    "baseline": "authlint.cli.baseline:baseline",
    "rules": "authlint.cli.explain:rules",
    "explain": "authlint.cli.explain:explain",
}
_GROUP_OPTIONS = ("--help", "-h", "--version")

INTERRUPTED = 130  # what a shell says of a program that Ctrl-C ended
PIPE_CLOSED = 141  # and of one whose reader went away


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
        if not args or (args[0] not in COMMANDS and args[0] not in _GROUP_OPTIONS):
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


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    sys.exit(run(args))


def run(args: Sequence[str] | None = None) -> int:
    """Exit status: 0 clean, 1 findings, 2 it could not do what was asked, 3 an internal error."""
    # Trees of words are no garbage: without this two fifths of the reading go into looking for some.
    gc.set_threshold(200_000, 20, 20)
    try:
        result = authlint.main(args=args, prog_name="authlint", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # Python flushes again at its end, and would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except Exception as error:
        return _internal_error(error)
    return result if isinstance(result, int) else 0


def _internal_error(error: Exception) -> int:
    """One line, without the error's message: that may quote a configuration, and so a secret."""
    if os.environ.get("AUTHLINT_DEBUG") == "1":
        from traceback import format_tb

        click.echo("".join(format_tb(error.__traceback__)), err=True, nl=False)
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    name = os.path.basename(trace.tb_frame.f_code.co_filename) if trace else "?"
    where = f"{name}:{trace.tb_lineno}" if trace else name
    click.echo(
        f"authlint: internal error: {type(error).__name__} at {where}; please report this"
        " (AUTHLINT_DEBUG=1 prints more)",
        err=True,
    )
    return 3
