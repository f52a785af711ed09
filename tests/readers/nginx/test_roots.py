"""Several entry points, files that they share, and files that nobody includes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from authlint.lint import Result

PARTS = {
    "web/nginx.conf": """
        events {}
        http {
            auth_basic_user_file /etc/nginx/htpasswd;
            include conf.d/*.conf;
        }
    """,
    "web/conf.d/a.conf": "server { listen 80; server_name a.example; include snippets/app.conf; }",
    "web/conf.d/b.conf": "server { listen 80; server_name b.example; include /etc/nginx/snippets/app.conf; }",
    "web/snippets/app.conf": 'location /api/ { auth_basic "x"; proxy_pass http://app; }',
    "api/nginx.conf": """
        events {}
        http {
            server { listen 80; server_name c.example; include ../web/snippets/app.conf; }
            server { listen 80; server_name d.example; include ../web/snippets/app.conf; }
        }
    """,
    "orphan.conf": "location /x/ { auth_basic_user_file /etc/nginx/htpasswd; proxy_pass http://app; }",
}


@pytest.fixture
def found(tmp_path: Path, found_in: Callable[[Path], Result]) -> Result:
    for name, text in PARTS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return found_in(tmp_path)


def test_a_shared_file_is_judged_where_it_is_included_and_reported_once(found: Result) -> None:
    assert [(one.rule, one.primary.span.path, one.routes) for one in found.findings if not one.pedantic] == [
        ("auth-not-enforced", "web/snippets/app.conf", ("c.example/api/", "d.example/api/"))
    ]


def test_every_file_is_read(found: Result) -> None:
    assert found.tally.read == len(PARTS)
    assert found.tally.notices == []
