"""People's regular expressions, matched as the server matches them, or `Unknown`; never a hang.

A subject is text, its UTF-8 encoding what the server sees (stray bytes as surrogates of `surrogateescape`).
Matching is on bytes: nginx compiles without UTF, so `.` is one byte, and `\\w`, `\\b` and case know ASCII
only. A group that ends inside a character comes back with such surrogates. With `re2` (Envoy, which reads
characters) anything that is not ASCII is Unknown.

PCRE gives up after some ten million steps and nginx then answers 500; here such a match is Unknown or, where
the engine is quicker than PCRE, the true answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from authlint.flow.byteset import Untranslatable
from authlint.flow.pcre import Translation, translate
from authlint.model.unknown import Unknown
from authlint.record import field, record

MAX_SUBJECT = 65_536  # bytes
SECONDS = 0.2  # for one match
CHEAP = 2e6  # steps that the standard library's engine, which cannot be stopped, may need at worst

NOT_ASCII = Unknown("RE2 reads characters, and this text is not ASCII")
NO_NAMES: Mapping[str, str | None] = MappingProxyType({})


@record
class Match:
    """`groups[0]` is the whole match, which begins at the byte `start`; a group that took no part is None."""

    groups: tuple[str | None, ...]
    named: Mapping[str, str | None] = field(default_factory=lambda: NO_NAMES)
    start: int = field(default=0, compare=False)


class Pattern:
    """A compiled pattern. Make it with `compile_pattern`."""

    __slots__ = ("_fast", "_slow", "_translation", "nocase", "re2", "text")

    def __init__(self, text: str, nocase: bool, re2: bool, translation: Translation) -> None:
        self.text, self.nocase, self.re2 = text, nocase, re2
        self._translation = translation
        self._fast: re.Pattern[bytes] | None = None
        self._slow: Any = None  # regex.Pattern[bytes]; regex is imported when first needed

    def __repr__(self) -> str:
        return f"Pattern({self.text!r}, nocase={self.nocase}, re2={self.re2})"

    def search(self, subject: str, at: int = 0) -> Match | Unknown | None:
        """The first match anywhere in the subject, or behind so many bytes of it."""
        return self._run("search", subject, at)

    def full(self, subject: str) -> Match | Unknown | None:
        """A match of the whole subject, as Envoy asks for."""
        return self._run("fullmatch", subject)

    def _run(self, method: str, subject: str, at: int = 0) -> Match | Unknown | None:
        if self.re2 and not subject.isascii():
            return NOT_ASCII
        try:
            data = subject.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return Unknown("the text has no encoding")
        if len(data) > MAX_SUBJECT:
            return Unknown(f"a regular expression on more than {MAX_SUBJECT} bytes")
        try:
            if self._is_cheap(len(data)):
                found = getattr(self._compiled_fast(), method)(data, at)
            else:
                found = getattr(self._compiled_slow(), method)(data, at, timeout=SECONDS)
        except TimeoutError:
            return Unknown(f"the regular expression {self.text!r} takes too long on this text")
        except (MemoryError, RecursionError, OverflowError):
            return Unknown(f"the regular expression {self.text!r} is too large")
        return None if found is None else _match(found)

    def _is_cheap(self, length: int) -> bool:
        found = self._translation
        if found.tricky or found.degree > 8:
            return False
        steps: float = found.ways * (length + 1) ** (found.degree + 1)
        return steps <= CHEAP

    def _compiled_fast(self) -> re.Pattern[bytes]:
        if self._fast is None:
            self._fast = re.compile(self._translation.source.encode("latin-1"))
        return self._fast

    def _compiled_slow(self) -> Any:
        if self._slow is None:
            import regex

            self._slow = regex.compile(self._translation.source.encode("latin-1"))
        return self._slow

    def check(self) -> None:
        """Compiles with the engine that is needed in any case; raises what the engine raises."""
        if self._translation.tricky and not self._translation.lookbehind:
            self._compiled_slow()
        else:
            # Only the standard library insists, as PCRE did until 10.43, that a look-behind has one length.
            self._compiled_fast()


def _match(found: Any) -> Match:
    groups = tuple(_text(group) for group in (found.group(), *found.groups()))
    named = found.groupdict()
    if not named:
        return Match(groups, start=found.start())
    return Match(
        groups, MappingProxyType({name: _text(value) for name, value in named.items()}), found.start()
    )


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "surrogateescape")


@lru_cache(maxsize=4096)
def compile_pattern(text: str, nocase: bool = False, re2: bool = False) -> Pattern | Unknown:
    """The pattern as nginx compiles it (`~`, or `~*` with `nocase`), or as Envoy does with `re2`.

    Unknown where Python has no sure equal for a construct, and where the server would refuse the pattern.
    """
    translated = translation_of(text, nocase, re2)
    if isinstance(translated, Unknown):
        return translated
    pattern = Pattern(text, nocase, re2, translated)
    try:
        pattern.check()
    except (re.error, ValueError, OverflowError, RecursionError, MemoryError) as error:
        return Unknown(f"cannot read the regular expression {text!r}: {error}")
    except Exception as error:  # regex.error is known only once regex is imported
        if type(error).__module__.partition(".")[0] not in ("regex", "_regex_core"):
            raise
        return Unknown(f"cannot read the regular expression {text!r}: {error}")
    return pattern


@lru_cache(maxsize=4096)
def translation_of(text: str, nocase: bool = False, re2: bool = False) -> Translation | Unknown:
    """The pattern in the words of Python's engines, over bytes."""
    if re2 and not text.isascii():
        return NOT_ASCII
    try:
        data = text.encode("utf-8", "surrogateescape").decode("latin-1")
        return translate(data, nocase, re2)
    except Untranslatable as reason:
        return Unknown(f"cannot read the regular expression {text!r}: {reason}")
    except UnicodeEncodeError:
        return Unknown("the regular expression has no encoding")
