"""Says a PCRE (nginx) or RE2 (Envoy) pattern in the words that Python's engines understand the same way.

The result matches bytes. Case, `.`, `\\w` and POSIX classes are resolved to sets of bytes here, so that no
flag of an engine has a say; what has no equal in Python raises `Untranslatable`. Syntax and meaning:
pcre2pattern(3) without UTF, as nginx compiles it (with no option but caseless); for Envoy RE2's syntax page.
"""

from __future__ import annotations

import re

from authlint.expression import expression
from authlint.flow.byteset import (
    ANY,
    NEWLINE,
    Untranslatable,
    escaped_byte,
    escaped_type,
    fold,
    read_class,
    spell,
)
from authlint.flow.piece import ENDLESS, Piece, either, joined, repeated
from authlint.record import record

# An assertion is written so that every version of Python reads it alike: \B failed on "" before 3.14.
ASSERTIONS = {"A": r"\A", "z": r"\Z", "Z": r"(?=\n?\Z)", "b": r"\b", "B": r"(?!\b)"}

QUANTIFIER = expression(r"([*+?]|\{(\d+)(,?)(\d*)\})([+?]?)")
DOUBTFUL_BRACE = expression(r"\{[ \t]*(\d*)[ \t]*,?[ \t]*(\d*)[ \t]*\}")
GROUP = expression(r"\(\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')", re.ASCII)
FLAGS = expression(r"\(\?([ims]*)(?:-([ims]+))?([:)])")
QUOTATION = expression(r"\\Q(.*?)(?:\\E|\Z)|\\.", re.DOTALL)
REFERENCE = expression(r"\\(?:([1-9])(?![0-9])|k(?:<(\w+)>|\{(\w+)\}|'(\w+)'))", re.ASCII)
LOOKS = ("(?=", "(?!", "(?<=", "(?<!")
MAX_LENGTH, MAX_DEPTH, MAX_REPEAT = 8192, 60, 65_535


@record
class Translation:
    """`source` for Python, as text of which each character is a byte (latin-1).

    `tricky` says that only the `regex` module keeps groups as PCRE does, or knows the construct at all.
    """

    source: str
    ways: float
    degree: float
    tricky: bool
    lookbehind: bool


def translate(text: str, nocase: bool, re2: bool) -> Translation:
    """Raises `Untranslatable`. `text` is one character a byte."""
    if len(text) > MAX_LENGTH:
        raise Untranslatable(f"the regular expression is longer than {MAX_LENGTH} bytes")
    reader = _Reader(unquoted(text), nocase, re2)
    whole = reader.alternatives()
    if reader.at < len(reader.text):
        raise Untranslatable("unmatched parenthesis in the regular expression")
    return Translation(whole.source, whole.ways, whole.degree, reader.tricky, reader.lookbehind)


def unquoted(text: str) -> str:
    r"""The pattern with `\Q...\E` spelled as hexadecimal escapes, which nothing around them can change."""
    parts: list[str] = []
    at = 0
    while (found := QUOTATION.search(text, at)) is not None:
        parts.append(text[at : found.start()])
        inner = found.group(1)
        if inner is None:  # any other escape
            parts.append(found.group())
        elif not inner:
            raise Untranslatable("an empty quotation")
        else:
            parts.extend(f"\\x{ord(char):02x}" for char in inner)
        at = found.end()
    return "".join(parts) + text[at:]


