"""Files on the disk that an include may mean."""

from __future__ import annotations

import fnmatch
import os

FILLED_IN = (".j2", ".template", ".tmpl")
KEPT_AS = (".sample", ".example", ".dist")


def on_disk(pattern: str) -> list[str]:
    """The files that a pattern names; what a tool makes of a template has the template's name without its suffix."""
    found = _listed(pattern)
    for suffix in FILLED_IN:
        found += [path for path in _listed(pattern + suffix) if path.removesuffix(suffix) not in found]
    folder, last = os.path.split(pattern)
    if os.path.basename(folder) == "conf.d":
        # The image fills /etc/nginx/templates into conf.d (https://hub.docker.com/_/nginx).
        found += _listed(os.path.join(os.path.dirname(folder), "templates", last + ".template"))
    return found


def stand_ins(name: str) -> list[str]:
    """What a repository keeps in place of a file that is made or linked where the server runs."""
    for suffix in (*FILLED_IN, *KEPT_AS):
        found = _listed(name + suffix)
        if found:
            return found
    parts = name.split("/")
    available = "/".join("sites-available" if part == "sites-enabled" else part for part in parts)
    return _listed(available) if available != name else []


def _listed(pattern: str) -> list[str]:
    import glob

    return sorted(os.path.normpath(path) for path in glob.glob(pattern) if os.path.isfile(path))


def matches(path: str, pattern: str) -> bool:
    """As the shell matches file names: a `*` ends at a slash."""
    parts, wanted = path.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatch.fnmatchcase, parts, wanted))
