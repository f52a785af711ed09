"""Which files are looked at."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from authlint.discover import LARGEST, Discovered, could_be_configuration, discover, workplace
from authlint.settings import Settings


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("server {}\n")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(project: Path, *paths: str, stdin: tuple[str, str] | None = None) -> Discovered:
    return discover(paths, project, Settings(str(project)), stdin=stdin)


def names(project: Path, paths: tuple[str, ...]) -> list[str]:
    return [Path(path).relative_to(project).as_posix() for path in paths]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("nginx.conf", True),
        ("nginx.conf.production", True),
        ("a/site.vhost", True),
        ("a/default.conf.template", True),
        ("a/x.j2", True),
        ("sites-available/default", True),
        ("nginx/snippets/auth", True),
        ("bin/default", False),
        ("a/readme.md", False),
        ("nginx/index.html", False),
        ("main.py", False),
    ],
)
def test_names_that_nginx_has(path: str, expected: bool) -> None:
    assert could_be_configuration(path) is expected


def test_a_folder_gives_candidates_and_a_file_is_named(project: Path) -> None:
    write(project, "a/x.conf", "a/y.md", "odd.txt")
    files = found(project, "a", "odd.txt")
    assert names(project, files.candidates) == ["a/x.conf"]
    assert names(project, files.named) == ["odd.txt"]
    assert files.asked_for("a/deep/z.conf")
    assert not files.asked_for("b.conf")


def test_a_file_named_beside_its_folder_is_there_once(project: Path) -> None:
    write(project, "a/x.conf")
    files = found(project, "a/x.conf", "a", "./a/../a/x.conf")
    assert names(project, (*files.named, *files.candidates)) == ["a/x.conf"]


def test_what_git_ignores_is_skipped_and_what_it_does_not_know_yet_is_not(project: Path) -> None:
    subprocess.run(["git", "init", "-q", "."], check=True)
    write(project, "a.conf", "new.conf", "build/b.conf", "deleted.conf")
    (project / ".gitignore").write_text("build/\n")
    subprocess.run(["git", "add", "a.conf", "deleted.conf"], check=True)
    (project / "deleted.conf").unlink()
    assert names(project, found(project, ".").candidates) == ["a.conf", "new.conf"]
    assert names(project, found(project, "build").candidates) == ["build/b.conf"]
    assert names(project, found(project, "build/b.conf").named) == ["build/b.conf"]


def test_folders_of_other_peoples_files_are_skipped(project: Path) -> None:
    write(project, "a.conf", "node_modules/x/b.conf", ".venv/c.conf", ".tox/d.conf")
    assert names(project, found(project, ".").candidates) == ["a.conf"]


def test_loops_of_links_are_harmless_and_a_linked_file_is_one(project: Path) -> None:
    write(project, "sites-available/a")
    (project / "sites-enabled").mkdir()
    os.symlink("../sites-available/a", project / "sites-enabled/a")
    os.symlink("..", project / "sites-enabled/loop")
    os.symlink("nowhere", project / "broken.conf")
    assert names(project, found(project, ".").candidates) == ["sites-available/a"]
    assert names(project, found(project, "sites-enabled/a").named) == ["sites-available/a"]


def test_in_the_root_of_all_files_the_project_is_what_was_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, "src/a.conf", "src/b/c.conf")
    assert workplace(["src"]) == str(project)
    monkeypatch.chdir("/")
    assert workplace([f"{project}/src/a.conf", f"{project}/src/b"]) == str(project / "src")
    assert workplace([f"{project}/src/a.conf"]) == str(project / "src")


def test_outside_of_any_project_it_is_the_work_tree_of_what_was_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, "infra/.git/HEAD", "infra/nginx/a.conf", "other/b.conf")
    assert workplace(["infra/nginx"]) == str(project / "infra")
    assert workplace(["infra/nginx", "other"]) == str(project)
    assert workplace(["other"]) == str(project)
    monkeypatch.chdir("infra/nginx")
    assert workplace(["a.conf"]) == str(project / "infra/nginx")
    monkeypatch.chdir(project)
    write(project, "authlint.toml")
    assert workplace(["infra/nginx"]) == str(project)


def test_binary_and_huge_files_are_passed_over_with_a_reason(project: Path) -> None:
    (project / "b.conf").write_bytes(b"abc\0def")
    (project / "h.conf").write_bytes(b"#" * (LARGEST + 1))
    files = found(project, ".")
    assert files.candidates == ()
    assert [(n.path, n.text) for n in files.notices] == [
        ("b.conf", "is binary"),
        ("h.conf", f"is larger than {LARGEST // 1024 // 1024} MiB"),
    ]


def test_missing_paths_and_what_is_no_file(project: Path) -> None:
    os.mkfifo(project / "pipe.conf")
    files = found(project, "none.conf", "pipe.conf", ".")
    assert [(m.path, m.text) for m in files.missing] == [
        ("none.conf", "there is no such file"),
        ("pipe.conf", "is not a regular file"),
    ]
    assert files.candidates == ()


def test_standard_input_has_a_name_and_is_not_read_from_disk(project: Path) -> None:
    files = found(project, "-", stdin=("conf.d/x.conf", "events {}"))
    assert files.texts == {str(project / "conf.d/x.conf"): "events {}"}
    assert names(project, files.named) == ["conf.d/x.conf"]
    assert files.missing == ()


def test_the_project_is_listed_beyond_what_was_named(project: Path) -> None:
    write(project, "a/x.conf", "snippets/auth.conf")
    files = found(project, "a")
    assert names(project, files.project()) == ["a/x.conf", "snippets/auth.conf"]


def test_names_that_are_no_text(project: Path) -> None:
    name = os.fsdecode(b"bad\xff.conf")
    (project / name).write_text("")
    assert [os.path.basename(path) for path in found(project, ".").candidates] == [name]
