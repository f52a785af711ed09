"""The tables of annotations and settings say the truth: what is said to be simulated changes what is written for the
server, what is said to be without influence does not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.readers.kubernetes.made import gateway, ingress, lines, nodes, read, settings
from tests.readers.kubernetes.spoken import KEYS, MAPS, SAID

from authlint.model.fact import Ignored, Rejected
from authlint.readers.kubernetes import settings as configmap
from authlint.readers.kubernetes.catalogue import ANNOTATIONS
from authlint.readers.kubernetes.read import lowered
from authlint.readers.nginx.expand import Node

SETTINGS = {one.name: one for group in configmap.GROUPS.values() for one in group}
ALLOWED = {"allow-snippet-annotations": "true", "annotations-risk-level": "Critical"}
ODD = ("@unsure", "@unknown")


def written(given: Mapping[str, str], controller: Mapping[str, str] = ALLOWED) -> list[str]:
    made = settings(**{key.replace("-", "_"): value for key, value in controller.items()})
    return lines(lowered(read(made, MAPS, ingress(given, ("/a", "Prefix"), tls=True)), []))


def unknown(found: tuple[Node, ...] | list[Node]) -> bool:
    """Whether something in there cannot be predicted."""
    return any(one.gap is not None or one.name in ODD or unknown(list(one.children or ())) for one in found)


@pytest.mark.parametrize("name", [one.name for one in ANNOTATIONS.values() if one.depth == "simulated"])
def test_an_annotation_that_is_simulated(name: str) -> None:
    around, value, controller = SAID[name]
    assert written({**around, name: value}, {**ALLOWED, **controller}) != written(
        around, {**ALLOWED, **controller}
    )


@pytest.mark.parametrize("name", [one.name for one in ANNOTATIONS.values() if one.depth == "nothing"])
def test_an_annotation_without_influence(name: str) -> None:
    value = "1" if name.startswith(("canary", "auth-keepalive")) else "true"
    around = {"auth-url": "http://auth.example/check", "affinity": "cookie", "auth-tls-secret": "a/b"}
    assert written({**around, name: value}) == written(around)


@pytest.mark.parametrize("name", [one.name for one in ANNOTATIONS.values() if one.depth == "unknown"])
def test_an_annotation_whose_effect_is_unknown(name: str) -> None:
    around, value, controller = SAID[name]
    made = settings(**{key.replace("-", "_"): text for key, text in {**ALLOWED, **controller}.items()})
    assert unknown(nodes(made, ingress({**around, name: value})))


def outcome(given: Mapping[str, str]) -> str:
    """What the controller does with a value, as the facts and the lowering say."""
    made = settings(**{key.replace("-", "_"): value for key, value in ALLOWED.items()})
    document = ingress({"enable-cors": "true", **given}, ("/a", "Prefix"), tls=True)
    facts = gateway(made, MAPS, document).facts
    told = [fact for fact in facts if isinstance(fact, Rejected)]
    if any("does not load" in fact.effect for fact in told):
        return "rejected"
    if any("503" in fact.effect for fact in told):
        return "503"
    if any("403" in fact.effect for fact in told):
        return "403"
    shown = lines(nodes(made, MAPS, document))
    if any(line.startswith("@inert") for line in shown) or any(isinstance(fact, Ignored) for fact in facts):
        return "dropped or default"
    return "nothing told"


WRONG = {
    "auth-url": "http://auth.example/a b{}",
    "auth-method": "LOOK",
    "auth-response-headers": "X User",
    "auth-request-redirect": "$request_uri",
    "auth-always-set-cookie": "perhaps",
    "auth-cache-duration": "200;5m",
    "auth-type": "token",
    "auth-secret-type": "file",
    "auth-realm": "staff (only)",
    "auth-secret": "other/users",
    "auth-proxy-set-headers": "other/sent",
    "auth-tls-pass-certificate-to-upstream": "perhaps",
    "allowlist-source-range": "everybody",
    "whitelist-source-range": "everybody",
    "denylist-source-range": "nobody",
    "limit-connections": "many",
    "limit-rps": "many",
    "limit-rpm": "many",
    "limit-allowlist": "everybody",
    "limit-whitelist": "everybody",
    "server-alias": "a;b",
    "upstream-vhost": "a;b",
    "x-forwarded-prefix": "/a;b",
    "from-to-www-redirect": "perhaps",
    "relative-redirects": "perhaps",
    "temporal-redirect": "https://new.example$request_uri",
    "permanent-redirect": "https://new.example$request_uri",
    "custom-http-errors": "everything",
    "custom-headers": "apps/sent",
    "default-backend": "Pages!",
    "auth-tls-secret": "other/ca",
}
STRICT = ("rejected", "503", "403", "dropped")
# What another object decides: whether a certificate, a Service or a ConfigMap is there.
ELSEWHERE = {"auth-tls-error-page", "auth-tls-match-cn", "fastcgi-params-configmap"}


@pytest.mark.parametrize(
    "name",
    [
        one.name
        for one in ANNOTATIONS.values()
        if one.wrong in STRICT and one.depth != "nothing" and one.name not in ELSEWHERE
    ],
)
def test_a_value_that_is_not_taken(name: str) -> None:
    one = ANNOTATIONS[name]
    around = SAID[name][0] if name in SAID else {}
    told = outcome({**around, name: WRONG[name]})
    assert told == ("dropped or default" if one.wrong == "dropped" else one.wrong)


@pytest.mark.parametrize("name", [one.name for one in SETTINGS.values() if one.depth == "simulated"])
def test_a_setting_that_is_simulated(name: str) -> None:
    annotations, around, value = KEYS[name]
    base = around if name in ALLOWED else {**ALLOWED, **around}
    assert written(annotations, {**base, name: value}) != written(annotations, base)


@pytest.mark.parametrize("name", [one.name for one in SETTINGS.values() if one.depth == "nothing"])
def test_a_setting_without_influence(name: str) -> None:
    annotations = {"auth-url": "http://auth.example/check", "limit-rps": "5"}
    assert written(annotations, {**ALLOWED, name: "1"}) == written(annotations)


@pytest.mark.parametrize("name", [one.name for one in SETTINGS.values() if one.depth == "unknown"])
def test_a_setting_whose_effect_is_unknown(name: str) -> None:
    rules = {"enable-modsecurity": "true", "modsecurity-snippet": "SecRuleEngine On\n"}
    made = settings(**{key.replace("-", "_"): value for key, value in rules.items()})
    assert name in rules
    assert unknown(nodes(made, ingress()))
    left = settings(**{key.replace("-", "_"): value for key, value in rules.items() if key != name})
    assert not unknown(nodes(left, ingress()))


def test_nothing_is_said_twice() -> None:
    listed = [one.name for group in configmap.GROUPS.values() for one in group]
    assert len(listed) == len(set(listed))
