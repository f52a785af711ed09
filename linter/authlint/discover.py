"""Which files to look at: those that were named, those below named folders, and all of the project."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence

from authlint.expression import expression
from authlint.finding import Notice
from authlint.record import field, mutable
from authlint.settings import Settings
from authlint.settings_file import nearest, work_tree

STDIN = "-"
LARGEST = 32 * 1024 * 1024  # bytes; a larger file is no configuration that a person wrote
_SNIFFED = 8 * 1024  # bytes
_AT_ONCE = 16 * 1024  # bytes

_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "node_modules", ".venv", "__pycache__", ".tox"})
_NAME = expression(
    r"nginx\.conf.*|.+\.conf\.[^/]+|.+\.(?:conf|nginx|vhost|template|tmpl|j2|sample|inc|cfg)", re.DOTALL
)
# YAML and JSON: Envoy's bootstraps and manifests; a tool's template of one keeps the name before its own suffix.
_DOCUMENT = expression(r".+\.(?:ya?ml|json)(?:\.(?:j2|tmpl|tpl|template|gotmpl|sample|example))?", re.DOTALL)
_PLAIN = (".yaml", ".yml", ".json")
# What may write a server's configuration from a here-document; and what `nginx -T` printed.
_SCRIPT = expression(r"(?:.+\.)?(?:docker|container)file(?:\..+)?|.+\.(?:sh|bash)", re.DOTALL | re.IGNORECASE)
_DUMP = expression(r"nginx.*\.(?:txt|dump|out)", re.DOTALL)
# Folders in which a file needs no suffix to be nginx's.
_NGINX_FOLDERS = frozenset({"sites-available", "sites-enabled", "conf.d", "nginx", "snippets"})


@mutable
class Discovered:
    """The files of a run; all paths are absolute.

    `named` were named one by one and are judged whatever they hold, `candidates` lie below named folders and
    may be anything. `texts` holds what is not to be read from disk (standard input, what was rendered). `missing` are
    named paths that cannot be read, and why.
    """

    root: str
    named: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    rendered: frozenset[str] = frozenset()  # of these, what was made of other files of the project
    notices: tuple[Notice, ...] = ()
    missing: tuple[Notice, ...] = ()
    _named: frozenset[str] | None = None
    _project: tuple[str, ...] | None = None
    _listed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _contents: dict[str, bytes] = field(default_factory=dict)

    def content(self, path: str) -> bytes:
        """The bytes of a document; none where it is too large, binary or unreadable. Kept: it is read once."""
        known = self._contents.get(path)
        if known is None:
            text = self.texts.get(path)
            known = _content(path) if text is None else text.encode("utf-8", "replace")
            self._contents[path] = known
        return known

    def project(self) -> tuple[str, ...]:
        """Every file of the project whose name could be a configuration's; listed on the first call."""
        if self._project is None:
            self._project = self._listed.get(self.root) or tuple(_interesting(self.root))
        return self._project

    def asked_for(self, path: str) -> bool:
        """Whether a place in this file was asked for: it was named, or lies below a named folder.

        A path is taken relative to the working directory."""
        whole = absolute(path)
        if self._named is None:
            self._named = frozenset(self.named)
        return whole in self._named or any(_is_below(whole, folder) for folder in self.folders)


def discover(
    paths: Sequence[str],
    root: str | os.PathLike[str],
    settings: Settings,
    *,
    stdin: tuple[str, str] | None = None,
) -> Discovered:
    """The files for `paths` (relative to the working directory); `-` means `stdin`, a (file name, text) pair."""
    found = Discovered(os.path.abspath(root))
    for name in paths:
        _add(found, name, stdin)
    named = dict.fromkeys(found.named)
    candidates: dict[str, None] = {}
    for folder in found.folders:
        listed = found._listed[folder] = tuple(_interesting(folder))
        candidates.update(dict.fromkeys(listed))
    passed: dict[str, str] = {}
    # Of many documents few are of interest: they are opened once, when they are read.
    now = unguarded(candidates)
    for path in (*named, *(path for path in now if path not in named)):
        reason = None if path in found.texts else passed_over(path)
        if reason:
            passed[path] = reason
    found.named = tuple(path for path in named if path not in passed)
    found.candidates = tuple(path for path in candidates if path not in passed and path not in named)
    found.notices = tuple(Notice(os.path.relpath(path), reason) for path, reason in passed.items())
    return found


