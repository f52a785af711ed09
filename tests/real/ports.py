"""Ports of this machine that are free, each given out once.

A configuration asks for its ports one by one, and its server takes them later. Whoever listens meanwhile, an
application or an auth service, has to ask here too: a port that the system itself chooses may be one of those.
"""

from __future__ import annotations

import socket
from collections import deque

RECENT: deque[int] = deque(maxlen=500)  # given out just before, and perhaps not yet taken


def free_port() -> int:
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Ports of which no two are the same, nor one of those that were given out just before."""
    probes: list[socket.socket] = []
    ports: list[int] = []
    while len(ports) < count:
        probe = socket.socket()
        probe.bind(("127.0.0.1", 0))
        probes.append(probe)
        port = int(probe.getsockname()[1])
        if port not in RECENT:
            RECENT.append(port)
            ports.append(port)
    for probe in probes:
        probe.close()
    return ports
