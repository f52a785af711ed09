"""Mistakes that are planted into a location: the right way of doing something, and the wrong one in its stead.

A location is fit if it passes requests on, and nothing of its own or around it already decides about credentials or
CORS: what is planted would then not be what counts, and the file says nothing about recall.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tests.mutants.mutant import PLACE, File, Mutant, Try, Unfit, edited, indented, made, sides, unmarked

from authlint.readers.nginx.scan import Directive, scan

PASSING = ("proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass")
DECIDING = re.compile(
    r"auth_\w+|limit_(req|conn)\w*|satisfy|allow|deny|limit_except|internal|return|js_\w+|error_page|try_files|modsecurity\w*|"
    r".*_by_lua\w*|perl\w*|proxy_pass_request_headers|rewrite|proxy_intercept_errors|content_by\w*"
)
ASSETS = re.compile(r"\b(assets|static|icons?|fonts?|images?|svg|css|js|png|ico|woff2?)\b")
SECOND_WORD = re.compile(
    r"access-control-.*|authorization|cookie|www-authenticate|http_authorization", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Planting:
    """One mistake, as a diff at up to three levels. Without a mark the place is the location's own line.

    `@pass@` stands for what passes the location's requests on. The rest says where it is a mistake, and can be seen.
    """

    rule: str
    name: str
    location: str = ""
    server: str = ""
    http: str = ""
    also: tuple[str, ...] = ()  # rules that say the same of it just as well
    via: tuple[str, ...] = ()  # how the location passes requests on
    part: bool = False  # whether it is one whatever a server around it says that another file holds
    main: bool = False  # whether it is one only if all that is defined is in sight
    alone: bool = False  # not in "/": a part of the site is meant
    plain: bool = False  # not by a pattern: one without ^ takes what is rewritten, too
    path: str = ""  # what the location's path must have in it
    free: str = ""  # what no location's path may have in it
    missing: str = ""  # a path that no location may take
    listens: str = ""  # what the server's own listen lines must be
    named: bool = False  # the server must have a name
    alien: str = ""  # what no line of the file may be
    level: bool = False  # no pattern of the server may come before what is planted there
    only: bool = False  # no other location of the server may have what this one is to lack
    sole: bool = False  # only where one application is served: headers around may be meant for another
    headers: bool = True  # whether the location may say of its own which headers are passed on
    pedantic: bool = False
    refused: bool = False

    @property
    def operator(self) -> str:
        return f"{self.rule}/{self.name}"


@dataclass(frozen=True, slots=True)
class Spot:
    """A location with what is around it."""

    location: Directive
    server: Directive | None
    beside: tuple[Directive, ...]  # what stands in the server


def plant(planting: Planting, file: File) -> Iterator[Try]:
    found = False
    for spot in spots(file.text):
        found = True
        why = unfit(planting, spot, file.text)
        if why:
            yield Unfit(planting.operator, file.path, why)
        else:
            yield planted(planting, spot, file)
    if not found:
        yield Unfit(planting.operator, file.path, "no location passes requests on")


@lru_cache(maxsize=512)
def spots(text: str) -> tuple[Spot, ...]:
    return tuple(_spots(text))


def _spots(text: str) -> Iterator[Spot]:
    tree = scan(text)
    if tree.problems:
        return
    yield from _below(tree.directives, None, tree.directives)


def _below(
    level: tuple[Directive, ...], server: Directive | None, beside: tuple[Directive, ...]
) -> Iterator[Spot]:
    for one in level:
        name = one.name.text
        if one.block is None or name in ("if", "limit_except", "upstream", "map", "geo", "types"):
            continue
        if name == "server":
            yield from _below(one.block, one, one.block)
        elif name == "location":
            if any(inner.name.text in PASSING for inner in one.block) and one.args[0].text[:1] != "@":
                yield Spot(one, server, beside)
        else:
            yield from _below(one.block, server, beside)


def unfit(planting: Planting, spot: Spot, text: str) -> str:
    """Why a mistake would be none here, or would not be the only thing that counts; empty where it is one."""
    around = (*(spot.location.block or ()), *spot.beside)
    for one in around:
        page = one.name.text == "error_page" and not {"401", "403"} & {word.text for word in one.args}
        if DECIDING.fullmatch(one.name.text) and not page:
            return f"{one.name.text} already decides here"
        if one.args and SECOND_WORD.fullmatch(one.args[0].text):
            return f"{one.args[0].text} is already spoken of"
        if one.name.text == "if":
            return "an if already decides here"
    path = spot.location.args[-1].text
    if re.search(rf"auth_request\s+{re.escape(path)}\s*;", text):
        return "is asked by auth_request, and serves no client"
    if ASSETS.search(path):
        return "files of a page, which any page may show"
    if planting.path and not re.search(planting.path, path):
        return f"the path says nothing of {planting.path}"
    if planting.plain and spot.location.args[0].text.startswith("~"):
        return "a pattern that may take the rewritten path as well"
    if planting.sole and len({*_targets(spot.beside)}) > 1:
        return "several applications: what is said around them may be meant for another"
    if planting.listens and not any(
        re.fullmatch(planting.listens, text[one.start : one.end]) for one in spot.beside
    ):
        return f"the server does not say {planting.listens}"
    if planting.named and not any(one.name.text == "server_name" for one in spot.beside):
        return "a server without a name takes what no name fits"
    if planting.alien and re.search(planting.alien, text):
        return f"something in the file says {planting.alien}"
    others = [one for one in spot.beside if one.name.text == "location" and one is not spot.location]
    if planting.level and any(one.args[0].text.startswith("~") for one in others):
        return "patterns of the server may take the requests"
    if planting.only and (others or path != "/" or spot.server is None):
        return "other locations may have it, and this one lack it on purpose"
    if _shadowed(spot):
        return "an earlier pattern takes its requests"
    if planting.free and any(
        re.search(planting.free, one.args[-1].text) for one in spot.beside if one.name.text == "location"
    ):
        return f"a location speaks of {planting.free} already"
    if planting.missing and any(_takes(one, planting.missing) for one in spot.beside):
        return f"an application may answer {planting.missing}"
    if spot.server is None and not planting.part:
        return "a part of a server: what another file says around it may undo this"
    if planting.main and not re.search(r"^\s*http\s*\{", text, re.MULTILINE):
        return "a part of a configuration: what it uses may be defined in another file"
    passing = next(one for one in spot.location.block or () if one.name.text in PASSING)
    port = re.search(r"//(?:127\.0\.0\.1|localhost):(\d+)", passing.args[0].text)
    if port and re.search(rf"listen[^;]*\b{port[1]}\b", text):
        return "passes requests on to another server of this file, which decides with it"
    if planting.via and passing.name.text not in planting.via:
        return f"requests go on by {passing.name.text}"
    if planting.alone and spot.location.args[-1].text == "/":
        return "it must be a part of the site, and this is all of it"
    if not planting.headers and any(one.name.text.endswith(("_set_header", "_param")) for one in around):
        return "says of its own which headers are passed on"
    for block in (spot.location, *((spot.server,) if spot.server else ())):
        if text[_line_start(text, block.start) : block.start].strip():
            return "does not begin a line"
    for new in re.findall(r"^location (?:= )?(\S+) \{", planting.server, re.MULTILINE):
        if new in text:
            return f"{new} is spoken of already"
    if "@pass@" in planting.server + planting.http and not _movable(spot):
        return "what passes requests on cannot be repeated elsewhere"
    return ""


def _targets(directives: tuple[Directive, ...]) -> Iterator[str]:
    for one in directives:
        if one.name.text in PASSING:
            yield re.sub(r"^\w+://|/.*", "", one.args[0].text)
        yield from _targets(one.block or ())


def _shadowed(spot: Spot) -> bool:
    """Whether a pattern before it fits the plain words of a pattern."""
    args = spot.location.args
    if args[0].text in ("=", "^~"):
        return False
    words = re.sub(r"\([^()]*\)\??|\[[^]]*\][*+?]?|\\[a-zA-Z][*+?]?|[\\^$*+?]", "", args[-1].text)
    for one in spot.beside:
        if one is spot.location:
            return False
        pattern = one.args[-1].text if one.name.text == "location" and one.args[0].text in ("~", "~*") else ""
        try:
            if pattern and args[0].text[:1] == "~" and re.search(pattern, words):
                return True
        except re.error:
            return True
    return False


def _takes(one: Directive, path: str) -> bool:
    """Whether a location may take this path: all that is not certain counts."""
    if one.name.text != "location":
        return False
    own = one.args[-1].text
    return one.args[0].text.startswith("~") or path.startswith(own)


def _movable(spot: Spot) -> bool:
    """Whether the words that pass requests on mean the same in another location."""
    for one in spot.location.block or ():
        if one.name.text in PASSING:
            target = one.args[0].text
            return re.search(r"://[^/]*/|\$\d|\$\{", target) is None
    return False


def planted(planting: Planting, spot: Spot, file: File) -> Mutant:
    text, place = file.text, spot.location
    moved = "\n".join(
        text[one.start : one.end]
        for one in place.block or ()
        if one.name.text in PASSING or one.name.text == "set"
    )
    after = planted_side(planting, spot, text, moved, wrong=True)
    marked = PLACE.search(after) is not None
    plain, lines = unmarked(after)
    if not marked:
        # Whatever was planted before it, the location's own words are still there once more or less.
        head = text[place.start : place.start + text[place.start :].index("{")]
        shift = len(plain) - len(text)
        at = next((at for at in _all(plain, head) if place.start <= at <= place.start + shift), place.start)
        lines = (plain.count("\n", 0, at) + 1,)
    return made(planting, file, planted_side(planting, spot, text, moved, wrong=False), after, lines)


def _all(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def planted_side(planting: Planting, spot: Spot, text: str, moved: str, *, wrong: bool) -> str:
    edits: list[tuple[int, str]] = []
    side = 1 if wrong else 0
    inner = sides(planting.location)[side]
    margin = _margin(text, spot.location.start)
    if inner:
        edits.append(_inside(text, spot.location, inner.replace("@pass@", moved), margin + "    "))
    beside = sides(planting.server)[side].replace("@pass@", moved)
    if beside and spot.server is not None:
        edits.append(_inside(text, spot.server, beside, _margin(text, spot.server.start) + "    "))
    elif beside:
        edits.append((_line_start(text, spot.location.start), indented(beside, margin) + "\n"))
    above = sides(planting.http)[side].replace("@pass@", moved)
    if above and spot.server is not None:
        start = _line_start(text, spot.server.start)
        edits.append((start, indented(above, _margin(text, spot.server.start)) + "\n"))
    return edited(text, edits)


def _inside(text: str, block: Directive, new: str, margin: str) -> tuple[int, str]:
    """Where the inside of a block begins. Templates and comments never stand between its name and its brace."""
    words = [block.name, *block.args]
    opened = text.index("{", words[-1].end) + 1
    rest = text[opened : text.find("\n", opened)].strip()
    return opened, "\n" + indented(new, margin) + ("\n" if rest else "")


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _margin(text: str, at: int) -> str:
    line = text[_line_start(text, at) : at]
    return line[: len(line) - len(line.lstrip())]
