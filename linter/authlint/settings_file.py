"""The file in which a project says something about itself: authlint.toml, or a table of pyproject.toml.

Mistakes in it are told with their line; TOML readers keep no places, so that lines are looked up in the text.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from authlint.record import record
from authlint.refusal import RefusalError
from authlint.spelling import meant

if TYPE_CHECKING:
    from pathlib import Path

FILE = "authlint.toml"
SHARED = "pyproject.toml"
TABLE = "[tool.authlint"


class SettingsError(RefusalError):
    """The settings cannot be used; one line for each reason, `file:line: what is wrong`."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@record
class SettingsFile:
    """What was found: the file, its text, what it says, and how it is called in messages."""

    path: Path
    text: str
    table: dict[str, Any]
    shown: str

    def line(self, path: Sequence[str | int], word: str = "") -> int:
        """The line (from 1) of a key, or of a word of its value."""
        begin = self.text.find(TABLE) if self.path.name == SHARED else 0
        return _line(self.text, path, word, self.text.count("\n", 0, max(begin, 0)))

    def place(self, path: Sequence[str | int]) -> str:
        """Where a key stands, `file:line`; the last part may be a word of the key's value."""
        word = path[-1] if len(path) > 1 and isinstance(path[-1], str) else ""
        return f"{self.shown}:{self.line(path[:-1] if word else path, word)}"

    @property
    def places(self) -> dict[str, str]:
        """Where each key that it has is written."""
        return {key: f"{self.shown}:{self.line([key])}" for key in self.table}


def find(start: str, file: Path | None = None) -> SettingsFile | None:
    """The file that holds for work in a folder: `file`, or the nearest upwards. Raises SettingsError."""
    chosen = file or nearest(start)
    if chosen is None:
        return None
    from pathlib import Path

    found = Path(chosen).absolute()
    text, shown = _text(found), _shown(found, start)
    table = _parsed(text, shown)
    if found.name == SHARED:
        table = table.get("tool", {}).get("authlint", {})
    return SettingsFile(found, text, table, shown)


def work_tree(folder: str) -> str | None:
    """The nearest upwards that a version control keeps."""
    return next((one for one in upwards(folder) if os.path.exists(os.path.join(one, ".git"))), None)


def nearest(start: str) -> str | None:
    """The nearest file of settings upwards."""
    for folder in upwards(start):
        own, shared = os.path.join(folder, FILE), os.path.join(folder, SHARED)
        if os.path.exists(own):
            return own
        if os.path.isfile(shared):
            with open(shared, encoding="utf-8", errors="replace") as text:
                if TABLE in text.read():
                    return shared
    return None


def upwards(folder: str) -> Iterator[str]:
    """The folder, and those around it."""
    while folder != (around := os.path.dirname(folder)):
        yield folder
        folder = around
    yield folder


def problems(file: SettingsFile, known: Collection[str], missing: Collection[str] = ()) -> list[str]:
    """What is wrong with it, one line for each; `known` are the ids of all rules. Nothing is said of rules of the
    plugins that are `missing`."""
    return [*_shape_problems(file), *_rule_problems(file, known, missing)]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise SettingsError([f"{file}: is not UTF-8"]) from None
    except OSError as error:
        raise SettingsError([f"{file}: {error.strerror}"]) from None


def _shown(file: Path, start: str) -> str:
    return str(file.relative_to(start)) if file.is_relative_to(start) else str(file)


