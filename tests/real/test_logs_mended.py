"""What the real servers log of a witness: the credential as the samples are, and no more with the fix in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.real import test_samples_replayed as of_nginx
from tests.real.envoy_live import observed, running
from tests.real.envoy_samples import of_envoy
from tests.real.logs import lines_in

from authlint.finding import Finding
from authlint.flow.request import Request

SAMPLES = Path(__file__).parents[2] / "samples/token-logged"
ALL = sorted(path.parent for path in SAMPLES.glob("*/expect.toml"))
HAS_FIX = re.compile(r'rule = "token-logged"[^\[]*\nfix = ')
FIXED = [case for case in ALL if HAS_FIX.search((case / "expect.toml").read_text())]
NGINX = [case for case in FIXED if (case / "nginx.conf").is_file()]
ENVOY = [case for case in ALL if (case / "envoy.yaml").is_file()]


@pytest.mark.parametrize("name", of_nginx.BINARIES)
@pytest.mark.parametrize("case", NGINX, ids=of_nginx.case_id)
def test_nginx(case: Path, name: str, require: Any, tmp_path: Path, cured_in: Any, mended_copy: Any) -> None:
    require(name)
    cured = cured_in(case)
    for number, folder in enumerate((case, mended_copy(case))):
        with of_nginx.live(folder, tmp_path / str(number), name) as made:
            for finding in cured:
                of_nginx.observed(made, finding)
            text = lines_in(tmp_path / str(number) / "server/logs")
        assert text
        assert (of_nginx.SECRET.search(text) is not None) == (number == 0)


@pytest.mark.parametrize("case", ENVOY, ids=of_nginx.case_id)
def test_envoy(case: Path, require: Any, tmp_path: Path, found_in: Any, read_toml: Any) -> None:
    expected = read_toml(case / "expect.toml")
    found = found_in(case).findings if expected["finding"] else []
    assert is_logged(case, require("envoy"), tmp_path, found, expected["request"]) == bool(found)


@pytest.mark.parametrize("case", [case for case in ENVOY if case in FIXED], ids=of_nginx.case_id)
def test_mended_envoy(case: Path, require: Any, tmp_path: Path, cured_in: Any, mended_copy: Any) -> None:
    assert not is_logged(mended_copy(case), require("envoy"), tmp_path, cured_in(case), [])


def is_logged(case: Path, envoy: Path, folder: Path, found: list[Finding], requests: list[Any]) -> bool:
    """Whether a credential of these requests is in the log."""
    with running(of_envoy(case), folder, envoy) as made:
        worth = next(iter(made.worths()))
        for finding in found:
            observed(made, finding)
        for one in requests:
            headers = tuple((name, value) for name, value in one.get("headers", []))
            made.ask(Request(one["method"], one["url"], headers), worth)
        text = lines_in(made.staged.folder)
    assert text
    return any(secret in text for secret in (worth.token, "SESSION", "VVNFUjpQQVNTV09SRA=="))


# What differs from one request to the next: when, how long, the ids, and which port the application has.
PASSING = re.compile(r"\[[^\]]*\]|(?<= )\d+(?= )|[0-9a-f-]{36}|:\d+\"")


def test_the_format_that_is_written_out_is_the_servers_own(
    require: Any, tmp_path: Path, mended_copy: Any
) -> None:
    """Of a request without a query."""
    case = SAMPLES / "wrong-envoy-token-in-query"
    lines: list[str] = []
    for number, folder in enumerate((case, mended_copy(case))):
        with running(of_envoy(folder), tmp_path / str(number), require("envoy")) as made:
            made.ask(Request("GET", "http://api.example.com/x%20y"), next(iter(made.worths())))
            lines.append(PASSING.sub("#", lines_in(made.staged.folder)))
    assert "GET /x%20y HTTP/1.1" in lines[0]
    assert lines[0] == lines[1]
