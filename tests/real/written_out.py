"""What a control plane makes of objects, as authlint's readers write it, as a bootstrap that the real Envoy takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from authlint.readers.kubernetes.manifests import Manifest, steered
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.tree import Item

# Fields that hold a text, whatever it looks like; of others true and false are truth values.
TEXTS = frozenset(
    (
        *("exact", "prefix", "suffix", "contains", "regex", "value", "key", "name", "substitution"),
        *("path", "path_prefix", "path_separated_prefix", "prefix_rewrite", "max_age", "inline_string"),
        *("value_prefix", "claim_name", "header_name", "path_redirect", "host_redirect", "issuer"),
    )
)
TRUTH = {"true": True, "false": False}


def manifests(sample: Path) -> list[Manifest]:
    """The objects in a sample's files."""
    troubles: list[Trouble] = []
    found: list[Manifest] = []
    for path in sorted(one for end in ("*.yaml", "*.yml", "*.json") for one in sample.rglob(end)):
        text = path.read_text(encoding="utf-8")
        found += steered(path.relative_to(sample).as_posix(), text, troubles)
    assert not troubles, troubles
    return found


def bootstrap(item: Item) -> str:
    """A document as JSON."""
    return json.dumps(value(item), indent=1)


def value(item: Item) -> Any:
    if item.kind == "map":
        return {one.name: value(one) for one in item.entries() if not one.name.startswith("replaced/")}
    if item.kind == "list":
        return [value(one) for one in item.items() if not is_note(one)]
    if item.kind == "null":
        return None
    assert not item.masked, f"a template writes {item!r}"
    return item.text if item.name in TEXTS else TRUTH.get(item.text, item.text)


def is_note(item: Item) -> bool:
    """What a reader writes for authlint alone."""
    return item.kind == "map" and item.text_at("typed_config", "@type").endswith(".Replaced")


def unread(item: Item) -> Iterator[str]:
    """What stands for something that no reader knows: no server can be asked about it."""
    for one in item.entries() if item.kind == "map" else item.items():
        if one.text.endswith(".Unread"):
            yield one.text
        yield from unread(one)
