"""What an auth service is assumed to answer, as a requests file says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from authlint.cli import run

BOOTSTRAP = Path(__file__).parents[1] / "real" / "envoy_behaviour" / "service-over-grpc" / "envoy.yaml"
SAID = {
    "status": 200,
    "headers": [["X-User", "alice"]],
    "append": [["X-Team", "b"]],
    "remove": ["cookie"],
    "response_headers": [["X-Ok", "1"]],
    "set_query": [["q", "2"]],
    "remove_query": ["p"],
}


def test_a_service_over_grpc_may_say_more_than_headers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {
        "method": "GET",
        "url": "http://app.example:10000/x?p=1",
        "headers": [["Authorization", "Bearer x"], ["Cookie", "a=1"], ["X-Team", "a"]],
        "assume": {"login": SAID},
    }
    file = tmp_path / "requests"
    file.write_text(json.dumps(asked) + "\n", encoding="utf-8")
    assert run(["trace", "--format", "json", str(BOOTSTRAP), "--requests", str(file)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["upstream"]["path"] == "/x?q=2"
    headers = {name.lower(): value for name, value in said["upstream"]["headers"]}
    assert (headers["x-user"], headers["x-team"]) == ("alice", "a,b")
    assert "cookie" not in headers
    assert ["X-Ok", "1"] in said["response_headers"]
