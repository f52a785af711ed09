"""Istio's objects: the Envoy configuration that the control plane makes of them for an ingress gateway.

https://istio.io/latest/docs/reference/config/
"""

from authlint.readers.istio.read import destinations as destinations
from authlint.readers.istio.read import gateways as gateways
