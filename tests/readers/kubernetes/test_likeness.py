"""Ingress objects that differ only in their names are read and asked about once; whatever else differs makes them
unlike."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from authlint import judging
from authlint.lint import Result
from authlint.readers.kubernetes import likeness

PREFIX = "nginx.ingress.kubernetes.io/"
QUIET = {"auth-url": "http://login.auth.svc.cluster.local/check", "auth-response-headers": "X-User"}
WRONG = {"enable-cors": '"true"', "cors-allow-origin": '"*"', **QUIET}
NUMBER = 12
ODD = 7  # the object that is changed
Found = Callable[[Path], Result]

OBJECT = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: app-{n}
  namespace: team-{n}
  labels: {{app: app-{n}}}
  annotations:
    meta.helm.sh/release-name: release-{n}
{notes}spec:
  ingressClassName: nginx
  tls:
  - hosts: [app-{n}.example.com]
    secretName: app-{n}-tls
  rules:
  - host: app-{n}.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service: {{name: app-{n}, port: {{number: 80}}}}
"""


@pytest.fixture(autouse=True)
def read_hosts_are_asked_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that none is shared but those that were not read."""
    monkeypatch.setattr(judging, "hosts_alike", lambda gateway: [[id(host)] for _, host in gateway.hosts()])


def written(n: int, notes: dict[str, str]) -> str:
    return OBJECT.format(n=n, notes="".join(f"    {PREFIX}{key}: {text}\n" for key, text in notes.items()))


def repository(folder: Path, notes: dict[str, str], changed: Callable[[str], str] = str) -> Path:
    """A file for each object; one of them is changed."""
    for n in range(NUMBER):
        text = written(n, notes)
        (folder / f"{n:02}.yaml").write_text(changed(text) if n == ODD else text)
    return folder


def proven(result: Result) -> list[tuple[str, str, int, tuple[str, ...]]]:
    return [
        (one.rule, one.primary.span.path, one.primary.span.start, one.routes)
        for one in result.findings
        if not one.pedantic
    ]


def test_objects_that_differ_in_names_are_read_once(found_in: Found, tmp_path: Path) -> None:
    result = found_in(repository(tmp_path, QUIET))
    assert proven(result) == []
    assert result.effort.hosts_shared == NUMBER - 1
    assert (result.tally.looked_at, result.tally.read) == (NUMBER, NUMBER)


def test_they_need_not_be_written_alike(found_in: Found, tmp_path: Path) -> None:
    """Read as YAML they say the same."""
    swap = "  tls:\n  - hosts:\n    - 'app-7.example.com'\n    secretName: app-7-tls\n"
    text = written(ODD, QUIET).partition("  tls:\n")
    other = text[0] + swap + "  rules:" + text[2].partition("  rules:")[2]
    result = found_in(repository(tmp_path, QUIET, lambda _: "# by hand\n" + other))
    assert result.effort.hosts_shared == NUMBER - 1


def test_settings_without_influence_may_differ(found_in: Found, tmp_path: Path) -> None:
    for n in range(NUMBER):
        (tmp_path / f"{n:02}.yaml").write_text(written(n, {**QUIET, "proxy-send-timeout": f'"{n}"'}))
    assert found_in(tmp_path).effort.hosts_shared == NUMBER - 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("spec:\n", f"    {PREFIX}enable-cors: 'true'\nspec:\n"),
        ("spec:\n", f"    {PREFIX}configuration-snippet: add_header A app-7;\nspec:\n"),
        ("spec:\n", f"    {PREFIX}of-tomorrow: app-7\nspec:\n"),
        ("spec:\n", f"    {PREFIX}proxy-send-timeout: '7'\nspec:\n"),
        ("X-User", "X-Email"),
        ("login.auth", "login"),
        ("app-7.example.com", "login-7.example.com"),
        ("app-7.example.com", "app-7.example.org"),
        ("- host: app-7.example.com", "- host: app-8.example.org"),
        ("name: app-7, port", "name: keycloak, port"),
        ("namespace: team-7", "namespace: auth"),
        ("path: /", "path: /v1"),
        ("pathType: Prefix", "pathType: Exact"),
        ("number: 80", "number: 8080"),
        ("{number: 80}", "{name: http}"),
        ("ingressClassName: nginx", "ingressClassName: nginx-internal"),
        ("  - hosts: [app-7.example.com]\n    secretName: app-7-tls\n", ""),
        ("  tls:\n  - hosts: [app-7.example.com]\n    secretName: app-7-tls\n", ""),
        ("networking.k8s.io/v1", "extensions/v1beta1"),
        ("  namespace: team-7\n", ""),
        ("app-7.example.com", "'{{ .Values.host }}'"),
        ("  rules:\n", "  defaultBackend: {service: {name: app-7, port: {number: 80}}}\n  rules:\n"),
    ],
)
def test_whatever_says_something_else_is_unlike(found_in: Found, tmp_path: Path, old: str, new: str) -> None:
    def changed(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    result = found_in(repository(tmp_path, QUIET, changed))
    assert result.effort.hosts_shared == NUMBER - 2


@pytest.mark.parametrize(
    ("file", "text"),
    [
        # The host is another's too, or another one sends requests there.
        ("z.yaml", written(90, QUIET).replace("app-90.example.com", "app-7.example.com")),
        ("z.yaml", written(90, {**QUIET, "auth-url": "https://app-7.example.com/check"})),
        ("z.yaml", written(90, {**QUIET, "permanent-redirect": "https://app-7.example.com"})),
        ("z.yaml", written(90, {"from-to-www-redirect": '"true"', "server-alias": "app-7.example.com"})),
        # The Service is another's too.
        (
            "z.yaml",
            written(90, {"use-regex": '"true"'})
            .replace("team-90", "team-7")
            .replace("name: app-90, port", "name: app-7, port"),
        ),
        # The object is patched.
        (
            "kustomization.yaml",
            'patches:\n- target: {kind: Ingress, name: app-7}\n  patch: \'[{"op": "add", "path": "/spec"}]\'\n',
        ),
        (
            "z.yaml",
            f"{OBJECT.partition('  namespace')[0].format(n=7)}  annotations: {{{PREFIX}satisfy: any}}\n",
        ),
    ],
)
def test_an_object_that_others_have_to_do_with_is_unlike(
    found_in: Found, tmp_path: Path, file: str, text: str
) -> None:
    (tmp_path / file).write_text(text)
    result = found_in(repository(tmp_path, QUIET))
    assert result.effort.hosts_shared == NUMBER - 2


def test_a_controller_that_speaks_of_a_host(found_in: Found, tmp_path: Path) -> None:
    (tmp_path / "controller.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ingress-nginx-controller}\n"
        "data: {global-auth-url: 'https://app-7.example.com/check'}\n"
    )
    assert found_in(repository(tmp_path, QUIET)).effort.hosts_shared == NUMBER - 2


@pytest.mark.parametrize("owner", [0, ODD])
def test_a_host_that_all_speak_of_is_the_own_of_one(found_in: Found, tmp_path: Path, owner: int) -> None:
    notes = {**QUIET, "enable-cors": '"true"', "cors-allow-origin": f"https://app-{owner}.example.com"}
    assert found_in(repository(tmp_path, notes)).effort.hosts_shared == NUMBER - 2


def test_a_host_of_its_own_is_a_name_wherever_it_stands(found_in: Found, tmp_path: Path) -> None:
    for n in range(NUMBER):
        notes = {**QUIET, "enable-cors": '"true"', "cors-allow-origin": f"https://app-{n}.example.com"}
        (tmp_path / f"{n:02}.yaml").write_text(written(n, notes))
    assert found_in(tmp_path).effort.hosts_shared == NUMBER - 1


GATEWAY = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: web, namespace: team-7}
data:
  nginx.conf: |
    events {}
    http { server { listen 80; location / { return 200 ok; } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: team-7}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: nginx
        image: nginx:1.27
        volumeMounts: [{name: web, mountPath: /etc/nginx/nginx.conf, subPath: nginx.conf}]
      volumes: [{name: web, configMap: {name: web}}]
---
apiVersion: v1
kind: Service
metadata: {name: app-7, namespace: team-7}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""


@pytest.mark.parametrize(("service", "shared"), [("app-7", 0), ("other", NUMBER - 1)])
def test_a_service_that_leads_to_a_gateway_is_no_mere_name(
    found_in: Found, tmp_path: Path, service: str, shared: int
) -> None:
    (tmp_path / "web.yaml").write_text(GATEWAY.replace("app-7", service))
    assert found_in(repository(tmp_path, QUIET)).effort.hosts_shared == shared


def test_objects_that_name_others_are_compared_in_their_namespace(found_in: Found, tmp_path: Path) -> None:
    """A Secret of one namespace may lack the key that the one of another has."""
    notes = {"auth-type": "basic", "auth-secret": "users"}
    repository(tmp_path, notes)
    (tmp_path / "secrets.yaml").write_text(
        "---\n".join(
            f"apiVersion: v1\nkind: Secret\nmetadata: {{name: users, namespace: team-{n}}}\n"
            f"data: {{{'users' if n == ODD else 'auth'}: YTpi}}\n"
            for n in range(NUMBER)
        )
    )
    result = found_in(tmp_path)
    assert [(rule, path) for rule, path, _, _ in proven(result)] == [("object-rejected", "07.yaml")]


def test_every_object_with_the_mistake_is_named(found_in: Found, tmp_path: Path) -> None:
    found = proven(found_in(repository(tmp_path, WRONG)))
    wildcard = [one for one in found if one[0] == "wildcard-origin-with-credentials"]
    place = written(0, WRONG).index(f"{PREFIX}cors-allow-origin")
    assert [(path, routes) for _, path, _, routes in wildcard] == [
        (f"{n:02}.yaml", (f"app-{n}.example.com/",)) for n in range(NUMBER)
    ]
    # Longer names put it elsewhere in the later files.
    assert {start - place for _, path, start, _ in wildcard if path < "10.yaml"} == {0}
    assert {start - place for _, path, start, _ in wildcard if path >= "10.yaml"} == {4}


def test_another_controllers_objects_are_named_one_by_one(found_in: Found, tmp_path: Path) -> None:
    for n in range(3):
        (tmp_path / f"{n}.yaml").write_text(written(n, {}).replace("Name: nginx", "Name: traefik"))
    notices = found_in(tmp_path).tally.notices
    assert [(one.path, "traefik" in one.text) for one in notices] == [(f"{n}.yaml", True) for n in range(3)]


def test_what_is_declared_is_said_of_names(found_in: Found, tmp_path: Path) -> None:
    (tmp_path / "authlint.toml").write_text(
        '[[upstream]]\nname = "team-7-app-7-80"\nexpects = "header:X-Email"\n'
    )
    result = found_in(repository(tmp_path, QUIET))
    assert result.effort.hosts_shared == 0


ANNOTATIONS = (
    ("enable-cors", '"true"'),
    ("cors-allow-origin", "https://{own}"),
    ("cors-allow-origin", "https://app.example.com"),
    ("auth-url", "https://{other}/oauth2/auth"),
    ("auth-url", "http://login/auth"),
    ("auth-signin", "https://{other}/start?rd=$escaped_request_uri"),
    ("auth-response-headers", "Authorization"),
    ("auth-type", "basic"),
    ("auth-secret", "users"),
    ("permanent-redirect", "https://{other}"),
    ("configuration-snippet", "add_header Access-Control-Allow-Origin https://{own} always;"),
    ("cors-allow-headers", '"*"'),
    ("canary", '"true"'),
    ("use-regex", '"true"'),
)
HOSTS = ("a", "b", "c", "login", "oauth2", "keycloak", "www.a", "d", "minio", "e", "f", "g")


def by_chance(folder: Path, seed: int) -> None:
    """Two kinds of object, with names of which some collide."""
    chance = random.Random(seed)
    kinds = [dict(chance.sample(ANNOTATIONS, chance.randrange(1, 5))) for _ in range(2)]
    other = f"{chance.choice(HOSTS)}.example.com"
    for n in range(10):
        notes = chance.choice(kinds)
        own = f"{chance.choice(HOSTS)}.example.com"
        text = written(n, {key: text.format(own=own, other=other) for key, text in notes.items()})
        text = text.replace(f"app-{n}.example.com", own)
        if chance.random() < 0.3:
            text = text.replace(f"team-{n}", "auth").replace(f"name: app-{n}, port", "name: web, port")
        (folder / f"{n}.yaml").write_text(text)


@pytest.mark.parametrize("seed", range(25))
def test_sharing_changes_no_finding(
    found_in: Found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    by_chance(tmp_path, seed)
    together: Any = found_in(tmp_path)
    monkeypatch.setattr(likeness.Around, "is_private", lambda self, names: False)
    alone = found_in(tmp_path)
    assert [one for one in together.findings if not one.pedantic] == [
        one for one in alone.findings if not one.pedantic
    ]