def _parsed(text: str, shown: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        reason = re.sub(r"\s*\(at .*\)$", "", str(error))
        where = line[1] if line else str(text.count("\n") + 1)
        raise SettingsError([f"{shown}:{where}: is not TOML: {reason}"]) from None


def schema() -> str:
    """The JSON Schema of the settings, as text."""
    from pathlib import Path

    return Path(__file__).with_name("schema.json").read_text(encoding="utf-8")


def _shape_problems(file: SettingsFile) -> Iterator[str]:
    import json

    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(json.loads(schema()))
    for error in sorted(validator.iter_errors(file.table), key=lambda e: [str(k) for k in e.path]):
        path = list(error.absolute_path)
        if error.validator == "additionalProperties":
            known = error.schema["properties"]
            for key in sorted(set(error.instance) - set(known)):
                yield f"{file.shown}:{file.line([*path, key])}: unknown key {key!r}{meant(key, known)}"
        else:
            name = ".".join(str(key) for key in path if isinstance(key, str)) or "the file"
            said = _said(error.validator, error.validator_value, error)
            word = error.instance if path and isinstance(path[-1], int) else ""
            yield f"{file.shown}:{file.line(path, word if isinstance(word, str) else '')}: {name}: {said}"


def _said(validator: str, value: Any, error: Any) -> str:
    if validator == "enum":
        near = meant(error.instance, value) if isinstance(error.instance, str) else ""
        return f"{error.instance!r} is none of {', '.join(map(str, value))}{near}"
    if validator == "required":
        return f"{str(error.message).split()[0]} is missing"
    if validator == "type" and error.schema.get("items", {}).get("type") == "object":
        return f"must be an array of tables, written as [[{error.path[-1]}]]"
    if validator == "type":
        return (
            f"must be {'an' if value[0] in 'aeio' else 'a'} {value}, written as {_EXAMPLES.get(value, value)}"
        )
    if validator == "pattern":
        said = _PATTERNS[value[:8]]
        known = re.findall("[a-z]+", said) if said.startswith("is none of") else ()
        return f"{error.instance!r} {said}{meant(error.instance, known)}"
    return str(error.message)


# By how the patterns of the schema begin.
_PATTERNS = {
    "^[0-9]+[": "is no version, like 1.22",
    "^[^/:?#]": "is no path, like /status, /docs/** or www.example.com/status",
    "^(author": "is none of authorization, cookie, header:NAME",
    "^(bearer": "is none of bearer, basic, cookie, cookie:NAME, header:NAME",
    "^[a-z0-9": "is no name of rules: words in lower case, with - between",
    "^[!#$%&'": "is no name of a header",
}
_EXAMPLES = {
    "integer": "80",
    "array": '["a", "b"]',
    "string": '"a"',
    "boolean": "true or false",
    "object": "a table",
}


def _rule_problems(file: SettingsFile, known: Collection[str], missing: Collection[str]) -> Iterator[str]:
    table = file.table
    lists: list[tuple[list[str | int], Any]] = [([key], table.get(key)) for key in ("select", "ignore")]
    entries = table.get("per-path")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            lists.append((["per-path", number, "ignore"], entry.get("ignore")))
    levels = table.get("levels")
    lists.append((["levels"], list(levels) if isinstance(levels, dict) else []))
    for path, ids in lists:
        for rule in ids if isinstance(ids, list) else ():
            if isinstance(rule, str) and rule not in known and rule.partition("/")[0] not in missing:
                yield f"{file.shown}:{file.line(path, rule)}: there is no rule {rule!r}{meant(rule, known)}"


def _line(text: str, path: Sequence[str | int], word: str, begin: int) -> int:
    lines = text.split("\n")
    at = begin
    for number, key in enumerate(path):
        if isinstance(key, int):
            continue
        index = path[number + 1] if number + 1 < len(path) else 0
        pattern = re.compile(
            rf"\s*(?:\[\[?[\w.\"' -]*?(?<![\w-])[\"']?{re.escape(key)}[\"']?\s*\]|[\"']?{re.escape(key)}[\"']?\s*[=.])"
        )
        hits = [i for i in range(at, len(lines)) if pattern.match(lines[i])]
        if hits:
            at = hits[min(index, len(hits) - 1) if isinstance(index, int) else 0]
    if word:
        at = next(
            (
                i
                for i in range(at, len(lines))
                if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", lines[i])
            ),
            at,
        )
    return at + 1
