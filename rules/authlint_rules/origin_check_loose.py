r"""The test of the Origin header lets in sites that it does not mean.

What happens
    The list of origins is written as a pattern, and the pattern fits more than it says: without ^ and $ it is found
    inside of longer names, a plain dot stands for any character, a prefix does not end where the name ends. Whoever
    registers such a name may call the route from a page of theirs and read the answers, with the user's cookies where
    credentials are allowed. A prefix that ends in the midst of a name has no fix: nobody says how it goes on.

Bad
    map $http_origin $allowed {
        ~https://app.example.com $http_origin;
    }

Good
    map $http_origin $allowed {
        ~^https://app\.example\.com$ $http_origin;
    }

When it stays quiet
    The pattern fits only names under the same registered domain; what it fits besides is no origin a browser can
    send; the origin that is sent back is a fixed one; everybody is let in (wildcard-origin-with-credentials).
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.client.cors import cors_check
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.model.value import Text
from authlint.rule import Rule
from authlint.site import STRANGER, Endpoint, Site, headers_of
from authlint.text import Span
from authlint_rules.mends.origins import tighten
from authlint_rules.questions.strangers import strangers, tests

ID = "origin-check-loose"
ORIGIN, CREDENTIALS = "access-control-allow-origin", "access-control-allow-credentials"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if evidence.is_asset(endpoint):
            continue
        found: dict[Span, Finding] = {}
        for test, span in tests(site, endpoint):
            for stranger in strangers(test) if span not in found else ():
                finding = _judged(site, endpoint, test, span, stranger)
                if finding is not None:
                    found[span] = finding
                    break
        yield from found.values()


def _judged(site: Site, endpoint: Endpoint, test: Text, span: Span, stranger: str) -> Finding | None:
    for request in _requests(site, endpoint, stranger):
        outcome = site.ask(request)
        if outcome.opens or not _let_in(outcome, stranger):
            continue
        if any(_let_in(site.ask(other), STRANGER) for other in _requests(site, endpoint, STRANGER)):
            return None
        cookies = any(world.value(CREDENTIALS) == "true" for world in outcome.worlds)
        return Finding(
            rule=ID,
            level=Level.WARNING,
            message=f"{endpoint.title}: pages of {stranger} may read this"
            + (" with the user's cookies" if cookies else ""),
            primary=Label(span, f"lets in {stranger} too"),
            routes=(endpoint.title,),
            witness=(site.exchange(request, outcome, "no Access-Control-Allow-Origin for this origin"),),
            cure=site.cure(
                ID,
                r"write the whole origin, or anchor the pattern and escape its dots: ~^https://app\.example\.com$",
            ),
            stated=outcome.assumed,
            mends=tighten(test, span),
        )
    return None


def _requests(site: Site, endpoint: Endpoint, origin: str) -> Iterator[Request]:
    credential = next(site.passing(endpoint), "none")
    yield site.request(endpoint, ("Origin", origin), *headers_of(credential))
    yield site.preflight(endpoint, origin)


def _let_in(outcome: Outcome, origin: str) -> bool:
    """Whether the gateway's own headers let pages of this origin read the answer."""
    return all(
        world.status is not None
        and world.status < 400
        and all(header.op is not None for header in world.get(ORIGIN))
        and cors_check(world.headers, origin, credentials=False).passed
        for world in outcome.worlds
    )


RULE = Rule(
    id=ID,
    summary="The test of the Origin header lets in strangers",
    level=Level.WARNING,
    reference="https://fetch.spec.whatwg.org/#http-access-control-allow-origin",
    manual=__doc__ or "",
    check=check,
)