def _add(found: Discovered, name: str, stdin: tuple[str, str] | None) -> None:
    if name == STDIN and stdin is not None:
        path = os.path.abspath(stdin[0])
        found.texts[path] = stdin[1]
        found.named += (path,)
        if not os.path.exists(path):
            found.rendered |= {path}
        return
    # Without `..` and without following links: a file is called what the user calls it.
    path = os.path.abspath(name)
    if os.path.isdir(path):
        found.folders += (path,)
        return
    problem = _unreadable(path)
    if problem:
        found.missing += (Notice(name, problem),)
    else:
        found.named += (own_name(path, found.root),)


def own_name(path: str, project: str) -> str:
    """A link to a file of the project (sites-enabled) is called as that file is: it is the one that a person edits."""
    if not os.path.islink(path):
        return path
    real = os.path.realpath(path)
    if not real.startswith(os.path.realpath(project) + os.sep):
        return path
    return real if os.path.isabs(path) else os.path.relpath(real)


def workplace(paths: Sequence[str]) -> str:
    """The folder whose project a run is about: the working directory; where that is the root of all files, as in a
    container, the folder that holds what was named; where it is in no project, as a home directory, the work tree
    that holds what was named."""
    here = os.getcwd()
    if not paths:
        return here
    common = os.path.commonpath([os.path.abspath(path) for path in paths])
    folder = common if os.path.isdir(common) else os.path.dirname(common)
    if here == os.path.dirname(here):
        return folder
    outside = work_tree(here) is None and nearest(here) is None
    return (work_tree(folder) if outside else None) or here


def absolute(path: str) -> str:
    """A path of this system, relative to the working directory, from the root of all."""
    return os.path.normpath(path if os.path.isabs(path) else f"{os.getcwd()}/{path}")


def shown_all(paths: Iterable[str]) -> list[str]:
    """`shown` of absolute paths without `..` in them."""
    here = os.getcwd() + "/"
    length = len(here)
    return [path[length:] if path.startswith(here) else shown(path) for path in paths]


def shown(path: str | os.PathLike[str]) -> str:
    """A path as it is printed: relative to the working directory, where the file lies below it."""
    text, here = os.path.normpath(path), os.getcwd()
    if text.startswith(here + os.sep):
        return text[len(here) + 1 :]
    relative = os.path.relpath(text)
    return text if relative.startswith("..") else relative


def passed_over(path: str) -> str | None:
    """Why a file is not read although its name fits (too large, binary, unreadable), or None."""
    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size > LARGEST:
                return f"is larger than {LARGEST // 1024 // 1024} MiB"
            if b"\0" in file.read(_SNIFFED):
                return "is binary"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return None


def _content(path: str) -> bytes:
    # A repository has thousands of documents: the system's own calls take a third of the time of a file object, and
    # nearly all of them are read at once.
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        raw = os.read(file, _AT_ONCE)
        if len(raw) == _AT_ONCE:
            size = os.fstat(file).st_size
            raw = raw + os.read(file, size - _AT_ONCE + 1) if size <= LARGEST else b""
    except OSError:
        return b""
    finally:
        os.close(file)
    return b"" if b"\0" in raw[:_SNIFFED] else raw


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder if folder.endswith(os.sep) else folder + os.sep)


def is_document(path: str) -> bool:
    """Whether a file's name is that of YAML or JSON."""
    return path.endswith(_PLAIN) or _DOCUMENT.fullmatch(path.rpartition("/")[2]) is not None


def is_script(path: str) -> bool:
    """Whether a file's name is that of a shell script or a Dockerfile."""
    return (
        path.endswith((".sh", "ockerfile", ".bash")) or _SCRIPT.fullmatch(path.rpartition("/")[2]) is not None
    )


def is_guarded(path: str) -> bool:
    """Whether files of this name are mostly somebody else's: they are opened when it is their turn, and nothing is
    said of those that hold nothing of interest."""
    return is_document(path) or is_script(path)


