"""Random bootstraps, asked of the real Envoy and of authlint alike.

    python tests/fuzz_envoy.py [--seed N] [--count N]

Prints the seed of every bootstrap in which the two differ, with what differs; `--seed N --count 1 --show` prints one,
with --count 0 it goes on until somebody stops it. Exit status 1 if there was any difference.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.real.campaign import Ran, command
from tests.real.envoy_comparing import bench, model, question
from tests.real.envoy_grammar import Grammar
from tests.real.envoy_questions import question as drawn


def run(binary: Path, seed: int) -> Ran:
    try:
        return Ran("ran", tuple(differences(seed, binary)))
    except AssertionError as error:
        if "did not start" not in str(error):
            raise
        return Ran("refused", (str(error),))
    except ConnectionError as error:
        return Ran("died", (str(error),))


def differences(seed: int, binary: Path) -> list[str]:
    """What authlint says otherwise about one random bootstrap, with the request."""
    grammar = Grammar(seed)
    text = json.dumps(grammar.configuration())
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as scratch, bench(text, Path(scratch), binary) as running:
        gateway = model(running.staged)
        for _ in range(10):
            row = json.loads(json.dumps(drawn(grammar)))
            wrong += [f"{json.dumps(row)}: {said}" for said in running.differences(gateway, question(row))]
    return wrong


def show(seed: int, _: str) -> None:
    print(json.dumps(Grammar(seed).configuration(), indent=1))


if __name__ == "__main__":
    envoy = Path(sys.executable).with_name("envoy")
    sys.exit(command(__doc__, {"envoy": lambda seed: run(envoy, seed)}, show, 100))
