"""Gateway API objects with Envoy Gateway's policies: the Envoy configuration that the control plane makes of them.

https://gateway-api.sigs.k8s.io/reference/spec/ and https://gateway.envoyproxy.io/docs/api/extension_types/
"""

from authlint.readers.gateway_api.read import gateways as gateways
