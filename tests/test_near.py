"""A name is taken for another one only if no second could be meant."""

from __future__ import annotations

import pytest

from authlint.model.near import nearest


@pytest.mark.parametrize(
    ("name", "names", "meant"),
    [
        ("signed_in", ["signed-in", "signed-out"], "signed-in"),
        ("signedin", ["signed-in"], "signed-in"),
        ("acounts", ["accounts", "orders"], "accounts"),
        ("signin", ["login"], ""),
        ("orders-v", ["orders-v1", "orders-v2"], ""),
        ("signed_in", ["signed-in", "signedIn"], ""),
        ("same", ["same"], ""),
        ("any", [], ""),
    ],
)
def test_the_only_near_one(name: str, names: list[str], meant: str) -> None:
    assert nearest(name, names) == meant
