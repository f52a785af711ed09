"""The files of a run: each is read once, and what is wrong with it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authlint.readers.trouble import Trouble
from authlint.record import field, mutable
from authlint.text import Source, Sources, Span

if TYPE_CHECKING:
    from authlint.model.gateway import Server
    from authlint.readers.nginx.excerpt import Excerpt
    from authlint.readers.nginx.page import Page


@mutable
class Library:
    """Files by the path they are printed with; `memory` holds texts that are not on the disk (or not yet)."""

    sources: Sources
    project: str
    include_roots: tuple[str, ...] = ()
    server: Server | None = None  # what the project says that it runs
    memory: dict[str, str] = field(default_factory=dict)
    excerpts: dict[str, Excerpt] = field(default_factory=dict)  # parts of other files, by their paths
    pages: dict[str, Page | None] = field(default_factory=dict)  # those that were read as nginx's
    troubles: list[Trouble] = field(default_factory=list)

    def host(self, path: str) -> str:
        """The file that a person opens to see what stands at a path."""
        excerpt = self.excerpts.get(path)
        return path if excerpt is None else excerpt.host

    def text(self, path: str, raw: bytes = b"") -> str | None:
        """What a file says, or None where it cannot be read (a trouble says why); `raw` are its bytes, where they were
        read before."""
        if path in self.excerpts:
            return self.excerpts[path].text
        if path in self.memory:
            return self.memory[path]
        if path in self.sources:
            return self.sources[path].text
        if raw:
            return self._decoded(path, raw)
        try:
            with open(path, "rb") as file:
                return self._decoded(path, file.read())
        except OSError as error:
            self._unreadable(path, f"cannot be read: {error.strerror}")
            return None

    def _decoded(self, path: str, raw: bytes) -> str:
        try:
            return raw.decode("utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8")
        except UnicodeDecodeError as error:
            # Servers read bytes and do not mind; one character a byte keeps every place right.
            why = f"this is not UTF-8 (byte {raw[error.start]:#04x}); the file is read byte by byte"
            span = Span(path, error.start, error.start + 1)
            self.troubles.append(Trouble("syntax-error", why, span, harmless=True))
            return raw.decode("latin-1")

    def _unreadable(self, path: str, why: str) -> None:
        self.sources.setdefault(path, Source(path, ""))
        self.troubles.append(Trouble("syntax-error", f"the file {why}", Span(path, 0, 1)))
