"""Which files to look at: those that were named, those below named folders, and all of the project."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from authlint.finding import Notice
from authlint.settings import Settings

STDIN = "-"
LARGEST = 4 * 1024 * 1024  # bytes; a larger file is no configuration that a person wrote
_SNIFFED = 8 * 1024  # bytes

_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "node_modules", ".venv", "__pycache__", ".tox"})
_NAME = re.compile(
    r"nginx\.conf.*|.+\.conf\.[^/]+|.+\.(?:conf|nginx|vhost|template|tmpl|j2|sample|inc|cfg)", re.DOTALL
)
# YAML and JSON: Envoy's bootstraps and manifests; a tool's template of one keeps the name before its own suffix.
_DOCUMENT = re.compile(r".+\.(?:ya?ml|json)(?:\.(?:j2|tmpl|tpl|template|gotmpl|sample|example))?", re.DOTALL)
# Folders in which a file needs no suffix to be nginx's.
_NGINX_FOLDERS = frozenset({"sites-available", "sites-enabled", "conf.d", "nginx", "snippets"})


@dataclass(slots=True)
class Discovered:
    """The files of a run; all paths are absolute.

    `named` were named one by one and are judged whatever they hold, `candidates` lie below named folders and
    may be anything. `texts` holds what is not to be read from disk (standard input). `missing` are named paths
    that cannot be read, and why.
    """

    root: Path
    named: tuple[Path, ...] = ()
    candidates: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    texts: dict[Path, str] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    missing: tuple[Notice, ...] = ()
    _project: tuple[Path, ...] | None = None
    _listed: dict[Path, tuple[Path, ...]] = field(default_factory=dict)
    _contents: dict[Path, bytes] = field(default_factory=dict)

    def content(self, path: Path) -> bytes:
        """The bytes of a document; none where it is too large, binary or unreadable. Kept: it is read once."""
        if path not in self._contents:
            raw = _content(path)
            self._contents[path] = b"" if isinstance(raw, str) else raw
        return self._contents[path]

    def project(self) -> tuple[Path, ...]:
        """Every file of the project whose name could be a configuration's; listed on the first call."""
        if self._project is None:
            self._project = self._listed.get(self.root) or tuple(sorted(_interesting(self.root)))
        return self._project

    def asked_for(self, path: Path) -> bool:
        """Whether a place in this file was asked for: it was named, or lies below a named folder."""
        return path in self.named or any(path.is_relative_to(folder) for folder in self.folders)


def discover(
    paths: Sequence[str], root: Path, settings: Settings, *, stdin: tuple[str, str] | None = None
) -> Discovered:
    """The files for `paths` (relative to the working directory); `-` means `stdin`, a (file name, text) pair."""
    found = Discovered(_absolute(root))
    for name in paths:
        _add(found, name, stdin)
    here, named = Path.cwd(), dict.fromkeys(found.named)
    candidates: dict[Path, None] = {}
    for folder in found.folders:
        listed = found._listed[folder] = tuple(sorted(_interesting(folder)))
        candidates.update(dict.fromkeys(listed))
    passed: dict[Path, str] = {}
    for path in [*named, *(path for path in candidates if path not in named)]:
        # Of many documents few are of interest: they are opened once, when they are read.
        later = is_document(path.name) and path not in named
        reason = None if path in found.texts or later else passed_over(path)
        if reason:
            passed[path] = reason
    found.named = tuple(path for path in named if path not in passed)
    found.candidates = tuple(path for path in candidates if path not in passed and path not in named)
    found.notices = tuple(Notice(os.path.relpath(path, here), reason) for path, reason in passed.items())
    return found


def _add(found: Discovered, name: str, stdin: tuple[str, str] | None) -> None:
    if name == STDIN and stdin is not None:
        path = _absolute(Path(stdin[0]))
        found.texts[path] = stdin[1]
        found.named += (path,)
        return
    path = _absolute(Path(name))
    if path.is_dir():
        found.folders += (path,)
        return
    problem = _unreadable(path)
    if problem:
        found.missing += (Notice(name, problem),)
    else:
        found.named += (path,)


def passed_over(path: Path) -> str | None:
    """Why a file is not read although its name fits (too large, binary, unreadable), or None."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > LARGEST:
                return f"is larger than {LARGEST // 1024 // 1024} MiB"
            if b"\0" in file.read(_SNIFFED):
                return "is binary"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return None


def _content(path: Path) -> bytes | str:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > LARGEST:
                return f"is larger than {LARGEST // 1024 // 1024} MiB"
            raw = file.read()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return "is binary" if b"\0" in raw[:_SNIFFED] else raw


def is_document(name: str) -> bool:
    """Whether a file's name is that of YAML or JSON."""
    return _DOCUMENT.fullmatch(name) is not None


def could_be_configuration(path: str) -> bool:
    """Whether a file's name and folders are such as configuration has that is read (`/` between them)."""
    *folders, name = path.split("/")
    if _NAME.fullmatch(name) or is_document(name):
        return True
    return "." not in name and not _NGINX_FOLDERS.isdisjoint(folders)


def _unreadable(path: Path) -> str | None:
    if not path.exists():
        return "there is no such file"
    # A pipe or a device might never end.
    if not path.is_file():
        return "is not a regular file"
    return None if os.access(path, os.R_OK) else "cannot be read: permission denied"


def _interesting(folder: Path) -> Iterator[Path]:
    listed = _listed_by_git(folder)
    files = _walked(folder) if listed is None else listed
    prefix = folder.as_posix()
    linked = os.path.realpath(prefix) != prefix
    seen: set[str] = set()
    for file in files:
        if not could_be_configuration(f"{prefix}/{file}"):
            continue
        path = f"{prefix}/{file}"
        # A link to a file that is listed under its own name too (sites-enabled) is one file.
        real = os.path.realpath(path) if linked or os.path.islink(path) else path
        if real not in seen and os.path.isfile(real):
            seen.add(real)
            yield Path(path)


def _listed_by_git(folder: Path) -> list[str] | None:
    """What git does not ignore below the folder, relative to it; None where the folder is in no work tree."""
    if not any((parent / ".git").exists() for parent in (folder, *folder.parents)):
        return None
    import subprocess

    command = ["git", "-C", str(folder), "ls-files", "-co", "--exclude-standard", "-z", "--", "."]
    try:
        done = subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    names = {os.fsdecode(name) for name in done.stdout.split(b"\0") if name}
    if not names and _is_ignored(folder):
        # Who names an ignored folder wants to have it looked at.
        return None
    return sorted(name for name in names if _SKIPPED_FOLDERS.isdisjoint(name.split("/")[:-1]))


def _is_ignored(folder: Path) -> bool:
    import subprocess

    return (
        subprocess.run(["git", "-C", str(folder), "check-ignore", "-q", "."], capture_output=True).returncode
        == 0
    )


def _walked(folder: Path) -> Iterator[str]:
    # Links to folders are not followed, so that no loop of them matters.
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED_FOLDERS)
        below = os.path.relpath(parent, folder)
        for name in sorted(files):
            yield name if below == "." else f"{below}/{name}".replace(os.sep, "/")


def _absolute(path: Path) -> Path:
    """Without `..` and without following links: a file is called what the user calls it."""
    return Path(os.path.normpath(path.absolute()))
