"""The words, directives and comments of an nginx configuration, each with its place in the text.

The scanner follows nginx's own (ngx_conf_read_token; compared with nginx 1.22.1 and 1.31.3): only space,
tab, CR and LF separate words; quotes and `#` mean something at the start of a word only; `{` ends an
unquoted word unless `$` stands before it; `}` inside a word is a letter like any other. Unlike nginx it goes
on after an error.
"""

from __future__ import annotations

import re

from authlint.expression import expression
from authlint.readers.nginx.lua_body import lua_body_end
from authlint.record import entity, field, record


@entity
class Word:
    """One word: `text` as nginx understands it; `start` to `end` as it is written, quotes included."""

    text: str
    quoted: str  # "" or the quote character
    start: int
    end: int


@entity
class Directive:
    """A name, its arguments and its block; `block` is None where `;` ends it (or nothing does).

    `start` to `end` is the whole directive with its `;` or closing brace. `raw` is the body of a
    `*_by_lua_block`, verbatim, without the braces around it; its `block` is empty.
    """

    name: Word
    args: tuple[Word, ...]
    block: tuple[Directive, ...] | None = field(repr=False)  # a repr of deep nesting would recurse
    start: int
    end: int
    raw: str | None = None


@record
class Comment:
    """A comment from its `#` to the end of its line; the line end is not part of it."""

    text: str
    start: int
    end: int


@record
class Problem:
    """What nginx would refuse, in one line for a person. The span is empty only in an empty file."""

    message: str
    start: int
    end: int


@record
class Tree:
    """All of one text, in its order."""

    directives: tuple[Directive, ...]
    comments: tuple[Comment, ...]
    problems: tuple[Problem, ...]


_TOKEN = expression(
    r"""[ \t\r\n]*(?:
      ([^ \t\r\n;{}#"'\\$]  [^ \t\r\n;{\\$]*  (?: (?: \\[\s\S]? | \$\{* ) [^ \t\r\n;{\\$]* )*
        | (?: \\[\s\S]? | \$\{* ) [^ \t\r\n;{\\$]*  (?: (?: \\[\s\S]? | \$\{* ) [^ \t\r\n;{\\$]* )* )
    | ([;{}])
    | ("[^"\\]*(?:\\[\s\S][^"\\]*)*" | '[^'\\]*(?:\\[\s\S][^'\\]*)*')
    | (\#[^\n]*)
    | (["'])
    )""",
    re.VERBOSE,
)
_WORD, _MARK, _QUOTED, _COMMENT = 1, 2, 3, 4
_ESCAPE = expression(r"""\\(["'\\trn])""")
_MEANING = {"t": "\t", "r": "\r", "n": "\n"}
_BOM = "\ufeff"
# Fills a place where the text is longer as it is written than as it is meant; it is no part of a word.
GHOST = "\ue001"


def scan(text: str) -> Tree:
    """Read `text` whole. It never raises: what is wrong is in `problems`."""
    return _Scan(text).run()


def unescape(written: str) -> str:
    """What nginx makes of backslashes; the same in quotes and outside."""
    if GHOST in written:
        written = written.replace(GHOST, "")
    return (
        _ESCAPE.sub(lambda match: _MEANING.get(match[1], match[1]), written) if "\\" in written else written
    )


