"""A request as it arrives at a gateway."""

from __future__ import annotations

from typing import TypeAlias

from authlint.record import field, record, replace

Headers: TypeAlias = tuple[tuple[str, str], ...]

SOMEWHERE = "somewhere"  # a peer's address of which nobody knows more than that it is the gateway in front
DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@record
class Request:
    """`url` is absolute; `protocol` is "HTTP/1.1", "HTTP/2.0"... (empty: nobody said). A Host header beats the URL's
    host. `vouched` are credentials (whole header values) that are valid by assumption; every other one is valid unless
    the configuration refutes it. `unsure` are texts in headers that stand for what nobody knows, and why nobody
    does."""

    method: str
    url: str
    headers: Headers = ()
    body: str = ""
    peer: str | None = None  # None: an address that the configuration does not name
    vouched: frozenset[str] = frozenset()
    protocol: str = ""
    unsure: tuple[tuple[str, str], ...] = ()
    _parts: list[str] = field(default_factory=list, compare=False, repr=False)

    def _split(self) -> list[str]:
        if not self._parts:
            scheme, _, rest = self.url.partition("://")
            cut = min(
                (i for i in (rest.find("/"), rest.find("?"), rest.find("#")) if i >= 0), default=len(rest)
            )
            authority, target = rest[:cut], rest[cut:].partition("#")[0]
            if not target.startswith("/"):
                target = "/" + target
            self._parts.extend((scheme.lower(), authority.rpartition("@")[2], target))
        return self._parts

    @property
    def scheme(self) -> str:
        return self._split()[0]

    @property
    def authority(self) -> str:
        return self._split()[1]

    @property
    def target(self) -> str:
        """Path and query, as sent."""
        return self._split()[2]

    @property
    def port(self) -> int:
        port = split_authority(self.authority)[1]
        return port if port is not None else DEFAULT_PORTS.get(self.scheme, 80)

    @property
    def host(self) -> str:
        """The Host header as sent, port included."""
        given = self.header("host")
        return given if given is not None else self.authority

    def header(self, name: str) -> str | None:
        name = name.lower()
        return next((value for key, value in self.headers if key.lower() == name), None)

    def with_headers(self, *headers: tuple[str, str]) -> Request:
        """The same request with these headers put behind its own."""
        return replace(self, headers=(*self.headers, *headers), _parts=[])


def split_authority(authority: str) -> tuple[str, int | None]:
    """Host (IPv6 in its brackets) and port of `host[:port]`."""
    if authority.startswith("["):
        host, bracket, rest = authority.partition("]")
        host += bracket
    else:
        host, colon, rest = authority.rpartition(":")
        if not colon:
            return authority, None
        rest = ":" + rest
    port = rest[1:]
    return host, int(port) if port.isdigit() else None
