"""Tests on the Origin header that are to fit what they mean, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint.expression import expression
from authlint.intent import Include, LetIn, Mend, Reword
from authlint.model.value import Text
from authlint.record import replace
from authlint.text import Span
from authlint_rules.questions.strangers import DOT, keeps_to_its_own

ANYTHING = expression(r"(?<!\\)\.[*+]\??(?=\w)")  # directly before a name
REST = expression(r"(?<!\\)\.\*\??$")
PATTERNS = ("search", "full")
ORIGIN = expression(r"https?://[\w.-]+")
PORT = r"(?::\d+)?"
# Where a name surely ends: "https://app.example" may go on with ".com", "https://app.example.com" does not.
ENDS = expression(
    r"(?:localhost|\.(?:(?!co\b)[a-z]{2}|com|org|net|edu|gov|mil|int|info|biz|dev|app|cloud|online|site|shop|tech))\)*$"
)


def tighten(test: Text, span: Span) -> tuple[Mend, ...]:
    """Other words for the test, where all that it means still passes and a stranger does not."""
    if test.how == "suffix" and test.arg[:1].isalnum():
        below, itself = replace(test, arg=f".{test.arg}"), replace(test, arg=f"//{test.arg}")
        title, more = f"let the name begin where {test.arg} does", Include(span, itself.arg)
        return _both(test, (below, itself), Mend(title, (Reword(span, test.arg, below.arg), more)))
    if test.how == "prefix" and ORIGIN.fullmatch(test.arg) and ENDS.search(test.arg):
        ports, whole = replace(test, arg=f"{test.arg}:"), replace(test, how="is")
        title, other = "let the name end where the prefix does", LetIn(span, test.arg)
        return _both(test, (ports, whole), Mend(title, (Reword(span, test.arg, ports.arg), other)))
    return _pattern(test, span) if test.how in PATTERNS else ()


def _both(test: Text, others: tuple[Text, Text], mend: Mend) -> tuple[Mend, ...]:
    return (mend,) if keeps_to_its_own(test, others) else ()


def _pattern(test: Text, span: Span) -> tuple[Mend, ...]:
    for meant in (test, replace(test, arg=ANYTHING.sub(_labels, test.arg))):
        for pattern in _stricter(meant):
            if pattern != test.arg and keeps_to_its_own(meant, (replace(test, arg=pattern),)):
                title = f"let the pattern fit the whole origin: {pattern}"
                return (Mend(title, (Reword(span, test.arg, pattern),)),)
    return ()


def _labels(anything: re.Match[str]) -> str:
    """Anything before a name is names that end with a dot, or nothing."""
    return r"(?:.+\.)?" if "*" in anything[0] else r".+\."


def _stricter(test: Text) -> Iterator[str]:
    """The pattern with dots that are dots, and from the start of the origin to its end."""
    branches = [DOT.sub(r"\\.", one) for one in _branches(test.arg)]
    yield "|".join(branches)
    whole = [_whole(one) for one in branches] if test.how == "search" else []
    if None not in whole:
        yield "|".join(one for one in whole if one is not None)


def _branches(pattern: str) -> list[str]:
    """What stands between the bars that are in no group."""
    found, depth = [""], 0
    for piece in re.findall(r"\\.|\[(?:\\.|[^\]\\])*\]|.", pattern):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += piece
    return found


def _whole(branch: str) -> str | None:
    """From the start of the origin, or of a label, to its end. None where nobody knows whether the name ends there."""
    if not branch.startswith("^"):
        begins = (
            "^" if "://" in branch.replace("\\/", "/") else "" if branch.startswith("\\.") else r"(?://|\.)"
        )
        branch = begins + branch
    if re.search(r"(?<!\\)\$$", branch):
        return branch
    branch = REST.sub("", branch)
    plain = branch.replace("\\", "").rpartition("://")[2]
    if ":" in plain.replace("(?:", "("):
        return f"{branch}$"
    return f"{branch}{PORT}$" if ENDS.search(plain) else None
