"""Ingress objects that differ only in what they are called: one of them stands for the others.

Two objects are alike if they say the same when their own names are left out: a host's first label, the names of the
object, its Services and its certificate, its labels. What a name tells all the same is no mere name. An object that
shares a host or a Service with another one, or whose host another one speaks of, is like no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence, Set

from authlint.readers.kubernetes.forms import WORD, Names, named
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.kubernetes.patches import Overlays
from authlint.readers.kubernetes.sheets import Entry, Forms, Sheet
from authlint.readers.trouble import Trouble


class Others:
    """Objects that another one stands for, how many hosts they have, and their Services' names."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.hosts = 0
        self.services: set[str] = set()


class Standing:
    """All objects in their order; `aside` has, by the id() of one that is read, those that it stands for."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.aside: dict[int, Others] = {}

    def read(self, unfolded: Set[int] | None) -> list[Manifest]:
        """The objects that are read if none stands any more for others that is `unfolded` (None: none at all)."""
        hidden = {
            id(entry)
            for number, others in self.aside.items()
            if unfolded is not None and number not in unfolded
            for entry in others.entries
        }
        found: list[Manifest] = []
        for entry in self.entries:
            if isinstance(entry, Manifest):
                found += [entry] if id(entry) not in hidden else []
            elif id(entry) not in hidden:
                # What is wrong with its text has been said of the one that stands for it.
                found += entry.manifests([])
        return found


def standing(entries: Sequence[Entry], overlays: Overlays, troubles: list[Trouble], forms: Forms) -> Standing:
    """Which objects are read, and for which others they stand."""
    around = Around(entries, overlays, forms)
    found = Standing()
    firsts: dict[Hashable, Others] = {}
    for entry, names in zip(entries, around.names, strict=True):
        private = names is not None and around.is_private(names)
        if private and names is not None and names.key in firsts:
            others = firsts[names.key]
            others.entries.append(entry)
            others.hosts += len(set(names.hosts))
            others.services.update([service for _, service in names.services])
            found.entries.append(entry)
            continue
        read = [entry] if isinstance(entry, Manifest) else [*entry.manifests(troubles)]
        found.entries += read
        if private and names is not None and len(read) == 1:
            firsts[names.key] = found.aside[id(read[0])] = Others()
    return found


class Around:
    """What all objects together say of hosts and Services."""

    def __init__(self, entries: Sequence[Entry], overlays: Overlays, forms: Forms) -> None:
        self.overlays = overlays
        self.names: list[Names | None] = []
        self.hosts: Counter[str] = Counter()
        self.services: Counter[tuple[str, str]] = Counter()
        self.spoken: set[str] = set()
        self.patched: set[str] = {one.name for one in overlays.unread}
        seen: set[int] = set()
        for entry in entries:
            names = _names(entry, forms) if entry.path not in overlays.files else None
            self.names.append(names)
            if names is not None:
                self.hosts.update(set(names.hosts))
                self.services.update(set(names.services))
                if id(names.spoken) not in seen:
                    seen.add(id(names.spoken))
                    self.spoken |= names.spoken
            else:
                self._unlike(entry)

    def _unlike(self, entry: Entry) -> None:
        """An object that is not compared: any word of it may be the name of a host or a Service."""
        text = entry.piece.text if isinstance(entry, Sheet) else entry.written
        words = set(WORD.findall(text))
        self.spoken |= {word.lower() for word in words if "." in word}
        if isinstance(entry, Sheet):
            self.services.update(entry.names.services)
            self.patched.add(entry.names.name)
        elif entry.kind == "Ingress":
            self.services.update((entry.namespace, word) for word in words)
            if not entry.routes or entry.path in self.overlays.files:
                self.patched.add(entry.name)

    def is_private(self, names: Names) -> bool:
        """Whether no other object has to do with its hosts, its Services or itself."""
        return (
            "" not in self.patched
            and names.name not in self.patched
            and self.spoken.isdisjoint(names.hosts)
            and all(self.hosts[host] == 1 for host in names.hosts)
            and all(self.services[one] == 1 for one in names.services)
        )


def _names(entry: Entry, forms: Forms) -> Names | None:
    if isinstance(entry, Sheet):
        return entry.names
    form = forms.of(entry)
    if form is None:
        return None
    hosts = tuple([node.value.lower() for node in form.hosts])
    return named(form, hosts, tuple([node.value for node in form.services]), entry.namespace, entry.name)
