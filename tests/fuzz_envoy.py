"""Random bootstraps, asked of the real Envoy and of authlint alike.

    python tests/fuzz_envoy.py [--seed N] [--count N] [--requests N]

Prints the seed of every bootstrap in which the two differ, with what differs; `--seed N --count 1 --show` prints one.
Exit status 1 if there was any difference.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.real.envoy_comparing import bench, model, question
from tests.real.envoy_grammar import Grammar
from tests.real.envoy_questions import question as drawn


def differences(seed: int, binary: Path, requests: int = 10) -> list[str]:
    """What authlint says otherwise about one random bootstrap, with the request."""
    grammar = Grammar(seed)
    text = json.dumps(grammar.configuration())
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as scratch, bench(text, Path(scratch), binary) as running:
        gateway = model(running.staged)
        for _ in range(requests):
            row = json.loads(json.dumps(drawn(grammar)))
            wrong += [f"{json.dumps(row)}: {said}" for said in running.differences(gateway, question(row))]
    return wrong


def campaign(
    seeds: Iterable[int], binary: Path, say: Callable[[str], None], requests: int = 10
) -> Counter[str]:
    """How many bootstraps ran, were refused by the server or ended it, and were seen otherwise by the two."""
    totals: Counter[str] = Counter()
    for seed in seeds:
        state, said = _sure(seed, binary, requests)
        totals[state] += 1
        for one in said:
            say(f"seed {seed}: {one}")
    totals["ran"] += totals["differ"]
    return totals


def _sure(seed: int, binary: Path, requests: int) -> tuple[str, list[str]]:
    """What became of a bootstrap, if it becomes of it twice: meanwhile another program may have taken a port."""
    state, said = "", [""]
    for _ in range(2):
        try:
            said = differences(seed, binary, requests)
            state = "differ" if said else "ran"
        except AssertionError as error:
            if "did not start" not in str(error):
                raise
            state, said = "refused", [f"refused: {error}"]
        except ConnectionError as error:
            state, said = "died", [f"the server died: {error}"]
        if state == "ran":
            break
    return state, said


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--count", type=int, default=100, help="0: until it is stopped")
    parser.add_argument("--requests", type=int, default=10)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    many = options.count or "endless"
    print(f"seeds from {options.seed}, {many} bootstraps with {options.requests} requests each", flush=True)
    if options.show:
        print(json.dumps(Grammar(options.seed).configuration(), indent=1))
    seeds = itertools.count(options.seed)
    chosen = itertools.islice(seeds, options.count) if options.count else seeds
    binary = Path(sys.executable).with_name("envoy")
    totals = campaign(chosen, binary, lambda line: print(line, flush=True), options.requests)
    lost = totals["refused"] + totals["died"]
    print(f"{totals['ran']} ran, {lost} were refused or died, {totals['differ']} differ")
    return 1 if totals["differ"] else 0


if __name__ == "__main__":
    sys.exit(main())
