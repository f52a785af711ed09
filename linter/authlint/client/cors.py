"""The CORS protocol as a browser plays it (https://fetch.spec.whatwg.org/#http-cors-protocol)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from authlint.flow.outcome import Header, Outcome
from authlint.flow.request import Request
from authlint.model.unknown import Unknown

# https://fetch.spec.whatwg.org/#cors-safelisted-method and #cors-safelisted-request-header
SAFE_METHODS = frozenset(("GET", "HEAD", "POST"))
SAFE_HEADERS = frozenset(("accept", "accept-language", "content-language", "content-type", "range"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the browser goes on; `why` is one clause for a person, `fault` what it fails on."""

    passed: bool
    why: str = ""
    fault: Literal[
        "", "status", "redirect", "origin", "wildcard", "credentials", "headers", "methods", "unknown"
    ] = ""


PASSED = Verdict(True)


def preflight(
    url: str, origin: str, method: str = "GET", header_names: Sequence[str] = ("authorization",)
) -> Request:
    """The OPTIONS request that a browser sends first (#cors-preflight-fetch): never with credentials."""
    headers = [("Origin", origin), ("Access-Control-Request-Method", method)]
    if header_names:
        names = ",".join(sorted(name.lower() for name in header_names))
        headers.append(("Access-Control-Request-Headers", names))
    return Request("OPTIONS", url, tuple(headers))


def needs_preflight(method: str, header_names: Sequence[str]) -> bool:
    """Whether a cross-origin request is announced. A Content-Type other than a form's would need it too."""
    return method not in SAFE_METHODS or any(name.lower() not in SAFE_HEADERS for name in header_names)


def cors_check(headers: Sequence[Header], origin: str, credentials: bool) -> Verdict:
    """Whether the page may see an answer (#concept-cors-check)."""
    allowed = joined(headers, "access-control-allow-origin")
    if isinstance(allowed, Unknown):
        return Verdict(False, allowed.reason, "unknown")
    if allowed is None:
        return Verdict(False, "there is no Access-Control-Allow-Origin", "origin")
    if allowed == "*":
        if not credentials:
            return PASSED
        return Verdict(False, "the wildcard * does not count when credentials are sent", "wildcard")
    if allowed != origin:
        return Verdict(False, f"Access-Control-Allow-Origin is {allowed!r}, not the page's origin", "origin")
    if not credentials:
        return PASSED
    agreed = joined(headers, "access-control-allow-credentials")
    if isinstance(agreed, Unknown):
        return Verdict(False, agreed.reason, "unknown")
    if agreed == "true":
        return PASSED
    return Verdict(False, "Access-Control-Allow-Credentials is not true", "credentials")


def preflight_check(
    outcome: Outcome, origin: str, method: str, header_names: Sequence[str], credentials: bool
) -> Verdict:
    """Whether the request may follow its preflight (#cors-preflight-fetch)."""
    if outcome.status is None:
        return Verdict(False, "the answer to the preflight is not decided", "unknown")
    if 300 <= outcome.status < 400:
        return Verdict(False, f"the preflight is redirected ({outcome.status})", "redirect")
    if not 200 <= outcome.status < 300:
        return Verdict(False, f"the preflight is answered {outcome.status}", "status")
    verdict = cors_check(outcome.headers, origin, credentials)
    if not verdict.passed:
        return verdict
    verdict = _methods(outcome.headers, method, credentials)
    return verdict if not verdict.passed else _headers(outcome.headers, header_names, credentials)


def _methods(headers: Sequence[Header], method: str, credentials: bool) -> Verdict:
    listed = joined(headers, "access-control-allow-methods")
    if isinstance(listed, Unknown):
        return Verdict(False, listed.reason, "unknown")
    methods = words(listed)
    if method in SAFE_METHODS or method in methods or ("*" in methods and not credentials):
        return PASSED
    return Verdict(False, f"Access-Control-Allow-Methods does not name {method}", "methods")


def _headers(headers: Sequence[Header], names: Sequence[str], credentials: bool) -> Verdict:
    listed = joined(headers, "access-control-allow-headers")
    if isinstance(listed, Unknown):
        return Verdict(False, listed.reason, "unknown")
    allowed = {word.lower() for word in words(listed)}
    for name in sorted(name.lower() for name in names):
        # The wildcard never stands for Authorization (#cors-non-wildcard-request-header-name).
        covered = "*" in allowed and not credentials and name != "authorization"
        if name not in SAFE_HEADERS and name not in allowed and not covered:
            return Verdict(False, f"Access-Control-Allow-Headers does not name {name}", "headers")
    return PASSED


def joined(headers: Sequence[Header], name: str) -> str | Unknown | None:
    """All values of a header as one, as browsers read them; None where there is none."""
    values = [header.value for header in headers if header.name.lower() == name]
    texts: list[str] = []
    for value in values:
        if isinstance(value, Unknown):
            return value
        texts.append(value)
    return ", ".join(texts) if texts else None


def words(listed: str | None) -> list[str]:
    """The members of a comma-separated header."""
    return [word.strip() for word in (listed or "").split(",") if word.strip()]
