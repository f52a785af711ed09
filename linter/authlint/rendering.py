"""Charts and overlays, rendered by the programs that they are written for: only where the user asks for it.

https://helm.sh/docs/helm/helm_template/ and https://kubectl.docs.kubernetes.io/references/kustomize/cmd/build/
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence

from authlint.expression import expression
from authlint.refusal import RefusalError

CHART = "Chart.yaml"
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
LONGEST = 120  # seconds
PASSED_OVER = frozenset((".git", "node_modules", ".venv", "templates", "charts", "vendor"))
# What a kustomization is made of: other folders, each on a line of its own.
PART = expression(r"^[ \t]*-[ \t]+[\"']?([^\"'\s:#]+)[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)


def rendered(paths: Sequence[str]) -> dict[str, str]:
    """The manifests of every chart and every outermost kustomization in these folders, by the path that they are
    printed with; RefusalError where a program is missing or fails."""
    found: dict[str, str] = {}
    for path in paths:
        folders = list(_folders(path)) if os.path.isdir(path) else []
        for folder in folders:
            if os.path.isfile(os.path.join(folder, CHART)):
                command = ["helm", "template", _release(folder), folder]
                found[os.path.join(folder, "helm-template.yaml")] = _run(command, folder)
        for folder in _outermost([one for one in folders if _kustomization(one)]):
            command = [*_kustomize(folder), folder]
            found[os.path.join(folder, "kustomize-build.yaml")] = _run(command, folder)
    if not found:
        raise RefusalError(f"--render: there is no {CHART} and no {KUSTOMIZATIONS[0]} in {' '.join(paths)}")
    return found


def _folders(top: str) -> Iterator[str]:
    """The folder and those below it; what lies inside a chart is the chart's."""
    for folder, below, files in os.walk(top):
        yield folder
        below[:] = [] if CHART in files else sorted(name for name in below if name not in PASSED_OVER)


def _kustomization(folder: str) -> str | None:
    names = (os.path.join(folder, name) for name in KUSTOMIZATIONS)
    return next((path for path in names if os.path.isfile(path)), None)


def _outermost(folders: Sequence[str]) -> list[str]:
    """Those that are no part of another."""
    parts: set[str] = set()
    for folder in folders:
        with open(_kustomization(folder) or "", encoding="utf-8", errors="replace") as file:
            for named in PART.findall(file.read()):
                parts.add(os.path.normpath(os.path.join(folder, named)))
    return [folder for folder in folders if os.path.normpath(folder) not in parts]


def _release(folder: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", os.path.basename(os.path.abspath(folder)).lower()).strip("-")
    return name or "release"


def _kustomize(folder: str) -> list[str]:
    for command in (["kustomize", "build"], ["kubectl", "kustomize"]):
        if shutil.which(command[0]):
            return command
    raise RefusalError(f"--render needs kustomize (or kubectl) for {folder}, and neither is installed")


def _run(command: Sequence[str], folder: str) -> str:
    if shutil.which(command[0]) is None:
        raise RefusalError(f"--render needs {command[0]} for {folder}, and it is not installed")
    shown = " ".join(command)
    try:
        done = subprocess.run(command, capture_output=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        raise RefusalError(f"--render: `{shown}` has not ended after {LONGEST} seconds") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise RefusalError(f"--render: `{shown}` failed: {said[0] if said else done.returncode}")
    return done.stdout.decode("utf-8", "replace")
