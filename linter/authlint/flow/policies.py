"""Policies that say who may pass (Envoy's rbac)."""

from __future__ import annotations

from authlint.flow.assume import CREDENTIALS
from authlint.flow.passage import Passage
from authlint.flow.values import holds
from authlint.flow.verdict import Denied, Passed, Verdict
from authlint.model.credential import Allow


def allow(p: Passage, check: Allow) -> Verdict:
    """The first policy that covers the request decides; claims that nobody has read are taken to fit."""
    for policy in check.policies:
        if policy.reads_claims and None in p.claims.values():
            p.shared.assumed[CREDENTIALS] = None
            covered = check.action == "allow"
        else:
            covered = holds(p, policy.when)
        if covered:
            return (
                Passed(policy.span) if check.action == "allow" else Denied(check.status, policy.span, check)
            )
    return Denied(check.status, check.span, check) if check.action == "allow" else None
