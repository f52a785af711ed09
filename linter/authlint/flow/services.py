"""Auth services of which somebody says what they take and what they answer."""

from __future__ import annotations

from collections.abc import Sequence

from authlint.flow.assume import Reply, Service
from authlint.flow.outcome import REDIRECTS, Header, Reached, header_key

SIGN_IN = "https://sign-in.invalid/"
# In which a gateway tells a service how the client asks; the request for a verdict has a method of its own.
METHOD_HEADERS = ("x-original-method", "x-forwarded-method", "x-auth-request-method")


def verdict_of(service: Service, reached: Reached, carries: bool) -> Reply:
    """The declared service's answer; `carries`: whether the request looks as if it had a credential."""
    if service.exempts_options and is_options(reached):
        return _consent(service)
    if service.accepts:
        carries = any(accepted(one, reached.headers) for one in service.accepts)
    return _consent(service) if carries else _refusal(service)


def is_options(reached: Reached) -> bool:
    """Whether the service learns that the client's method is OPTIONS."""
    told = [one.value for one in reached.headers if header_key(one.name) in METHOD_HEADERS]
    return reached.method == "OPTIONS" or "OPTIONS" in told


def accepted(kind: str, headers: Sequence[Header]) -> bool:
    """Whether there is a credential of this kind; one that nobody knows counts as one."""
    what, _, name = kind.partition(":")
    key = name if what == "header" else "cookie" if what == "cookie" else "authorization"
    for header in headers:
        if header_key(header.name) != key or header.value == "":
            continue
        if not isinstance(header.value, str) or what == "header":
            return True
        if what == "cookie":
            pairs = header.value.split(";")
            # A session that a made-up request vouches for stands for the one that is wanted.
            if not name or any(pair.partition("=")[0].strip() in (name, "session") for pair in pairs):
                return True
        elif header.value.lower().startswith(f"{what} "):
            return True
    return False


def _consent(service: Service) -> Reply:
    return Reply(200, tuple((name, f"of-the-service-{name.lower()}") for name in service.sends or ()))


def _refusal(service: Service) -> Reply:
    status = service.refusal
    if status in REDIRECTS:
        return Reply(status, (("Location", SIGN_IN),))
    basic = "basic" in service.accepts and "bearer" not in service.accepts
    return Reply(status, (("WWW-Authenticate", "Basic" if basic else "Bearer"),) if status == 401 else ())
