"""A cookie jar for a short sequence of requests (RFC 6265bis, draft-ietf-httpbis-rfc6265bis)."""

from __future__ import annotations

from collections.abc import Iterable

from authlint.client.redirects import origin_of
from authlint.record import field, mutable, record

SAFE = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))


@record
class Cookie:
    """`domain` without a leading dot, `host_only` where none was given; `same_site` "" is what browsers call Lax."""

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    same_site: str


@mutable
class Jar:
    """What a browser keeps between requests; time stands still, so only cookies that are expired at once go."""

    cookies: list[Cookie] = field(default_factory=list)

    def store(
        self, url: str, set_cookies: Iterable[str], *, same_site: bool = True, top_level: bool = False
    ) -> None:
        """Takes the Set-Cookie headers of an answer from `url` (section 5.7); what is not acceptable is dropped.

        Across sites, only a visit of the user's own (`top_level`) may leave cookies other than SameSite=None.
        """
        for text in set_cookies:
            cookie, expired = parse(url, text)
            if cookie is None or not (same_site or top_level or cookie.same_site == "none"):
                continue
            if not _is_trusted(url) and any(_overlays(cookie, one) for one in self.cookies):
                continue
            key = (cookie.name, cookie.domain, cookie.host_only, cookie.path)
            keys = [(one.name, one.domain, one.host_only, one.path) for one in self.cookies]
            if key in keys:
                self.cookies[keys.index(key) : keys.index(key) + 1] = [] if expired else [cookie]
            elif not expired:
                self.cookies.append(cookie)

    def header(
        self, url: str, method: str = "GET", *, same_site: bool = True, top_level: bool = False
    ) -> str:
        """The Cookie header for a request to `url`; `top_level`: the user goes there, and no page asks.

        For two minutes Chromium sends a cookie without SameSite with a cross-site POST by the user too: it is
        not counted on here.
        """
        host = origin_of(url)[1]
        path = path_of(url)
        sent = [
            one
            for one in self.cookies
            if _domain_fits(one, host)
            and _path_fits(one.path, path)
            and (not one.secure or _is_trusted(url))
            and _site_fits(one, same_site, top_level and method in SAFE)
        ]
        sent.sort(key=lambda one: -len(one.path))
        return "; ".join(f"{one.name}={one.value}" if one.name else one.value for one in sent)


def parse(url: str, text: str) -> tuple[Cookie | None, bool]:
    """A Set-Cookie header as the cookie it makes (None: refused), and whether it is already expired."""
    pair, *attributes = [part.strip() for part in text.split(";")]
    name, equals, value = pair.partition("=")
    name, value = (name.strip(), value.strip()) if equals else ("", pair)
    said: dict[str, str] = {}
    for attribute in attributes:
        key, _, given = attribute.partition("=")
        said[key.strip().lower()] = given.strip()
    host = origin_of(url)[1]
    secure = "secure" in said
    domain = said.get("domain", "").removeprefix(".").lower()
    same_site = said.get("samesite", "").lower()
    path = said.get("path", "")
    path = path if path.startswith("/") else default_path(path_of(url))
    if (secure and not _is_trusted(url)) or not (name or value):
        return None, False
    if (same_site == "none" and not secure) or (domain and not _may_set(host, domain)):
        return None, False
    # Section 4.1.3; the comparison ignores case, and a name may hide in a cookie that has none.
    lower = (name or value).lower()
    if lower.startswith(("__secure-", "__host-")) and not (name and secure):
        return None, False
    if lower.startswith("__host-") and (domain or said.get("path") != "/"):
        return None, False
    host_only = not domain or _is_address(host) or "." not in domain
    return Cookie(name, value, domain or host, host_only, path, secure, same_site), _expired(said)


def _expired(said: dict[str, str]) -> bool:
    """Max-Age beats Expires; what cannot be read as either is as if it were not there."""
    age = said.get("max-age", "")
    if age.removeprefix("-").isdigit():
        return int(age) <= 0
    if "expires" not in said:
        return False
    from datetime import datetime, timezone
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(said["expires"])
    except (TypeError, ValueError):
        return False
    return moment.replace(tzinfo=moment.tzinfo or timezone.utc) <= datetime.now(timezone.utc)


def path_of(url: str) -> str:
    rest = url.partition("://")[2].partition("#")[0].partition("?")[0]
    slash = rest.find("/")
    return "/" if slash < 0 else rest[slash:]


def default_path(path: str) -> str:
    """Section 5.1.4: up to, not including, the last slash."""
    return path[: path.rfind("/")] or "/"


def _is_trusted(url: str) -> bool:
    """https, and plain http to the machine itself, which Chromium and Firefox take for as good as that."""
    scheme, host, _ = origin_of(url)
    return scheme == "https" or host in ("localhost", "127.0.0.1", "[::1]") or host.endswith(".localhost")


def _is_address(host: str) -> bool:
    return host.startswith("[") or host.replace(".", "").isdigit()


def _within(host: str, domain: str) -> bool:
    return host == domain or (host.endswith("." + domain) and not _is_address(host))


def _may_set(host: str, domain: str) -> bool:
    """A name without a dot is a public suffix; the list of all others is not at hand."""
    return host == domain or (_within(host, domain) and "." in domain)


def _overlays(new: Cookie, old: Cookie) -> bool:
    """Section 5.7: plain http does not replace or hide a Secure cookie."""
    related = _within(new.domain, old.domain) or _within(old.domain, new.domain)
    return old.secure and old.name == new.name and related and _path_fits(old.path, new.path)


def _domain_fits(cookie: Cookie, host: str) -> bool:
    return host == cookie.domain if cookie.host_only else _within(host, cookie.domain)


def _path_fits(cookie_path: str, path: str) -> bool:
    """Section 5.1.4: whole segments."""
    if path == cookie_path:
        return True
    return path.startswith(cookie_path) and (cookie_path.endswith("/") or path[len(cookie_path)] == "/")


def _site_fits(cookie: Cookie, same_site: bool, navigation: bool) -> bool:
    if same_site or cookie.same_site == "none":
        return True
    return cookie.same_site != "strict" and navigation
