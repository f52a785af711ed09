"""The one place that answers what lies at a path of the gateway's machine."""

from __future__ import annotations

import os
from typing import Literal, Protocol, TypeAlias

State: TypeAlias = Literal["file", "directory", "absent", "unknown"]

LARGEST = 1 << 20


class Files(Protocol):
    """Where a server's files are looked for."""

    def state(self, path: str) -> State: ...

    def read(self, path: str) -> str | None:
        """The text of a password file; None where it cannot be read."""
        ...

    def beside(self, directory: str) -> Files:
        """Where the files of another server are looked for, whose configuration lies in this directory."""
        ...


class Checkout:
    """Files beside the configuration.

    A relative name starts at `directory`. What is not there may still exist on the server, unless its folder
    is there too and is more than the configuration's own, or the folder is `complete`: then it is absent.
    Absolute names are looked up through `places`: prefixes of the server and the folders that hold them here.
    """

    def __init__(
        self, directory: str, places: tuple[tuple[str, str], ...] = (), complete: bool = False
    ) -> None:
        self.directory = directory
        self.places = places
        self.complete = complete
        self._states: dict[str, State] = {}

    def state(self, path: str) -> State:
        known = self._states.get(path)
        if known is None:
            known = self._states[path] = self._look(path)
        return known

    def _here(self, path: str) -> str | None:
        if not path.startswith("/"):
            return os.path.join(self.directory, path)
        for prefix, folder in self.places:
            if path == prefix or path.startswith(prefix.rstrip("/") + "/"):
                return os.path.join(folder, path[len(prefix) :].lstrip("/"))
        return None

    def _look(self, path: str) -> State:
        here = self._here(path)
        if here is None or "\0" in here:
            return "unknown"
        try:
            if os.path.isdir(here):
                return "directory"
            if os.path.exists(here):
                return "file"
        except OSError:
            return "unknown"
        if path.startswith("/"):
            return "unknown"
        if self.complete:
            return "absent"
        top = path.split("/", 1)[0]
        return "absent" if "/" in path and os.path.isdir(os.path.join(self.directory, top)) else "unknown"

    def read(self, path: str) -> str | None:
        here = self._here(path)
        if here is None:
            return None
        try:
            with open(here, encoding="utf-8", errors="surrogateescape") as file:
                return file.read(LARGEST)
        except OSError:
            return None

    def beside(self, directory: str) -> Files:
        there = os.path.abspath(directory)
        moved = ((prefix, there if folder == self.directory else folder) for prefix, folder in self.places)
        return Checkout(there, tuple(moved), self.complete)


class Nowhere:
    """No file is known."""

    def state(self, path: str) -> State:
        return "unknown"

    def read(self, path: str) -> str | None:
        return None

    def beside(self, directory: str) -> Files:
        return self
