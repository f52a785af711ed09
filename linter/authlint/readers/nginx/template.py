"""Configuration that is a template (Jinja, Go and Helm, envsubst): what a tool will fill in, made visible.

The masked text is as long as the written one, so that every offset stays valid. What will become an unknown
part of a word is a run of HOLE; statements and comments are spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint.expression import expression
from authlint.readers.nginx.lua_body import lua_body_end
from authlint.record import record

HOLE = "\ue000"
ENVSUBST = (".template", ".tmpl", ".tpl", ".envsubst")  # endings of files that it fills in


@record
class Hole:
    """A region that is not certain, by offsets.

    "conditional": from a statement such as `{% if %}` to its end; the text in it may come or not. "loop": from
    `{% for %}`, `{{ range }}` or `{{ with }}` to its end; all of it comes, never, once or often. "insert": an
    expression that stands where a directive would and may become any number of them; it is masked with spaces.
    """

    start: int
    end: int
    kind: str


@record
class Masked:
    """A text as the scanner can read it; `kind` is "jinja", "go" or None; `holes` in order of their start."""

    text: str
    kind: str | None
    holes: tuple[Hole, ...]


@record
class _Mark:
    """A piece of template: `word` is the statement's keyword, "" for an expression, "#" for a comment."""

    start: int
    end: int
    word: str
    go: bool


_OPENING = expression(
    r"""\{%[-+~]?\s*(?P<statement>[A-Za-z_]\w+)
    | (?P<comment>\{\#)
    | \{\{(?=-?\s*/\*)(?P<gocomment>)
    | \{\{(?=[-+~]?[ \t]|[A-Za-z_.$])[-+~]?[ \t]*(?P<inner>(?:(?!\{\{)[^\n])*?)[ \t]*[-+~]?\}\}
    | \{\{-?[ \t]*(?P<lines>(?:\$\w*[ \t]*:?=(?!=)|(?:if|with|range|include|template)\b)
        (?:(?!\{\{|\}\})[\s\S])*?)\s*-?\}\}
    """,
    re.VERBOSE,
)
_GO_STATEMENT = expression(
    r"""(?P<word>(?:if|range|with)(?=[\s(])|(?:define|block)(?=\s+")|else(?=\s+(?:if|with)\b|$)
      |(?:end|break|continue)$)
    | \$\w*(?:\s*,\s*\$\w+)?\s*:?=(?!=)""",
    re.VERBOSE,
)
_GO_EXPRESSION = expression(r"[.$]|(?:include|template|printf|tpl|quote|default|toYaml|getenv|key)\s+[\"(.$]")
_GO_OPENERS = {"if", "range", "with", "define", "block"}
_JINJA_OPENERS = {"if", "for", "macro", "call", "filter", "block"}
_LOOPS = {"for", "range", "with"}
_STRINGS_AND_CALLS = expression(r""""[^"]*"|'[^']*'|\([^()]*\)|\[[^\[\]]*\]""")
_NOT_A_VALUE = expression(r"[{},;]|(?<![=!<>:])=(?!=)")
_RAW_END = expression(r"\{%[-+~]?\s*endraw\b")
_LUA = expression(r"_by_lua_block[^;{}\n]*\{")
_VISIBLE = expression(r"[^\r\n]")
_LINE = expression(r"[^\n]*\n|[^\n]+")
_TO_COMMENT = expression(r"(?:^|(?<=[ \t;{}]))#.*")

# nginx's own variables are lower case: nothing in capitals is one of them
_ENVSUBST = expression(r"\$\{_*[A-Z][A-Z0-9_]*\}|\$_*[A-Z][A-Z0-9_]*(?![A-Za-z0-9_])")


def mask(text: str, *, envsubst: bool = False) -> Masked:
    """Hide what is not nginx's; a text without templates comes back as the same object with kind None.

    `envsubst`: also `$NAME` and `${NAME}` in capitals, as the Docker image of nginx fills them in.
    """
    marks = _marks(text) if "{{" in text or "{%" in text else []
    kind = _kind(text, marks)
    holes: list[Hole] = []
    masked = text
    if kind:
        masked, inserts = _without_inserts(_painted(text, marks))
        holes = sorted([*_conditionals(marks, len(text)), *inserts], key=lambda hole: hole.start)
    if envsubst and "$" in masked:
        masked = _ENVSUBST.sub(lambda found: HOLE * len(found[0]), masked)
    return Masked(masked, kind, tuple(holes))


