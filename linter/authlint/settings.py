"""What a project says about itself, and where the project begins."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Literal

from authlint.declared import NOTHING_DECLARED, Declared, declared
from authlint.finding import Level
from authlint.plugins import NO_PLUGINS, Plugins, load_plugins
from authlint.record import field, record
from authlint.settings_file import SettingsError as SettingsError
from authlint.settings_file import SettingsFile, find, problems, work_tree

if TYPE_CHECKING:
    from pathlib import Path


@record
class PerPath:
    """Rules that are ignored in the files that the globs mean (relative to the project root)."""

    paths: tuple[str, ...]
    ignore: frozenset[str]

    def ignores(self, path: str, rule: str) -> bool:
        from authlint.globs import matches

        return rule in self.ignore and any(matches(path, glob) for glob in self.paths)


@record
class Settings:
    """Every setting; the defaults are those of a project without a file.

    `root` is the project root, `file` the authlint.toml that was read. An empty `select` means every rule.
    """

    root: str
    file: Path | None = None
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    fail_level: Level = Level.WARNING
    pedantic: bool = False
    per_path: tuple[PerPath, ...] = ()
    declared: Declared = NOTHING_DECLARED
    include_roots: tuple[Path, ...] = ()
    baseline: Path | None = None
    suppressions: Literal["any", "with-reason", "none"] = "any"  # comments that have an effect
    servers: Mapping[str, str] = field(default_factory=dict)  # version by product
    levels: Mapping[str, Level] = field(default_factory=dict)  # instead of a rule's own
    plugins: Plugins = NO_PLUGINS
    places: Mapping[str, str] = field(default_factory=dict)  # where each key of the file stands, file:line

    def wants(self, rule: str) -> bool:
        """Whether a rule's findings are asked for; a syntax error is told unless it is ignored."""
        chosen = not self.select or rule in self.select or rule == "syntax-error"
        return chosen and rule not in self.ignore


def load(
    start: str | os.PathLike[str], known: Collection[str], *, file: Path | None = None, isolated: bool = False
) -> Settings:
    """The settings that hold for work in the folder `start`; `known` are the ids of all rules.

    `file` is read instead of the nearest authlint.toml (or pyproject.toml with a table for authlint); with `isolated`
    none is read. Raises SettingsError.
    """
    folder = os.fspath(start)
    found = None if isolated else find(folder, file)
    if found is None:
        return Settings(work_tree(folder) or folder)
    names = found.table.get("plugins")
    listed = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    plugins, missing = load_plugins(listed)
    wrong = [f"{found.place(['plugins', name])}: {why}" for name, why in missing]
    wrong += problems(found, {*known, *plugins.ids}, [name for name, _ in missing])
    if wrong:
        raise SettingsError(wrong)
    return _settings(found, plugins)


def _settings(found: SettingsFile, plugins: Plugins) -> Settings:
    table, file, root = found.table, found.path, found.path.parent
    return Settings(
        root=str(root),
        file=file,
        select=frozenset(table.get("select", ())),
        ignore=frozenset(table.get("ignore", ())),
        fail_level=Level[table.get("fail-level", "warning").upper()],
        pedantic=table.get("pedantic", False),
        per_path=tuple(
            PerPath(tuple(entry["paths"]), frozenset(entry["ignore"])) for entry in table.get("per-path", ())
        ),
        declared=declared(table, found.place),
        suppressions=table.get("suppressions", "any"),
        baseline=root / table["baseline"] if "baseline" in table else None,
        include_roots=tuple(root / path for path in table.get("include-roots", ())),
        servers=table.get("servers", {}),
        levels={rule: Level[level.upper()] for rule, level in table.get("levels", {}).items()},
        plugins=plugins,
        places=found.places,
    )
