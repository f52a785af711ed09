"""Several configurations as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from authlint.model.beyond import Behind
from authlint.model.gateway import Gateway, Listener, Upstream, listener
from authlint.text import Span


def joined(gateways: Iterable[Gateway]) -> Gateway:
    """Several configurations as one: their listeners side by side, but for those that stand behind another."""
    listed = fronts(list(gateways))
    if len(listed) == 1:
        return listed[0]
    listeners: dict[tuple[str, int], Listener] = {}
    upstreams: dict[str, Upstream] = {}
    for gateway in listed:
        upstreams.update(gateway.upstreams)
        for one in gateway.listeners:
            key = (one.address, one.port)
            known = listeners.get(key)
            if known is None:
                listeners[key] = one
            else:
                hosts = (*known.hosts, *one.hosts)
                tls = known.tls or one.tls
                listeners[key] = listener(
                    *(one.address, one.port, tls, hosts, known.default, known.span),
                    intake=known.intake,
                    local_replies=known.local_replies,
                )
    definitions = {name: value for gateway in listed for name, value in gateway.definitions.items()}
    first = listed[0]
    beyond = next((one.beyond for one in listed if one.beyond is not None), None)
    return Gateway(
        first.root, tuple(listeners.values()), upstreams, definitions, first.directory, beyond=beyond
    )


def fronts(every: list[Gateway]) -> list[Gateway]:
    """Those that stand behind no other."""
    behind = {span for one in every for span in _listening_behind(one)}
    return [
        one for one in every if not behind.issuperset(listener.span for listener in one.listeners)
    ] or every


def _listening_behind(gateway: Gateway) -> Iterator[Span]:
    """Where the gateways listen that stand behind this one."""
    for group in gateway.upstreams.values() if gateway.beyond is not None else ():
        for address in group.addresses:
            found = gateway.beyond.at(address, False, group.span.path) if gateway.beyond is not None else None
            if isinstance(found, Behind):
                yield from (one.span for one in found.gateway.listeners)
