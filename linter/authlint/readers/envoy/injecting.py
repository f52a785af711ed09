"""The credential_injector filter: the gateway's own credential for what is behind it.

https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/credential_injector_filter; that a static
secret is sent as it is written, and that the client's header stays without `overwrite`, was measured on 1.40.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.model.step import Amend, HeaderOp, Step
from authlint.model.value import Cat, Lit, Opaque, Value
from authlint.readers.envoy.filters import Filter, Surroundings
from authlint.readers.envoy.proto import data, field, is_set, message, text


def injected(one: Filter, around: Surroundings) -> Iterator[Step]:
    """That the gateway gets its credential is taken for granted: without it every request is answered 401."""
    typed = field(one.config, "credential", "typed_config")
    package, _, config = message(typed)
    value: Value = Opaque("the credential that the gateway injects")
    name = "authorization"
    if package == "generic":
        name = text(config, "header").lower() or name
        secret = around.secrets.get(text(config, "credential", "name"))
        elsewhere = field(config, "credential", "sds_config") is not None
        written = None if elsewhere else data(field(secret, "generic_secret", "secret"))
        if written:
            prefix = text(config, "header_value_prefix")
            value = Cat((Lit(prefix), Lit(written))) if prefix else Lit(written)
    yield Amend((HeaderOp("set", name, value, one.span, absent_only=not is_set(one.config, "overwrite")),))
