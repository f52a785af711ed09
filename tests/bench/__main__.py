"""How long authlint takes, as ratios against what must be done at the least or what people would run instead, each
pair of commands in turn on one machine.

    python -m tests.bench [--rounds N] [nginx manifests ingress envoy start]
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import envoy, manifests, nginx
from tests.bench.timing import Parts, check, compared, parts, python, seconds

CROSSPLANE = "import crossplane; crossplane.parse({path!r})"
COMPOSE = "import yaml; list(yaml.compose_all(open({path!r}).read(), Loader=yaml.CSafeLoader))"


def bench_nginx(folder: Path, rounds: int) -> None:
    """A megabyte in a thousand servers, and ten of them for the growth."""
    for varied in (False, True):
        kind = "each in its own way" if varied else "alike"
        times: dict[int, float] = {}
        for servers in (1_000, 10_000):
            path = folder / f"{servers}-{varied}.conf"
            path.write_text(nginx.configuration(servers, varied))
            size = path.stat().st_size / 1e6
            if servers == 1_000:
                ratio = compared(check(path), python(CROSSPLANE.format(path=str(path))), folder, rounds)
                print(ratio.line(f"nginx, {servers} servers, {size:.1f} MB, {kind}", "crossplane.parse"))
                times[servers] = ratio.ours
            else:
                times[servers] = seconds(check(path), folder)
                growth = times[servers] / times[1_000]
                print(
                    f"nginx, {servers} servers, {size:.1f} MB: {times[servers]:.1f} s, {growth:.1f} x the above"
                )
        print("   " + effort(folder / f"1000-{varied}.conf"))


def bench_manifests(folder: Path, rounds: int) -> None:
    for protected in (10, 1):
        repository = folder / f"repository-{protected}"
        manifests.write(repository, 10_000, 20, protected)
        what = "every one" if protected == 1 else "one in ten"
        found = _against_least(repository, rounds)
        print(found.lines(f"10,000 manifests, 500 Ingress, {what} protected", "finding, reading, composing"))


def bench_ingress(folder: Path, rounds: int) -> None:
    """As a tool makes them for every application, and the growth; and some, each in its own way."""
    for number, varied in ((2_000, False), (5_000, False), (10_000, False), (200, True)):
        repository = folder / f"ingresses-{number}-{varied}"
        manifests.write(repository, number, 1, 2, varied)
        kind = "each in its own way" if varied else "alike but for names"
        found = _against_least(repository, rounds if number == 2_000 else 1)
        print(found.lines(f"{number:,} Ingress objects, {kind}", "composing them"))
        print("   " + effort(repository))


def _against_least(repository: Path, rounds: int) -> Parts:
    """In the repository, against what must be done at the least. One protected Ingress loads all that many need."""
    alone = repository.parent / "alone"
    manifests.write(alone, 1, 1, 1)
    least, idle = (python(manifests.LEAST.format(folder=str(one))) for one in (repository, alone))
    return parts(
        [(check(repository), repository), (least, repository), (check(alone), alone), (idle, alone)], rounds
    )


def bench_envoy(folder: Path, rounds: int) -> None:
    for routes in (1_000, 10_000):
        path = folder / f"envoy-{routes}.yaml"
        path.write_text(envoy.bootstrap(routes))
        ratio = compared(check(path), python(COMPOSE.format(path=str(path))), folder, rounds)
        print(ratio.line(f"Envoy, {routes} routes", "yaml.compose"))
        print("   " + effort(path))


def bench_start(folder: Path, rounds: int) -> None:
    path = folder / "small.conf"
    path.write_text(nginx.configuration(1, False))
    print(compared(check(path), python("pass"), folder, rounds).line("one small file", "an empty Python"))


def effort(path: Path) -> str:
    """How many simulations were run, and how many hosts another one stood for."""
    from authlint.discover import discover
    from authlint.lint import lint
    from authlint.settings import load
    from authlint_rules import IDS, loaded

    folder = path if path.is_dir() else path.parent
    os.chdir(folder)
    settings = load(folder, set(IDS), isolated=True)
    found = lint(discover([str(path)], folder, settings), settings, loaded()).effort
    return (
        f"{found.requests} requests run; others stood for {found.hosts_shared} of {found.hosts} hosts"
        f" and {found.routes_shared} of {found.routes} routes"
    )


BENCHES: dict[str, Callable[[Path, int], None]] = {
    "start": bench_start,
    "nginx": bench_nginx,
    "manifests": bench_manifests,
    "ingress": bench_ingress,
    "envoy": bench_envoy,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("which", nargs="*", choices=[*BENCHES, []], metavar="WHICH")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for name in options.which or BENCHES:
        with tempfile.TemporaryDirectory() as scratch:
            BENCHES[name](Path(os.path.realpath(scratch)), options.rounds)


if __name__ == "__main__":
    main()
