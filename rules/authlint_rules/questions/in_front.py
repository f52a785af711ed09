"""What stands in front of a gateway, as far as its configuration tells; no rule itself."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from authlint.model.gateway import Listener, VirtualHost
from authlint.model.step import Forward, HeaderOp, SetAddress
from authlint.model.value import Get
from authlint.site import Endpoint, steps_of

FORWARDED = ("x-forwarded-proto", "x-forwarded-ssl", "x-forwarded-scheme", "forwarded")


def is_inside(listener: Listener) -> bool:
    """Only the machine itself, or a private network, reaches this listener."""
    if listener.address.startswith("unix:") or listener.address == "localhost":
        return True
    try:
        return ipaddress.ip_address(listener.address).is_private
    except ValueError:
        return False


def tls_is_ended_before(host: VirtualHost, endpoints: Iterable[Endpoint]) -> bool:
    """Whether the configuration counts on a hop before it that has spoken with the client."""
    if any(isinstance(one, SetAddress) for one in host.script):
        return True
    for endpoint in endpoints:
        for step in steps_of(endpoint.route):
            if isinstance(step, SetAddress):
                return True
            if isinstance(step, Forward) and any(map(_hands_on, step.headers)):
                return True
    return False


def _hands_on(op: HeaderOp) -> bool:
    return op.name.lower() in FORWARDED and op.value == Get("header", op.name.lower())
