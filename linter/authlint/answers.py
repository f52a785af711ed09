"""What became of a request, for a person: its answer in a line, the headers that are known."""

from __future__ import annotations

from collections.abc import Sequence

from authlint.flow.outcome import Header, Outcome
from authlint.model.unknown import Unknown


def known(headers: Sequence[Header]) -> tuple[tuple[str, str], ...]:
    """What is said of headers: nothing of those whose value nobody knows, which may be none at all."""
    return tuple((one.name, one.text) for one in headers if not isinstance(one.value, Unknown))


def got(outcome: Outcome, names: Sequence[str]) -> str:
    """What the application received of these headers."""
    reached = outcome.upstream
    if reached is None or not names:
        return ""
    said = []
    for name in names:
        values = [header.text for header in reached.get(name.lower())]
        said.append(f"{name}: {', '.join(values)}" if values else f"no {name}")
    return "; the application got " + ", ".join(said)


def describe(outcome: Outcome) -> str:
    """An answer in one line."""
    party = {"gateway": "this gateway", "auth-service": "the auth service", "upstream": "the upstream"}
    if outcome.status is None:
        return "not decided: " + "; ".join(outcome.unknown[:2])
    shown = [
        f"{h.name}: {'?' if isinstance(h.value, Unknown) else h.text}"
        for h in outcome.headers
        if h.name.lower() in ("www-authenticate", "location")
        or h.name.lower().startswith("access-control-allow-")
    ]
    who = party.get(outcome.answered_by or "", "this gateway")
    if outcome.behind:
        who = f"the gateway behind this one, {outcome.behind}"
    text = f"{outcome.status} from {who}"
    return f"{text} ({'; '.join(shown)})" if shown else text
