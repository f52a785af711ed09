"""A route as clients reach it, and the made-up requests that reach it."""

from __future__ import annotations

from authlint.flow.request import Headers
from authlint.model.gateway import Listener, Route, VirtualHost
from authlint.model.step import Forward
from authlint.record import entity


@entity
class Endpoint:
    """A route with a URL that takes it, and the method and headers that it asks for.

    `focus` is the path of a part of the route that its checks treat differently from the rest; `idle` are the id()s
    of checks of the route that ask nothing of these requests.
    """

    listener: Listener
    host: VirtualHost
    route: Route
    url: str
    method: str = "GET"
    headers: Headers = ()
    focus: str = ""
    idle: frozenset[int] = frozenset()

    @property
    def title(self) -> str:
        """Host and path for people."""
        name = self.host.name or "any host"
        match = self.route.match
        text = self.focus or match.text
        sign = "" if self.focus else {"exact": "= ", "pattern": "~ ", "full": "~ "}.get(match.kind, "")
        shown = f"{name} {sign}{text}" if sign else f"{name}{text}"
        return shown if self.method == "GET" else f"{shown} ({self.method})"

    @property
    def base(self) -> str:
        """Scheme and authority of the URL."""
        scheme, _, rest = self.url.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}"

    @property
    def forward(self) -> Forward | None:
        return next((step for step in self.route.block.steps if isinstance(step, Forward)), None)


def with_credential(url: str, headers: Headers) -> tuple[str, Headers]:
    """URL and headers of a request: what is written as "?name" goes into the query."""
    plain = tuple((name, value) for name, value in headers if not name.startswith("?"))
    for name, value in headers:
        if name.startswith("?"):
            url += ("&" if "?" in url else "?") + f"{name[1:]}={value}"
    return url, plain
