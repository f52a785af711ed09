"""A request asked of everything below a folder: the layers that have its host answer, the others do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlint.cli import run

NGINX = "events {}\nhttp { server { listen 80; server_name api.example.com; location / { return 401; } } }\n"
OTHER = "events {}\nhttp { server { listen 80; server_name www.example.com; location / { return 204; } } }\n"
INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: api, annotations: {nginx.ingress.kubernetes.io/denylist-source-range: 0.0.0.0/0}}
spec:
  ingressClassName: nginx
  rules:
  - host: api.example.com
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}]}
"""


@pytest.fixture
def below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"edge/nginx.conf": NGINX, "www/nginx.conf": OTHER, "k8s/api.yaml": INGRESS}.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("below")
def test_every_layer_with_the_host_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", ".", "--request", "GET http://api.example.com/x"]) == 0
    said = capsys.readouterr().out
    assert [line for line in said.splitlines() if line.startswith(("in ", "answer"))] == [
        "in edge/nginx.conf",
        "answer: 401 from this gateway",
        "in k8s/api.yaml",
        "answer: 403 from this gateway",
    ]


@pytest.mark.usefixtures("below")
def test_a_host_that_nobody_has(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(["trace", "edge", "www", "--request", "GET http://shop.example.com/"])
    assert left.value.code == 2
    assert capsys.readouterr().err == (
        "authlint: no gateway there has the host shop.example.com; there are api.example.com, www.example.com\n"
    )


@pytest.mark.usefixtures("below")
def test_a_file_that_is_named_is_asked_whatever_it_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", "www/nginx.conf", "edge", "--request", "GET http://api.example.com/"]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("answer")] == [
        "answer: 204 from this gateway",
        "answer: 401 from this gateway",
    ]
