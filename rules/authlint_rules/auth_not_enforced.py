"""Authentication is configured here and never asked for.

What happens
    The configuration names a realm, a password file or an auth request, so everybody believes that the route is
    protected. It is not: a request without credentials passes. Where something is missing that nobody here names, as
    the file with the users or the service to be asked, there is no fix.

Bad
    location /admin/ {
        auth_basic "restricted";
    }

    location /files/ {
        auth_basic "restricted";
        auth_basic_user_file /etc/nginx/htpasswd;
        limit_except OPTIONS { auth_basic off; }
    }

Good
    location /admin/ {
        auth_basic "restricted";
        auth_basic_user_file /etc/nginx/htpasswd;
    }

    location /files/ {
        limit_except OPTIONS {
            auth_basic "restricted";
            auth_basic_user_file /etc/nginx/htpasswd;
        }
    }

When it stays quiet
    auth_basic off is a decision; the missing half may be in a file that was not read; addresses decide as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.intent import Enforce, Mend, Remove
from authlint.model.gateway import Block, Inert
from authlint.model.step import Address, Require
from authlint.rule import Rule
from authlint.site import Endpoint, Site, blocks_of
from authlint_rules.mends.exempting import turned_round
from authlint_rules.mends.slips import corrected
from authlint_rules.questions.unasked import is_open, request_for, why_it_passes

ID = "auth-not-enforced"
BY_ADDRESS = "name the addresses that may pass without credentials, and deny all others: deny all;"
BY_ANSWER = "see that this answers 401 or 403 to a request without credentials"
METHODS = ("GET", "POST", "PUT", "DELETE")


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        yield from _inert(site, endpoint)
        yield from _inverted(site, endpoint)
        yield from _let_through(site, endpoint)


def _finding(
    site: Site,
    endpoint: Endpoint,
    request: Request,
    outcome: Outcome,
    label: Label,
    cure: str,
    mends: tuple[Mend, ...] = (),
    assumes: str = "",
) -> Finding:
    return Finding(
        rule=ID,
        level=Level.WARNING if assumes else Level.ERROR,
        message=f"{endpoint.title} is open although authentication is configured for it",
        primary=label,
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, "401: no credentials were sent"),),
        cure=cure,
        assumes=(assumes,) if assumes else (),
        pedantic=bool(assumes),
        stated=outcome.assumed,
        mends=mends,
    )


def _inert(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    if endpoint.focus:
        return  # a part of the route that has a rule of its own
    found: dict[Inert, None] = {}
    for block in (endpoint.host.block, *blocks_of(endpoint.route)):
        if not any(block.open):
            found.update(dict.fromkeys(one for one in block.inert if one.meant == "authentication"))
    for inert in found:
        request = request_for(site, endpoint, inert)
        outcome = site.ask(request)
        if not any(evidence.mechanisms(endpoint)) and is_open(outcome):
            mends = corrected(inert.slips) or (Mend("ask for credentials here", (Enforce(inert.span),)),)
            cure = site.cure(f"{ID}:missing", inert.cure) if inert.assumes else inert.cure
            label = Label(inert.span, inert.why)
            yield _finding(site, endpoint, request, outcome, label, cure, mends, inert.assumes)


def _inverted(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """A list of methods with the exception the wrong way round: all others are open, the named ones are not."""
    base = endpoint.route.block
    if not _protects(base):
        return
    for _, block in endpoint.route.variants:
        if block.exempt is None or _protects(block) or block.exempt == base.exempt:
            continue
        for method in METHODS:
            request = site.request(endpoint, method=method)
            outcome = site.ask(request)
            if outcome.block is block and is_open(outcome):
                label = Label(block.exempt, "this holds for every method but the ones named")
                cure = "turn it round: ask for credentials inside, for all methods but the named ones"
                mends = turned_round(endpoint, base, block.exempt)
                yield _finding(site, endpoint, request, outcome, label, cure, mends)
                break


def _protects(block: Block) -> bool:
    return any(isinstance(step, Require) and evidence.asks_for(step) for step in block.steps)


def _let_through(site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    block = endpoint.route.block
    request = site.request(endpoint)
    outcome = site.ask(request)
    if (
        not _protects(block)
        or block.open
        or block.exempt is not None
        or outcome.opens
        or not is_open(outcome)
    ):
        return
    for world in outcome.worlds:
        passed = next((event for event in world.trace if event.verb == "passed" and not event.auth), None)
        reason = None if passed is None else why_it_passes(world, passed)
        if passed is not None and passed.span is not None and reason is not None:
            here = isinstance(passed.subject, Address)
            mends = (Mend("let nobody pass because of the address", (Remove(passed.span),)),) if here else ()
            label = Label(passed.span, reason)
            yield _finding(site, endpoint, request, outcome, label, BY_ADDRESS if here else BY_ANSWER, mends)
            return


RULE = Rule(
    id=ID,
    summary="Authentication is configured and never asked for",
    level=Level.ERROR,
    reference="https://nginx.org/en/docs/http/ngx_http_auth_basic_module.html",
    manual=__doc__ or "",
    check=check,
)
