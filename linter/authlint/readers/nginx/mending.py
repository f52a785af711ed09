"""Intents as edits of nginx's statements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from authlint.expression import expression
from authlint.intent import (
    AllowCredentials,
    Answer,
    AskUnder,
    Challenge,
    Deliver,
    Edit,
    Enforce,
    Exclude,
    Exempt,
    FallBack,
    HandOn,
    Include,
    Intent,
    KeepPath,
    KeyBy,
    Move,
    Quote,
    Remove,
    Repeat,
    Reword,
    Send,
    SendAlways,
    Spare,
    TakeBehind,
    ToTls,
    Turn,
    Withhold,
)
from authlint.model.value import Value
from authlint.readers.nginx.delivering import delivered
from authlint.readers.nginx.falling_back import fallen_back
from authlint.readers.nginx.keeping import keyed, not_kept
from authlint.readers.nginx.moving import moved
from authlint.readers.nginx.redirecting import to_tls
from authlint.readers.nginx.rewording import reworded
from authlint.readers.nginx.scan import Directive, Word, scan
from authlint.readers.nginx.spelling import spelled
from authlint.readers.nginx.withholding import withheld
from authlint.readers.nginx.writing import STEP, Page, behind, inside, word
from authlint.text import Span

# https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header and its like
SETS = {"proxy_pass": "proxy_set_header", "grpc_pass": "grpc_set_header"}
# https://nginx.org/en/docs/http/ngx_http_auth_basic_module.html#auth_basic and its like: "off" ends what is inherited
OFF = {"password": "auth_basic off;", "service": "auth_request off;", "token": "auth_jwt off;"}
# What asks, by what it asks with (https://nginx.org/en/docs/http/ngx_http_auth_basic_module.html#auth_basic)
REALMS = {
    "auth_basic_user_file": 'auth_basic "restricted";',
    "auth_jwt_key_file": 'auth_jwt "restricted";',
    "auth_jwt_key_request": 'auth_jwt "restricted";',
}
# Lines that make one whole.
ALIKE = (("allow", "deny"), ("location", "auth_basic", "auth_basic_user_file"))
CREDENTIALS = "access-control-allow-credentials"
URL = expression(r"(?P<authority>https?://[^/?#\s;$]+)(?P<path>/[^\s;$]*)?")
TURNED = {"underscores": "underscores_in_headers on;", "relative-redirects": "absolute_redirect off;"}


def edits(intent: Intent, page: Page) -> tuple[Edit, ...] | None:
    """What is to be written where; None where nginx cannot say it so."""
    around = tuple(_around(scan(page.text).directives, intent.span))
    if not around:
        return None
    found = around[-1]
    parent = around[-2] if len(around) > 1 else None
    match intent:
        case Remove():
            return _removed(page, found)
        case Reword():
            return reworded(page, found, intent)
        case SendAlways():
            # https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header: the third word
            return _behind_last(page, found, " always") if _is_added(found, 2) else None
        case Include(word=name) if parent is not None and parent.name.text == "limit_except":
            return _behind_last(page, parent, f" {name}")
        case Include(word=name):
            return _included(page, found, name)
        case Exclude(word=name) if found.name.text.endswith("_cache_valid"):
            return not_kept(page, found, name)
        case Exclude(word=name):
            return _excluded(page, found, name)
        case Send():
            return _sent(page, found, parent, intent)
        case Repeat(lines=lines):
            return _repeated(page, around, lines)
        case Exempt(asks=asks):
            names = {one.name.text for one in found.block or ()}
            own = [OFF[one] for one in asks if OFF[one].split()[0] not in names]
            return _one(inside(page, found, own)) if own and found.name.text == "location" else None
        case Turn(what=what) if what in TURNED and found.name.text in ("server", "location"):
            return _one(inside(page, found, [TURNED[what]]))
        case AllowCredentials(allowed=allowed):
            return _credentials(page, found, allowed=allowed)
        case AskUnder(path=path) if found.name.text == "proxy_pass" and found.args:
            return _asked(page, found.args[0], path)
        case KeepPath() if found.name.text == "proxy_pass" and found.args:
            return _asked(page, found.args[0], "")
        case Answer(headers=headers, how="first") if found.name.text == "location":
            return _answered(page, found, headers)
        case FallBack():
            return fallen_back(page, around, intent)
        case ToTls():
            server = next((one for one in around if one.name.text == "server"), None)
            return _one(to_tls(page, found, server)) if server is not None else None
        case TakeBehind(scheme="Bearer"):
            return _taken_behind(page, found)
        case HandOn():
            return _handed_on(page, found, parent, intent)
        case Challenge(scheme=scheme, given="there"):
            return _challenged(page, around, scheme)
        case Challenge(scheme=scheme, given="by-service") if parent is not None:
            return _challenged_elsewhere(page, found, parent, scheme)
        case Spare(path=path) if found.name.text == "rewrite":
            return _spared(page, found.args[0], path)
        case Quote() | Move() | Withhold() | Deliver() | KeyBy() | Enforce():
            return _rewritten(intent, page, around)
    return None


def _rewritten(
    intent: Quote | Move | Withhold | Deliver | KeyBy | Enforce, page: Page, around: Sequence[Directive]
) -> tuple[Edit, ...] | None:
    """The same words, in quotes, elsewhere, with more or without some."""
    match intent:
        case Enforce():
            return _enforced(page, around)
        case KeyBy(headers=headers):
            return keyed(page, around[-1], headers)
        case Quote(span=span):
            return _quoted(page, around[-1], span)
        case Move():
            return _moved(page, around, intent)
        case Withhold(span=span, part=part):
            return withheld(page, around[-1], span, part) if around[-1].name.text == "log_format" else None
    return delivered(page, around, intent.to)


def _one(edit: Edit | None) -> tuple[Edit, ...] | None:
    return None if edit is None else (edit,)


def _is_added(found: Directive, words: int) -> bool:
    return found.name.text == "add_header" and len(found.args) == words


def _behind_last(page: Page, found: Directive, text: str) -> tuple[Edit, ...] | None:
    at = found.args[-1].end
    return _one(page.edit(at, at, text))


def _included(page: Page, found: Directive, name: str) -> tuple[Edit, ...] | None:
    """A name more in a header whose value is a list of names."""
    if found.name.text != "add_header" or len(found.args) < 2 or "$" in found.args[1].text:
        return None
    value = found.args[1]
    at = value.end - (1 if value.quoted else 0)
    listed = value.text.strip()
    if value.quoted:
        return _one(page.edit(at, at, f", {name}" if listed else name))
    return _one(page.edit(value.start, value.end, word(f"{listed}, {name}")))


def _credentials(page: Page, found: Directive, *, allowed: bool) -> tuple[Edit, ...] | None:
    name = found.args[0].text.lower() if found.args else ""
    if not allowed:
        return _removed(page, found) if name == CREDENTIALS else None
    if found.name.text != "add_header" or name == CREDENTIALS:
        return None
    always = " always" if found.args[2:] and found.args[2].text == "always" else ""
    return _one(behind(page, found, [f"add_header Access-Control-Allow-Credentials true{always};"]))


def _removed(page: Page, found: Directive) -> tuple[Edit, ...] | None:
    if found.name.text.startswith("more_") and len(found.args) > 1:
        return None  # it concerns other headers too
    return (Edit(Span(page.path, *page.with_line(found.start, found.end)), ""),)


def _excluded(page: Page, found: Directive, name: str) -> tuple[Edit, ...] | None:
    """A status less for an error page (https://nginx.org/en/docs/http/ngx_http_core_module.html#error_page)."""
    numbers = [one for one in found.args if one.text.isdigit()]
    chosen = [one for one in numbers if one.text == name]
    if found.name.text != "error_page" or len(chosen) != 1:
        return None
    if len(numbers) == 1:
        return _removed(page, found)
    start, end = page.with_line(chosen[0].start, chosen[0].end)
    return (Edit(Span(page.path, start, end), ""),)


def _sent(page: Page, found: Directive, parent: Directive | None, intent: Send) -> tuple[Edit, ...] | None:
    value = spelled(intent.value)
    if value is None or not _here(page, parent, intent.peers):
        return None
    family = found.name.text
    if intent.to == "client":
        if family == "add_header":
            always = " always" if found.args[2:] and found.args[2].text == "always" else ""
            return _one(behind(page, found, [f"add_header {intent.name} {word(value)}{always};"]))
        if family == "more_set_headers":
            return _one(behind(page, found, [f"more_set_headers {word(f'{intent.name}: {value}')};"]))
        return None
    family = SETS.get(family, family)
    if not family.endswith("_set_header"):
        return None
    return _one(behind(page, found, [f"{family} {intent.name} {word(value)};"]))


def _here(page: Page, parent: Directive | None, peers: Iterable[Span]) -> bool:
    """Whether all peers stand in the same block: there another one joins them."""
    start, end = (parent.start, parent.end) if parent is not None else (0, len(page.text))
    own = parent.block if parent is not None else scan(page.text).directives
    return all(
        one.path == page.path
        and start <= one.start < end
        and any(line.start <= one.start < line.end and line.block is None for line in own or ())
        for one in peers
    )


def _repeated(page: Page, around: Sequence[Directive], lines: Iterable[Span]) -> tuple[Edit, ...] | None:
    """The lines letter by letter, if they are of this file: elsewhere nobody sees them here. Behind one of their kind,
    in a location, or first in an `if` of a location that answers
    (https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header)."""
    found, tree = around[-1], scan(page.text).directives
    blocks = [page.block, *(one.name.text for one in around)]
    block = found if found.name.text == "location" else None
    kinds = next((kinds for kinds in ALIKE if found.name.text in kinds), (found.name.text,))
    if blocks[-3:] == ["location", "if", "return"]:
        block, kinds = around[-2], ("add_header",)
    texts: list[str] = []
    for span in lines:
        line = statement(tree, span) if span.path == page.path else None
        if line is None or line.block is not None or line.name.text not in kinds:
            return None
        texts.append(" ".join(page.text[line.start : line.end].split()))
    if not texts:
        return None
    return _one(behind(page, found, texts) if block is None else inside(page, block, texts))


def _asked(page: Page, one: Word, path: str) -> tuple[Edit, ...] | None:
    url = URL.fullmatch(page.text[one.start : one.end])
    if url is None:
        return None
    start = one.start + url.end("authority")
    return _one(page.edit(start, one.end, path))


def _answered(page: Page, found: Directive, headers: Sequence[tuple[str, Value]]) -> tuple[Edit, ...] | None:
    """`return` in the rewrite phase comes before anybody is asked
    (https://nginx.org/en/docs/dev/development_guide.html#http_phases)."""
    lines = ["if ($request_method = OPTIONS) {"]
    for name, value in headers:
        text = spelled(value)
        if text is None:
            return None
        lines.append(f"{STEP}add_header {name} {word(text)};")
    lines += [f"{STEP}return 204;", "}"]
    if found.block and page.text.count("\n", found.start, found.end) == 0:
        return None
    return _one(inside(page, found, lines))


def _handed_on(
    page: Page, found: Directive, parent: Directive | None, intent: HandOn
) -> tuple[Edit, ...] | None:
    """https://nginx.org/en/docs/http/ngx_http_auth_request_module.html#auth_request_set"""
    if found.name.text != "auth_request" or not _here(page, parent, intent.peers):
        return None
    name = intent.header.lower().replace("-", "_")
    lines = [
        f"auth_request_set $auth_{name} $upstream_http_{name};",
        f"add_header {intent.header} $auth_{name} always;",
    ]
    return None if f"$auth_{name}" in page.text else _one(behind(page, found, lines))


def _challenged(page: Page, around: Sequence[Directive], scheme: str) -> tuple[Edit, ...] | None:
    """In the block that answers, which then has header lines of its own only."""
    outer = [
        *(scan(page.text).directives if page.block else ()),
        *(one for block in around[:-2] for one in block.block or ()),
    ]
    names = [page.block, *(one.name.text for one in around)]
    added = any(one.name.text == "add_header" for one in outer)
    if len(around) < 2 or names[-1] != "return" or "location" not in names or added:
        return None
    return _one(inside(page, around[-2], [f"add_header WWW-Authenticate {scheme} always;"]))


def _challenged_elsewhere(
    page: Page, found: Directive, parent: Directive, scheme: str
) -> tuple[Edit, ...] | None:
    """What a subrequest's location adds to its answer is not the client's: the error page is answered with it."""
    if found.name.text != "auth_request" or parent.name.text != "location" or "error_page" in page.text:
        return None
    lines = ["", "location @challenge {", f"{STEP}add_header WWW-Authenticate {scheme} always;"]
    asks = behind(page, found, ["error_page 401 = @challenge;"])
    says = behind(page, parent, [*lines, f"{STEP}return 401;", "}"])
    return None if asks is None or says is None or "@challenge" in page.text else (asks, says)


def _spared(page: Page, pattern: Word, path: str) -> tuple[Edit, ...] | None:
    """The pattern no longer fits what begins with the path."""
    if not pattern.text.startswith("^") or re.fullmatch(r"[\w/-]+", path) is None:
        return None
    at = pattern.start + (2 if pattern.quoted else 1)
    spared = f"{path[:-1]}(?:/|$)" if path.endswith("/") else path
    return _one(page.edit(at, at, f"(?!{spared})"))


def _quoted(page: Page, found: Directive, span: Span) -> tuple[Edit, ...] | None:
    """Several words of a statement, which stand on one line and have no quotes so far."""
    words = [one for one in found.args if span.start <= one.start and one.end <= span.end]
    text = page.text[span.start : span.end]
    if len(words) < 2 or any(one.quoted for one in words) or any(letter in text for letter in "\n#'\"\\"):
        return None
    return _one(page.edit(span.start, span.end, word(" ".join(text.split()))))


def _enforced(page: Page, around: Sequence[Directive]) -> tuple[Edit, ...] | None:
    """In a location: for a whole server somebody has to say what stays open."""
    line = REALMS.get(around[-1].name.text)
    here = len(around) > 1 and around[-2].name.text == "location"
    return _one(behind(page, around[-1], [line])) if line is not None and here else None


def _moved(page: Page, around: Sequence[Directive], intent: Move) -> tuple[Edit, ...] | None:
    tree = scan(page.text).directives
    ways = [tuple(_around(tree, one)) for one in intent.lines if one.path == page.path]
    own = [way[-1] for way in ways if way and way[-1].start != around[-1].start]
    if len(own) != len(intent.lines) or any(one in around for one in own):
        return None
    alike = all([one.start for one in way[:-1]] == [one.start for one in around[:-1]] for way in ways)
    inside_location = [one.name.text for one in around[-2:-1]] == ["location"]
    if not alike and not inside_location and any(one.block is not None for one in own):
        return None  # an `if` is allowed in few places
    return moved(page, own, around[-1], before=intent.before, alike=alike)


def _taken_behind(page: Page, found: Directive) -> tuple[Edit, ...] | None:
    """Without `token=` it is what stands behind Bearer in Authorization
    (https://nginx.org/en/docs/http/ngx_http_auth_jwt_module.html#auth_jwt)."""
    chosen = [one for one in found.args if one.text == "token=$http_authorization"]
    if found.name.text != "auth_jwt" or len(chosen) != 1:
        return None
    before = max(one.end for one in (found.name, *found.args) if one.end <= chosen[0].start)
    return _one(page.edit(before, chosen[0].end, ""))


def statement(directives: Iterable[Directive], span: Span) -> Directive | None:
    """The smallest statement in which all of the span stands."""
    found = None
    for one in _around(directives, span):
        found = one
    return found


def _around(directives: Iterable[Directive], span: Span) -> Iterator[Directive]:
    for one in directives:
        if one.start <= span.start and span.end <= one.end:
            yield one
            yield from _around(one.block or (), span)
            return
