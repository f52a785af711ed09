"""The CORS protocol as a browser plays it (https://fetch.spec.whatwg.org/#http-cors-protocol)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from authlint.expression import expression
from authlint.flow.outcome import Header, Outcome
from authlint.flow.request import Headers, Request
from authlint.model.unknown import Unknown
from authlint.record import record

# https://fetch.spec.whatwg.org/#cors-safelisted-method and #cors-safelisted-request-header
SAFE_METHODS = frozenset(("GET", "HEAD", "POST"))
SAFE_HEADERS = frozenset(("accept", "accept-language", "content-language", "content-type", "range"))

ALWAYS_SAFE = SAFE_HEADERS - {"content-type", "range"}
# What a form could send too: any other type makes Content-Type a header to be announced.
FORM_TYPES = frozenset(("application/x-www-form-urlencoded", "multipart/form-data", "text/plain"))
TOKEN = expression(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@record
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
    """Whether a cross-origin request is announced. Names alone do not tell a form's Content-Type from JSON's:
    where the values are known, ask with `announced(headers)`."""
    return method not in SAFE_METHODS or any(name.lower() not in SAFE_HEADERS for name in header_names)


def announced(headers: Headers) -> list[str]:
    """The names that a preflight has to ask for, lower case, sorted (#cors-unsafe-request-header-names)."""
    return sorted({name.lower() for name, value in headers if not _safelisted(name.lower(), value)})


def _safelisted(name: str, value: str) -> bool:
    """#cors-safelisted-request-header; its limits on odd bytes are left out."""
    if len(value) > 128:
        return False
    if name == "content-type":
        return value.partition(";")[0].strip().lower() in FORM_TYPES
    if name == "range":
        return re.fullmatch(r"bytes=\d+-\d*", value) is not None
    return name in SAFE_HEADERS


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
    if methods is None:
        return Verdict(False, f"Access-Control-Allow-Methods is no list: {listed!r}", "methods")
    if method in SAFE_METHODS or method in methods or ("*" in methods and not credentials):
        return PASSED
    return Verdict(False, f"Access-Control-Allow-Methods does not name {method}", "methods")


def _headers(headers: Sequence[Header], names: Sequence[str], credentials: bool) -> Verdict:
    listed = joined(headers, "access-control-allow-headers")
    if isinstance(listed, Unknown):
        return Verdict(False, listed.reason, "unknown")
    members = words(listed)
    if members is None:
        return Verdict(False, f"Access-Control-Allow-Headers is no list: {listed!r}", "headers")
    allowed = {word.lower() for word in members}
    for name in sorted(name.lower() for name in names):
        # The wildcard never stands for Authorization (#cors-non-wildcard-request-header-name).
        covered = "*" in allowed and not credentials and name != "authorization"
        if name not in ALWAYS_SAFE and name not in allowed and not covered:
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


def words(listed: str | None) -> list[str] | None:
    """The members of a comma-separated header. None: one is no token (names parted by spaces, say), and then the
    whole preflight fails (https://fetch.spec.whatwg.org/#extract-header-list-values)."""
    members = [word.strip() for word in (listed or "").split(",") if word.strip()]
    return members if all(TOKEN.fullmatch(member) for member in members) else None
