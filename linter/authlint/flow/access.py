"""Who may pass: the checks of a route, together or one for all."""

from __future__ import annotations

from authlint.flow.assume import CREDENTIALS, FILES
from authlint.flow.calling import call
from authlint.flow.keys import api_key
from authlint.flow.login import oauth
from authlint.flow.outcome import Header
from authlint.flow.passage import Passage
from authlint.flow.passwords import users, verify
from authlint.flow.policies import allow
from authlint.flow.reading import basic_credentials, peer_within
from authlint.flow.script import Undecided
from authlint.flow.tokens import jwt
from authlint.flow.values import evaluate
from authlint.flow.verdict import Asker, Denied, Passed, Verdict
from authlint.model.credential import Allow, ApiKey, Call, Jwt, OAuth
from authlint.model.step import Address, Ask, Basic, Check, Require, Unsure, UserList
from authlint.model.unknown import Unknown


def require(p: Passage, group: Require, ask: Asker) -> Denied | Undecided | None:
    """None where the request may pass. A denial's challenges are left in `p.kept`."""
    worst, p.pending = p.pending, None
    for check in group.checks:
        verdict = _check(p, check, ask)
        if isinstance(verdict, Undecided):
            return verdict
        if verdict is None:
            continue
        if isinstance(verdict, Passed):
            p.note("passed", "lets the request pass", verdict.span, check)
            if group.mode == "any":
                p.kept = [h for h in p.kept if not any(h is one for one in p.challenges)]
                return None
            continue
        p.note("denied", f"denies with {verdict.status}", verdict.span, check)
        p.challenge(verdict.challenges)
        if group.mode == "all" or verdict.hard:
            p.pending = worst
            return verdict
        if worst is None or worst.status != 401:
            worst = verdict
    return worst


def _check(p: Passage, check: Check, ask: Asker) -> Verdict:
    match check:
        case Address():
            return _address(p, check)
        case Basic():
            return _basic(p, check)
        case Ask():
            return ask(p, check)
        case Jwt():
            return jwt(p, check)
        case ApiKey():
            return api_key(p, check)
        case Call():
            return call(p, check)
        case Allow():
            return allow(p, check)
        case OAuth():
            return oauth(p, check)
        case Unsure(reason, span):
            return Undecided(reason, span) if p.decide(("unsure", span), reason) else None


def _address(p: Passage, check: Address) -> Verdict:
    for rule in check.rules:
        if peer_within(p, rule.network):
            return Passed(rule.span) if rule.allow else Denied(403, rule.span, check)
    return None


def _basic(p: Passage, check: Basic) -> Verdict:
    realm = evaluate(p, check.realm)
    if isinstance(realm, Unknown):
        if check.off_word is not None and p.decide((realm.reason, "realm"), realm.reason):
            return None
    elif realm == check.off_word:
        p.note("skipped", f"the realm is {check.off_word}: no credentials are asked for", check.span, check)
        return None
    challenge = realm if isinstance(realm, Unknown) else f'Basic realm="{realm}"'
    denied = Denied(401, check.span, check, (Header("WWW-Authenticate", challenge),))
    values = p.header(check.header)
    if not values:
        return denied
    value = values[0].value
    if isinstance(value, Unknown):
        return Passed(check.span) if p.decide((value.reason, "basic"), value.reason) else denied
    pair = basic_credentials(value)
    if pair is None or (check.exact_scheme and not value.startswith("Basic ")):
        return denied
    verdict = _known(p, check, value, pair, denied)
    if check.user_header and isinstance(verdict, Passed):
        p.headers = [h for h in p.headers if h.name.lower() != check.user_header.lower()]
        p.headers.append(Header(check.user_header, pair[0]))
    return verdict


def _known(p: Passage, check: Basic, value: str, pair: tuple[str, str], denied: Denied) -> Verdict:
    """The user file decides, where it can be read and its hashes can be checked."""
    if value in p.shared.request.vouched:
        p.shared.assumed[CREDENTIALS] = None
        return Passed(check.span)
    if isinstance(check.users, UserList):
        return _listed(p, check, users(check.users.lines), pair, denied)
    path = evaluate(p, check.users.path)
    state = "unknown" if isinstance(path, Unknown) else p.shared.files.state(path)
    if state == "absent":
        return Denied(403, check.users.span, check)
    if state == "directory":
        return Denied(500, check.users.span, check, hard=True)
    text = p.shared.files.read(path) if state == "file" and isinstance(path, str) else None
    if text is None:
        p.shared.assumed[FILES] = None
        p.shared.assumed[CREDENTIALS] = None
        return Passed(check.span)
    return _listed(p, check, users(text), pair, denied)


def _listed(
    p: Passage, check: Basic, known: dict[str, str], pair: tuple[str, str], denied: Denied
) -> Verdict:
    stored = known.get(pair[0])
    verdict = False if stored is None else verify(stored, pair[1])
    if verdict is None:
        p.shared.assumed[CREDENTIALS] = None
    return denied if verdict is False else Passed(check.span)