def _kind(text: str, marks: list[_Mark]) -> str | None:
    """A Lua table of tables looks like an expression: marks in Lua alone do not make a template."""
    lua = list(_lua_bodies(text)) if marks and "_by_lua_block" in text else []
    outside = [m for m in marks if m.word != "#" and not any(start <= m.start < end for start, end in lua)]
    if not outside:
        return None
    if any(text.startswith("{%", mark.start) for mark in outside):
        return "jinja"
    return "go" if any(mark.go for mark in outside) else "jinja"


def _lua_bodies(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while found := _LUA.search(text, at):
        end = lua_body_end(text, found.end())
        at = end if end >= 0 else len(text)
        yield found.end(), at


def _marks(text: str) -> list[_Mark]:
    marks: list[_Mark] = []
    closers = {"%}": 0, "#}": 0, "*/": 0}  # where each comes next, so that none is sought twice in vain
    at = 0

    def after(closer: str) -> int:
        if 0 <= closers[closer] < at:
            closers[closer] = text.find(closer, at)
        return closers[closer] + 2 if closers[closer] >= 0 else -1

    while found := _OPENING.search(text, at):
        start, at = found.start(), found.end()
        mark = None
        if word := found["statement"]:
            mark = _to(start, after("%}"), word, go=False)
        elif found["comment"]:
            mark = _to(start, after("#}"), "#", go=False)
        elif found["gocomment"] is not None:
            closed = text.find("}}", after("*/")) if after("*/") >= 0 else -1
            mark = _to(start, closed + 2 if closed >= 0 else -1, "#", go=True)
        elif found["lines"] is not None:
            mark = _expression(start, at, found["lines"])
        elif _is_value(found["inner"]):
            mark = _expression(start, at, found["inner"])
        if mark:
            marks.append(mark)
            at = mark.end
            if mark.word == "raw" and not mark.go:
                raw_end = _RAW_END.search(text, at)
                at = raw_end.start() if raw_end else len(text)
    return marks


def _to(start: int, end: int, word: str, *, go: bool) -> _Mark | None:
    return _Mark(start, end, word, go) if end >= 0 else None


def _expression(start: int, end: int, inner: str) -> _Mark:
    if statement := _GO_STATEMENT.match(inner):
        return _Mark(start, end, statement["word"] or "set", go=True)
    return _Mark(start, end, "", go=bool(_GO_EXPRESSION.match(inner)))


def _is_value(inner: str) -> bool:
    """Whether it can be an expression of a template rather than a table of Lua or a piece of JSON."""
    if not inner:
        return False
    if _GO_STATEMENT.match(inner):
        return True
    return not _NOT_A_VALUE.search(_STRINGS_AND_CALLS.sub("", _STRINGS_AND_CALLS.sub("", inner)))


def _painted(text: str, marks: list[_Mark]) -> str:
    parts: list[str] = []
    at = 0
    for mark in marks:
        parts.append(text[at : mark.start])
        parts.append(_VISIBLE.sub(" " if mark.word else HOLE, text[mark.start : mark.end]))
        at = mark.end
    return "".join([*parts, text[at:]])


def _conditionals(marks: list[_Mark], length: int) -> list[Hole]:
    """The regions between an opener and its end; one that never ends reaches to the end of the text."""
    holes: list[Hole] = []
    opened: list[tuple[str, int, str]] = []
    for mark in marks:
        if mark.word in (_GO_OPENERS if mark.go else _JINJA_OPENERS):
            kind = "loop" if mark.word in _LOOPS else "conditional"
            opened.append(("end" if mark.go else f"end{mark.word}", mark.start, kind))
        elif opened and mark.word == "else":
            opened[-1] = (*opened[-1][:2], "conditional")
        elif opened and mark.word == opened[-1][0]:
            _, start, kind = opened.pop()
            holes.append(Hole(start, mark.end, kind))
    holes.extend(Hole(start, length, "conditional") for _, start, _ in opened)
    return holes


def _without_inserts(text: str) -> tuple[str, list[Hole]]:
    """Blank the expressions that are alone on their line where a directive begins."""
    inserts: list[Hole] = []
    lines = _LINE.findall(text) if HOLE in text else []
    before, at = ";", 0
    for number, line in enumerate(lines):
        code = _TO_COMMENT.sub("", line).strip()
        if code and not code.strip(HOLE) and before in ";{}":
            start = at + line.index(HOLE)
            inserts.append(Hole(start, start + len(code), "insert"))
            lines[number] = line.replace(HOLE, " ")
        elif code:
            before = code[-1]
        at += len(line)
    return ("".join(lines) if inserts else text), inserts
