"""A page's fetch(), or a user's visit: preflights where they are needed, redirects, and what is seen in the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from authlint.client.cors import (
    PASSED,
    SAFE_METHODS,
    Verdict,
    announced,
    cors_check,
    preflight,
    preflight_check,
)
from authlint.client.redirects import LIMIT, follow, origin_text
from authlint.flow.outcome import REDIRECTS, Outcome
from authlint.flow.request import Headers, Request
from authlint.model.unknown import Unknown
from authlint.record import field, mutable, record

# Headers that a browser sets itself: no page asked for them.
OWN = frozenset(("origin", "cookie", "host", "user-agent", "accept", "referer"))


@record
class Fetched:
    """Every exchange in order, and what the page gets: `outcome`, or the reason why there is none."""

    exchanges: tuple[tuple[Request, Outcome], ...]
    verdict: Verdict
    outcome: Outcome | None


@mutable
class _Fetch:
    """How far it has come. `said` is what Origin says now; `crossed`: once another origin was asked, every later
    answer is checked (https://fetch.spec.whatwg.org/#concept-request-response-tainting)."""

    ask: Callable[[Request], Outcome]
    origin: str | None
    include: bool
    cors: bool
    said: str
    crossed: bool = False
    exchanges: list[tuple[Request, Outcome]] = field(default_factory=list)

    def send(self, request: Request) -> Outcome:
        outcome = self.ask(request)
        self.exchanges.append((request, outcome))
        return outcome

    def once(self, request: Request) -> tuple[Outcome | None, Verdict]:
        """The request and its preflight: the answer, if the page may go on with it."""
        here = origin_text(request.url)
        self.crossed = self.crossed or (self.cors and here != self.origin)
        names = announced(_by_the_page(request))
        if self.crossed and (names or request.method not in SAFE_METHODS):
            answer = self.send(preflight(request.url, self.said, request.method, names))
            verdict = preflight_check(answer, self.said, request.method, names, self.include)
            if not verdict.passed:
                return None, verdict
        # https://fetch.spec.whatwg.org/#append-a-request-origin-header
        if self.crossed or request.method not in ("GET", "HEAD"):
            request = request.with_headers(("Origin", self.said))
        outcome = self.send(request)
        if outcome.status is None:
            return None, Verdict(False, "the answer is not decided", "unknown")
        verdict = cors_check(outcome.headers, self.said, self.include) if self.crossed else PASSED
        return (outcome if verdict.passed else None), verdict

    def next(self, request: Request, outcome: Outcome) -> Request | Verdict:
        """Where the redirect leads; PASSED where there is none."""
        given = outcome.get("location")
        if outcome.status not in REDIRECTS or not given:
            return PASSED
        if isinstance(given[0].value, Unknown):
            return Verdict(False, given[0].value.reason, "unknown")
        following = follow(request, outcome, "fetch" if self.cors else "browser")
        if following is None:
            return Verdict(False, "the redirect leads to no http or https address", "redirect")
        here, there = origin_text(request.url), origin_text(following.url)
        if self.cors and "@" in _authority(following.url) and (self.crossed or there != self.origin):
            return Verdict(False, "the redirect has a name or password in its address", "redirect")
        # https://fetch.spec.whatwg.org/#concept-request-tainted-origin
        if there != here and here != self.origin:
            self.said = "null"
        return following


def fetch(
    ask: Callable[[Request], Outcome],
    request: Request,
    origin: str | None,
    credentials: Literal["omit", "same-origin", "include"] = "same-origin",
    mode: Literal["cors", "navigate"] = "cors",
) -> Fetched:
    """https://fetch.spec.whatwg.org/#concept-main-fetch for a script of a page of `origin`.

    The request's headers are those that the script sets; cookies are the caller's (cookies.Jar). Every redirect
    that needs a preflight gets one of its own; a preflight that is redirected fails. `navigate`: the user goes
    there, by a link or a form of a page of `origin` or (None) by hand, and nothing of CORS applies. A cors fetch
    of origin None is that of a sandboxed page: its origin is "null".
    """
    said = origin if origin is not None else "null"
    run = _Fetch(ask, origin, credentials == "include", mode == "cors", said)
    for _ in range(LIMIT + 1):
        outcome, verdict = run.once(request)
        if outcome is None:
            return Fetched(tuple(run.exchanges), verdict, None)
        following = run.next(request, outcome)
        if isinstance(following, Verdict):
            return Fetched(tuple(run.exchanges), following, outcome if following.passed else None)
        request = following
    return Fetched(tuple(run.exchanges), Verdict(False, "too many redirects", "redirect"), None)


def _by_the_page(request: Request) -> Headers:
    return tuple((name, value) for name, value in request.headers if name.lower() not in OWN)


def _authority(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]