def documents(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if path.endswith(_PLAIN) or is_document(path)]


def scripts(paths: Iterable[str]) -> list[str]:
    others = [path for path in paths if not path.endswith(_PLAIN)]
    return [path for path in others if is_script(path) and not is_document(path)]


def unguarded(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if not (path.endswith(_PLAIN) or is_guarded(path))]


def could_be_configuration(path: str) -> bool:
    """Whether a file's name and folders are such as configuration has that is read (`/` between them)."""
    if path.endswith(_PLAIN):
        return True
    folders, _, name = path.rpartition("/")
    if is_guarded(name) or _NAME.fullmatch(name) or _DUMP.fullmatch(name):
        return True
    return "." not in name and not _NGINX_FOLDERS.isdisjoint(folders.split("/"))


def _unreadable(path: str) -> str | None:
    if not os.path.exists(path):
        return "there is no such file"
    # A pipe or a device might never end.
    if not os.path.isfile(path):
        return "is not a regular file"
    return None if os.access(path, os.R_OK) else "cannot be read: permission denied"


def _interesting(folder: str) -> list[str]:
    """The files below a folder whose names could be a configuration's, sorted. A link to a file that is there under
    its own name too (sites-enabled) is one file."""
    files, links = _listed_by_git(folder) or _walked(folder)
    if links:
        aside = os.path.realpath(folder) != folder
        seen = set(map(os.path.realpath, files)) if aside else set(files)
        for path in links:
            real = os.path.realpath(path)
            if real not in seen and os.path.isfile(real):
                seen.add(real)
                files.append(path)
    files.sort()
    return files


def _listed_by_git(folder: str) -> tuple[list[str], list[str]] | None:
    """What git does not ignore below the folder, files and links; None where the folder is in no work tree."""
    if work_tree(folder) is None:
        return None
    import subprocess

    command = ["git", "-C", folder, "ls-files", "-co", "--exclude-standard", "-z", "--", "."]
    try:
        done = subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    names = {os.fsdecode(name) for name in done.stdout.split(b"\0") if name}
    if not names and _is_ignored(folder):
        # Who names an ignored folder wants to have it looked at.
        return None
    wanted: dict[str, list[str]] = {}
    for name in names:
        inner, _, last = name.rpartition("/")
        if (not inner or _SKIPPED_FOLDERS.isdisjoint(inner.split("/"))) and could_be_configuration(
            f"{folder}/{name}"
        ):
            wanted.setdefault(f"{folder}/{inner}" if inner else folder, []).append(last)
    return _present(wanted)


def _present(wanted: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """The files and the links among the names of each folder: git still lists what was deleted. A folder is listed
    in less time than it takes to ask for each file."""
    files: list[str] = []
    links: list[str] = []
    for parent, names in wanted.items():
        try:
            with os.scandir(parent) as listed:
                entries = {entry.name: entry for entry in listed}
        except OSError:
            continue
        for name in names:
            entry = entries.get(name)
            if entry is not None and entry.is_symlink():
                links.append(f"{parent}/{name}")
            elif entry is not None and entry.is_file(follow_symlinks=False):
                files.append(f"{parent}/{name}")
    return files, sorted(links)


def _is_ignored(folder: str) -> bool:
    import subprocess

    return (
        subprocess.run(["git", "-C", folder, "check-ignore", "-q", "."], capture_output=True).returncode == 0
    )


def _walked(folder: str) -> tuple[list[str], list[str]]:
    """Every file below a folder whose name could be a configuration's, and every link to one."""
    files: list[str] = []
    links: list[str] = []
    # Links to folders are not followed, so that no loop of them matters.
    todo = [folder]
    while todo:
        parent = todo.pop()
        try:
            with os.scandir(parent) as listed:
                entries = list(listed)
        except OSError:
            continue
        prefix = parent if parent.endswith("/") else parent + "/"
        for entry in entries:
            path = prefix + entry.name
            if path.endswith(_PLAIN) and entry.is_file(follow_symlinks=False):
                files.append(path)
            elif entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED_FOLDERS:
                    todo.append(path)
            elif could_be_configuration(path) and entry.is_file():
                (links if entry.is_symlink() else files).append(path)
    return files, links
