"""Who calls a path without credentials, told by the path."""

from __future__ import annotations

import re

PROBES, ANYONE = "health probes", "clients that look for well-known files"
# Who calls a path, by the path; the first that fits. A word of everyday life ("health", "ready") is a probe's only
# at the root: /services/health may well be about doctors.
CALLERS = (
    (r"^/\.well-known/acme-challenge(/|$)", "certificate authorities"),
    (r"/\.well-known/(openid-configuration|oauth-|jwks)|/jwks(\.json)?$", "clients that look for keys"),
    (r"^/\.well-known/", ANYONE),
    (
        r"/(healthz|livez|readyz|health[-_]?check)/?$|^/(_?health|ready|live(ness)?|-/(healthy|ready))$",
        PROBES,
    ),
)


def callers_of(path: str) -> str | None:
    return next((callers for pattern, callers in CALLERS if re.search(pattern, path)), None)
