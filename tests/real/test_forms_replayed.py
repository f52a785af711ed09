"""The forms in which people keep nginx's configuration, taken out of them and started: the witness of each finding
gets what the finding claims."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.real.test_samples_replayed import BINARIES, live, same_as_claimed

from authlint.readers.embedded import dump, find
from authlint.readers.nginx.excerpt import Excerpt
from authlint.readers.nginx.scan import GHOST

FORMS = Path(__file__).parents[2] / "samples" / "systems" / "forms"
HOSTS = ("manifests/gateway.yaml", "compose.yaml", "Dockerfile", "install.sh", "nginx-T.txt")
TEMPLATES = (
    "templates/default.conf.template",
    "roles/web/templates/site.conf.j2",
    "roles/web/templates/vhosts.conf.j2",
)
VALUES = {
    "${NGINX_PORT}": "80",
    "${ENVIRONMENT}": "test",
    "{{ site_name }}": "stats.example.com",
    "{{ user_file }}": "/etc/nginx/htpasswd",
    "{{ address }}": "127.0.0.1",
    "{{ shop.name }}": "shop.example.com",
    "{{ shop.realm }}": "the",
    "{{ shop.backend }}": "shop:8080",
}


def test_every_form_is_replayed() -> None:
    files = {str(path.relative_to(FORMS)) for path in FORMS.rglob("*") if path.is_file()}
    assert files == {*HOSTS, *TEMPLATES, "expect.toml"}


@pytest.mark.parametrize("server", BINARIES)
@pytest.mark.parametrize("form", [*HOSTS, *TEMPLATES])
def test_what_is_taken_out_behaves_as_claimed(
    form: str, server: str, tmp_path: Path, require: Any, found_in: Any
) -> None:
    require(server)
    findings = [one for one in found_in(FORMS).findings if one.primary.span.path == form]
    assert findings
    taken_out(form, tmp_path / "configuration")
    with live(tmp_path / "configuration", tmp_path, server) as running:
        for finding in findings:
            assert finding.witness
            for exchange in finding.witness:
                same_as_claimed(running, exchange)


def taken_out(form: str, folder: Path) -> None:
    """The files as they lie on the server's disk."""
    text = (FORMS / form).read_text()
    folder.mkdir()
    if form in TEMPLATES:
        (folder / "nginx.conf").write_text(f"events {{}}\nhttp {{\n{filled(text)}\n}}\n")
        return
    for one in dump.excerpts(form, text) if dump.is_dump(text) else find.excerpts(form, text):
        path = folder / place(one)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(one.text.replace(GHOST, "").lstrip())


def filled(template: str) -> str:
    for name, value in VALUES.items():
        template = template.replace(name, value)
    return re.sub(r"\{[%#].*?[%#]\}", "", template)


def place(one: Excerpt) -> str:
    """Below /etc/nginx; of a ConfigMap all but nginx.conf and what servers include is mounted as conf.d."""
    name = one.path.removeprefix(one.host).removeprefix("/etc/nginx/")
    if not one.flat:
        return name
    last = name.rpartition("/")[2]
    return f"conf.d/{last}" if last == "default.conf" else last
