"""Folders side by side in which the same objects lie are clusters: what lies in one of them is not for another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[3] / "samples/preflight-behind-auth"
RULE = "preflight-behind-auth"


def parts(sample: str) -> dict[str, str]:
    """The objects of a sample by their kinds."""
    text = "".join(one.read_text() for one in sorted((SAMPLES / sample).glob("*.yaml")))
    documents = text.split("\n---\n")
    return {one.split("kind: ")[1].split()[0]: one for one in documents}


def lay(folder: Path, **files: tuple[str, ...]) -> None:
    folder.mkdir(parents=True)
    for name, objects in files.items():
        (folder / f"{name}.yaml").write_text("\n---\n".join(objects))


def found(tmp_path: Path, found_in: Any) -> list[str]:
    return [one.rule for one in found_in(tmp_path).findings if not one.pedantic]


@pytest.mark.parametrize(
    ("sample", "shared", "routes", "policies"),
    [
        (
            "wrong-istio-denied-without-token",
            "Gateway",
            "VirtualService",
            ("RequestAuthentication", "AuthorizationPolicy"),
        ),
        ("wrong-gateway-api-header-modifier", "Gateway", "HTTPRoute", ("SecurityPolicy",)),
    ],
)
def test_a_policy_of_one_cluster_is_not_for_another(
    sample: str, shared: str, routes: str, policies: tuple[str, ...], tmp_path: Path, found_in: Any
) -> None:
    objects = parts(sample)
    asking = tuple(objects[one] for one in policies)
    lay(tmp_path / "whole", all=(objects[shared], objects[routes], *asking))
    assert found(tmp_path / "whole", found_in) == [RULE]
    lay(tmp_path / "two/clusters/blue", all=(objects[shared], objects[routes]))
    lay(tmp_path / "two/clusters/green", all=(objects[shared], *asking))
    assert found(tmp_path / "two", found_in) == []
    lay(tmp_path / "all/clusters/blue", all=(objects[shared], objects[routes], *asking))
    lay(tmp_path / "all/clusters/green", all=(objects[shared],))
    assert found(tmp_path / "all", found_in) == [RULE]


def test_what_a_patch_makes_of_an_object_nobody_knows(tmp_path: Path, found_in: Any) -> None:
    objects = parts("wrong-istio-denied-without-token")
    lay(tmp_path / "base", all=tuple(objects.values()))
    lay(tmp_path / "overlay", all=(objects["VirtualService"],), patch=(objects["AuthorizationPolicy"],))
    (tmp_path / "overlay/kustomization.yaml").write_text("patches: [{path: patch.yaml}]\n")
    assert found(tmp_path, found_in) == []
    (tmp_path / "overlay/kustomization.yaml").unlink()
    assert found(tmp_path, found_in) == [RULE]
