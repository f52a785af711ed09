"""Single values of an AuthorizationPolicy as Envoy's matchers, as pilot/pkg/security/authz/matcher writes them.

What nobody can know of a request (the port on which the proxy listens behind the Service, certificates, addresses) is
written in words that the reader of Envoy's configuration does not decide.
"""

from __future__ import annotations

import re

from authlint.readers.istio.tokens import PAYLOAD
from authlint.readers.yaml.tree import Item
from authlint.readers.yaml.written import Value, written

JWT = "envoy.filters.http.jwt_authn"
TEMPLATE = "envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig"
SOMETHING: Value = {"safe_regex": {"regex": ".+"}}


def string(value: str) -> dict[str, Value]:
    """A star at one end stands for anything, alone for something."""
    if value == "*":
        return {"safe_regex": {"regex": ".+"}}
    if value.startswith("*"):
        return {"suffix": value[1:]}
    return {"prefix": value[:-1]} if value.endswith("*") else {"exact": value}


def host(value: Item) -> Value:
    matcher = string(value.text)
    return _header(":authority", value, {**matcher, "ignore_case": True})


def method(value: Item) -> Value:
    return header(":method", value)


def header(name: str, value: Item) -> Value:
    return _header(name, value, string(value.text))


def _header(name: str, value: Item, matcher: dict[str, Value]) -> Value:
    if value.text == "*":
        return written(value, {"header": {"name": name, "present_match": True}})
    return written(value, {"header": {"name": name, "string_match": matcher}})


def path(value: Item) -> Value:
    if "{*}" in value.text or "{**}" in value.text:
        template = value.text.replace("{*}", "*").replace("{**}", "**")
        config: Value = {"@type": f"type.googleapis.com/{TEMPLATE}", "path_template": template}
        named: Value = {"name": "envoy.path.match.uri_template.uri_template_matcher", "typed_config": config}
        return written(value, {"uri_template": named})
    return written(value, {"url_path": {"path": string(value.text)}})


def destination_port(value: Item) -> Value:
    """A port of the proxy itself; the Service in front of it has another number for it."""
    port = int(value.text) if value.text.isdecimal() else 0
    return written(value, {"destination_port_range": {"start": port, "end": port + 1}})


def server_name(value: Item) -> Value:
    return written(value, {"requested_server_name": string(value.text)})


def principal(value: Item) -> Value:
    """Of a client's certificate."""
    return written(value, {"authenticated": {"principal_name": string(value.text)}})


def undecided(value: Item) -> Value:
    """Addresses, and what other filters have found out."""
    return written(value, {"undecided": value.text})


def claim(names: list[str], value: Item) -> Value:
    """A claim that is the text, or a list in which it stands."""
    one: Value = {"string_match": string(value.text)}
    both: Value = {"or_match": {"value_matchers": [one, {"list_match": {"one_of": one}}]}}
    return written(value, {"metadata": _metadata(names, both)})


def request_principal(value: Item) -> Value:
    """Issuer and subject, told apart at the last slash (since 1.21, before that they were one text).

    An issuer that ends with a slash is the same to both where the rest is a star: which of the two releases reads it
    nobody has said, and what it is meant to let in is clear.
    """
    issuer, subject = _parts(value.text)
    ids: list[Value] = [
        {"metadata": _metadata(["iss"], {"string_match": issuer})},
        {"metadata": _metadata(["sub"], {"string_match": subject})},
    ]
    return written(value, {"and_ids": {"ids": ids}})


def _parts(text: str) -> tuple[Value, Value]:
    issuer, slash, subject = text.rpartition("/")
    if not slash:
        issuer, subject = text, ""
    if text == "*":
        return SOMETHING, SOMETHING
    if text.startswith("*"):
        if not slash:
            return SOMETHING, {"suffix": text[1:]}
        return SOMETHING if issuer == "*" else {"suffix": issuer[1:]}, {"exact": subject}
    if text.endswith("*"):
        if not slash:
            return {"prefix": text[:-1]}, SOMETHING
        if subject == "*":
            return {"safe_regex": {"regex": f"{re.escape(issuer)}/?"}}, SOMETHING
        return {"exact": issuer}, {"prefix": subject[:-1]}
    return {"exact": issuer}, {"exact": subject}


def _metadata(names: list[str], value: Value) -> Value:
    return {"filter": JWT, "path": [{"key": name} for name in (PAYLOAD, *names)], "value": value}
