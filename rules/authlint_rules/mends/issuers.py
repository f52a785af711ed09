"""Whose tokens are taken, and for whom."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.intent import Include, Mend, Reword
from authlint.model.condition import All, AnyOf, Condition, Not, Test
from authlint.model.credential import Allow, Provider
from authlint.site import Endpoint, Site, requires
from authlint_rules.questions.issuers import asked_for


def spell(endpoint: Endpoint, provider: Provider, real: str) -> tuple[Mend, ...]:
    """The issuer is written as the service writes it: in no other spelling it has any tokens. Where a policy has it in
    this spelling too, the one without the other would be worth nothing."""
    checks = [one for require in requires(endpoint.route) for one in require.checks if isinstance(one, Allow)]
    texts = [text for one in checks for policy in one.policies for text in _texts(policy.when)]
    if provider.issuer_span is None or any(provider.issuer in text for text in texts):
        return ()
    reword = Reword(provider.issuer_span, provider.issuer, real)
    return (Mend(f"write it as the service does: {real}", (reword,), safe=True),)


def agree(site: Site, provider: Provider, first: Provider) -> tuple[Mend, ...]:
    """Of two spellings that which more of the providers have; where they are even nobody says which is right."""
    said = {one.span: one.issuer for endpoint in site.endpoints for _, one in asked_for(site, endpoint)}
    spellings = list(said.values())
    few, many = sorted((provider, first), key=lambda one: spellings.count(one.issuer))
    if few.issuer_span is None or spellings.count(few.issuer) == spellings.count(many.issuer):
        return ()
    return (
        Mend(f"write it as elsewhere: {many.issuer}", (Reword(few.issuer_span, few.issuer, many.issuer),)),
    )


def _texts(when: Condition) -> Iterator[str]:
    """What a condition compares with."""
    if isinstance(when, (All, AnyOf)):
        for one in when.conditions:
            yield from _texts(one)
    elif isinstance(when, Not):
        yield from _texts(when.condition)
    elif isinstance(when, Test):
        yield when.how.arg.replace("\\", "")


def admit(provider: Provider, client: str) -> tuple[Mend, ...]:
    """Tokens for this client are taken beside the others."""
    if provider.audiences_span is None:
        return ()
    return (Mend(f"take tokens for {client} too", (Include(provider.audiences_span, client),)),)
