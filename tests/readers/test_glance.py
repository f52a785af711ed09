"""Documents are told from their bytes, and each is read once."""

from __future__ import annotations

import pytest

from authlint.readers.glance import Glance

LISTS = ("routing", "linked", "envoy", "held", "mounted")


@pytest.mark.parametrize(
    ("text", "lists"),
    [
        ("kind: Deployment\nspec: {secretKeyRef: {name: app}}", ""),
        ("kind: Service\nspec: {type: ClusterIP}", ""),
        ("kind: Ingress", "routing"),
        ('{"kind" : "IngressList"}', "routing"),
        ("kind: IngressRoute", ""),
        ("kind: List\nitems: [{kind: ConfigMap}]", "routing held"),
        ("kind: 'Secret'", "linked"),
        ("kind: SecretList", ""),
        ("kind: IngressClass", "linked"),
        ("kind: ConfigMap\ndata: {key: value}", "linked held"),
        ("kind: ConfigMap\ndata: {a.conf: 'server { server_name a; }'}", "linked held mounted"),
        ("kind: Deployment\nimage: quay.io/oauth2-proxy/oauth2-proxy:v7", "linked"),
        ("controller: {allowSnippetAnnotations: true}", "linked"),
        ("ingress: {annotations: {nginx.ingress.kubernetes.io/auth-url: x}}", "linked"),
        ("typed_config: HttpConnectionManager", "envoy"),
        ("a Connection of its own", ""),
        ("configs: {web: {content: 'listen 80;'}}", "held"),
    ],
)
def test_what_a_document_may_hold(text: str, lists: str) -> None:
    read: list[str] = []

    def content(path: str) -> bytes:
        read.append(path)
        return text.encode()

    glance = Glance(content)
    glance.look(["/one.yaml"])
    glance.look(["/one.yaml"])
    assert [name for name in LISTS if getattr(glance, name) == ["/one.yaml"]] == sorted(
        lists.split(), key=LISTS.index
    )
    assert read == ["/one.yaml"]
