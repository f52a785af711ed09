"""The hooks, as the real pre-commit runs them in a repository of somebody else's."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

FAULTY = """\
server {
    listen 80;
    server_name api.example.com;
    location / {
        auth_basic "api";
        auth_basic_user_file /etc/nginx/users;
        add_header Access-Control-Allow-Origin https://app.example.com always;
        proxy_pass http://127.0.0.1:8080;
    }
}
"""
PLATFORM = Path(__file__).parents[2] / "samples" / "systems" / "platform"
CLEAN = FAULTY.replace("        add_header Access-Control-Allow-Origin https://app.example.com always;\n", "")


@dataclass(frozen=True, slots=True)
class Project:
    """Somebody's git repository in which authlint's hooks are configured."""

    folder: Path
    environment: dict[str, str]

    def git(self, *arguments: str) -> None:
        subprocess.run(
            ["git", *arguments], cwd=self.folder, env=self.environment, check=True, capture_output=True
        )

    def stage(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)
        self.git("add", name)

    def hook(self, hook: str) -> subprocess.CompletedProcess[str]:
        """`pre-commit run HOOK` over what is staged, as before a commit."""
        command = [sys.executable, "-m", "pre_commit", "run", "--color=never", "--verbose", hook]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, check=False, capture_output=True, text=True
        )


@pytest.fixture(scope="session")
def hook_environment(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One store for all projects: the hooks' environment is built once."""
    return environment | {"PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit"))}


@pytest.fixture
def project(snapshot: Path, hook_environment: dict[str, str], tmp_path: Path) -> Project:
    made = Project(tmp_path, hook_environment)
    revision = subprocess.run(
        ["git", "rev-parse", "HEAD"],
        cwd=snapshot,
        env=hook_environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    made.git("init", "--quiet", "--initial-branch=main")
    config = (
        f"repos:\n- repo: {snapshot}\n  rev: {revision}\n  hooks:\n  - id: authlint\n  - id: authlint-all\n"
    )
    made.stage(".pre-commit-config.yaml", config)
    made.git("commit", "--quiet", "--message=Set up")
    return made


def test_a_faulty_file_stops_the_commit_and_the_rule_is_named(project: Project) -> None:
    project.stage("deploy/site.conf", FAULTY)
    run = project.hook("authlint")
    assert run.returncode == 1, run.stdout + run.stderr
    assert "preflight-behind-auth" in run.stdout
    assert "deploy/site.conf:5" in run.stdout


def test_a_clean_file_passes(project: Project) -> None:
    project.stage("deploy/site.conf", CLEAN)
    run = project.hook("authlint")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Passed" in run.stdout


def test_an_unrelated_file_does_not_run_the_hook(project: Project) -> None:
    project.stage("notes.txt", "nothing to see\n")
    run = project.hook("authlint")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "no files to check" in run.stdout


def test_only_the_staged_files_are_reported(project: Project) -> None:
    project.stage("old.conf", FAULTY)
    project.git("commit", "--quiet", "--no-verify", "--message=An old fault")
    project.stage("new.conf", CLEAN.replace("api.example.com", "www.example.com"))
    run = project.hook("authlint")
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_whole_repository_is_linted_whatever_changed(project: Project) -> None:
    project.stage("nginx.conf", CLEAN)
    assert project.hook("authlint-all").returncode == 0
    project.stage("nginx.conf", FAULTY)
    project.git("commit", "--quiet", "--no-verify", "--message=A fault")
    project.stage("notes.txt", "nothing to see\n")
    run = project.hook("authlint-all")
    assert run.returncode == 1, run.stdout + run.stderr
    assert "preflight-behind-auth" in run.stdout


@pytest.mark.parametrize(
    "name",
    [
        "a.conf",
        "a.conf.template",
        "a.conf.sample",
        "a.conf.j2",
        "a.nginx",
        "a.vhost",
        "a.tmpl",
        "nginx.conf.dist",
        "etc/sites-available/shop",
        "sites-enabled/shop",
        "conf.d/shop",
        "snippets/auth",
        "docker/nginx/default",
    ],
)
def test_every_usual_name_of_configuration_runs_the_hook(project: Project, name: str) -> None:
    project.stage(name, FAULTY)
    run = project.hook("authlint")
    assert run.returncode == 1, run.stdout + run.stderr
    assert "preflight-behind-auth" in run.stdout


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("envoy.yaml", "preflight-behind-auth"),
        ("ingress.yaml", "wildcard-origin-with-credentials"),
        ("nginx.conf", "public-path-protected"),
    ],
)
def test_every_dialect_is_looked_at(project: Project, file: str, named: str) -> None:
    project.stage(f"deploy/{file}", (PLATFORM / file).read_text())
    run = project.hook("authlint")
    assert run.returncode == 1, run.stdout + run.stderr
    assert named in run.stdout


def test_other_documents_pass(project: Project) -> None:
    project.stage("deploy/values.yaml", "replicas: 2\n")
    project.stage("deploy/chart.yaml", "kind: Ingress\nspec: {{ .Values.spec }}\n")
    run = project.hook("authlint")
    assert run.returncode == 0, run.stdout + run.stderr