class _Reader:
    """A recursive descent over the pattern; `flags` (of "ims") are those in force at `at`."""

    def __init__(self, text: str, nocase: bool, re2: bool) -> None:
        self.text, self.re2, self.at, self.depth = text, re2, 0, 0
        self.flags = frozenset("i" if nocase else "")
        self.groups = 0
        self.closed: set[int] = set()
        self.names: dict[str, int] = {}
        self.tricky = self.lookbehind = False

    def ahead(self, what: str) -> bool:
        return self.text.startswith(what, self.at)

    def alternatives(self) -> Piece:
        branches = [self.branch()]
        while self.ahead("|"):
            self.at += 1
            branches.append(self.branch())
        return either(branches)

    def branch(self) -> Piece:
        pieces: list[Piece] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            piece = self.item()
            if piece is not None:
                pieces.append(self.quantified(piece))
        return joined(pieces)

    def item(self) -> Piece | None:
        """The next thing that can be quantified; None for a flag setting and the like."""
        char = self.text[self.at]
        if char == "\\":
            return self.escape()
        if char == "(":
            return self.group()
        if QUANTIFIER.match(self.text, self.at):
            raise Untranslatable("a quantifier follows nothing, or another quantifier")
        self.at += 1
        if char == "[":
            return self.byte_class()
        if char == ".":
            return self.members(ANY if "s" in self.flags else ANY - NEWLINE)
        if char == "^":
            # Under (?m), PCRE's ^ does not match after a newline that ends the subject; Python's does.
            lines = r"(?:\A|(?<=\n)(?!\Z))" if not self.re2 else r"(?:\A|(?<=\n))"
            return self.asserts(lines if "m" in self.flags else r"\A")
        if char == "$":
            return self.asserts(r"(?=\n|\Z)" if "m" in self.flags else r"\Z" if self.re2 else "$")
        if char == "{" and DOUBTFUL_BRACE.match(self.text, self.at - 1) and not self.ahead("}"):
            raise Untranslatable("a brace that only newer PCRE takes for a quantifier")
        return self.literal(ord(char))

    def members(self, members: frozenset[int]) -> Piece:
        return Piece(spell(members), single=True)

    def literal(self, byte: int) -> Piece:
        members = frozenset((byte,))
        return self.members(fold(members) if "i" in self.flags else members)

    @staticmethod
    def asserts(source: str) -> Piece:
        return Piece(source, empty=True, assertion=True)

    def quantified(self, piece: Piece) -> Piece:
        found = QUANTIFIER.match(self.text, self.at)
        if not found:
            return piece
        self.at = found.end()
        sign, low, comma, high, mode = found.groups()
        if low is None:
            least, most = {"*": (0, ENDLESS), "+": (1, ENDLESS), "?": (0, 1)}[sign]
        else:
            least = int(low)
            most = int(high) if high else (ENDLESS if comma else least)
        self.refuse_repeat(piece, least, most, mode)
        return repeated(piece, least, most, found.group())

    def refuse_repeat(self, piece: Piece, least: float, most: float, mode: str) -> None:
        bound = most if most < ENDLESS else least
        limit = 1000 if self.re2 else MAX_REPEAT
        if most < least or bound > limit or piece.repeats * max(bound, 1) > limit:
            raise Untranslatable("a repeat count out of order or too large")
        if piece.assertion:
            raise Untranslatable("a quantifier on an assertion")
        # The engines disagree on when an empty turn ends a loop, and on what a group holds after it.
        if piece.empty and most > 1 and (piece.captures or most == ENDLESS):
            raise Untranslatable("a repeat of something that may be empty")
        if piece.captures and most > 1:
            self.tricky = True
        if mode == "+":
            self.refuse_re2("a possessive quantifier")
            self.tricky = True

    def refuse_re2(self, what: str) -> None:
        if self.re2:
            raise Untranslatable(f"{what}, which RE2 does not have")

    def group(self) -> Piece | None:
        opening = self.at
        flags = FLAGS.match(self.text, opening)
        if flags and flags.group(3) == ")":
            self.at = flags.end()
            self.set_flags(flags)
            return None
        before, self.depth = self.flags, self.depth + 1
        if self.depth > MAX_DEPTH:
            raise Untranslatable("a regular expression nested too deeply")
        head, number = self.opening(flags)
        inner = self.alternatives()
        if not self.ahead(")"):
            raise Untranslatable("unmatched parenthesis in the regular expression")
        self.at, self.flags, self.depth = self.at + 1, before, self.depth - 1
        if number:
            self.closed.add(number)
        return self.closed_group(head, inner)

    def opening(self, flags: re.Match[str] | None) -> tuple[str, int]:
        """What opens the group in Python, and the number of a capturing group (0: it does not capture)."""
        name = GROUP.match(self.text, self.at)
        if flags:
            self.set_flags(flags)
            self.at = flags.end()
            return "(?:", 0
        if name:
            self.at = name.end()
            return self.named(name.group(1) or name.group(2))
        for look in (*LOOKS, "(?>"):
            if self.ahead(look):
                self.refuse_re2("a look-around or atomic group")
                self.at += len(look)
                self.tricky |= look == "(?>"
                self.lookbehind |= "<" in look
                return look, 0
        if self.ahead("(?") or self.ahead("(*"):
            raise Untranslatable(f"the construct {self.text[self.at : self.at + 3]}")
        self.at += 1
        self.groups += 1
        return "(", self.groups

    def named(self, name: str) -> tuple[str, int]:
        if name in self.names or len(name) > 32:
            raise Untranslatable(f"the group name {name[:40]} (twice, or too long)")
        self.groups += 1
        self.names[name] = self.groups
        return f"(?P<{name}>", self.groups

    def set_flags(self, found: re.Match[str]) -> None:
        on, off = found.group(1), found.group(2)
        self.flags = (self.flags | frozenset(on)) - frozenset(off or "")

    def closed_group(self, head: str, inner: Piece) -> Piece:
        if head in LOOKS:
            if "!" in head and inner.captures:
                raise Untranslatable("a group inside a negative look-around")
            return Piece(
                f"{head}{inner.source})", inner.ways, inner.degree, True, inner.captures, assertion=True
            )
        return Piece(
            f"{head}{inner.source})",
            inner.ways,
            inner.degree,
            inner.empty,
            inner.captures or head not in ("(?:", "(?>"),
            repeats=inner.repeats,
        )

    def escape(self) -> Piece:
        char = self.text[self.at + 1 : self.at + 2]
        if char in ASSERTIONS and char:
            if char == "Z":
                self.refuse_re2("\\Z")
            self.at += 2
            return self.asserts(ASSERTIONS[char])
        if char in "RNk123456789" and char:
            return self.special(char)
        members = escaped_type(self.text, self.at, self.re2)
        if members is not None:
            self.at += 2
            return self.members(members)
        byte, self.at = escaped_byte(self.text, self.at, self.re2, in_class=False)
        return self.literal(byte)

    def byte_class(self) -> Piece:
        if self.ahead("]") or self.ahead("^]"):
            self.refuse_re2("a class that begins with ]")
        members, self.at = read_class(self.text, self.at, "i" in self.flags, self.re2)
        return self.members(members)

    def special(self, char: str) -> Piece:
        """Line ends, and back references to groups that are closed."""
        self.refuse_re2(f"the escape \\{char}")
        if char == "R":
            self.at += 2
            self.tricky = True
            return Piece(r"(?>\r\n|[\n\x0b\x0c\r\x85])", 2)
        if char == "N":
            self.at += 2
            if self.ahead("{"):
                raise Untranslatable("the escape \\N{")
            return self.members(ANY - NEWLINE)
        found = REFERENCE.match(self.text, self.at)
        name = found and (found.group(2) or found.group(3) or found.group(4))
        number = self.names.get(name, 0) if name else int(found.group(1) or 0) if found else 0
        if not found or number not in self.closed or "i" in self.flags:
            raise Untranslatable("a back reference that may be read in two ways")
        self.at, self.tricky = found.end(), True
        return Piece(f"(?:\\{number})", empty=True)
