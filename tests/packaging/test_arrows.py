"""Imports go one way, the model and flow name no dialect, and files stay short."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

OURS = {"authlint", "authlint_rules"}

EVERYWHERE = ("authlint.record.", "authlint.expression.")

# What the files of a room may import of ours; a package stands for everything in it.
ARROWS = {
    "authlint.model": {"authlint.text", "authlint.model"},
    "authlint.flow": {"authlint.text", "authlint.model", "authlint.flow"},
    "authlint.client": {"authlint.text", "authlint.model", "authlint.flow", "authlint.client"},
    "authlint.readers": {
        "authlint.text",
        "authlint.finding",
        "authlint.intent",
        "authlint.model",
        "authlint.discover",
        "authlint.readers",
    },
    "authlint_rules": {
        "authlint.text",
        "authlint.finding",
        "authlint.intent",
        "authlint.rule",
        "authlint.model",
        "authlint.flow",
        "authlint.client",
        "authlint.declared",
        "authlint.evidence",
        "authlint.site",
        "authlint_rules",
    },
    "authlint.report": {"authlint.text", "authlint.finding", "authlint.rule", "authlint.report"},
}

DIALECT_BLIND = ("authlint.model", "authlint.flow")
DIALECTS = re.compile("nginx|envoy|ingress|kubernetes|traefik", re.IGNORECASE)

FILE_LINES = 400
RULE_LINES = 130  # beside its manual
FUNCTION_LINES = 60

SAID_IN_TOKENS = {tokenize.NAME, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


def room_files(root: Path, room: str) -> list[Path]:
    base = root / ("rules" if room.startswith("authlint_rules") else "linter") / room.replace(".", "/")
    return sorted(base.rglob("*.py")) if base.is_dir() else [base.with_suffix(".py")]


def our_files(root: Path) -> list[Path]:
    return sorted([*(root / "linter").rglob("*.py"), *(root / "rules").rglob("*.py")])


def module_name(root: Path, file: Path) -> str:
    """`linter/authlint/flow/run.py` is `authlint.flow.run`; `__init__` stays as a last part."""
    return ".".join(file.relative_to(root).with_suffix("").parts[1:])


def imports(code: str, module: str) -> Iterator[tuple[int, str]]:
    """Line and full name of everything of ours that is imported, wherever in the file the import stands.

    `from a import b` gives `a.b`: whether `b` is a module or a name in `a`, the arrow is the same.
    """
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parents = module.split(".")[: -node.level] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.split(".")[0] in OURS:
                yield node.lineno, name


def is_allowed(name: str, allowed: set[str]) -> bool:
    # Python loads the package itself with any of its modules, and it holds nothing but the version.
    if name in ("authlint", "authlint.__version__") or name.startswith(EVERYWHERE):
        return True
    return any(name == target or name.startswith(target + ".") for target in allowed)


def words_said(code: str) -> Iterator[tuple[int, str]]:
    """Line and text of every name and string, without comments and docstrings."""
    prose = {
        (node.lineno, node.col_offset)
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type in SAID_IN_TOKENS and token.start not in prose:
            yield token.start[0], token.string


@pytest.mark.parametrize("room", ARROWS)
def test_imports_follow_the_arrows(root: Path, room: str) -> None:
    against = [
        f"{file.relative_to(root)}:{line}: {name}"
        for file in room_files(root, room)
        for line, name in imports(file.read_text(), module_name(root, file))
        if not is_allowed(name, ARROWS[room])
    ]
    assert not against, f"{room} may import only {sorted(ARROWS[room])}:\n" + "\n".join(against)


@pytest.mark.parametrize("room", DIALECT_BLIND)
def test_no_dialect_is_named(root: Path, room: str) -> None:
    named = [
        f"{file.relative_to(root)}:{line}: {text}"
        for file in room_files(root, room)
        for line, text in words_said(file.read_text())
        if DIALECTS.search(text)
    ]
    assert not named, "what a dialect does is settled in its reader:\n" + "\n".join(named)


def test_files_and_functions_are_short(root: Path) -> None:
    too_long: list[str] = []
    for file in our_files(root):
        code = file.read_text()
        is_rule = module_name(root, file).startswith("authlint_rules.") and file.name != "__init__.py"
        limit = RULE_LINES if is_rule else FILE_LINES
        manual = ast.get_docstring(ast.parse(code), clean=False) or "" if is_rule else ""
        length = len(code.splitlines()) - len(manual.splitlines())
        if length > limit:
            too_long.append(f"{file.relative_to(root)}: {length} lines, at most {limit}")
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES:
                    where = f"{file.relative_to(root)}:{node.lineno}"
                    too_long.append(f"{where}: {node.name} has {length} lines, at most {FUNCTION_LINES}")
    assert not too_long, "\n".join(too_long)


def test_every_room_has_files(root: Path) -> None:
    """A moved room must not leave its test with nothing to look at."""
    empty = [room for room in ARROWS if not any(file.is_file() for file in room_files(root, room))]
    assert not empty


def test_imports_are_seen_wherever_they_stand() -> None:
    code = """
from __future__ import annotations
import authlint.cli, json
from authlint import run, text
from . import sibling
from ..readers.nginx import parse
if TYPE_CHECKING:
    from authlint.site import Site
def late():
    import authlint_rules
"""
    assert {name for _, name in imports(code, "authlint.flow.engine")} == {
        "authlint.cli",
        "authlint.run",
        "authlint.text",
        "authlint.flow.sibling",
        "authlint.readers.nginx.parse",
        "authlint.site.Site",
        "authlint_rules",
    }


def test_a_name_that_only_begins_alike_is_not_allowed() -> None:
    assert is_allowed("authlint.text.Span", {"authlint.text"})
    assert not is_allowed("authlint.textual", {"authlint.text"})
    assert not is_allowed("authlint.cli", {"authlint.text"})


def test_dialects_are_seen_in_code_and_strings_only() -> None:
    code = '''"""What nginx does."""
x = "nginx"  # as nginx says
def for_envoy():
    """Envoy."""
    return f"{x} ingress"
'''
    said = [line for line, text in words_said(code) if DIALECTS.search(text)]
    assert said == [2, 3, 5]
