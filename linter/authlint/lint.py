"""One run: which files are roots, what the rules say of them, and each cause once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from authlint.declared import Declared
from authlint.discover import Discovered, shown, unguarded
from authlint.finding import Finding, Label, Level, Notice, Tally
from authlint.flow.files import Checkout
from authlint.flow.request import Request
from authlint.identity import below
from authlint.judging import NO_EFFORT, Effort, judge
from authlint.model.gateway import Gateway
from authlint.readers.nginx.expand import Library
from authlint.readers.project import Project
from authlint.readers.trouble import Trouble
from authlint.record import record
from authlint.rule import Rule
from authlint.settings import Settings
from authlint.site import Site
from authlint.text import Sources

# Where one cause explains another rule's symptom, only the cause is reported: the first of these that a route has.
ONE_OF = (
    (
        "cors-policy-inert",
        "preflight-behind-auth",
        "preflight-unanswered",
        "duplicate-allow-origin",
        "cors-missing-on-unauthorized",
        "authorization-not-allowed",
        "method-not-allowed",
    ),
    (
        "cors-policy-inert",
        "preflight-behind-auth",
        "preflight-unanswered",
        "duplicate-allow-origin",
        "credentials-not-allowed",
    ),
    ("authorization-dropped", "authorization-malformed"),
    (
        "auth-reference-dangling",
        "auth-subrequest-broken",
        "token-location-mismatch",
        "jwks-unusable",
        "password-file-unusable",
        "competing-authorization",
        "auth-unsatisfiable",
        "header-name-dropped",
    ),
    ("auth-subrequest-broken", "unauthorized-masked"),
    ("inherited-headers-lost", "auth-response-header-dropped", "identity-header-spoofable"),
)
# They say that nobody is asked for credentials where somebody should be.
ABOUT_OPEN_PATHS = frozenset(
    (
        "auth-not-enforced",
        "protected-route-overreaches",
        "protected-route-shadowed",
        "protection-gap",
        "rewrite-leaves-protection",
    )
)
TROUBLE_LEVELS = {"syntax-error": Level.ERROR}
CURES = {
    "unresolved-include": "name the folder that holds it in authlint.toml (include-roots); until then what it "
    "may contain is taken into account, and findings that it could undo are not made",
}


@record
class Result:
    """What a run found. `sources` has the text of every file that a finding names; `effort` is what it took."""

    findings: tuple[Finding, ...]
    sources: Sources
    tally: Tally
    effort: Effort = NO_EFFORT
    explained: tuple[Finding, ...] = ()  # symptoms that were left out, for their cause is told
    gateways: tuple[Gateway, ...] = ()


Progress = Callable[[int, int], None]


def lint(
    files: Discovered,
    settings: Settings,
    rules: Iterable[Rule],
    progress: Progress | None = None,
    reading: frozenset[str] | None = None,
) -> Result:
    """Everything read and judged; nothing is left out but what the settings do not select.

    With `reading` only the gateways that read one of these files (as they are printed), and all that is found in
    them, wherever it stands.
    """
    sources = Sources()
    library = Library(sources, shown(files.root), tuple(shown(path) for path in settings.include_roots))
    if "nginx" in settings.servers:
        from authlint.readers.nginx.release import parsed

        library.server = parsed(settings.servers["nginx"])
    for path, text in files.texts.items():
        library.memory[shown(path)] = text

    asked = files.asked_for if reading is None else reading.__contains__
    project = Project(library, files, asked)
    found = [one for one in project.gateways() if reading is None or not reading.isdisjoint(one.files)]
    chosen = [rule for rule in rules if settings.wants(rule.id)]
    findings: list[Finding] = []
    explained: list[Finding] = []
    effort = NO_EFFORT
    said: list[tuple[Gateway, list[Finding]]] = []
    for number, gateway in enumerate(found):
        if progress is not None:
            progress(number, len(found))
        some, symptoms, one = _judged(gateway, sources, chosen, settings)
        said.append((gateway, some))
        explained += symptoms
        effort += one
    findings += _met(said, sources, settings)
    if progress is not None:
        progress(len(found), len(found))
    troubles = _troubled(library.troubles, asked)
    findings += [finding for finding in troubles if settings.wants(finding.rule)]
    kept = [one for one in _merged(findings) if reading is not None or _concerns(one, files)]
    kept.sort(key=lambda one: (one.primary.span.path, one.primary.span.start, one.rule))
    tally = _tally(files, found, project.notices)
    return Result(tuple(kept), sources, tally, effort, tuple(explained), tuple(found))


def _met(
    said: list[tuple[Gateway, list[Finding]]], sources: Sources, settings: Settings
) -> Iterator[Finding]:
    """Without what a gateway in front keeps clients from meeting."""
    linked = [gateway for gateway, _ in said if gateway.beyond is not None and not gateway.supposing]
    sites = [site(gateway, sources, settings) for gateway in linked]
    for gateway, findings in said:
        if not linked or not findings:
            yield from findings
            continue
        from authlint.fronted import standing

        yield from standing(gateway, findings, site(gateway, sources, settings), sites)


def site(gateway: Gateway, sources: Sources, settings: Settings, hosts: frozenset[int] | None = None) -> Site:
    """A gateway with all that is known about it; of `hosts` (None: all) the routes are read."""
    directory = os.path.abspath(gateway.directory)
    checkout = Checkout(directory, (("/etc/nginx", directory),))
    declared = settings.declared.of(below(path, settings.root) for path in gateway.files)
    return Site(gateway, checkout, sources, declared, hosts)


def _judged(
    gateway: Gateway, sources: Sources, rules: list[Rule], settings: Settings
) -> tuple[list[Finding], list[Finding], Effort]:
    """What is to be reported, the symptoms that this explains, and what it took."""

    def site_of(one: Gateway, hosts: frozenset[int] | None) -> Site:
        # What is declared is said of names: then no two hosts are alike.
        return site(one, sources, settings, None if settings.declared else hosts)

    if gateway.supposing and not settings.pedantic:
        return [], [], NO_EFFORT
    if settings.declared and gateway.folded is not None:
        gateway = gateway.folded.unfold(None) or gateway
    judged, effort = judge(gateway, site_of, rules, settings.pedantic)
    findings = [one for one in judged if not _meant_to_be_open(one, settings.declared)]
    found = [_with_way(one) for one in _causes(findings)]
    symptoms = findings if len(found) < len(findings) else []
    if gateway.supposing:
        told = gateway.supposing
        found = [replace(one, pedantic=True, assumes=(*one.assumes, told)) for one in found]
    return found, symptoms, effort


def _meant_to_be_open(finding: Finding, declared: Declared) -> bool:
    """Whether all that it says is that a path is open which is declared to be public."""
    if finding.rule not in ABOUT_OPEN_PATHS or not (finding.witness and declared.public):
        return False
    shown = finding.witness[-1]
    refused = shown.status is None or shown.status in (401, 403)
    return not refused and declared.public_by(Request(shown.method, shown.url, shown.headers)) is not None


def _with_way(finding: Finding) -> Finding:
    """With the places that lead its requests from one gateway to the next: without them nobody sees the connection."""
    said = {finding.primary.span, *(label.span for label in finding.related)}
    way = dict.fromkeys(one for exchange in finding.witness for one in exchange.way if one.span not in said)
    return replace(finding, related=(*finding.related, *way)) if way else finding


def _causes(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Without the symptoms that another finding on the same route explains."""
    listed = list(findings)
    explained: dict[str, set[str]] = {}
    for finding in listed:
        if not finding.pedantic:
            for route in finding.routes:
                explained.setdefault(route, set()).add(finding.rule)
    for finding in listed:
        before = {
            rule for chain in ONE_OF if finding.rule in chain for rule in chain[: chain.index(finding.rule)]
        }
        if not before:
            yield finding
            continue
        routes = tuple(route for route in finding.routes if before.isdisjoint(explained.get(route, ())))
        if routes:
            yield replace(finding, routes=routes)


