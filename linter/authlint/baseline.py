"""The findings that a project had when it began, in a file: they are not reported, new ones are.

A finding is known by its rule, its file and the words concerned, of which the file keeps a hash alone; of several
equal ones as many are known as were counted. So moved lines change nothing, and a new finding never slips in.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from authlint.identity import Identity
from authlint.refusal import RefusalError

VERSION = 1


class BaselineError(RefusalError):
    """The file is none that authlint wrote; one line."""


def hashed(keys: Iterable[Identity]) -> list[Identity]:
    """Identities as the file keeps them: words may hold a secret."""
    return [(rule, file, sha256(words.encode()).hexdigest()[:16]) for rule, file, words in keys]


def load(file: Path) -> Counter[Identity]:
    """What is known. Raises BaselineError."""
    try:
        table = json.loads(file.read_text(encoding="utf-8"))
        listed = table["findings"]
        if table["version"] != VERSION:
            raise BaselineError(
                f"{file}: is of version {table['version']}, and this authlint reads {VERSION}"
            )
        return Counter({_key(one): int(one["count"]) for one in listed})
    except OSError as error:
        raise BaselineError(f"{file}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise BaselineError(
            f"{file}: is no baseline of authlint's; delete it, and write it anew with `authlint baseline`"
        ) from None


def _key(one: dict[str, Any]) -> Identity:
    return str(one["rule"]), str(one["file"]), str(one["words"])


def save(file: Path, known: Counter[Identity]) -> None:
    listed = [
        {"rule": rule, "file": name, "words": words, "count": count}
        for (rule, name, words), count in sorted(known.items())
        if count > 0
    ]
    text = json.dumps({"version": VERSION, "findings": listed}, indent=2)
    file.write_text(text + "\n", encoding="utf-8")


def pruned(
    known: Counter[Identity], found: Counter[Identity], judged: Collection[Identity]
) -> Counter[Identity]:
    """What is known and still found; what was not judged this time stays."""
    return Counter({key: min(count, found[key]) if key in judged else count for key, count in known.items()})
