"""A 401 that leaves as something else."""

from __future__ import annotations

from authlint import evidence
from authlint.flow.outcome import Outcome
from authlint.intent import Exclude, Mend, Remove
from authlint.model.step import Recover
from authlint.site import Endpoint, Site, blocks_of
from authlint.text import Span


def unmask(site: Site, endpoint: Endpoint, outcome: Outcome, span: Span) -> tuple[Mend, ...]:
    """What makes it another answer goes, unless it does so for people's pages too."""
    for other in site.siblings[id(endpoint.host)]:
        concerned = any(one.span == span for block in blocks_of(other.route) for one in block.recover)
        if concerned and evidence.is_api(site, other) is None:
            return ()
    for event in outcome.worlds[0].trace:
        if isinstance(event.subject, Recover) and event.span == span and 401 in event.subject.statuses:
            return (Mend("let the 401 go out as it is", (Exclude(span, "401"),)),)
    return (Mend("let the 401 go out as it is", (Remove(span),)),)
