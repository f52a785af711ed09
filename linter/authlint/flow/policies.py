"""Policies that say who may pass (Envoy's rbac)."""

from __future__ import annotations

from authlint.flow.assume import CREDENTIALS
from authlint.flow.passage import Passage
from authlint.flow.values import holds
from authlint.flow.verdict import Denied, Passed, Verdict
from authlint.model.condition import All, AnyOf, Condition, Not, Test
from authlint.model.credential import Allow
from authlint.model.value import reads


def allow(p: Passage, check: Allow) -> Verdict:
    """The first policy that covers the request decides; claims that nobody has read are taken to fit."""
    for policy in check.policies:
        if reads_claims(policy.when) and None in p.claims.values():
            p.shared.assumed[CREDENTIALS] = None
            covered = check.action == "allow"
        else:
            covered = holds(p, policy.when)
        if covered:
            return (
                Passed(policy.span) if check.action == "allow" else Denied(check.status, policy.span, check)
            )
    return Denied(check.status, check.span, check) if check.action == "allow" else None


def reads_claims(condition: Condition) -> bool:
    match condition:
        case Test(value):
            return reads(value, {}, "claim")
        case Not(inner):
            return reads_claims(inner)
        case All(several) | AnyOf(several):
            return any(reads_claims(one) for one in several)
        case _:
            return False
