"""Policies that say who may pass (Envoy's rbac)."""

from __future__ import annotations

from authlint.flow.assume import CREDENTIALS
from authlint.flow.passage import Passage
from authlint.flow.values import holds
from authlint.flow.verdict import Denied, Passed, Verdict
from authlint.model.condition import All, AnyOf, Condition, Not, Test, Unclear
from authlint.model.credential import Allow
from authlint.model.value import reads

ALWAYS, NEVER = All(()), AnyOf(())


def allow(p: Passage, check: Allow) -> Verdict:
    """The first policy that covers the request decides; claims that nobody has read are taken to fit."""
    unread = None in p.claims.values()
    for policy in check.policies:
        when = policy.when
        if unread and policy.reads_claims:
            p.shared.assumed[CREDENTIALS] = None
            when = fitting(when, wanted=check.action == "allow")
        if holds(p, when):
            return (
                Passed(policy.span) if check.action == "allow" else Denied(check.status, policy.span, check)
            )
    return Denied(check.status, check.span, check) if check.action == "allow" else None


def fitting(condition: Condition, *, wanted: bool) -> Condition:
    """The condition for claims that make it true, or untrue: what else it asks, a path or a host, still counts."""
    match condition:
        case Test() if _is_of_a_claim(condition):
            return ALWAYS if wanted else NEVER
        case Not(inner):
            return Not(fitting(inner, wanted=not wanted))
        case All(several) if any(map(_is_of_a_claim, several)):
            # What stands beside a claim and was not understood is about its value.
            rest = (one for one in several if not isinstance(one, Unclear))
            return All(tuple(fitting(one, wanted=wanted) for one in rest))
        case All(several):
            return All(tuple(fitting(one, wanted=wanted) for one in several))
        case AnyOf(several):
            return AnyOf(tuple(fitting(one, wanted=wanted) for one in several))
        case _:
            return condition


def _is_of_a_claim(condition: Condition) -> bool:
    return isinstance(condition, Test) and reads(condition.value, {}, "claim")
