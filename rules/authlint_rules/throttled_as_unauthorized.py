"""A client that asks too often is told that its credentials are wrong.

What happens
    The limit answers 401 or 403. Clients take that for a lost session: they throw their token away, log in again, or
    show the sign-in page, and so ask even more often. 429 says what is the matter (RFC 6585), and Retry-After when to
    come back. A limit that answers 503, as nginx does unless it is told otherwise, is taken for an outage.

Bad
    limit_req zone=clients;
    limit_req_status 401;

Good
    limit_req zone=clients;
    limit_req_status 429;

When it stays quiet
    The answer is made into a 429 on its way (error_page 503 =429 ...); the limit is not enforced. A 503 is only told,
    as information, where the route asks for credentials or is an API.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Given, Label, Level
from authlint.intent import Mend, Reword
from authlint.model.step import Limit
from authlint.record import replace
from authlint.rule import Rule
from authlint.site import Endpoint, Site, headers_of, steps_of

ID = "throttled-as-unauthorized"
TAKEN_FOR = {
    401: "wrong credentials",
    403: "a right that is missing",
    503: "an outage",
}


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        for limit in dict.fromkeys(step for step in steps_of(endpoint.route) if isinstance(step, Limit)):
            if limit.status in (401, 403) or (limit.status == 503 and _concerns(site, endpoint)):
                yield from _judged(site, endpoint, limit)


def _concerns(site: Site, endpoint: Endpoint) -> bool:
    return any(evidence.mechanisms(endpoint)) or evidence.is_api(site, endpoint) is not None


def _judged(site: Site, endpoint: Endpoint, limit: Limit) -> Iterator[Finding]:
    credential = next(site.passing(endpoint), "none")
    request = site.request(endpoint, *headers_of(credential))
    outcome = site.ask(request, replace(site.supposing({}), used_up=frozenset((limit.span,))))
    decided = outcome.decided
    if outcome.status != limit.status or decided is None or decided.span != limit.span:
        return
    count = limit.at_once
    yield Finding(
        rule=ID,
        level=Level.INFO if limit.status == 503 else Level.WARNING,
        message=f"{endpoint.title} answers {limit.status} to clients that ask too often",
        primary=Label(
            limit.status_span or limit.span, f"taken for {TAKEN_FOR[limit.status]}: clients do not wait"
        ),
        related=(Label(limit.span, "the limit"),) if limit.status_span is not None else (),
        routes=(endpoint.title,),
        witness=() if count is None else (site.exchange(request, outcome, "429", given=Given(before=count)),),
        proof="" if count is not None else f"what the limit's service refuses is answered {limit.status}",
        cure=site.cure(
            ID, "answer 429: limit_req_status 429; for requests, limit_conn_status 429; for connections"
        ),
        stated=outcome.assumed,
        mends=_mends(limit),
    )


def _mends(limit: Limit) -> tuple[Mend, ...]:
    if limit.status_span is None:
        return ()
    return (Mend("answer 429", (Reword(limit.status_span, str(limit.status), "429"),)),)


RULE = Rule(
    id=ID,
    summary="A client that asks too often is told that its credentials are wrong",
    level=Level.WARNING,
    reference="https://www.rfc-editor.org/rfc/rfc6585#section-4",
    manual=__doc__ or "",
    check=check,
)
