"""The command line.

Hooks and editors run `authlint PATH...` at every change and wait for it. So a command loads what it needs when it runs,
and where nothing but paths is given that is no parser either.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

# Each command and where it is defined.
COMMANDS = {
    "check": "authlint.cli.options:check",
    "trace": "authlint.cli.trace:trace",
    "config": "authlint.cli.config:config",
    "baseline": "authlint.cli.baseline:baseline",
    "rules": "authlint.cli.explain:rules",
    "explain": "authlint.cli.explain:explain",
}
COMPLETION = "_AUTHLINT_COMPLETE"  # set by a shell that asks what may come next

INTERRUPTED = 130  # what a shell says of a program that Ctrl-C ended
PIPE_CLOSED = 141  # and of one whose reader went away


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    # Trees of words are no garbage: a tenth of a long run went into looking for some, and none to speak of was found.
    gc.disable()
    status = run(args)
    gc.freeze()  # Python looks once more when it ends
    sys.exit(status)


def run(args: Sequence[str] | None = None) -> int:
    """Exit status: 0 clean, 1 findings, 2 it could not do what was asked, 3 an internal error."""
    words = list(sys.argv[1:] if args is None else args)
    try:
        status = _ran(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Python flushes again at its end, and would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except Exception as error:
        return _internal_error(error)
    return status


def _ran(words: list[str]) -> int:
    command = words[0] if words and words[0] in COMMANDS else None
    only_paths = command in (None, "check") and not any(word.startswith("-") for word in words)
    if not only_paths or COMPLETION in os.environ:
        from authlint.cli.commands import run_command

        return run_command(words)
    from authlint.cli.check import Run

    return Run(tuple(words[1:] if command else words)).run()


def _internal_error(error: Exception) -> int:
    """One line, without the error's message: that may quote a configuration, and so a secret."""
    if os.environ.get("AUTHLINT_DEBUG") == "1":
        from traceback import format_tb

        print("".join(format_tb(error.__traceback__)), file=sys.stderr, end="")
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    name = os.path.basename(trace.tb_frame.f_code.co_filename) if trace else "?"
    where = f"{name}:{trace.tb_lineno}" if trace else name
    print(
        f"authlint: internal error: {type(error).__name__} at {where}; please report this"
        " (AUTHLINT_DEBUG=1 prints more)",
        file=sys.stderr,
    )
    return 3
