"""A page's fetch(): the preflight where one is needed, the request, its redirects, and what the page sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from authlint.client.cors import (
    PASSED,
    Verdict,
    cors_check,
    needs_preflight,
    preflight,
    preflight_check,
)
from authlint.client.redirects import LIMIT, follow, origin_text
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request

# Headers that a browser sets itself: no page asked for them.
OWN = frozenset(("origin", "cookie", "host", "user-agent", "accept", "referer"))


@dataclass(frozen=True, slots=True)
class Fetched:
    """Every exchange in order, and what the page gets: `outcome`, or the reason why there is none."""

    exchanges: tuple[tuple[Request, Outcome], ...]
    verdict: Verdict
    outcome: Outcome | None


def fetch(
    ask: Callable[[Request], Outcome],
    request: Request,
    origin: str,
    credentials: Literal["omit", "same-origin", "include"] = "same-origin",
) -> Fetched:
    """https://fetch.spec.whatwg.org/#concept-main-fetch for a script of a page of `origin`.

    The request's headers are those that the script sets. A redirect that needs a preflight gets one of its own;
    across origins, after the second the page's origin is "null".
    """
    exchanges: list[tuple[Request, Outcome]] = []
    said = origin
    crossed = False
    for _ in range(LIMIT + 1):
        here = origin_text(request.url)
        cross = here != origin or crossed
        with_credentials = credentials == "include"
        if cross:
            names = [name for name, _ in request.headers if name.lower() not in OWN]
            if needs_preflight(request.method, names):
                asked = preflight(request.url, said, request.method, names)
                answer = ask(asked)
                exchanges.append((asked, answer))
                verdict = preflight_check(answer, said, request.method, names, with_credentials)
                if not verdict.passed:
                    return Fetched(tuple(exchanges), verdict, None)
            sent = request.with_headers(("Origin", said))
        else:
            sent = request
        outcome = ask(sent)
        exchanges.append((sent, outcome))
        if outcome.status is None:
            return Fetched(tuple(exchanges), Verdict(False, "the answer is not decided", "unknown"), None)
        verdict = cors_check(outcome.headers, said, with_credentials) if cross else PASSED
        if not verdict.passed:
            return Fetched(tuple(exchanges), verdict, None)
        following = follow(request, outcome, "browser")
        if following is None:
            return Fetched(tuple(exchanges), PASSED, outcome)
        there = origin_text(following.url)
        if cross and there != here and here != origin:
            said = "null"
        crossed = crossed or there != origin
        request = following
    return Fetched(tuple(exchanges), Verdict(False, "too many redirects", "redirect"), None)
