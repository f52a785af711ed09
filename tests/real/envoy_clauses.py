"""Parts of random bootstraps: what matches, and operations on headers."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

Json = dict[str, Any]
PATHS: tuple[Json, ...] = (
    {"prefix": "/"},
    {"prefix": "/a"},
    {"prefix": "/a/"},
    {"path": "/a"},
    {"path": "/A", "case_sensitive": False},
    {"path_separated_prefix": "/a"},
    {"safe_regex": {"regex": "/[ab](/.*)?"}},
    {"prefix": "/b"},
    {"path_match_policy": "/{x}"},
    {"path_match_policy": "/a/{x=**}"},
    {"connect_matcher": {}},
)
TEMPLATES = "type.googleapis.com/envoy.extensions.path."
HEADERS: tuple[Json, ...] = (
    {"name": ":method", "string_match": {"exact": "OPTIONS"}},
    {"name": ":method", "string_match": {"exact": "GET"}, "invert_match": True},
    {"name": "x-h", "present_match": True},
    {"name": "x-h", "present_match": True, "invert_match": True},
    {"name": "x-h", "string_match": {"prefix": "a"}},
    {"name": "x-h", "string_match": {"exact": "b"}, "invert_match": True},
    {"name": "authorization", "present_match": True},
    {"name": "x-h", "string_match": {"contains": "b"}},
    {"name": "x-h", "string_match": {"suffix": "c", "ignore_case": True}},
    {"name": "x-h", "string_match": {"safe_regex": {"regex": "[ab]+"}}},
    {"name": "x-h", "string_match": {"exact": ""}, "treat_missing_header_as_empty": True},
    {"name": "x-n", "range_match": {"start": 1, "end": 5}},
    {"name": ":authority", "string_match": {"prefix": "app."}},
    {"name": ":path", "string_match": {"contains": "k="}},
    {"name": ":scheme", "string_match": {"exact": "https"}},
)
QUERIES: tuple[Json, ...] = (
    {"name": "k", "string_match": {"exact": "1"}},
    {"name": "k", "string_match": {"prefix": "2"}},
    {"name": "k", "present_match": True},
    {"name": "key"},
)
ACTIONS = (
    "APPEND_IF_EXISTS_OR_ADD",
    "ADD_IF_ABSENT",
    "OVERWRITE_IF_EXISTS_OR_ADD",
    "OVERWRITE_IF_EXISTS",
)
VALUES = (
    *("v", "%REQ(x-h)%", "%REQ(x-h?:path)%", "Bearer %REQ(x-token)%", "%REQ(:METHOD)%", "100%%"),
    *("%REQ(:authority)%", "%REQ(x-envoy-original-path?:path)%", "a%REQ(x-none)%"),
)
REQUEST_NAMES = ("x-a", "x-b", "authorization", "x-user")
RESPONSE_NAMES = ("x-a", "x-c", "access-control-allow-origin", "vary", "www-authenticate")


def matcher(template: str) -> Json:
    typed = {
        "@type": TEMPLATES + "match.uri_template.v3.UriTemplateMatchConfig",
        "path_template": template,
    }
    return {"name": "envoy.path.match.uri_template.uri_template_matcher", "typed_config": typed}


def rewriter(template: str) -> Json:
    typed = {
        "@type": TEMPLATES + "rewrite.uri_template.v3.UriTemplateRewriteConfig",
        "path_template_rewrite": template,
    }
    return {"name": "envoy.path.rewrite.uri_template.uri_template_rewriter", "typed_config": typed}


class Clauses:
    """Draws; `used` counts the constructs that were drawn."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.used: Counter[str] = Counter()

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def pick(self, *options: Any) -> Any:
        return self.random.choice(options)

    def note(self, *constructs: str) -> None:
        self.used.update(constructs)

    # What matches

    def match(self) -> Json:
        found = dict(self.pick(*PATHS))
        self.note(f"match by {'letters of any case' if len(found) > 1 else next(iter(found))}")
        if "path_match_policy" in found:
            found["path_match_policy"] = matcher(found["path_match_policy"])
        if self.maybe(0.25):
            self.note("match by header")
            found["headers"] = [dict(self.pick(*HEADERS))]
        elif self.maybe(0.1):
            self.note("match by query")
            found["query_parameters"] = [dict(self.pick(*QUERIES))]
        elif self.maybe(0.06):
            self.note("match by cookie")
            test = self.pick({"exact": "1"}, {"prefix": "k"})
            found["cookies"] = [{"name": self.pick("a", "key"), "string_match": test}]
        elif self.maybe(0.05):
            self.note("match by gRPC")
            found["grpc"] = {}
        if self.maybe(0.06):
            self.note("share of the requests")
            share = {"numerator": self.pick(0, 100), "denominator": "HUNDRED"}
            found["runtime_fraction"] = {"default_value": share}
        return found

    # Header operations

    def header_ops(self, chance: float) -> Json:
        found: Json = {}
        for side, names in (("request", REQUEST_NAMES), ("response", RESPONSE_NAMES)):
            if self.maybe(chance):
                self.note(f"{side} header added")
                found[f"{side}_headers_to_add"] = [self.added(names) for _ in range(self.pick(1, 1, 2))]
            if self.maybe(chance / 2):
                self.note(f"{side} header removed")
                found[f"{side}_headers_to_remove"] = [self.pick(*names)]
        return found

    def added(self, names: tuple[str, ...]) -> Json:
        values = (*VALUES, "%RESPONSE_CODE%") if names is RESPONSE_NAMES else VALUES
        header = {"key": self.pick(*names), "value": self.pick(*values)}
        found: Json = {"header": header}
        if self.maybe(0.85):
            found["append_action"] = self.pick(*ACTIONS)
        if self.maybe(0.1):
            self.note("empty value kept")
            found["keep_empty_value"] = True
        return found
