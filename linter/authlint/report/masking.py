"""Credentials never leave the tool whole: what in a text is one, and how it is hidden.

Variables (`$name`), template expressions (`{{ ... }}`) and the placeholders of authlint's own requests are no
secrets. In a line of configuration too much is hidden rather than too little; in a sentence for a person only
what looks like a credential is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from authlint.expression import expression

HIDDEN = "****"

_WORD = r"(?:(?:api|access|private|auth)[-_]?key|secret|passw(?:or)?d|pwd|token|credentials?|psk)"
_NAME = rf"[\w-]*{_WORD}(?![\w-]*(?:file|path|url|uri|name|type|header|zone|size)\b)[\w-]*"
_HEADER_NAME = rf"(?:(?:[\w-]*authorization|(?:set-)?cookie)(?![\w-])|{_NAME})"
_VALUE = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|(?:\$\{\w+\}|\{\{.*?\}\}|[^\s;&"'{}()])+)"""
_I = re.IGNORECASE

_SCHEMES = r"(?:Basic|Bearer|Token|ApiKey|Digest|Negotiate)"
# Only the first two are rare enough as ordinary words to be believed without a quote before them.
_SCHEME = expression(
    r"(?:(?<![\w-])(?:Basic|Bearer)|(?<=[\"'])(?:Token|ApiKey|Digest|Negotiate))"
    r"[ \t]+([A-Za-z0-9._~+/=\-]*\w[^\s;\"',)]*)",
    _I,
)
_IN_URL = expression(r"://[^\s/:@\"']*:([^\s/@\"']+)@")
_ASSIGNED = expression(rf"(?<![\w-])\$?{_NAME}[\"']?[ \t]*(?:=|!=|:)[ \t]*({_VALUE})", _I)
# An annotation whose value is the name of a Secret, which is none itself.
_NAMES_OBJECT = expression(r"auth-(?:tls-)?secret[\"']?[ \t]*:")
_HEADER_LINE = expression(r"(?<![\w-])((?:proxy-)?authorization|cookie|set-cookie):[ \t]*([^\n\"']+)", _I)
_MATCHED = expression(rf"\$(?:http_authorization|cookie_\w+|{_NAME})[ \t]*(?:!?=|!?~\*?)[ \t]*({_VALUE})", _I)
_SET = expression(
    r"(?<![\w-])(?:set|\w+_set_header|add_header|\w+_param|add_trailer)"
    rf"\s+[\"']?\$?({_HEADER_NAME})[\"']?\s+({_VALUE})",
    _I,
)
_SENT = expression(rf"more_set_(?:input_)?headers\s+[\"']({_HEADER_NAME}):[ \t]*([^\"'\n]+)", _I)
_MAP = expression(
    rf"(?<!\w)map\s+\"?\$(?:http_authorization|cookie_\w+|{_NAME})\"?\s+\$\w+\s*\{{([^{{}}]*)\}}", _I
)
_MAP_KEY = expression(rf"^[ \t]*({_VALUE})[ \t]+\S", re.MULTILINE)

_HOLES = expression(r"\$\{\w+\}|\$\w+|\{\{.*?\}\}|%%\w+%%|<[%\w][^>]*>")
_OWN = r"(?:USER|PASSWORD|TOKEN|KEY|API|SESSION|COOKIE|VALUE|ID)"
_PLACEHOLDER = expression(rf"{_OWN}(?:[:_-]{_OWN})*|VVNFUjpQQVNTV09SRA=*")
_HARMLESS = expression(
    r"(?:on|off|true|false|none|null|yes|no|default|volatile|required|optional|\d{1,4}|)", _I
)
_FILE = expression(r"\.{0,2}(?:/[\w.-]+){2,}")
# A header may have several values, each with its credential.
_SENT_BEFORE = expression(r"authorization:\s*(?:[^\s,;]+[ \t]+[^\s,;]+,\s*)*$", _I)
_PARAMETER = expression(r"(?:realm|charset|error|error_\w+|scope|resource_metadata)=", _I)
# Words that follow a scheme's name in prose and in realms.
_PROSE = expression(
    r"(?:auth\w*|access|tokens?|credentials?|schemes?|headers?|challenges?|realms?|is|are|and|or|only|for|if|in|"
    r"from|with|to|of|not|was|by|that|which|the|a|an|bucket|exchange|endpoint|introspection|always)\b[.,:]?",
    _I,
)
_LITERAL = expression(r"~\*?\^?([\w=+/.-]+)\$?|\^([\w=+/.-]+)\$")

Range = tuple[int, int]


def mask_source(text: str) -> str:
    """A configuration's text with its credentials starred out, every column where it was."""
    return _replace(text, _source_ranges(text), lambda words: "*" * len(words))


def mask_words(text: str) -> str:
    """A sentence, a message or an answer with its credentials replaced by four stars."""
    return _replace(text, _word_ranges(text), lambda words: HIDDEN)


