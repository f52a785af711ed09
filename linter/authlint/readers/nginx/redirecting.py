"""Statements that send clients to https."""

from __future__ import annotations

from authlint.intent import Edit
from authlint.readers.nginx.scan import Directive
from authlint.readers.nginx.writing import STEP, Page, behind, inside

TLS = {"ssl", "quic"}


def to_tls(page: Page, found: Directive, server: Directive) -> Edit | None:
    """`return` comes before anybody is asked, and before a location is looked for where it stands in the server
    (https://nginx.org/en/docs/dev/development_guide.html#http_phases)."""
    own = server.block or ()
    secured = any(one.name.text == "listen" and TLS & {word.text for word in one.args} for one in own)
    unsaid = any(one.name.text in ("include", "ssl") for one in own)
    lines = ["return 301 https://$host$request_uri;"]
    if secured or unsaid:
        lines = ["if ($scheme = http) {", STEP + lines[0], "}"]
    if found is not server:
        return inside(page, found, lines) if found.name.text == "location" else None
    names = [one for one in own if one.name.text in ("listen", "server_name")]
    return behind(page, names[-1], lines) if names else inside(page, server, lines)
