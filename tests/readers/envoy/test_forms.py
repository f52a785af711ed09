"""The forms in which people have Envoy's configuration: each is read, and places are those of the file."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from authlint.flow.request import Request
from authlint.flow.run import run
from authlint.model.fact import Dangling, Rejected
from authlint.model.gateway import Gateway
from authlint.readers.envoy.read import read
from authlint.readers.trouble import Trouble

TYPE = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
JWT = "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"
ROUTES = """\
name: r
virtual_hosts:
- name: v
  domains: ["*"]
  routes:
  - match: {prefix: /}
    route: {cluster: api}
"""
LISTENER = f"""\
name: l
address:
  socket_address: {{address: 0.0.0.0, port_value: 8080}}
filter_chains:
- filters:
  - name: envoy.filters.network.http_connection_manager
    typed_config:
      "@type": {TYPE}
      stat_prefix: h
      route_config:
{textwrap.indent(ROUTES, " " * 8)}\
      http_filters:
      - name: envoy.filters.http.jwt_authn
        typed_config:
          "@type": {JWT}
          providers:
            p:
              issuer: https://p.example
              remote_jwks: {{http_uri: {{uri: https://p.example/keys, cluster: api, timeout: 1s}}}}
            q:
              issuer: https://q.example
              remote_jwks: {{http_uri: {{uri: https://q.example/keys, cluster: keys, timeout: 1s}}}}
          rules:
          - match: {{prefix: /}}
            requires: {{provider_name: p}}
"""
CLUSTERS = """\
- name: api
  load_assignment:
    cluster_name: api
    endpoints:
    - lb_endpoints:
      - endpoint: {address: {socket_address: {address: 10.0.0.1, port_value: 80}}}
"""


def listed(text: str) -> str:
    return "- " + textwrap.indent(text, "  ").lstrip()


BOOTSTRAP = (
    "static_resources:\n  listeners:\n"
    + textwrap.indent(listed(LISTENER), "  ")
    + "  clusters:\n"
    + textwrap.indent(CLUSTERS, "  ")
)


def gateways(text: str, folder: Path, **others: str) -> tuple[list[Gateway], list[Trouble]]:
    """What a file says; `others` are files beside it (with "_" for the dot)."""
    for name, content in others.items():
        (folder / name.replace("_", ".")).write_text(content, encoding="utf-8")

    def other(path: str) -> str | None:
        return Path(path).read_text(encoding="utf-8") if Path(path).is_file() else None

    troubles: list[Trouble] = []
    return list(read(str(folder / "envoy.yaml"), text, troubles, other)), troubles


def status(gateway: Gateway, token: bool = False) -> int | None:
    headers = (("Authorization", "Bearer t"),) if token else ()
    return run(gateway, Request("GET", "http://app.example:8080/x", headers, vouched=frozenset({"t"}))).status


def asks(found: list[Gateway]) -> None:
    """One gateway, that asks for a token and then reaches the application."""
    (gateway,) = found
    assert status(gateway) == 401
    assert status(gateway, True) == 200


def place(gateway: Gateway, text: str) -> str:
    """The words of the provider's cluster, which is not defined."""
    (fact,) = [one for one in gateway.facts if isinstance(one, Dangling)]
    return text[fact.span.start : fact.span.end]


def discovered(kind: str, text: str) -> str:
    return "resources:\n" + listed(f'"@type": type.googleapis.com/envoy.config.{kind}\n{text}')


def by_name(text: str, where: str) -> str:
    """A listener whose routes are discovered."""
    start = text.index("route_config:")
    end = text.index("http_filters:")
    indent = " " * (len(text[:start]) - len(text[:start].rstrip(" ")))
    named = f"rds:\n{indent}  route_config_name: r\n{indent}  config_source: {where}\n{indent}"
    return text[:start] + named + text[end:]


def test_a_bootstrap_in_yaml_and_json(tmp_path: Path) -> None:
    for text in (BOOTSTRAP, json.dumps(yaml.safe_load(BOOTSTRAP), indent=1)):
        found, troubles = gateways(text, tmp_path)
        asks(found)
        assert not troubles
        assert "keys" in place(found[0], text)


def test_a_listener_alone_and_a_list_of_them(tmp_path: Path) -> None:
    for text in (LISTENER, "listeners:\n" + listed(LISTENER), discovered("listener.v3.Listener", LISTENER)):
        found, _ = gateways(text, tmp_path)
        asks(found)
        assert not [one for one in found[0].facts if isinstance(one, Dangling)]  # clusters are elsewhere


@pytest.mark.parametrize("where", ["{path: /etc/envoy/rds.yaml}", "{path_config_source: {path: rds.yaml}}"])
def test_routes_from_a_file(tmp_path: Path, where: str) -> None:
    text = by_name(LISTENER, where)
    found, _ = gateways(text, tmp_path, rds_yaml=discovered("route.v3.RouteConfiguration", ROUTES))
    asks(found)
    assert str(tmp_path / "rds.yaml") in found[0].files


def test_routes_of_a_control_plane_are_nobodys(tmp_path: Path) -> None:
    found, troubles = gateways(by_name(LISTENER, "{ads: {}}"), tmp_path)
    assert not found
    assert not troubles


def test_clusters_from_a_file(tmp_path: Path) -> None:
    source = "dynamic_resources:\n  cds_config: {path_config_source: {path: /etc/envoy/cds.yaml}}\n"
    clusters = discovered("cluster.v3.Cluster", CLUSTERS.removeprefix("- ").replace("\n  ", "\n"))
    found, _ = gateways(source + BOOTSTRAP.partition("  clusters:")[0], tmp_path, cds_yaml=clusters)
    asks(found)
    assert found[0].upstreams["api"].addresses == ("10.0.0.1:80",)


def test_hosts_that_are_discovered_are_unknown(tmp_path: Path) -> None:
    text = BOOTSTRAP.replace('["*"]', "[else.example]")
    indent = text.index("virtual_hosts") - text.index("name: r\n") - len("name: r\n")
    text = text.replace("name: r\n", "name: r\n" + " " * indent + "vhds: {}\n", 1)
    (gateway,), _ = gateways(text, tmp_path)
    assert status(gateway) is None


def test_a_dump_of_the_admin_endpoint(tmp_path: Path) -> None:
    admin = "type.googleapis.com/envoy.admin.v3."
    whole = yaml.safe_load(BOOTSTRAP)["static_resources"]
    manager = yaml.safe_load(by_name(LISTENER, "{ads: {}}"))
    clusters = [{"cluster": one} for one in whole["clusters"]]
    dump = {
        "configs": [
            {"@type": admin + "BootstrapConfigDump", "bootstrap": {"static_resources": whole}},
            {"@type": admin + "ClustersConfigDump", "dynamic_active_clusters": clusters},
            {
                "@type": admin + "ListenersConfigDump",
                "dynamic_listeners": [{"active_state": {"listener": manager}}],
            },
            {
                "@type": admin + "RoutesConfigDump",
                "dynamic_route_configs": [{"route_config": yaml.safe_load(ROUTES)}],
            },
        ]
    }
    text = json.dumps(dump, indent=1)
    found, _ = gateways(text, tmp_path)
    asks(found)
    assert "keys" in place(found[0], text)


@pytest.mark.parametrize("first", ["", "---\n", "# ours\n"])
def test_a_config_map_is_read_where_it_stands(tmp_path: Path, first: str) -> None:
    inside = textwrap.indent(first + BOOTSTRAP, "    ")
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: envoy}}\ndata:\n  envoy.yaml: |\n{inside}  other: x\n"
    for whole in (text, "kind: List\nitems:\n" + listed(text), f"kind: Service\n---\n{text}"):
        found, _ = gateways(whole, tmp_path)
        asks(found)
        assert place(found[0], whole) == "cluster: keys"


LINE = re.compile(r"\\n( ?)")


def next_line(found: re.Match[str]) -> str:
    """Joined with the one before by a backslash; a blank in front would not count."""
    return "\\n\\\n    " + ("\\ " if found[1] else "")


WAYS: dict[str, Callable[[str], str]] = {
    "folded": lambda text: ">\n" + textwrap.indent(text, "    "),
    "folded JSON": lambda text: ">-\n" + textwrap.indent(as_json(text), "    "),
    "double quotes": json.dumps,
    "single quotes": lambda text: "'" + as_json(text).replace("'", "''").replace("\n", "\n    ") + "'",
    "escaped lines": lambda text: LINE.sub(next_line, json.dumps(text)),
    "literal JSON": lambda text: "|\n" + textwrap.indent(as_json(text), "    "),
}


def as_json(text: str) -> str:
    return json.dumps(yaml.safe_load(text), indent=1)


@pytest.mark.parametrize("way", WAYS)
def test_a_config_map_may_be_written_in_any_way(tmp_path: Path, way: str) -> None:
    text = f"kind: ConfigMap\ndata:\n  envoy.yaml: {WAYS[way](BOOTSTRAP)}\n  other: x\n"
    assert yaml.safe_load(yaml.safe_load(text)["data"]["envoy.yaml"]) == yaml.safe_load(BOOTSTRAP)
    found, troubles = gateways(text, tmp_path)
    asks(found)
    assert not troubles
    assert re.fullmatch(r'\\?"?cluster\\?"?: \\?"?keys\\?"?', place(found[0], text))


def test_a_config_map_in_json(tmp_path: Path) -> None:
    text = json.dumps({"kind": "ConfigMap", "data": {"envoy.yaml": BOOTSTRAP}}, indent=1)
    found, _ = gateways(text, tmp_path)
    asks(found)
    assert place(found[0], text) == "cluster: keys"


def test_lines_that_are_filled_in_are_no_mistake(tmp_path: Path) -> None:
    text = BOOTSTRAP.replace("  clusters:\n", "  clusters:\n${CLUSTERS}\n")
    found, troubles = gateways(text, tmp_path)
    assert not found
    assert [one.kind for one in troubles] == ["template-skipped"]


def test_two_config_maps_are_two_gateways(tmp_path: Path) -> None:
    inside = textwrap.indent(BOOTSTRAP, "    ")
    one = f"kind: ConfigMap\ndata:\n  envoy.yaml: |\n{inside}"
    found, _ = gateways(f"{one}---\n{one}", tmp_path)
    assert len(found) == 2


def test_placeholders_are_not_guessed(tmp_path: Path) -> None:
    text = BOOTSTRAP.replace("8080", "${PORT}").replace("0.0.0.0", "${ADDRESS:-::}")
    text = text.replace("https://p.example\n", "{{ .Values.issuer }}\n", 1)
    found, troubles = gateways(text, tmp_path)
    asks(found)
    assert not troubles
    assert found[0].listeners[0].port == 80


def test_names_of_the_older_api_bring_one_finding(tmp_path: Path) -> None:
    older = TYPE.replace("envoy.extensions.filters.network", "envoy.config.filter.network").replace(
        "v3", "v2"
    )
    for text, words in (
        (BOOTSTRAP.replace(TYPE, older), older),
        (BOOTSTRAP.replace("typed_config", "config"), "config"),
    ):
        (gateway,), _ = gateways(text, tmp_path)
        (fact,) = [one for one in gateway.facts if isinstance(one, Rejected)]
        assert words in text[fact.span.start : fact.span.end]


def test_a_typed_struct_is_what_it_says(tmp_path: Path) -> None:
    for kind in ("udpa.type.v1.TypedStruct", "xds.type.v3.TypedStruct"):
        whole = yaml.safe_load(BOOTSTRAP)
        chain = whole["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]
        (one,) = chain["typed_config"]["http_filters"]
        typed = one["typed_config"]
        one["typed_config"] = {
            "@type": f"type.googleapis.com/{kind}",
            "type_url": typed.pop("@type"),
            "value": typed,
        }
        asks(gateways(json.dumps(whole), tmp_path)[0])


def test_anchors_and_merge_keys(tmp_path: Path) -> None:
    text = BOOTSTRAP.replace("match: {prefix: /}", "match: &all {prefix: /}", 1)
    text = text.replace("match: {prefix: /}\n", "match: {<<: *all}\n", 1)
    asks(gateways(text, tmp_path)[0])
