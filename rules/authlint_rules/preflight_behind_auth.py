"""Browsers cannot call this route from another origin: the preflight is asked for credentials.

What happens
    Before a cross-origin request with an Authorization header a browser sends OPTIONS, the preflight, and never
    puts credentials on it. The gateway's authentication answers it with 401 (or a login page), and the browser
    reports a CORS error. curl, which sends no preflight, works.

Bad
    location /api/ {
        auth_basic "api";
        auth_basic_user_file /etc/nginx/htpasswd;
        add_header Access-Control-Allow-Origin https://app.example.com always;
        proxy_pass http://api:8080;
    }

Good
    location /api/ {
        if ($request_method = OPTIONS) {
            add_header Access-Control-Allow-Origin https://app.example.com;
            add_header Access-Control-Allow-Headers Authorization;
            return 204;
        }
        auth_basic "api";
        auth_basic_user_file /etc/nginx/htpasswd;
        add_header Access-Control-Allow-Origin https://app.example.com always;
        proxy_pass http://api:8080;
    }

When it stays quiet
    Nothing shows that the route is meant for other origins; OPTIONS is answered or exempted before authentication
    in any way (return, limit_except, a realm that is off for it, error_page); the auth service is told the method
    and may exempt it; part of the configuration was not read.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Event, Outcome
from authlint.model.step import Address
from authlint.model.value import reads
from authlint.rule import Rule
from authlint.site import Endpoint, Site, requires
from authlint_rules.mends.preflights import answer

ID = "preflight-behind-auth"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        if not any(evidence.mechanisms(endpoint)) and not site.behind(endpoint).routes:
            continue
        meant = evidence.cross_origin(site, endpoint)
        if meant is not None:
            yield from _judged(site, endpoint, meant)


def _judged(site: Site, endpoint: Endpoint, meant: Label) -> Iterator[Finding]:
    request = site.preflight(endpoint, site.origins(endpoint)[0])
    outcome = site.ask(request)
    denial = outcome.in_every_world(_refusal)
    if denial is None or denial.span is None or outcome.opens or _told_the_method(site, endpoint, outcome):
        return
    if site.let_in(endpoint) is None:
        return
    from_inside = _lets_addresses_pass(endpoint)
    host = endpoint.host.name or "this host"
    answered = outcome.status or outcome.worlds[0].status
    yield Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"browsers cannot call {endpoint.title}: the preflight is answered {answered}",
        primary=Label(denial.span, "asks the preflight for credentials, and a preflight never has any"),
        related=(meant,),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, "2xx with the CORS headers"),),
        cure=site.cure(
            ID,
            f"answer OPTIONS before auth on {host}, in the location: "
            "if ($request_method = OPTIONS) { ...the CORS headers...; return 204; }",
        ),
        stated=outcome.assumed,
        assumes=("the browser is not at one of the allowed addresses",) if from_inside else (),
        pedantic=from_inside,
        mends=answer(endpoint, denial.span),
    )


def _lets_addresses_pass(endpoint: Endpoint) -> bool:
    """Clients at certain addresses need no credentials: all that matter may be there."""
    return any(
        require.mode == "any" and any(isinstance(check, Address) for check in require.checks)
        for require in requires(endpoint.route)
    )


def _refusal(world: Outcome) -> Event | None:
    """The check that refused the preflight, if that is why it is not answered as one."""
    if world.status is None or 200 <= world.status < 300:
        return None
    return world.denial


def _told_the_method(site: Site, endpoint: Endpoint, outcome: Outcome) -> bool:
    """Whether the auth service learns that this is OPTIONS: it may then let it pass."""
    definitions = {**site.gateway.definitions, **site.behind(endpoint).definitions}
    for world in outcome.worlds:
        for asked in world.auth_requests:
            service = site.service(asked)
            if service is not None and service.exempts_options is not None:
                continue  # what it does of OPTIONS is known, and has been taken into account
            for header in asked.headers:
                op = header.op
                if op is not None and (reads(op.value, definitions, "method") or _names_a_preflight(op.name)):
                    return True
    return False


def _names_a_preflight(name: str) -> bool:
    return name.lower() in ("access-control-request-method", "x-original-method", "x-forwarded-method")


RULE = Rule(
    id=ID,
    summary="The preflight of a cross-origin route is asked for credentials",
    level=Level.ERROR,
    reference="https://fetch.spec.whatwg.org/#cors-preflight-fetch",
    manual=__doc__ or "",
    check=check,
)
