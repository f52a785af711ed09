"""The gateways of a project, each with what stands behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from authlint.model.beyond import Probed
from authlint.model.gateway import Gateway
from authlint.readers.library import Library
from authlint.readers.links.composed import Composition, composition, is_compose
from authlint.readers.links.files import Files
from authlint.readers.links.linker import Cluster, Neighbours
from authlint.readers.links.things import Things
from authlint.record import replace
from authlint.text import Span


def linked(
    gateways: Sequence[Gateway],
    documents: Sequence[str],
    raw: Callable[[str], bytes],
    read: Callable[[str], str | None],
    library: Library,
    controllers: Sequence[Gateway] = (),
) -> list[Gateway]:
    """The same gateways, where a ConfigMap of the documents makes another one out of a workload behind them.

    `documents` are the project's, as they are printed; `raw` gives their bytes, `read` their text. `controllers` are
    those of them that live in the cluster, whatever file describes them.
    """
    # What is wrong with these files is said where they are read for themselves.
    own = Library(library.sources, library.project, library.include_roots, library.server, library.memory)
    gateways = _composed(gateways, documents, raw, read, own)
    cluster = Cluster(Things(documents, raw, read), own)
    probed = list(cluster.probed())
    gateways = [_probed(one, probed) for one in gateways] if probed else gateways
    if not cluster.names:
        return list(gateways)
    inside = set(map(id, controllers))
    return [
        replace(_unfolded(one, cluster), beyond=_neighbours(cluster, one, id(one) in inside))
        if one.beyond is None
        else one
        for one in gateways
    ]


def _composed(
    gateways: Sequence[Gateway],
    documents: Sequence[str],
    raw: Callable[[str], bytes],
    read: Callable[[str], str | None],
    library: Library,
) -> Sequence[Gateway]:
    """Those that a service of one compose file mounts, with the other services of that file."""
    files = Files(library)
    found: list[Composition] = []
    for path in documents:
        if is_compose(path) and any(word in raw(path) for word in (b"nginx", b"envoy", b"/conf")):
            text = read(path)
            one = composition(path, text, files) if text is not None else None
            if one is not None and len(set(map(id, one.services.values()))) > 1:
                found.append(one)
    return [_in_one(one, found) for one in gateways] if found else gateways


def _in_one(gateway: Gateway, known: Sequence[Composition]) -> Gateway:
    around = [one for one in known if gateway.root in one.files]
    return replace(gateway, beyond=around[0]) if len(around) == 1 else gateway


def _probed(gateway: Gateway, known: Sequence[tuple[frozenset[Span], tuple[Probed, ...]]]) -> Gateway:
    """With the probes of the workloads that listen where it says."""
    here = {one.span for one in gateway.listeners}
    ports = {one.port for one in gateway.listeners}
    sent = [one for spans, several in known if spans & here for one in several if one.port in ports]
    return replace(gateway, probed=tuple(dict.fromkeys(sent))) if sent else gateway


def _unfolded(gateway: Gateway, cluster: Cluster) -> Gateway:
    """With all hosts, where some of those that others stand for lead to a gateway."""
    folded = gateway.folded
    if folded is None or folded.upstreams.isdisjoint(cluster.names):
        return gateway
    return folded.unfold(None) or gateway


def _neighbours(cluster: Cluster, gateway: Gateway, inside: bool) -> Neighbours:
    homes = {one.namespace for one in cluster.maps.all if one.path == gateway.root}
    home = homes.pop() if len(homes) == 1 and not inside else ""
    return Neighbours(cluster, home, inside or gateway.root in cluster.files)
