"""Clients that send credentials only when a challenge asks for them; no rule itself."""

from __future__ import annotations

import re

from authlint.finding import Label
from authlint.site import Endpoint, Site

# What a path, a host or an application is called, and who then calls it. All of these send the first request without
# credentials and look at WWW-Authenticate (https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1; the token flow of a
# registry: https://distribution.github.io/distribution/spec/auth/token/).
WAITING = (
    (
        r"\\?\.git\b|/git-(upload|receive)-pack|/info/(refs|lfs)|(^|[^a-z])(gitea|gitlab|gogs|gitblit)([^a-z]|$)",
        "git",
    ),
    (r"^[a-z-]*registry([^a-z]|$)|(^|[^a-z])(docker|harbor)[-.]?registry", "docker"),
    (r"(^|[^a-z])(web)?dav([^a-z]|$)|remote\\?\.php|(^|[^a-z])c(al|ard)dav", "WebDAV clients"),
    (r"(^|[^a-z])(svn|subversion)([^a-z]|$)", "svn"),
    (r"(^|[^a-z])(nexus|artifactory|pypi|maven2?|nuget)([^a-z]|$)", "package managers"),
)


def waiting(site: Site, endpoint: Endpoint) -> Label | None:
    """Who calls this route and has to be asked; the path, the host's name or the application's says it."""
    names = [
        (endpoint.route.match.text, "path", endpoint.route.span),
        (endpoint.host.name, "name", endpoint.host.span),
    ]
    reached, forward = site.upstream(endpoint), endpoint.forward
    if forward is not None and reached is not None:
        names.append((reached, "name", forward.span))
    for text, kind, span in names:
        for pattern, client in WAITING:
            if re.search(pattern, text.lower()):
                return Label(span, f"callers, by this {kind}: {client}, who send credentials only when asked")
    return None
