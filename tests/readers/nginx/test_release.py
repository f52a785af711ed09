"""Which nginx a configuration is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlint.flow.assume import Assume, Reply
from authlint.flow.request import Request
from authlint.flow.run import run
from authlint.model.gateway import Server
from authlint.readers.library import Library
from authlint.readers.nginx.read import read
from authlint.readers.nginx.release import NEWEST, beside, parsed
from authlint.text import Sources

DEBIANS = Server("nginx", (1, 22, 0), stated=True)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Dockerfile", "FROM nginx:1.22\n"),
        ("Dockerfile", "FROM node:20 AS build\nRUN make\nFROM docker.io/library/nginx:1.22-alpine AS web\n"),
        ("Dockerfile.prod", "FROM --platform=linux/amd64 nginx:1.22.0-bookworm\n"),
        ("docker-compose.yml", "services:\n  web:\n    image: nginx:1.22\n"),
        (
            "compose.yaml",
            'services:\n  web:\n    image: "nginxinc/nginx-unprivileged:1.22.0-alpine" # pinned\n',
        ),
        ("compose.yaml", "services:\n  web:\n    image: registry.example:5000/mirror/nginx:1.22\n"),
    ],
)
def test_an_image_beside_the_configuration_says_the_version(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    (tmp_path / "conf.d").mkdir()
    assert beside(str(tmp_path), str(tmp_path)) == DEBIANS
    assert beside(str(tmp_path / "conf.d"), str(tmp_path)) == DEBIANS


@pytest.mark.parametrize(
    "text",
    [
        "FROM nginx:alpine\n",
        "FROM nginx\n",
        "FROM nginx:1.22\nFROM nginx:1.25\n",
        "FROM my-nginx-exporter:1.22\n",
        "# FROM nginx:1.22\n",
        "",
    ],
)
def test_where_no_version_is_said_it_is_the_newest(tmp_path: Path, text: str) -> None:
    (tmp_path / "Dockerfile").write_text(text)
    assert beside(str(tmp_path), str(tmp_path)) == NEWEST


def test_a_folder_outside_the_project_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM nginx:1.22\n")
    (tmp_path / "project").mkdir()
    assert beside(str(tmp_path / "project"), str(tmp_path / "project")) == NEWEST


def test_a_version_as_people_write_it() -> None:
    assert parsed("1.22") == DEBIANS
    assert parsed("1.25.3").version == (1, 25, 3)


@pytest.mark.parametrize(
    ("server", "challenges"),
    [
        (Server("nginx", (1, 22, 1), stated=True), ["Basic"]),
        (Server("nginx", (1, 31, 3), stated=True), ["Basic", "Bearer"]),
        (None, ["Basic"]),  # which is sure: the second is there in newer releases alone
    ],
)
def test_challenges_of_an_auth_service(tmp_path: Path, server: Server | None, challenges: list[str]) -> None:
    main = tmp_path / "nginx.conf"
    main.write_text(
        "events {} http { server { listen 80; location = /auth { proxy_pass http://10.0.0.1; }"
        " location / { auth_request /auth; } } }"
    )
    reading = read(Library(Sources(), str(tmp_path)), str(main), server)
    assert reading is not None
    reply = Reply(401, (("WWW-Authenticate", "Basic"), ("WWW-Authenticate", "Bearer")))
    outcome = run(reading.gateway, Request("GET", "http://a.example/"), Assume(replies={"10.0.0.1": reply}))
    assert outcome.status == 401
    assert [header.value for header in outcome.get("WWW-Authenticate")] == challenges
    assert bool(outcome.unknown) == (server is None)
