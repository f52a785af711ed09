"""Regular expressions that are compiled when they are used."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

from authlint.expression import Expression, expression


def test_it_is_what_re_makes_of_it() -> None:
    word = expression(r"(?P<first>[a-z])[a-z]*", re.IGNORECASE)
    assert word.pattern == r"(?P<first>[a-z])[a-z]*"
    found = word.match("Authlint is")
    assert found is not None
    assert (found[0], found["first"]) == ("Authlint", "A")
    assert word.findall("a b") == ["a", "b"]
    assert word.groupindex == {"first": 1}
    assert expression(rb"[0-9]+").sub(b"n", b"401") == b"n"


def test_it_is_compiled_when_it_is_used() -> None:
    wrong = expression("(")
    try:
        wrong.search("")
    except re.error:
        return
    raise AssertionError("nothing was compiled")


def test_all_of_ours_can_be_compiled(root: Path) -> None:
    """No import says any more that one is wrong."""
    files = [*(root / "linter").rglob("*.py"), *(root / "rules").rglob("*.py")]
    names = {".".join(file.relative_to(root).with_suffix("").parts[1:]) for file in files}
    modules = [import_module(name) for name in names if not name.endswith("__")]
    found = {
        (one.pattern, one.flags)
        for module in modules
        for one in vars(module).values()
        if isinstance(one, Expression)
    }
    assert len(found) > 100


def test_no_import_compiles_one(root: Path) -> None:
    early = [
        f"{file.relative_to(root)}:{number}"
        for folder in ("linter", "rules")
        for file in sorted((root / folder).rglob("*.py"))
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if re.match(r"\w+(: [^=]+)? = re\.compile\(", line)
    ]
    assert early == [], "authlint.expression compiles it when it is used"
