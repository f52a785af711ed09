"""What a client does with a redirect: the next request, and which credentials it still carries."""

from __future__ import annotations

from typing import Literal, TypeAlias

from authlint.flow.outcome import REDIRECTS, Outcome
from authlint.flow.request import DEFAULT_PORTS, Headers, Request, split_authority

Client: TypeAlias = Literal["browser", "fetch", "curl"]

# A body's own headers go with it when a redirect turns the request into a GET.
BODY_HEADERS = frozenset(
    ("content-type", "content-length", "content-encoding", "content-language", "content-location")
)
BROWSERS_DROP = frozenset(("authorization",))
CURL_DROPS = frozenset(("authorization", "cookie"))
LIMIT = 20  # https://fetch.spec.whatwg.org/#http-redirect-fetch


def follow(
    request: Request, outcome: Outcome, client: Client, first: Request | None = None
) -> Request | None:
    """The request that comes next; None where the answer is no redirect to http or https.

    Browsers, a page's fetch too (https://fetch.spec.whatwg.org/#http-redirect-fetch), and `curl -L` (its manual
    on --location and --location-trusted) all drop Authorization where scheme, host or port change. curl drops a
    Cookie header given by hand there too; a browser's cookies are its jar's business. What a browser has dropped
    is gone; curl sends headers given by hand again when a later redirect leads back to where `first` went (curl
    7.88, measured; with -u it does not). Methods are those of `curl -d`: a method given by -X stays for good.
    """
    location = outcome.value("location")
    if outcome.status not in REDIRECTS or location is None:
        return None
    url = resolved(request, location)
    if not url.startswith(("http://", "https://")):
        return None
    method, headers, body = _method(request, outcome.status)
    if origin_of(url) != origin_of(own_url(request)):
        gone = CURL_DROPS if client == "curl" else BROWSERS_DROP
        headers = tuple((name, value) for name, value in headers if name.lower() not in gone)
        if client == "curl" and first is not None and origin_of(url) == origin_of(own_url(first)):
            headers += tuple((name, value) for name, value in first.headers if name.lower() in gone)
    headers = tuple((name, value) for name, value in headers if name.lower() != "host")
    return Request(method, url, headers, body, request.peer, request.vouched)


def _method(request: Request, status: int | None) -> tuple[str, Headers, str]:
    """301 and 302 turn a POST into a GET, 303 everything but GET and HEAD; 307 and 308 change nothing."""
    turned = (status in (301, 302) and request.method == "POST") or (
        status == 303 and request.method not in ("GET", "HEAD")
    )
    if not turned:
        return request.method, request.headers, request.body
    kept = tuple((name, value) for name, value in request.headers if name.lower() not in BODY_HEADERS)
    return "GET", kept, ""


def own_url(request: Request) -> str:
    """Where a request goes in a client's eyes: a Host header beats the URL."""
    return f"{request.scheme}://{request.host}{request.target}"


def resolved(request: Request, location: str) -> str:
    """A Location as an absolute URL without its fragment, which is never sent (RFC 3986, section 5.2)."""
    from urllib.parse import urldefrag, urljoin

    scheme, colon, rest = urljoin(own_url(request), location.strip()).partition(":")
    return urldefrag(scheme.lower() + colon + rest).url


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port, the default port spelt out."""
    scheme, _, rest = url.partition("://")
    authority = rest.split("/", 1)[0].split("?", 1)[0].rpartition("@")[2]
    host, port = split_authority(authority)
    return scheme.lower(), host.lower(), port or DEFAULT_PORTS.get(scheme.lower())


def origin_text(url: str) -> str:
    """An origin as the Origin header has it: no default port."""
    scheme, host, port = origin_of(url)
    shown = "" if port == DEFAULT_PORTS.get(scheme) else f":{port}"
    return f"{scheme}://{host}{shown}"
