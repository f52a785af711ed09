"""oauth2-proxy in the repository: what an Ingress hands on of its answers, and what its flags make it send."""

from __future__ import annotations

import pytest
from tests.readers.kubernetes.made import gateway, ingress

from authlint.model.fact import Ignored

IMAGE = "quay.io/oauth2-proxy/oauth2-proxy:v7.6.0"


def proxy(*args: str, name: str = "login", image: str = IMAGE, more: str = "") -> str:
    listed = "".join(f"        - {one}\n" for one in args)
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  namespace: accounts\nspec:\n"
        f"  template:\n    spec:\n      containers:\n      - name: proxy\n        image: {image}\n{more}"
        f"        args:\n{listed or '        - --http-address=0.0.0.0:4180' + chr(10)}"
    )


def handing_on(*headers: str, url: str = "http://login.accounts.svc.cluster.local:4180/oauth2/auth") -> str:
    return ingress({"auth-url": url, "auth-response-headers": ", ".join(headers)})


def lost(*documents: str) -> list[tuple[str, bool]]:
    facts = [fact for fact in gateway(*documents).facts if isinstance(fact, Ignored)]
    return [(fact.why.split()[2].rstrip(","), fact.sure) for fact in facts]


@pytest.mark.parametrize(
    ("header", "flags", "comes"),
    [
        ("Authorization", (), False),
        ("Authorization", ("--pass-authorization-header",), False),
        ("Authorization", ("--set-authorization-header",), True),
        ("Authorization", ("--set-authorization-header=true",), True),
        ("Authorization", ("--set-authorization-header=false",), False),
        ("Authorization", ("--set-basic-auth",), True),
        ("X-Auth-Request-Email", (), False),
        ("x-auth-request-email", ("--set-xauthrequest",), True),
        ("X-Auth-Request-Access-Token", ("--set-xauthrequest",), False),
        ("X-Auth-Request-Access-Token", ("--set-xauthrequest", "--pass-access-token"), True),
        ("X-Forwarded-User", ("--set-xauthrequest",), False),
        ("X-Own", (), True),
        ("Set-Cookie", (), True),
    ],
)
def test_a_header_comes_only_if_its_flag_says_so(header: str, flags: tuple[str, ...], comes: bool) -> None:
    assert lost(proxy(*flags), handing_on(header)) == ([] if comes else [(header, True)])


@pytest.mark.parametrize(
    "document",
    [
        proxy("--config=/etc/proxy.cfg"),
        proxy("--alpha-config=/etc/proxy.yaml"),
        proxy(more="        envFrom:\n        - secretRef: {name: proxy}\n"),
        proxy(more='        env:\n        - {name: OAUTH2_PROXY_SET_XAUTHREQUEST, value: "true"}\n'),
        proxy(image="registry.example.com/own-login:1"),
    ],
)
def test_what_may_be_said_elsewhere_is_not_missed(document: str) -> None:
    assert lost(document, handing_on("X-Auth-Request-User")) == []


def test_the_only_proxy_is_taken_for_the_one_that_is_meant() -> None:
    asked = handing_on("X-Auth-Request-User", url="https://$host/oauth2/auth")
    assert lost(proxy(), asked) == [("X-Auth-Request-User", False)]
    assert lost(proxy(), proxy(name="other"), asked) == []


def test_the_proxy_of_another_name_is_told_apart() -> None:
    asked = handing_on("X-Auth-Request-User")
    assert lost(proxy(), proxy("--set-xauthrequest", name="other"), asked) == [("X-Auth-Request-User", True)]
    assert lost(proxy(name="other"), proxy("--set-xauthrequest"), asked) == []


SETTINGS = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: accounts
data:
  %s: |
%s"""
MOUNTED = (
    "        volumeMounts:\n        - {name: s, mountPath: /etc/login}\n"
    "      volumes:\n      - name: s\n        configMap: {name: settings}\n"
)


def with_file(flag: str, key: str, text: str, *args: str, more: str = "") -> tuple[str, str]:
    """A proxy that is told by a file of a ConfigMap, and the ConfigMap."""
    workload = proxy(f"--{flag}=/etc/login/{key}", *args, more=more) + MOUNTED
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return workload, SETTINGS % (key, lines)


@pytest.mark.parametrize(
    ("text", "args", "env", "comes"),
    [
        ("set_xauthrequest = true", (), "", True),
        ("set_xauthrequest = false", (), "", False),
        ('provider = "oidc"', (), "", False),
        ("set_xauthrequest = true", ("--set-xauthrequest=false",), "", False),
        ("set_xauthrequest = false", ("--set-xauthrequest",), "", True),
        ("set_xauthrequest = false", (), "true", True),
        ("set_xauthrequest = true", (), "false", False),
        ("set_xauthrequest = false", ("--set-xauthrequest=true",), "false", True),
        ("this is no TOML", (), "", True),
    ],
)
def test_a_file_counts_behind_environment_and_arguments(
    text: str, args: tuple[str, ...], env: str, comes: bool
) -> None:
    more = f'        env:\n        - {{name: OAUTH2_PROXY_SET_XAUTHREQUEST, value: "{env}"}}\n' if env else ""
    found = lost(*with_file("config", "proxy.cfg", text, *args, more=more), handing_on("X-Auth-Request-User"))
    assert found == ([] if comes else [("X-Auth-Request-User", True)])


@pytest.mark.parametrize(
    ("text", "comes"),
    [
        ("injectResponseHeaders:\n- name: X-Auth-Request-User\n  values: [{claim: user}]", True),
        ("injectResponseHeaders:\n- name: X-User\n  values: [{claim: user}]", False),
        ("injectRequestHeaders:\n- name: X-Auth-Request-User\n  values: [{claim: user}]", False),
        ("injectResponseHeaders: {{ list }}", True),
    ],
)
def test_the_newer_file_lists_what_is_sent(text: str, comes: bool) -> None:
    found = lost(*with_file("alpha-config", "proxy.yaml", text), handing_on("X-Auth-Request-User"))
    assert found == ([] if comes else [("X-Auth-Request-User", True)])


def test_a_file_that_is_not_in_the_repository_may_say_anything() -> None:
    workload, _ = with_file("config", "proxy.cfg", "")
    assert lost(workload, handing_on("X-Auth-Request-User")) == []
    other = proxy("--config", "/etc/login/other.cfg") + MOUNTED
    assert lost(other, SETTINGS % ("proxy.cfg", "    x = 1\n"), handing_on("X-Auth-Request-User")) == []


def test_a_shell_may_say_anything() -> None:
    assert lost(proxy("-c", '"oauth2-proxy --set-xauthrequest"'), handing_on("X-Auth-Request-User")) == []
