"""Rate limits of annotations, as the controller writes them (nginx.tmpl and annotations/ratelimit, 1.15).

limit-rps and limit-rpm let five times their number pass at once unless limit-burst-multiplier says otherwise; the
status is the controller's (limit-req-status-code, limit-conn-status-code), 503 by default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from authlint.readers.kubernetes.controller import Controller
from authlint.readers.kubernetes.hosts import Host, Path
from authlint.readers.kubernetes.nodes import node
from authlint.readers.nginx.expand import Node

RATES = {"limit-rps": "r/s", "limit-rpm": "r/m"}
BURST = 5
CLIENT = "$binary_remote_addr"


def zones(hosts: Mapping[str, Host]) -> Iterator[Node]:
    """The zones that the limits count in: one for each Ingress and kind."""
    seen: set[str] = set()
    for host in hosts.values():
        for path in host.paths:
            for name in (*RATES, "limit-connections"):
                zone, number = _zone(path, name), _number(path, name)
                span = path.own.span(name)
                if not number or span is None or zone in seen:
                    continue
                seen.add(zone)
                kind = "limit_req_zone" if name in RATES else "limit_conn_zone"
                rate = (f"rate={number}{RATES[name]}",) if name in RATES else ()
                key = _spared(path)
                if key and key not in seen:
                    seen.add(key)
                    yield from _sparing(path, key)
                yield node(span, kind, key or CLIENT, f"zone={zone}:5m", *rate)


def _spared(path: Path) -> str:
    """The variable that is empty for those who are not counted."""
    listed = path.own.text("limit-allowlist") or path.own.text("limit-whitelist")
    return "$limit_" + re.sub(r"\W", "_", f"{path.ingress.namespace}_{path.ingress.name}") if listed else ""


def _sparing(path: Path, key: str) -> Iterator[Node]:
    name = "limit-allowlist" if path.own.text("limit-allowlist") else "limit-whitelist"
    at, known = path.own.span(name) or path.span, key.replace("$limit_", "$allowlist_")
    networks = [node(at, "default", "0"), *(node(at, one, "1") for one in path.own.words(name))]
    yield node(at, "geo", "$remote_addr", known, children=networks)
    cases = [node(at, "default", CLIENT), node(at, "1", "")]
    yield node(at, "map", known, key, children=cases)


def limits(path: Path, controller: Controller) -> Iterator[Node]:
    """The limits of one location, and the status that they answer with."""
    kinds: set[str] = set()
    for name in ("limit-connections", *RATES):
        number, span = _number(path, name), path.own.span(name)
        if not number or span is None:
            continue
        kinds.add("req" if name in RATES else "conn")
        if name in RATES:
            burst = number * (_number(path, "limit-burst-multiplier") or BURST)
            yield node(span, "limit_req", f"zone={_zone(path, name)}", f"burst={burst}", "nodelay")
        else:
            yield node(span, "limit_conn", _zone(path, name), str(number))
    for kind in sorted(kinds):
        said = controller.item(f"limit-{kind}-status-code")
        if said is not None and said.text.strip().isdigit():
            yield node(said.span, f"limit_{kind}_status", said.text.strip())


def _zone(path: Path, name: str) -> str:
    return f"{path.ingress.namespace}_{path.ingress.name}_{name}"


def _number(path: Path, name: str) -> int:
    text = path.own.text(name)
    return int(text) if text.isdigit() else 0
