"""From an address to the gateway behind it: found where the objects say so for sure, and else a reason why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from authlint.model.beyond import Behind
from authlint.model.unknown import Unknown
from authlint.readers.library import Library
from authlint.readers.links.linker import Address, address_of
from authlint.readers.links.linking import linked
from authlint.readers.open import open_gateways
from authlint.text import Sources

SAMPLE = Path(__file__).parents[3] / "samples" / "authorization-dropped" / "wrong-asked-again-behind"
EDGE, WEB = ((SAMPLE / name).read_text() for name in ("edge.yaml", "web.yaml"))


def behind(folder: Path, monkeypatch: pytest.MonkeyPatch, address: str = "web.shop:80", **files: str) -> Any:
    """What stands at an address, by the Ingress in edge.yaml."""
    monkeypatch.chdir(folder)
    for name, text in {"edge": EDGE, "web": WEB, **files}.items():
        path = Path(name.replace("__", "/") + ".yaml")
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
    paths = sorted(map(str, Path().rglob("*.yaml")))
    gateways, problem = open_gateways(["edge.yaml"], Sources())
    assert not problem
    library = Library(Sources(), ".")
    whole = linked(
        gateways,
        paths,
        lambda one: Path(one).read_bytes(),
        lambda one: Path(one).read_text(),
        library,
        gateways,
    )
    beyond = whole[0].beyond
    return None if beyond is None else beyond.at(address, False, "edge.yaml")


def test_the_way_leads_to_the_mounted_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = behind(tmp_path, monkeypatch)
    assert isinstance(found, Behind)
    assert (found.name, found.port, found.exposed) == ("Deployment web", 8080, False)
    assert [link.span.path for link in found.way] == ["web.yaml"] * 3


NAMED = WEB.replace("targetPort: 8080", "targetPort: main").replace(
    "          volumeMounts:",
    "          ports:\n            - name: main\n              containerPort: 8080\n          volumeMounts:",
)
SUB = WEB.replace("/etc/nginx/conf.d", "/etc/nginx/conf.d/default.conf\n              subPath: default.conf")


@pytest.mark.parametrize(
    "web",
    [
        NAMED,
        SUB,
        WEB.replace("kind: Deployment", "kind: StatefulSet"),
        WEB.replace(
            "name: web-conf\n---",
            "name: web-conf\n            items: [{key: default.conf, path: a.conf}]\n---",
        ),
        WEB.replace("- port: 80", "- name: http\n      port: 80"),
    ],
    ids=["port by name", "one file", "StatefulSet", "chosen keys", "name of the Service's port"],
)
def test_other_ways_to_say_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, web: str) -> None:
    assert isinstance(behind(tmp_path, monkeypatch, web=web), Behind)
    if "- name: http" in web:
        assert isinstance(behind(tmp_path, monkeypatch, "web.shop:http", web=web), Behind)


@pytest.mark.parametrize(
    ("web", "why"),
    [
        (WEB.replace("        app: web\n    spec", "        app: other\n    spec"), "no workload"),
        (
            WEB + "---\n" + WEB.split("---\n")[1].replace("name: web\n", "name: web-canary\n", 1),
            "several workloads",
        ),
        (WEB + "---\n" + WEB.split("---\n")[0], "several objects"),
        (WEB.replace("/etc/nginx/conf.d", "/srv/conf"), "not known to be read"),
        (
            WEB.replace(
                "  selector:\n    app: web\n  ports", "  clusterIP: None\n  selector:\n    app: web\n  ports"
            ),
            "of its own",
        ),
        (WEB.replace("  namespace: shop\n", "", 1), "in the namespace shop"),
    ],
)
def test_what_is_not_certain_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, web: str, why: str
) -> None:
    found = behind(tmp_path, monkeypatch, web=web)
    if why in ("no workload", "in the namespace shop"):
        # No Service leads to the only workload with a gateway's files.
        assert found is None or (isinstance(found, Unknown) and why in found.reason)
        return
    assert isinstance(found, Unknown)
    assert why in found.reason


@pytest.mark.parametrize(
    "web",
    [
        WEB.replace("targetPort: 8080", "targetPort: 3000"),
        WEB.replace("name: web-conf\n---", "name: other\n---"),
        WEB.replace("      - port: 80", "      - port: 81").replace("    - port: 80", "    - port: 81"),
    ],
    ids=["another container's port", "another ConfigMap", "another port of the Service"],
)
def test_an_application_is_no_gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, web: str) -> None:
    assert behind(tmp_path, monkeypatch, web=web) is None


def test_of_two_environments_the_folder_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(behind(tmp_path, monkeypatch, test__web=WEB), Behind)
    both = {"test__web": WEB, "live__web": WEB}
    monkeypatch.chdir(tmp_path)
    Path("web.yaml").unlink()
    found = behind(tmp_path, monkeypatch, web="# nothing\n", **both)
    assert isinstance(found, Unknown)


def test_a_service_for_all_the_world_is_exposed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web = WEB.replace(
        "  selector:\n    app: web\n  ports", "  type: LoadBalancer\n  selector:\n    app: web\n  ports"
    )
    found = behind(tmp_path, monkeypatch, web=web)
    assert isinstance(found, Behind)
    assert found.exposed


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("web:8080", Address("web", "", "8080")),
        ("web.shop", Address("web", "shop", "80")),
        ("WEB.shop.svc.cluster.local.:http", Address("web", "shop", "http")),
        ("api.example.com", None),
        ("10.0.0.1:80", None),
    ],
)
def test_addresses(text: str, address: Address | None) -> None:
    assert address_of(text, tls=False) == address


KUSTOMIZATION = """\
namespace: shop
resources: [edge.yaml, web.yaml]
configMapGenerator:
- name: web-conf
  files: [%s]
