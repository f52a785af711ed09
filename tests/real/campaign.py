"""Random configurations, one after the other, asked of a real server and of authlint alike."""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of one configuration: what the two see differently, and how many answers authlint left open."""

    state: Literal["ran", "refused", "died"] = "ran"
    said: tuple[str, ...] = ()
    undecided: int = 0


Run = Callable[[int], Ran]  # one configuration, by its seed


@dataclass(slots=True)
class Campaign:
    """`totals` by state, with the answers left open ("undecided"); `different` has a line for each configuration."""

    totals: Counter[str] = field(default_factory=Counter)
    different: list[str] = field(default_factory=list)


def campaign(seeds: Iterable[int], run: Run, say: Say = lambda line: None) -> Campaign:
    done = Campaign()
    for seed in seeds:
        one = run(seed)
        done.totals[one.state] += 1
        done.totals["undecided"] += one.undecided
        if one.state != "ran":
            say(f"seed {seed}: the server {one.state}: {one.said[0][-300:]}")
        elif one.said:
            done.different.append(f"seed {seed}: {one.said[0]}")
            say(done.different[-1])
    return done


def assert_noticed(run: Run, fault: str) -> None:
    """The comparison can fail: what is broken on purpose is seen within forty configurations."""
    assert any(campaign([seed], run).different for seed in range(1, 41)), f"nobody noticed that {fault}"


def command(description: str, runs: Mapping[str, Run], show: Callable[[int, str], None], count: int) -> int:
    """The command line of a campaign: `runs` by the server's name, `show` prints one configuration for a server.

    The exit status is 1 if there was any difference.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--count", type=int, default=count, help="0: until it is stopped")
    parser.add_argument("--server", choices=list(runs))
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    servers = [options.server] if options.server else list(runs)
    print(f"seeds from {options.seed}, {', '.join(servers)}", flush=True)
    if options.show:
        show(options.seed, servers[0])
    first, differ = options.seed, 0
    try:
        while True:
            seeds = range(first, first + (options.count or 200))
            differ += sum(_report(seeds, name, runs[name]) for name in servers)
            first = seeds.stop
            if options.count:
                break
    except KeyboardInterrupt:
        print(f"stopped at seed {first}; {differ} differ")
    return 1 if differ else 0


def _report(seeds: range, server: str, run: Run) -> int:
    done = campaign(seeds, run, lambda line: print(line, flush=True))
    totals, differ = done.totals, len(done.different)
    print(
        f"seeds {seeds.start} to {seeds.stop - 1}, {server}: {totals['ran']} ran, {totals['refused']} refused, "
        f"{totals['died']} died, {differ} differ, {totals['undecided']} answers undecided",
        flush=True,
    )
    return differ
