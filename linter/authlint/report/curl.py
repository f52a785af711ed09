"""A request as a curl command that a person can paste into a shell."""

from __future__ import annotations

from shlex import quote

from authlint.finding import Exchange
from authlint.report.masking import mask_header, mask_url

# What the rules' own Basic credential is: base64 of USER:PASSWORD.
_PLACEHOLDER = "Basic VVNFUjpQQVNTV09SRA=="


def curl(exchange: Exchange) -> str:
    """The exchange's request in one line, credentials other than placeholders masked."""
    return " ".join(curl_words(exchange))


def curl_words(exchange: Exchange) -> list[str]:
    """The command in pieces between which a line may be broken: an option stays with its value."""
    words = ["curl -i"]
    if exchange.method == "HEAD":
        # With -X HEAD curl would wait for a body that never comes.
        words = ["curl -I"]
    elif exchange.method != "GET":
        words.append(f"-X {quote(exchange.method)}")
    words.append(quote(mask_url(exchange.url)))
    words.extend(_header(name, value) for name, value in exchange.headers)
    if exchange.body:
        words.append(f"--data {quote(exchange.body)}")
    return words


def _header(name: str, value: str) -> str:
    if name.lower() == "authorization" and value == _PLACEHOLDER:
        return "-u USER:PASSWORD"
    if not value:
        # "Name:" would remove the header; curl sends an empty one for "Name;".
        return "-H " + quote(f"{name};")
    return "-H " + quote(f"{name}: {mask_header(name, value)}")
