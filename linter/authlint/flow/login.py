"""A login in the browser that the gateway itself conducts (Envoy's oauth2; measured on 1.40)."""

from __future__ import annotations

from authlint.flow.assume import CREDENTIALS
from authlint.flow.outcome import Header
from authlint.flow.passage import Passage
from authlint.flow.reading import argument, cookie, header_text
from authlint.flow.script import Undecided
from authlint.flow.values import holds
from authlint.flow.verdict import Denied, Passed, Verdict
from authlint.model.credential import OAuth
from authlint.model.unknown import Unknown


def oauth(p: Passage, check: OAuth) -> Verdict:
    if any(holds(p, one) for one in check.passes):
        return None
    if p.header("authorization") and not check.preserves:  # before anything is asked about it (measured)
        p.headers = [h for h in p.headers if h.name.lower() != "authorization"]
        p.taken["authorization"] = check.span
    if holds(p, check.sign_out):
        return _sent(check, Unknown("where the sign-out leads"))
    if holds(p, check.callback):
        if argument(p.query, "code") and argument(p.query, "state") and header_text(p, "cookie") != "":
            return Undecided("whether the login that comes back is one that was begun", check.span)
        return Denied(401, check.span, check)
    given = header_text(p, "cookie")
    pairs = given.split(";") if isinstance(given, str) else []
    vouched = any(pair.strip() in p.shared.request.vouched for pair in pairs)
    if vouched or all(cookie(given, name, exact=True) for name in check.cookies):
        p.shared.assumed[CREDENTIALS] = None
        if check.forwards:
            p.headers.append(Header("Authorization", Unknown("the session's token")))
        if check.id_header:
            p.headers = [h for h in p.headers if h.name.lower() != check.id_header.lower()]
            p.headers.append(Header(check.id_header, Unknown("the session's ID token")))
        return Passed(check.span)
    if any(holds(p, one) for one in check.refuses):
        return Denied(401, check.span, check)
    return _sent(check, check.sign_in)


def _sent(check: OAuth, location: str | Unknown) -> Denied:
    """A redirect of this filter's leaves as it is (measured)."""
    return Denied(302, check.span, check, location=location, as_is=True)
