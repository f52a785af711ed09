"""Gateways of many Ingress objects of which few are read: each of these stands for those that are like it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import partial

from authlint.model.gateway import Folded, Gateway
from authlint.readers.kubernetes.likeness import Standing, standing
from authlint.readers.kubernetes.manifests import Manifest
from authlint.readers.kubernetes.patches import NONE, Overlays
from authlint.readers.kubernetes.read import Skipped, gateways
from authlint.readers.kubernetes.sheets import Entry, Forms
from authlint.readers.trouble import Trouble
from authlint.record import record, replace


def folded(
    entries: Sequence[Entry], troubles: list[Trouble], overlays: Overlays = NONE, forms: Forms | None = None
) -> tuple[list[Gateway], list[Skipped]]:
    """The gateways of objects, without the hosts about which there is nothing to find, and what is another
    controller's."""
    found = standing(entries, overlays, troubles, forms if forms is not None else Forms())
    fold = _Fold(found, found.read(frozenset()), overlays)
    read, skipped = gateways(fold.kept, troubles, every_host=False, overlays=overlays)
    return [fold.folded(one, number) for number, one in enumerate(read)], sorted(fold.skipped(skipped))


@record
class _Fold:
    found: Standing
    kept: Sequence[Manifest]  # that are read at first
    overlays: Overlays

    def folded(self, gateway: Gateway, number: int, unfolded: Set[int] = frozenset()) -> Gateway:
        """`number`: which it is of the gateways that are made of these objects."""
        files = set(gateway.files)
        others = [
            self.found.aside[id(one)]
            for one in self.kept
            if one.path in files and id(one) in self.found.aside and id(one) not in unfolded
        ]
        entries = [entry for one in others for entry in one.entries]
        if not entries:
            return gateway
        paths = dict.fromkeys((*gateway.files, *(entry.path for entry in entries)))
        hosts = sum(one.hosts for one in others)
        unfold = partial(self.unfold, number) if not unfolded else _nothing
        services = frozenset(name for one in others for name in one.services)
        return replace(gateway, files=tuple(paths), folded=Folded(hosts, services, unfold))

    def unfold(self, number: int, told: frozenset[str] | None) -> Gateway | None:
        """The gateway with the objects that are like those in these files."""
        chosen = {
            id(one) for one in self.kept if (told is None or one.path in told) and id(one) in self.found.aside
        }
        if not any(self.found.aside[one].entries for one in chosen):
            return None
        # What is wrong with the objects was said when they were read for the first time.
        read, _ = gateways(self.found.read(chosen), [], every_host=False, overlays=self.overlays)
        return self.folded(read[number], number, chosen)

    def skipped(self, known: Sequence[Skipped]) -> Iterator[Skipped]:
        """What is another controller's, with the objects that are like it."""
        named = {(path, span): other for path, span, other in known}
        yield from known
        for one in self.kept:
            other = named.get((one.path, one.span)) if id(one) in self.found.aside else None
            if other is not None:
                for entry in self.found.aside[id(one)].entries:
                    yield entry.path, one.span._replace(path=entry.path), other


def _nothing(told: frozenset[str] | None) -> None:
    """Of those that are left nothing was found when their like were asked about."""
