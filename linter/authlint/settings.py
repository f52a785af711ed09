"""What a project says about itself in authlint.toml, and where the project begins."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from authlint.finding import Level
from authlint.spelling import meant

FILE = "authlint.toml"


class SettingsError(Exception):
    """The settings cannot be used; one line for each reason, `file:line: what is wrong`."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class PerPath:
    """Rules that are ignored in the files that the globs mean (relative to the project root)."""

    paths: tuple[str, ...]
    ignore: frozenset[str]

    def ignores(self, path: str, rule: str) -> bool:
        from authlint.globs import matches

        return rule in self.ignore and any(matches(path, glob) for glob in self.paths)


@dataclass(frozen=True, slots=True)
class Upstream:
    """A declared upstream: its name or `host:port`, and the header (lower case) that it demands."""

    name: str
    expects: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting; the defaults are those of a project without a file.

    `root` is the project root, `file` the authlint.toml that was read. An empty `select` means every rule.
    """

    root: Path
    file: Path | None = None
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    fail_level: Level = Level.WARNING
    pedantic: bool = False
    per_path: tuple[PerPath, ...] = ()
    upstreams: tuple[Upstream, ...] = ()
    include_roots: tuple[Path, ...] = ()
    baseline: Path | None = None
    suppressions: Literal["any", "with-reason", "none"] = "any"  # comments that have an effect
    servers: Mapping[str, str] = field(default_factory=dict)  # version by product

    def wants(self, rule: str) -> bool:
        """Whether a rule's findings are asked for; a syntax error is told unless it is ignored."""
        chosen = not self.select or rule in self.select or rule == "syntax-error"
        return chosen and rule not in self.ignore


def load(
    start: Path, known: Collection[str], *, file: Path | None = None, isolated: bool = False
) -> Settings:
    """The settings that hold for work in the folder `start`; `known` are the ids of all rules.

    `file` is read instead of the nearest authlint.toml; with `isolated` none is read. Raises SettingsError.
    """
    found = None if isolated else file or _upwards(start, FILE)
    git = _upwards(start, ".git")
    if found is None:
        return Settings(git.parent if git else start)
    found = found.absolute()
    text = _text(found)
    shown = _shown(found, start)
    table = _parsed(text, shown)
    problems = [*_shape_problems(table, text, shown), *_rule_problems(table, text, shown, known)]
    if problems:
        raise SettingsError(problems)
    return _settings(table, found)


def _settings(table: dict[str, Any], file: Path) -> Settings:
    root = file.parent
    return Settings(
        root=root,
        file=file,
        select=frozenset(table.get("select", ())),
        ignore=frozenset(table.get("ignore", ())),
        fail_level=Level[table.get("fail-level", "warning").upper()],
        pedantic=table.get("pedantic", False),
        per_path=tuple(
            PerPath(tuple(entry["paths"]), frozenset(entry["ignore"])) for entry in table.get("per-path", ())
        ),
        upstreams=tuple(
            Upstream(entry["name"], entry["expects"].removeprefix("header:").lower())
            for entry in table.get("upstream", ())
        ),
        suppressions=table.get("suppressions", "any"),
        baseline=root / table["baseline"] if "baseline" in table else None,
        include_roots=tuple(root / path for path in table.get("include-roots", ())),
        servers=table.get("servers", {}),
    )


def _upwards(start: Path, name: str) -> Path | None:
    for folder in (start, *start.parents):
        if (folder / name).exists():
            return folder / name
    return None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise SettingsError([f"{file}: is not UTF-8"]) from None
    except OSError as error:
        raise SettingsError([f"{file}: {error.strerror}"]) from None


def _shown(file: Path, start: Path) -> str:
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


def _shape_problems(table: dict[str, Any], text: str, shown: str) -> Iterator[str]:
    import json

    from jsonschema import Draft202012Validator

    schema = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
    for error in sorted(
        Draft202012Validator(schema).iter_errors(table), key=lambda e: [str(k) for k in e.path]
    ):
        path = list(error.absolute_path)
        if error.validator == "additionalProperties":
            known = error.schema["properties"]
            for key in sorted(set(error.instance) - set(known)):
                yield f"{shown}:{_line(text, [*path, key])}: unknown key {key!r}{meant(key, known)}"
        else:
            name = ".".join(str(key) for key in path if isinstance(key, str)) or "the file"
            said = _said(error.validator, error.validator_value, error)
            yield f"{shown}:{_line(text, path)}: {name}: {said}"


def _said(validator: str, value: Any, error: Any) -> str:
    if validator == "enum":
        return f"{error.instance!r} is none of {', '.join(value)}"
    if validator == "type":
        return (
            f"must be {'an' if value[0] in 'aeio' else 'a'} {value}, written as {_EXAMPLES.get(value, value)}"
        )
    if validator == "pattern" and value.startswith("^[0-9]"):
        return f"{error.instance!r} is no version, like 1.22"
    if validator == "pattern":
        return f"{error.instance!r} is none of authorization, cookie, header:NAME"
    return str(error.message)


_EXAMPLES = {"array": '["a", "b"]', "string": '"a"', "boolean": "true or false", "object": "a table"}


def _rule_problems(table: dict[str, Any], text: str, shown: str, known: Collection[str]) -> Iterator[str]:
    lists: list[tuple[list[str | int], Any]] = [([key], table.get(key)) for key in ("select", "ignore")]
    entries = table.get("per-path")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            lists.append((["per-path", number, "ignore"], entry.get("ignore")))
    for path, ids in lists:
        for rule in ids if isinstance(ids, list) else ():
            if isinstance(rule, str) and rule not in known:
                line = _line(text, path, rule)
                yield f"{shown}:{line}: there is no rule {rule!r}{meant(rule, known)}"


def _line(text: str, path: Sequence[str | int], word: str = "") -> int:
    """The line (from 1) of a key, or of a word of its value: TOML readers keep no places."""
    lines = text.split("\n")
    at = 0
    for number, key in enumerate(path):
        if isinstance(key, int):
            continue
        index = path[number + 1] if number + 1 < len(path) else 0
        pattern = re.compile(
            rf"\s*(?:\[\[?\s*[\"']?{re.escape(key)}[\"']?\s*\]|[\"']?{re.escape(key)}[\"']?\s*[=.])"
        )
        hits = [i for i in range(at, len(lines)) if pattern.match(lines[i])]
        if hits:
            at = hits[min(index, len(hits) - 1) if isinstance(index, int) else 0]
    if word:
        at = next(
            (i for i in range(at, len(lines)) if f'"{word}"' in lines[i] or f"'{word}'" in lines[i]), at
        )
    return at + 1
