"""The request itself gets the path and host with which it goes on (Envoy; measured on 1.40)."""

from __future__ import annotations

from authlint.flow.forwarding import rewritten, written
from authlint.flow.outcome import Header, Reached
from authlint.flow.passage import Passage
from authlint.flow.values import evaluate
from authlint.model.step import Forward, PathRewrite, Readdress


def rewrite(p: Passage, change: PathRewrite) -> None:
    """A path that is rewritten leaves its old form behind, for those who ask for it; a request that goes round again
    keeps it until it is rewritten once more (measured)."""
    before = p.path if p.query is None else f"{p.path}?{p.query}"
    if change != PathRewrite() and rewritten(p, change) != "":
        p.unwritten = before
    p.path = written(p, change)


def readdress(p: Passage, step: Readdress) -> None:
    """Path and host become those that the upstream gets, before its own filters look at them (measured)."""
    rewrite(p, step.change)
    p.readdressed = True
    for op in step.host:
        text = evaluate(p, op.value)
        p.headers = [Header("Host", text, op) if h.name.lower() == "host" else h for h in p.headers]


def stay_changed(p: Passage, step: Forward, reached: Reached, connected: bool = True) -> None:
    """Where paths go on letter by letter the request itself is changed: what is said of it later is of what the
    upstream got, its own name for the host once it is `connected` (measured)."""
    if step.verbatim is None or reached.path is None:
        return
    if not p.readdressed:
        readdress(p, Readdress(step.verbatim, (), step.span))
    hosts = [h for h in reached.headers if h.name.lower() == "host"]
    if connected or not step.late_host:
        p.headers = [*hosts, *(h for h in p.headers if h.name.lower() != "host" or not hosts)]
