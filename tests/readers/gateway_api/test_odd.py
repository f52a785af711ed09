"""Objects that no schema would let through are read without an accident."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

SAMPLES = Path(__file__).parents[3] / "samples"
WHOLE = (
    "authorization-not-allowed/wrong-gateway-api-list",
    "auth-service-blind/wrong-gateway-api-oauth2-proxy",
    "oauth-callback-unreachable/wrong-gateway-api-no-route",
    "denied-as-forbidden/right-gateway-api-claims",
    "preflight-unanswered/right-gateway-api-filter",
)
ODD: tuple[Any, ...] = (None, ["x"], {"x": "y"}, 5)


def _spots(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*way, key)
        yield from _spots(one, (*way, key))


def _with(document: Any, way: tuple[Any, ...], odd: Any) -> Any:
    found = copy.deepcopy(document)
    owner = found
    for key in way[:-1]:
        owner = owner[key]
    owner[way[-1]] = odd
    return found


@pytest.mark.parametrize("sample", WHOLE)
@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_a_value_of_another_kind(sample: str, odd: Any, tmp_path: Path, found_in: Any) -> None:
    """Each value in turn is one that it cannot be."""
    documents = list(yaml.safe_load_all((SAMPLES / sample / "gateway-api.yaml").read_text()))
    for number, way in ((number, way) for number, one in enumerate(documents) for way in _spots(one)):
        several = list(documents)
        several[number] = _with(documents[number], way, odd)
        (tmp_path / "gateway-api.yaml").write_text(yaml.safe_dump_all(several))
        found_in(tmp_path)