def mask_header(name: str, value: str) -> str:
    """A header's value as a witness may show it."""
    if re.fullmatch(_HEADER_NAME, name, _I) is None:
        return mask_words(value)
    return _replace(value, _header_value(name, value, (0, len(value))), lambda words: HIDDEN)


def mask_url(url: str) -> str:
    """A URL without the password and the keys in it."""
    return mask_words(url)


def _source_ranges(text: str) -> Iterator[Range]:
    for match in _SCHEME.finditer(text):
        if not _is_prose(match[1]) and not _is_realm(text, match.start()):
            yield from _literals(text, match.span(1))
    for match in _IN_URL.finditer(text):
        yield from _literals(text, match.span(1))
    for match in _ASSIGNED.finditer(text):
        if _NAMES_OBJECT.match(match[0]) is None:
            yield from _literals(text, match.span(1))
    for pattern in (_SET, _SENT, _HEADER_LINE):
        for match in pattern.finditer(text):
            yield from _header_value(match[1], text, match.span(2))
    for match in _MATCHED.finditer(text):
        yield from _compared(text, match.span(1), regex="~" in text[match.start() : match.start(1)])
    for match in _MAP.finditer(text):
        for key in _MAP_KEY.finditer(text, match.start(1), match.end(1)):
            yield from _compared(text, key.span(1), regex=_unquoted(key[1]).startswith("~"))


def _word_ranges(text: str) -> Iterator[Range]:
    for match in _SCHEME.finditer(text):
        if _is_prose(match[1]):
            continue
        quoted = text[match.start() - 1 : match.start()] + text[match.end() : match.end() + 1] in ("''", '""')
        sent = _SENT_BEFORE.search(text[max(0, match.start() - 300) : match.start()])
        if quoted or sent or _looks_secret(match[1]):
            yield from _literals(text, match.span(1))
    for match in _IN_URL.finditer(text):
        yield from _literals(text, match.span(1))
    for match in _ASSIGNED.finditer(text):
        tight = text[match.start(1) - 1] == "="
        if tight or match[1][0] in "\"'" or _looks_secret(match[1]):
            yield from _literals(text, match.span(1))


def _header_value(name: str, text: str, span: Range) -> Iterator[Range]:
    """What is secret in a header's value; of cookies only the values, of Set-Cookie only the first pair's."""
    kind = name.lower().removeprefix("set-")
    if kind != "cookie":
        yield from _literals(text, span)
        return
    for pair in re.compile(r"=([^;]*)").finditer(text, *span):
        yield from _literals(text, pair.span(1))
        if kind != name.lower():
            return


def _compared(text: str, span: Range, regex: bool) -> Iterator[Range]:
    """A value that a credential is compared with. A regular expression is shown, unless it is one literal."""
    if not regex:
        yield from _literals(text, span)
        return
    value = _unquoted(text[span[0] : span[1]])
    literal = _LITERAL.fullmatch(value)
    inner = literal and (literal[1] or literal[2])
    if (
        inner
        and len(inner) >= 6
        and not _is_prose(inner)
        and re.fullmatch(r"(?:Basic|Bearer)", inner, _I) is None
    ):
        start = text.index(inner, span[0])
        yield from _literals(text, (start, start + len(inner)))


def _literals(text: str, span: Range) -> Iterator[Range]:
    """The parts of a value that are neither quotes, a scheme's name, variables nor placeholders."""
    start, end = span
    while start < end and text[start] in "\"'":
        start += 1
    while end > start and text[end - 1] in "\"'":
        end -= 1
    scheme = re.compile(rf"{_SCHEMES}(?:[ \t]+|$)", _I).match(text, start, end)
    if scheme:
        start = scheme.end()
    value = text[start:end]
    if _HARMLESS.fullmatch(value) or _PLACEHOLDER.fullmatch(value) or _FILE.fullmatch(value):
        return
    at = start
    for hole in _HOLES.finditer(text, start, end):
        yield from _runs(text, at, hole.start())
        at = hole.end()
    yield from _runs(text, at, end)


def _runs(text: str, start: int, end: int) -> Iterator[Range]:
    for run in re.compile(r"[^\s;,\"']+").finditer(text, start, end):
        if re.search(r"\w", run[0]) and not _PLACEHOLDER.fullmatch(run[0]):
            yield run.span()


def _looks_secret(value: str) -> bool:
    word = value.strip("\"'")
    mixed = bool(re.search(r"\d", word)) and bool(re.search(r"[A-Za-z]", word))
    return " " not in word and (len(word) >= 24 or (len(word) >= 6 and mixed))


def _is_prose(value: str) -> bool:
    return bool(_PARAMETER.match(value) or _PROSE.fullmatch(value))


def _is_realm(text: str, at: int) -> bool:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return re.search(r"(?:auth_basic|auth_jwt)\s+[\"']?[^;\"']*$", line) is not None


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] in "\"'" else value


def _replace(text: str, ranges: Iterator[Range] | list[Range], by: Callable[[str], str]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end in sorted(set(ranges)):
        begin = max(start, at)
        if begin < end:
            pieces += (text[at:begin], by(text[begin:end]))
            at = end
    return "".join(pieces) + text[at:]