"""
SERVER = "server { listen 8080; location / { auth_basic x; proxy_pass http://127.0.0.1:3000; } }\n"


@pytest.mark.parametrize("named", ["default.conf=files/site.conf", "files/default.conf"])
def test_a_generated_map_leads_to_the_file(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workload, service = WEB.split("---\n")[1], WEB.split("---\n")[0]
    (tmp_path / "files").mkdir()
    for name in ("site.conf", "default.conf"):
        (tmp_path / "files" / name).write_text(SERVER)
    web = f"{service}---\n{workload}"
    found = behind(tmp_path, monkeypatch, web=web, kustomization=KUSTOMIZATION % named)
    assert isinstance(found, Behind)
    assert found.gateway.root == named.rpartition("=")[2]


COMPOSE = """\
services:
  edge:
    image: nginx
    volumes: [./edge.conf:/etc/nginx/nginx.conf]
  orders:
    image: nginx
    container_name: Orders-1
    networks: {inner: {aliases: [shop]}}
    volumes: [./orders.conf:%s]
"""


@pytest.mark.parametrize(
    ("mount", "address", "leads"),
    [
        ("/etc/nginx/nginx.conf:ro", "orders:8000", True),
        ("/etc/nginx/nginx.conf", "orders-1:8000", True),
        ("/etc/nginx/nginx.conf", "shop:8000", True),
        ("/etc/nginx/nginx.conf", "orders:80", False),
        ("/etc/nginx/nginx.conf", "app:8000", False),
        ("/srv/nginx.conf", "orders:8000", False),
    ],
)
def test_services_of_a_compose_file(
    mount: str, address: str, leads: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("compose.yaml").write_text(COMPOSE % mount)
    for name, port in (("edge", 80), ("orders", 8000)):
        server = f"listen {port}; location / {{ proxy_pass http://{address}; }}"
        Path(f"{name}.conf").write_text(f"events {{}}\nhttp {{ server {{ {server} }} }}\n")
    gateways, problem = open_gateways(["edge.conf", "compose.yaml"], Sources())
    assert not problem
    beyond = gateways[0].beyond
    found = beyond.at(address, False, "edge.conf") if beyond is not None else None
    assert isinstance(found, Behind) == leads
