"""Whether a text can be Envoy's, looked at before anything is parsed."""

from __future__ import annotations

from authlint.expression import expression

# A bootstrap or a listener that serves HTTP names its connection manager, by type or by the filter's name.
WORDS = expression(
    r"http_connection_manager|HttpConnectionManager|httpConnectionManager|envoy\.filters\.network\.http"
)


def could_be_envoy(text: str) -> bool:
    return WORDS.search(text) is not None
