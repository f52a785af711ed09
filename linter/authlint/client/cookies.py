"""A cookie jar for a short sequence of requests (RFC 6265bis, draft-ietf-httpbis-rfc6265bis)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from authlint.client.redirects import origin_of

SAFE = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))


@dataclass(frozen=True, slots=True)
class Cookie:
    """`domain` without a leading dot, `host_only` where none was given; `same_site` "" is what browsers call Lax."""

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    same_site: str


@dataclass(slots=True)
class Jar:
    """What a browser keeps between requests; time stands still, so only cookies that are expired at once go."""

    cookies: list[Cookie] = field(default_factory=list)

    def store(self, url: str, set_cookies: Iterable[str]) -> None:
        """Takes the Set-Cookie headers of an answer from `url` (section 5.7); what is not acceptable is dropped."""
        for text in set_cookies:
            cookie, expired = parse(url, text)
            if cookie is None:
                continue
            key = (cookie.name, cookie.domain, cookie.path)
            self.cookies = [one for one in self.cookies if (one.name, one.domain, one.path) != key]
            if not expired:
                self.cookies.append(cookie)

    def header(
        self, url: str, method: str = "GET", *, same_site: bool = True, top_level: bool = False
    ) -> str:
        """The Cookie header for a request to `url`; `top_level`: the user goes there, and no page asks."""
        scheme, host, _ = origin_of(url)
        path = path_of(url)
        sent = [
            one
            for one in self.cookies
            if _domain_fits(one, host)
            and _path_fits(one.path, path)
            and (not one.secure or scheme == "https" or _is_local(host))
            and _site_fits(one, same_site, top_level and method in SAFE)
        ]
        sent.sort(key=lambda one: -len(one.path))
        return "; ".join(f"{one.name}={one.value}" for one in sent)


def parse(url: str, text: str) -> tuple[Cookie | None, bool]:
    """A Set-Cookie header as the cookie it makes (None: refused), and whether it is already expired."""
    pair, *attributes = [part.strip() for part in text.split(";")]
    name, equals, value = pair.partition("=")
    name, value = (name.strip(), value.strip()) if equals else ("", pair)
    said: dict[str, str] = {}
    for attribute in attributes:
        key, _, given = attribute.partition("=")
        said[key.strip().lower()] = given.strip()
    scheme, host, _ = origin_of(url)
    secure = "secure" in said
    domain = said.get("domain", "").lstrip(".").lower()
    same_site = said.get("samesite", "").lower()
    path = said.get("path", "")
    path = path if path.startswith("/") else default_path(path_of(url))
    if secure and scheme != "https" and not _is_local(host):
        return None, False
    if (same_site == "none" and not secure) or (domain and not _within(host, domain)):
        return None, False
    if name.startswith("__Secure-") and not secure:
        return None, False
    if name.startswith("__Host-") and not (secure and not domain and said.get("path") == "/"):
        return None, False
    cookie = Cookie(name, value, domain or host, not domain, path, secure, same_site)
    return cookie, _expired(said)


def _expired(said: dict[str, str]) -> bool:
    age = said.get("max-age")
    if age is not None and age.lstrip("-").isdigit():
        return int(age) <= 0
    return "1970" in said.get("expires", "")


def path_of(url: str) -> str:
    rest = url.partition("://")[2]
    slash = rest.find("/")
    return "/" if slash < 0 else rest[slash:].partition("?")[0]


def default_path(path: str) -> str:
    """Section 5.1.4: up to, not including, the last slash."""
    return path[: path.rfind("/")] or "/"


def _is_local(host: str) -> bool:
    """Browsers treat plain http to the machine itself as trustworthy."""
    return host in ("localhost", "127.0.0.1", "[::1]") or host.endswith(".localhost")


def _within(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)


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
