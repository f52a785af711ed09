"""The condition of an `if` (https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#if)."""

from __future__ import annotations

from authlint.model.condition import Condition, Exists, Not, Test, Unclear
from authlint.model.value import Lit, Text
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.variables import Names

FILES = {"-f": "file", "-d": "directory", "-e": "any", "-x": "any"}


def condition(names: Names, node: Node) -> Condition:
    """What is between the parentheses; not understood, it is unclear."""
    words = [word.text for word in node.args]
    if not words or not words[0].startswith("(") or not words[-1].endswith(")"):
        return Unclear("a condition that is not understood")
    words[0] = words[0][1:]
    words[-1] = words[-1][:-1]
    words = [word for number, word in enumerate(words) if word or 0 < number < len(words) - 1]
    if node.masked:
        return Unclear("a template writes this condition")
    if len(words) == 1:
        return Test(names.value(words[0]), Text("true"))
    if len(words) == 2 and words[0].lstrip("!") in FILES:
        there = _exists(names, words[0].lstrip("!"), words[1])
        return Not(there) if words[0].startswith("!") else there
    if len(words) >= 2:
        return _compared(names, words)
    return Unclear("a condition that is not understood")


def _exists(names: Names, operator: str, path: str) -> Condition:
    what = FILES[operator]
    value = names.value(path)
    if what == "file":
        return Exists(value, "file")
    return Exists(value, "directory" if what == "directory" else "any")


def _compared(names: Names, words: list[str]) -> Condition:
    left, operator = names.value(words[0]), words[1]
    right = words[2] if len(words) > 2 else ""
    negated = operator.startswith("!")
    plain = operator[1:] if negated and operator != "!=" else operator
    if plain in ("=", "!="):
        value = names.value(right)
        test: Condition
        if isinstance(value, Lit):
            test = Test(left, Text("is", right))
        else:
            test = Test(left, Text("is"), value)
        return Not(test) if negated else test
    if plain in ("~", "~*"):
        test = Test(left, Text("search", right, plain == "~*"))
        return Not(test) if negated else test
    return Unclear(f'the operator "{operator}"')