class _Scan:
    """One pass over a text; `level` holds the directives of the innermost open block."""

    __slots__ = ("comments", "level", "opened", "problems", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self.comments: list[Comment] = []
        self.problems: list[Problem] = []
        self.words: list[Word] = []  # of the directive that is not ended yet
        self.level: list[Directive] = []
        self.opened: list[tuple[Word, tuple[Word, ...], list[Directive]]] = []  # with the level around each

    def run(self) -> Tree:
        text, match, words = self.text, _TOKEN.match, self.words
        at = self.start()
        while token := match(text, at):
            kind = token.lastindex
            at = token.end()
            if kind == _WORD:
                start = token.start(1)
                words.append(Word(unescape(text[start:at]), "", start, at))
            elif kind == _MARK:
                at = self.mark(text[at - 1], at)
            elif kind == _QUOTED:
                self.quoted(token.start(3), at)
            elif kind == _COMMENT:
                self.comment(token.start(4), at)
            else:
                at = self.unclosed_quote(at - 1)
        self.finish()
        return Tree(tuple(self.level), tuple(self.comments), tuple(self.problems))

    def start(self) -> int:
        if not self.text.startswith(_BOM):
            return 0
        self.problem("byte order mark: nginx takes it for a part of the first word", 0, 1)
        return 1

    def problem(self, message: str, start: int, end: int) -> None:
        self.problems.append(Problem(message, start, end))

    def mark(self, char: str, at: int) -> int:
        """Deal with the `;`, `{` or `}` that ends at `at`; the answer is where to go on."""
        if char == "}":
            self.close(at)
        elif char == "{":
            return self.open(at)
        elif self.words:
            self.end_directive(at)
        else:
            self.problem('unexpected ";"', at - 1, at)
        return at

    def end_directive(self, end: int) -> None:
        name, *args = self.words
        self.words.clear()
        self.level.append(Directive(name, tuple(args), None, name.start, end))

    def open(self, at: int) -> int:
        if not self.words:
            self.problem('unexpected "{"', at - 1, at)
            self.words.append(Word("", "", at - 1, at - 1))  # so that its "}" finds a block to close
        name, *args = self.words
        self.words.clear()
        if name.text.endswith("_by_lua_block"):
            return self.lua(name, tuple(args), at)
        self.opened.append((name, tuple(args), self.level))
        self.level = []
        return at

    def lua(self, name: Word, args: tuple[Word, ...], at: int) -> int:
        end = lua_body_end(self.text, at)
        after = end + 1
        if end < 0:
            self.problem(f'block "{name.text}" is not closed', name.start, name.end)
            end = after = len(self.text)
        self.level.append(Directive(name, args, (), name.start, after, self.text[at:end]))
        return after

    def close(self, at: int) -> None:
        if self.words:
            self.not_ended()
        if self.opened:
            self.end_block(at)
        else:
            self.problem('unexpected "}"', at - 1, at)

    def end_block(self, end: int) -> None:
        name, args, around = self.opened.pop()
        around.append(Directive(name, args, tuple(self.level), name.start, end))
        self.level = around

    def not_ended(self) -> None:
        name, last = self.words[0], self.words[-1]
        self.problem(f'directive "{_shown(name)}" is not ended by ";"', name.start, last.end)
        self.end_directive(last.end)

    def quoted(self, start: int, end: int) -> None:
        text = self.text
        self.words.append(Word(unescape(text[start + 1 : end - 1]), text[start], start, end))
        # nginx wants a space, ";", "{" or ")" after the quote; "}" is spoken of where it is read
        follower = text[end : end + 1]
        if follower not in " \t\r\n;{})":
            self.problem(f"unexpected {_quote(follower)} directly after a quoted string", end, end + 1)

    def unclosed_quote(self, start: int) -> int:
        """Take the rest of the line for the string, without the `;` at its end, and go on there."""
        line_end = self.text.find("\n", start)
        line = self.text[start : line_end if line_end >= 0 else len(self.text)].rstrip()
        end = start + len(line.rstrip(";"))
        self.problem("quoted string is not closed", start, end)
        self.words.append(Word(unescape(self.text[start + 1 : end]), self.text[start], start, end))
        return end

    def comment(self, start: int, end: int) -> None:
        if self.text[end - 1] == "\r":
            end -= 1
        self.comments.append(Comment(self.text[start:end], start, end))

    def finish(self) -> None:
        if self.words:
            self.not_ended()
        if self.opened:
            name = self.opened[-1][0]
            self.problem(f'block "{_shown(name)}" is not closed', name.start, max(name.end, name.start + 1))
        end = len(self.text)
        while self.opened:
            self.end_block(end)


def _shown(name: Word) -> str:
    """A name fit for a message: one line, not too long."""
    text = name.text if name.text.isprintable() else ascii(name.text)[1:-1]
    return text if len(text) <= 60 else f"{text[:57]}..."


def _quote(char: str) -> str:
    return "'\"'" if char == '"' else f'"{char}"' if char.isprintable() else ascii(char)
