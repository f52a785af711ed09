"""Clusters, as the control plane makes one of every Service."""

from __future__ import annotations

from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written


def cluster_at(place: Item, name: str, address: str) -> Item:
    """A cluster of this name with one address, `host:port`."""
    host, _, port = address.rpartition(":")
    socket: Value = {"address": host, "port_value": int(port)}
    endpoint: Value = {"endpoint": {"address": {"socket_address": socket}}}
    assignment: Value = {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]}
    return written(place, {"name": name, "connect_timeout": "10s", "load_assignment": assignment})
