"""Lists of addresses that only ever see a proxy's; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Finding, Label, Level
from authlint.flow.outcome import Outcome
from authlint.model.step import Address, SetAddress
from authlint.site import Endpoint, Site, requires, steps_of
from authlint.text import Span


def own_address(rule: str, site: Site, endpoint: Endpoint) -> Iterator[Finding]:
    """A list of addresses on a server that only this machine can reach: it sees no client's."""
    if not endpoint.listener.address.startswith(("127.", "::1")) or not _judges_by_address(endpoint):
        return
    outcome = site.get(endpoint)
    denied = outcome.in_every_world(_denial)
    if denied is None or outcome.status != 403 or outcome.opens:
        return
    yield Finding(
        rule=rule,
        level=Level.WARNING,
        message=f"{endpoint.title}: the list of addresses only ever sees this machine's own",
        primary=Label(denied, "refuses everybody: who comes here comes from the proxy in front"),
        routes=(endpoint.title,),
        witness=(site.exchange(site.request(endpoint), outcome, "the client's address is judged"),),
        cure="take the address from the proxy's header: set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For; or "
        "let the proxy in front judge",
        stated=outcome.assumed,
    )


def _judges_by_address(endpoint: Endpoint) -> bool:
    """Somebody else's address is let in, and no header is asked for it."""
    checks = [check for require in requires(endpoint.route) for check in require.checks]
    rules = [rule for check in checks if isinstance(check, Address) for rule in check.rules]
    named = [rule.network for rule in rules if rule.allow and rule.network not in ("all", "unix:")]
    taken = any(isinstance(one, SetAddress) for one in (*steps_of(endpoint.route), *endpoint.host.script))
    return bool(named) and not taken and not any(text.startswith(("127.", "::1")) for text in named)


def _denial(world: Outcome) -> Span | None:
    return next(
        (
            event.span
            for event in world.trace
            if event.verb == "denied" and isinstance(event.subject, Address)
        ),
        None,
    )