def _merged(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each rule and primary place; the gravest and the proven one leads."""
    best: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        key = (finding.rule, finding.primary.span)
        known = best.get(key)
        if known is None:
            best[key] = finding
            continue
        lead, other = (known, finding) if _rank(known) >= _rank(finding) else (finding, known)
        best[key] = replace(
            lead,
            routes=tuple(dict.fromkeys((*lead.routes, *other.routes))),
            mends=tuple(dict.fromkeys((*lead.mends, *other.mends))),
        )
    return list(best.values())


def _rank(finding: Finding) -> tuple[bool, Level]:
    return (not finding.pedantic, finding.level)


def _troubled(troubles: Iterable[Trouble], asked: Callable[[str], bool]) -> Iterator[Finding]:
    """What is wrong with the files themselves; the same words about several places are said once."""
    places: dict[tuple[str, str], list[Trouble]] = {}
    for trouble in troubles:
        if asked(trouble.span.path):
            key = str(trouble.span) if trouble.kind == "syntax-error" else ""
            places.setdefault((trouble.message, key), []).append(trouble)
    for (message, _), several in places.items():
        first = several[0]
        also = f" (and in {len(several) - 1} more places)" if len(several) > 1 else ""
        level = Level.INFO if first.harmless else TROUBLE_LEVELS.get(first.kind, Level.INFO)
        cure = CURES.get(first.kind, "")
        yield Finding(first.kind, level, message + also, Label(first.span, message), cure=cure)


def _concerns(finding: Finding, files: Discovered) -> bool:
    """A finding is reported if any place of its lies in what was asked for."""
    spans = (finding.primary.span, *(label.span for label in finding.related))
    return any(files.asked_for(span.path) for span in spans if span.path)


def _tally(files: Discovered, found: list[Gateway], seen: list[Notice]) -> Tally:
    read = {path for gateway in found for path in gateway.files}
    asked = {path for path in read if files.asked_for(path)}
    notices = [*files.notices, *seen]
    # Most documents of a repository are somebody else's: only one that was named is worth a word.
    for path in (*files.named, *unguarded(files.candidates)):
        if shown(path) not in read:
            notices.append(Notice(shown(path), "is no configuration, or nothing in it serves a request"))
    return Tally(len(files.named) + len(files.candidates), len(asked), notices)
