"""authlint.toml: what it sets, and how mistakes in it are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlint.finding import Level
from authlint.globs import matches
from authlint.settings import Settings, SettingsError, load

KNOWN = {"preflight-behind-auth", "authorization-dropped", "syntax-error"}


def settings(folder: Path, text: str) -> Settings:
    (folder / "authlint.toml").write_text(text)
    return load(folder, KNOWN)


def problems(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        settings(folder, text)
    return caught.value.problems


def test_everything_that_can_be_set(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        """
        select = ["preflight-behind-auth", "authorization-dropped"]
        ignore = ["authorization-dropped"]
        fail-level = "error"
        pedantic = true
        include-roots = ["deploy/etc/nginx"]
        servers = { nginx = "1.22" }
        [[per-path]]
        paths = ["legacy/**"]
        ignore = ["preflight-behind-auth"]
        [[upstream]]
        name = "api"
        expects = "authorization"
        [[upstream]]
        name = "10.0.0.1:80"
        expects = "header:X-Api-Key"
        """,
    )
    assert found.root == str(tmp_path)
    assert found.fail_level is Level.ERROR
    assert found.pedantic
    assert found.include_roots == (tmp_path / "deploy/etc/nginx",)
    assert found.servers == {"nginx": "1.22"}
    expects = found.declared.assume.expects
    assert {name: one.header for name, one in expects.items()} == {
        "api": "authorization",
        "10.0.0.1:80": "x-api-key",
    }
    assert found.per_path[0].ignores("legacy/a/b.conf", "preflight-behind-auth")
    assert not found.per_path[0].ignores("new/b.conf", "preflight-behind-auth")
    assert found.wants("preflight-behind-auth")
    assert not found.wants("authorization-dropped")


def test_a_version_is_a_number(tmp_path: Path) -> None:
    assert problems(tmp_path, 'servers = { nginx = "stable" }') == (
        "authlint.toml:1: servers.nginx: 'stable' is no version, like 1.22",
    )


def test_a_syntax_error_is_told_whatever_is_selected(tmp_path: Path) -> None:
    assert settings(tmp_path, 'select = ["preflight-behind-auth"]').wants("syntax-error")
    assert not settings(tmp_path, 'ignore = ["syntax-error"]').wants("syntax-error")


def test_the_file_is_looked_for_upwards(tmp_path: Path) -> None:
    settings(tmp_path, "pedantic = true")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert load(below, KNOWN).root == str(tmp_path)
    assert load(below, KNOWN).pedantic
    assert not load(below, KNOWN, isolated=True).pedantic


def test_a_named_file_counts_instead(tmp_path: Path) -> None:
    settings(tmp_path, "pedantic = true")
    other = tmp_path / "other.toml"
    other.write_text('fail-level = "info"')
    found = load(tmp_path, KNOWN, file=other)
    assert (found.pedantic, found.fail_level) == (False, Level.INFO)


def test_without_a_file_the_project_is_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "deploy").mkdir()
    assert load(tmp_path / "deploy", KNOWN).root == str(tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("\nfail_level = 'error'", "2: unknown key 'fail_level'; did you mean 'fail-level'?"),
        ("fail-level = 'fatal'", "1: fail-level: 'fatal' is none of info, warning, error"),
        ("select = 'all'", '1: select: must be an array, written as ["a", "b"]'),
        (
            "ignore = [\n'preflight-behind-aut']",
            "2: there is no rule 'preflight-behind-aut'; did you mean 'preflight-behind-auth'?",
        ),
        (
            "[[upstream]]\nname = 'a'\nexpects = 'cookie'\n[[upstream]]\nname = 'b'\nexpects = 'magic'",
            "6: upstream.expects: 'magic' is none of authorization, cookie, header:NAME",
        ),
        ("[[per-path]]\npaths = ['x']\nignore = ['nonsense']", "3: there is no rule 'nonsense'"),
        (
            "public-paths = [\n'/a',\n'status']",
            "3: public-paths: 'status' is no path, like /status, /docs/** or www.example.com/status",
        ),
        (
            "[[auth-service]]\nname = 'a'\naccepts = ['baerer']",
            "3: auth-service.accepts: 'baerer' is none of bearer, basic, cookie, cookie:NAME, header:NAME;"
            " did you mean 'bearer'?",
        ),
        ("[[auth-service]]\naccepts = ['bearer']", "1: auth-service: 'name' is missing"),
        ("[[load-balancer]]\nends-tls = true\nport = [80]", "3: unknown key 'port'; did you mean 'ports'?"),
        (
            "[[load-balancer]]\nends-tls = true\nports = ['80']",
            "3: load-balancer.ports: must be an integer, written as 80",
        ),
        ("[[load-balancer]]\nends-tls = true\nsets = ['a b']", "3: load-balancer.sets: 'a b' is no name of a header"),
        (
            "[load-balancer]\nends-tls = true",
            "1: load-balancer: must be an array of tables, written as [[load-balancer]]",
        ),
        ("[[upstream]]\nnam = 'a'", "2: unknown key 'nam'; did you mean 'name'?"),
        ("pedantic =\n", "1: is not TOML: Invalid value"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    assert f"authlint.toml:{problem}" in problems(tmp_path, text)


def test_every_mistake_is_told(tmp_path: Path) -> None:
    assert len(problems(tmp_path, "a = 1\nb = 2\nignore = ['c']")) == 3


def test_a_named_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        load(tmp_path, KNOWN, file=tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("path", "glob", "expected"),
    [
        ("a/b/c.conf", "*.conf", True),
        ("a/b/c.conf", "a/*.conf", False),
        ("a/b/c.conf", "a/**/*.conf", True),
        ("a/c.conf", "a/**/*.conf", True),
        ("a/b/c.conf", "**/c.conf", True),
        ("a/b/c.conf", "a", True),
        ("a/b/c.conf", "a/b/", True),
        ("a/b/c.conf", "b", True),
        ("ab/c.conf", "a", False),
        ("a/b/c.conf", "a/?/c.conf", True),
        ("a/b.conf", "./a/b.conf", True),
        ("a/bxconf", "a/b.conf", False),
    ],
)
def test_globs(path: str, glob: str, expected: bool) -> None:
    assert matches(path, glob) is expected


def test_a_table_of_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\n[tool.authlint]\npedantic = true\n'
        '[tool.authlint.levels]\nauthorization-dropped = "info"\n'
    )
    found = load(tmp_path, KNOWN)
    assert found.pedantic
    assert found.levels == {"authorization-dropped": Level.INFO}
    assert found.places == {"pedantic": "pyproject.toml:4", "levels": "pyproject.toml:5"}


def test_a_pyproject_without_the_table_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "authlint"\n')
    assert load(tmp_path, KNOWN) == Settings(str(tmp_path))


def test_a_mistake_in_pyproject_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nignore = ["x"]\n[tool.authlint]\nignore = ["authorization-droped"]\n'
        '[tool.authlint.levels]\nauthorization-dropped = "loud"\npreflight = "info"\n'
    )
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, KNOWN)
    assert caught.value.problems == (
        "pyproject.toml:6: levels.authorization-dropped: 'loud' is none of info, warning, error",
        "pyproject.toml:4: there is no rule 'authorization-droped'; did you mean 'authorization-dropped'?",
        "pyproject.toml:7: there is no rule 'preflight'; did you mean 'preflight-behind-auth'?",
    )
