"""Whose tokens are taken, and for whom."""

from __future__ import annotations

from authlint.intent import Include, Mend, Reword
from authlint.model.credential import Provider


def spell(provider: Provider, real: str) -> tuple[Mend, ...]:
    """The issuer is written as the service writes it: in no other spelling it has any tokens."""
    if provider.issuer_span is None:
        return ()
    reword = Reword(provider.issuer_span, provider.issuer, real)
    return (Mend(f"write it as the service does: {real}", (reword,), safe=True),)


def admit(provider: Provider, client: str) -> tuple[Mend, ...]:
    """Tokens for this client are taken beside the others."""
    if provider.audiences_span is None:
        return ()
    return (Mend(f"take tokens for {client} too", (Include(provider.audiences_span, client),)),)
