"""The filters that a SecurityPolicy asks for, in the order in which Envoy Gateway puts them.

internal/xds/translator of Envoy Gateway: newOrderedHTTPFilter (httpfilters.go) has the order; each filter lies switched
off in the chain of the listener, and what a route says of it switches it on.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.gateway_api import crossing, doubts
from authlint.readers.gateway_api.backends import Clusters
from authlint.readers.gateway_api.login import login
from authlint.readers.gateway_api.objects import Thing
from authlint.readers.gateway_api.permissions import permissions
from authlint.readers.gateway_api.services import asked
from authlint.readers.gateway_api.tokens import provider, requirement
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written
from authlint.record import field, mutable

HTTP = "type.googleapis.com/envoy.extensions.filters.http."
ENABLED: Value = {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "config": {}}
ORDER = (
    "unread",
    "cors",
    "ext_authz",
    "api_key_auth",
    "basic_auth",
    "oauth2",
    "jwt_authn",
    "behind",
    "rbac",
    "router",
)
JWT, KEYS = "envoy.filters.http.jwt_authn", "envoy.filters.http.api_key_auth"
RBAC = "envoy.filters.http.rbac"
ASKING = ("jwt", "oidc", "extAuth", "basicAuth", "apiKeyAuth", "authorization")
BOTH = "repeat {} in the nearer policy, or let it be merged: mergeType: StrategicMerge (Envoy Gateway 1.8)"
# A key of a Secret, which nobody looks into: the client's own is taken to be it.
KEY = {"client": "CLIENT", "key": "KEY"}


@mutable
class Guards:
    """The filters of one listener; `own` gives what a route says of them."""

    clusters: Clusters
    filters: dict[str, tuple[str, Item]] = field(default_factory=dict)  # kind and filter, by its name
    providers: dict[str, Value | None] = field(default_factory=dict)
    requirements: dict[str, Value | None] = field(default_factory=dict)
    token_place: Item | None = None

    def own(self, policy: Thing | None, cors: Item | None, source: Item) -> dict[str, Value | None]:
        """What a route says of filters: those of the policy in force, and its own CORS in place of the policy's."""
        found: dict[str, Value | None] = {}
        spec = policy.spec() if policy is not None else None
        crossed = crossing.policy(cors, of_route=True) if cors is not None else None
        said = spec.get("cors") if spec is not None else None
        if cors is None and said is not None:
            crossed = crossing.policy(said)
        if crossed is not None:
            self._add("cors", crossing.CORS, crossed, {"@type": crossing.FILTER}, off=False)
            found[crossing.CORS] = crossed
        elif cors is not None or said is not None:
            found |= self.unread("which origins are let in", cors or said or source)
        if policy is None or spec is None:
            return found
        why = doubts.of_policy(policy)
        if why is not None:
            return found | self.unread(*why)
        for one in spec.entries():
            found |= self._of(one, policy) if one.kind == "map" else {}
        return found

    def replaced(self, policy: Thing, behind: Thing) -> dict[str, Value | None]:
        """Notes about a wider policy, if it asks for credentials or lets other origins in, and the one in force says
        nothing of that."""
        found: dict[str, Value | None] = {}
        by = policy.manifest.item.at("metadata", "name") or policy.item
        for meant, names in (("authentication", ASKING), ("cross-origin", ("cors",))):
            lost = next((one for name in names if (one := behind.spec(name)) is not None), None)
            if lost is None or any(policy.spec(name) is not None for name in names):
                continue
            config: Value = {
                "@type": f"{HTTP}replaced.v3.Replaced",
                "meant": meant,
                "cure": BOTH.format(lost.name),
            }
            note = f"replaced/{behind.key}/{lost.name}"
            self._add("unread", note, lost, config)
            found[note] = written(by, ENABLED)
        return found

    def unread(self, why: str, source: Item, *, behind: bool = False) -> dict[str, Value | None]:
        """A filter of which nobody knows what it does: in front of all others, or behind those that ask."""
        self._add("behind" if behind else "unread", why, source, {"@type": f"{HTTP}unread.v3.Unread"})
        return {why: written(source, ENABLED)}

    def _of(self, one: Item, policy: Thing) -> dict[str, Value | None]:
        match one.name:
            case "extAuth":
                name = f"envoy.filters.http.ext_authz/{policy.key}"
                self._add("ext_authz", name, one, asked(one, policy.namespace, self.clusters))
                return {name: written(one, ENABLED)}
            case "basicAuth":
                name = f"envoy.filters.http.basic_auth/{policy.key}"
                self._add("basic_auth", name, one, _basic(one, policy))
                return {name: written(one, ENABLED)}
            case "apiKeyAuth":
                self._add(
                    "api_key_auth", KEYS, one, {"@type": f"{HTTP}api_key_auth.v3.ApiKeyAuth", **_keys(one)}
                )
                return {
                    KEYS: written(one, {"@type": f"{HTTP}api_key_auth.v3.ApiKeyAuthPerRoute", **_keys(one)})
                }
            case "oidc":
                name = f"envoy.filters.http.oauth2/{policy.key}"
                config = login(one, policy.spec("jwt"), policy.namespace, self.clusters)
                self._add("oauth2", name, one, config)
                return {name: written(one, ENABLED)}
            case "authorization":
                allowed = permissions(one)
                if allowed is None:
                    return self.unread("whom the authorization rules let pass", one, behind=True)
                self._add("rbac", RBAC, one, {"@type": f"{HTTP}rbac.v3.RBAC"})
                return {RBAC: allowed}
            case "jwt":
                self._tokens(one, policy)
                route: Value = {"@type": f"{HTTP}jwt_authn.v3.PerRouteConfig", "requirement_name": policy.key}
                return {JWT: written(one, route)}
        return {}

    def _tokens(self, item: Item, policy: Thing) -> None:
        """One filter for all policies, which knows the providers of each."""
        self.token_place = self.token_place or item
        if policy.key in self.requirements:
            return
        listed = item.get("providers")
        names = []
        for one in listed.items() if listed is not None else ():
            name = f"{policy.key}/{one.text_at('name')}"
            names.append(name)
            self.providers[name] = provider(one, policy.namespace, self.clusters)
        self.requirements[policy.key] = requirement(item, names)

    def _add(self, kind: str, name: str, source: Item, config: Value, *, off: bool = True) -> None:
        if name not in self.filters:
            entry: Value = {"name": name, "disabled": off, "typed_config": config}
            self.filters[name] = (kind, written(source, entry))

    def chain(self, source: Item) -> Iterator[Item]:
        """All of them in order, with the router behind."""
        if self.token_place is not None:
            config: Value = {
                "@type": f"{HTTP}jwt_authn.v3.JwtAuthentication",
                "providers": self.providers,
                "requirement_map": self.requirements,
            }
            self._add("jwt_authn", JWT, self.token_place, config, off=False)
        router = {"@type": f"{HTTP}router.v3.Router"}
        self._add("router", "envoy.filters.http.router", source, router, off=False)
        for _, item in sorted(self.filters.values(), key=lambda one: ORDER.index(one[0])):
            yield item


def _basic(item: Item, policy: Thing) -> Value:
    """The passwords lie in a Secret, under `.htpasswd`."""
    users = item.get("users") or item
    where = users.text_at("namespace") or policy.namespace
    path = written(users, f"/{where}/{users.text_at('name')}/.htpasswd")
    return {
        "@type": f"{HTTP}basic_auth.v3.BasicAuth",
        "users": {"filename": path},
        "forward_username_header": item.get("forwardUsernameHeader"),
    }


def _keys(item: Item) -> dict[str, Value | None]:
    """https://gateway.envoyproxy.io/docs/api/extension_types/#apikeyauth"""
    sources: list[Value] = []
    listed = item.get("extractFrom")
    for one in listed.items() if listed is not None else ():
        for field_name, name in (("headers", "header"), ("params", "query"), ("cookies", "cookie")):
            found = one.get(field_name)
            sources += [written(each, {name: each}) for each in (found.items() if found is not None else ())]
    header, hidden = item.get("forwardClientIDHeader"), item.get("sanitize")
    forwarding: Value = {"header": header, "hide_credentials": hidden}
    return {
        "credentials": [KEY],
        "key_sources": sources,
        "forwarding": written(header or hidden or item, forwarding) if header or hidden else None,
    }
