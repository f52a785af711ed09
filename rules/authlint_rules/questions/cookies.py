"""Whether a route knows its users by a cookie, and by nothing that a script could send; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.evidence import Mechanism
from authlint.finding import Label
from authlint.model.credential import ApiKey, Call, Jwt, OAuth, Place
from authlint.model.step import Ask
from authlint.site import COOKIE, Endpoint, Site, headers_of
from authlint_rules.questions.candidates import tested
from authlint_rules.questions.judged_by import wants

REFUSED = (401, 403, 302, 303, 307)


def known_by_cookie(site: Site, endpoint: Endpoint) -> tuple[str, Label] | None:
    """The credential with which a request passes, and what says that it is a cookie."""
    checks = list(evidence.mechanisms(endpoint))
    for check in checks:
        label = _by_check(site, endpoint, check)
        if label is not None:
            passing = _with_a_cookie(site, endpoint)
            return None if passing is None else (passing, label)
    return None if checks else _by_test(site, endpoint)


def _by_check(site: Site, endpoint: Endpoint, check: Mechanism) -> Label | None:
    match check:
        case OAuth(passes=passes) if not passes:
            return Label(check.span, "a login in the browser: the session is a cookie")
        case Jwt(providers=providers):
            places = [place for one in providers for place in one.places]
        case ApiKey():
            places = list(check.places)
        case Ask() | Call():
            sure = [one for one in wants(site, endpoint, check) if not one.assumes]
            if sure and all(one.header == COOKIE and one.why for one in sure):
                return sure[0].why[0]
            return None
        case _:
            return None
    return Label(check.span, "looked for in a cookie alone") if _all_cookies(places) else None


def _all_cookies(places: list[Place]) -> bool:
    return bool(places) and all(place.kind == "cookie" for place in places)


def _with_a_cookie(site: Site, endpoint: Endpoint) -> str | None:
    """The credential among those that pass which is a cookie and nothing else."""
    return next(
        (name for name in site.passing(endpoint) if {key for key, _ in headers_of(name)} == {"Cookie"}), None
    )


def _by_test(site: Site, endpoint: Endpoint) -> tuple[str, Label] | None:
    """A condition of the route's that refuses whoever has no cookie of this name."""
    if site.get(endpoint).status not in REFUSED:
        return None
    for name in _tested(site, endpoint):
        outcome = site.get(endpoint, *headers_of(name))
        bearer = site.get(endpoint, *headers_of("bearer"))
        decided = site.get(endpoint).decided
        if outcome.admitted and not bearer.admitted and decided is not None and decided.span is not None:
            return name, Label(decided.span, "whoever comes without the cookie is refused here")
    return None


def _tested(site: Site, endpoint: Endpoint) -> Iterator[str]:
    for part in tested(site, endpoint):
        if part.kind == "cookie":
            yield f"Cookie: {part.name}={part.text}"
