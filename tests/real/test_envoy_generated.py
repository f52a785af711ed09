"""Random bootstraps on the real Envoy; the seeds are fixed, `make fuzz-envoy` takes others."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import pytest
from tests.fuzz_envoy import run as asked
from tests.real.campaign import assert_noticed, campaign
from tests.real.envoy_grammar import Grammar

from authlint.flow import access, forwarding, run, tokens
from authlint.flow import values as values_of
from authlint.flow.verdict import Passed

COUNT = 200


@pytest.mark.parametrize("first", range(1, 1 + COUNT, 20))
def test_generated_bootstraps(first: int, require: Any) -> None:
    said: list[str] = []
    done = campaign(range(first, first + 20), partial(asked, require("envoy")), said.append)
    assert not done.different, "\n".join(said)
    assert done.totals["ran"] == 20, "\n".join(said)


# What a bootstrap may hold, as the grammar notes it when it draws it.
CONSTRUCTS = """
strip_any_host_port, strip_matching_host_port, strip_trailing_host_dot, port ignored in names
match by prefix, match by path, match by safe_regex, match by path_separated_prefix, match by path_match_policy,
match by connect_matcher, match by letters of any case, match by header, match by query, match by cookie,
match by gRPC, share of the requests, path parameters ignored
normalize_path, merge_slashes, path_with_escaped_slashes_action: KEEP_UNCHANGED,
path_with_escaped_slashes_action: REJECT_REQUEST, path_with_escaped_slashes_action: UNESCAPE_AND_FORWARD,
path_with_escaped_slashes_action: UNESCAPE_AND_REDIRECT, headers_with_underscores_action: DROP_HEADER,
headers_with_underscores_action: REJECT_REQUEST, use_remote_address
redirect, https_redirect, scheme_redirect, host_redirect, port_redirect, response_code, strip_query,
redirect to another prefix, redirect by pattern, direct response, TLS required
prefix_rewrite, regex_rewrite, path_rewrite_policy, host_rewrite_literal, host_rewrite_header, auto_host_rewrite,
host_rewrite_path_regex, host told in another header
redirects followed inside, headers of a redirect followed inside, clusters by weight
filter switched off, filter switched off on a level, renamed filter
cors, cors on a level, allow_methods, allow_headers, allow_credentials, expose_headers, max_age,
forward_not_matching_preflights, CORS switched off
jwt_authn, jwt_authn on a level, from_headers, from_params, from_cookies, provider_and_audiences, requires_any,
requires_all, allow_missing, allow_missing_or_failed, extract_only_without_validation, token rule of a level: True,
token rule of a level: named, token rule of a level: no, payload in a header, claims in headers, token of a subject,
claims for later filters, token that must expire, keys in the bootstrap, keys out of reach, strip_failure_response,
bypass_cors_preflight, route looked for again
ext_authz, ext_authz on a level, service over gRPC, headers for the service, headers withheld from the service,
headers of the service, headers of the gateway's for the service, other status where the service fails,
service asked about none, failure let go, service out of reach, service out of reach over gRPC, body for the service,
body for the service on a level, service of a route's own, service of a route's own over gRPC,
route looked for again behind the service
basic_auth, basic_auth on a level, user's name for the upstream, password in another header
api_key_auth, api_key_auth on a level, key in a header, key in a query, key in a cookie, key forwarding
rbac, rbac on a level, rbac: ALLOW, rbac: DENY, rbac: LOG, principal by claim, principal by address
oauth2, login that some pass, login that some are denied
local_ratelimit, local_ratelimit on a level, ratelimit, limits of a route
header_mutation, header_mutation on a level, most specific mutation last, credential_injector
request header added, request header removed, response header added, response header removed, empty value kept,
most specific last, early header operations
own answers changed, own answers by several filters, access log, upstream filters of the router,
upstream filters of a cluster, listener with TLS
"""


def test_every_construct_is_common_enough() -> None:
    """Each is in at least one bootstrap in a hundred."""
    seen: Counter[str] = Counter()
    for seed in range(600):
        grammar = Grammar(seed)
        grammar.configuration()
        seen.update(set(grammar.used))
    wanted = {one for line in CONSTRUCTS.split("\n") for one in line.rstrip(",").split(", ") if one}
    assert not wanted - set(seen)
    assert not {name: count for name, count in seen.items() if count < 6}


def _faults() -> dict[str, Any]:
    """Ways to get the server wrong, each in one place."""

    def everybody_passes(p: Any, check: Any) -> Any:
        return Passed(check.span)

    def client_headers_only(p: Any, forward: Any) -> Any:
        return tuple(p.headers), ()

    return {
        "audiences are not compared": (tokens, "_audience", lambda wanted, given: True),
        "tokens go on": (tokens, "take_away", lambda p, place: None),
        "request headers are not set": (forwarding, "upstream_headers", client_headers_only),
        "preflights are not answered": (run, "cors", lambda p, step: None),
        "keys are not asked for": (access, "api_key", everybody_passes),
        "routes do not look at headers": (values_of, "_there", lambda p, value: True),
    }


@pytest.mark.parametrize("fault", _faults())
def test_a_planted_fault_is_caught(fault: str, require: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*_faults()[fault])
    assert_noticed(partial(asked, require("envoy")), fault)
