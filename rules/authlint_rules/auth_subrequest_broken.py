"""The auth service is asked in a way that no verdict can come of.

What happens
    Before a request goes on, another one asks who it is from. Only certain answers count: for nginx 2xx, 401 and
    403, for Envoy 200 alone. A path that no service stands behind, a page of the sign-in in place of the question,
    or a request that announces a body and never sends it, ends in 500, in a refusal or in a timeout, for everybody.

Bad
    location /app/ {
        auth_request http://login:4180/verify;
        proxy_pass http://app:8080;
    }

Good
    location /app/ {
        auth_request /auth;
        proxy_pass http://app:8080;
    }
    location = /auth {
        internal;
        proxy_pass http://login:4180/verify;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
    }

When it stays quiet
    The service may answer under that path; no location has the path (auth-reference-dangling). That a service waits
    for a body whose Content-Length it gets is shown with --pedantic: most services look at headers alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Given, Label, Level
from authlint.intent import AskUnder, Mend
from authlint.model.credential import Call
from authlint.model.fact import Miswired
from authlint.model.step import Ask
from authlint.record import replace
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.questions.faults import Fault
from authlint_rules.questions.verdicts import faults

ID = "auth-subrequest-broken"


def check(site: Site) -> Iterator[Finding]:
    for fact in site.gateway.facts:
        if isinstance(fact, Miswired):
            yield _miswired(site, fact)
    for endpoint in site.endpoints:
        for service in evidence.mechanisms(endpoint):
            if isinstance(service, (Ask, Call)):
                yield from (
                    _finding(site, endpoint, fault) for fault in list(faults(site, endpoint, service))[:1]
                )


def _miswired(site: Site, fact: Miswired) -> Finding:
    """What stands in the configuration is not what the service is asked."""
    asked = [
        endpoint
        for endpoint in site.endpoints
        if any(
            isinstance(one, Call) and fact.span.path == one.span.path for one in evidence.mechanisms(endpoint)
        )
    ]
    shown = [site.request(endpoint) for endpoint in asked[:1]]
    witness = tuple(
        site.exchange(request, site.ask(request), "the verdict of the path that is written")
        for request in shown
    )
    return Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"the auth service is not asked as it says here: {fact.instead}",
        primary=Label(fact.span, fact.why),
        routes=tuple(endpoint.title for endpoint in asked),
        witness=witness,
        proof=fact.instead,
        cure=fact.cure,
        mends=(Mend(f"ask under {fact.path}", (AskUnder(fact.span, fact.path),), unseen=True),),
    )


def _finding(site: Site, endpoint: Endpoint, fault: Fault) -> Finding:
    shown = site.exchange(fault.request, fault.outcome, "the auth service's verdict")
    waits = fault.verdict == 0
    message = f"{endpoint.title} is answered {fault.outcome.status}: the auth service cannot give a verdict"
    return Finding(
        rule=ID,
        level=Level.WARNING if waits else Level.ERROR,
        message=f"{endpoint.title}: the auth service waits for a body that never comes" if waits else message,
        primary=fault.place,
        related=fault.related,
        routes=(endpoint.title,),
        witness=(replace(shown, given=Given(verdict=fault.verdict), body=fault.request.body),),
        cure=site.cure(ID, fault.cure),
        assumes=fault.assumes,
        pedantic=bool(fault.assumes),
        stated=(*fault.outcome.assumed, *fault.stated),
        mends=fault.mends,
    )


RULE = Rule(
    id=ID,
    summary="An auth service is asked so that it cannot give a verdict",
    level=Level.ERROR,
    reference="https://nginx.org/en/docs/http/ngx_http_auth_request_module.html",
    manual=__doc__ or "",
    check=check,
)
