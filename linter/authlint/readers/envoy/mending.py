"""Intents as edits of Envoy's configuration (API v3, https://www.envoyproxy.io/docs/envoy/latest/api-v3/api)."""

from __future__ import annotations

from collections.abc import Mapping

from authlint.intent import (
    AllowCredentials,
    Answer,
    AskUnder,
    Challenge,
    Deliver,
    Edit,
    Enforce,
    Exclude,
    ExemptPath,
    HandOn,
    Include,
    Intent,
    LetIn,
    Move,
    Remove,
    Reword,
    Send,
    TakeBehind,
    Turn,
    Withhold,
)
from authlint.model.value import EMPTY, literal
from authlint.readers.envoy.ordering import cors_first, moved, place
from authlint.readers.envoy.withholding import withheld
from authlint.readers.methods import METHOD, one_more, put
from authlint.readers.yaml.edits import (
    Part,
    children,
    entered,
    is_json,
    listed,
    removed,
    renamed,
    reworded,
    reworded_below,
    said_beside,
    with_text,
    written,
)

LISTS = ("request_headers_to_remove", "response_headers_to_remove")
DONE = ("request_headers_to_add", "response_headers_to_add", "mutations", "request_mutations")
SUCCESS = "allowed_client_headers_on_success"


def edits(intent: Intent, path: str, text: str) -> tuple[Edit, ...] | None:
    """What is to be written where; None where Envoy has no such setting, or what stands there is another."""
    part = place(path, text, intent.span)
    if part is None or part.parent is None:
        return None
    match intent:
        case Remove():
            own = part.item.name in ("forward_payload_header", "cache_duration")
            return removed(part) if own or part.parent.item.name in LISTS else _left(part)
        case Reword(old=old, new=new):
            return _reworded(part, old, new)
        case Include(word=word):
            return _included(part, word)
        case LetIn(origin=origin):
            return _origin(part, origin, "exact")
        case Move(lines=lines, before=before):
            return moved(part, lines, before=before)
        case TakeBehind(scheme=scheme):
            return _behind(part, f"{scheme} ")
        case Exclude(word=word) if part.within("routes") is not None:
            return _methods(part, word, more=False)
        case Enforce():
            return _enforced(part)
        case Deliver(to=to):
            return _delivered(part, "response_headers_to_add" if to == "client" else "request_headers_to_add")
        case Withhold(part=one):
            return withheld(part, one)
        case ExemptPath(path=exempt, how=how):
            return _exempted(part, exempt, "path" if how == "exact" else "prefix")
        case Turn(what="underscores"):
            return _with_underscores(part)
        case Turn(what="forward-token"):
            return _forwarded(part)
        case AskUnder(path=path):
            return _asked(part, path)
        case Challenge(scheme=scheme, given="there"):
            return _challenged(part, scheme)
        case HandOn(header=header):
            return _handed_on(part, header.lower())
        case Answer(how="first"):
            return cors_first(part)
        case Answer(how="skip"):
            return _passed_on(part)
        case AllowCredentials(allowed=allowed):
            return _credentials(part, allowed=allowed)
        case Send(to="client", name=header, value=value):
            return _sent(part, header.lower(), literal(value))
        case Send(to="application", name=header, value=value) if value == EMPTY:
            return _cleared(part, header.lower())
    return None


def _included(part: Part, word: str) -> tuple[Edit, ...] | None:
    """A word more in a list, or in a text that is one."""
    for name in ("auth_scopes", "audiences"):
        several = part.within(name)
        if several is not None:
            return _last(several, word)
    if part.item.name in ("allow_headers", "allow_methods", "expose_headers"):
        return with_text(part, f", {word}")
    if part.item.name == "allowed_headers":
        patterns = part.entry("patterns")
        return _last(patterns, {"exact": word}) if patterns is not None else None
    if part.within("allow_origin_string_match") is not None:
        return _origin(part, word)
    return _methods(part, word, more=True) if part.within("routes") is not None else None


def _left(part: Part) -> tuple[Edit, ...] | None:
    """What is done to the header here is done no more; an early mutation without any is no mutation."""
    one = part.element(*DONE)
    early = part.element("early_header_mutation_extensions")
    if one is None or one.parent is None:
        return None
    return removed(early if early is not None and len(children(one.parent.item)) == 1 else one)


def _reworded(part: Part, old: str, new: str) -> tuple[Edit, ...] | None:
    """The name under which it stands, or the one text below that is the word itself."""
    if part.item.name == old and part.item.kind == "map":
        return renamed(part, new)
    return reworded_below(part, old, new)


def _origin(part: Part, word: str, how: str = "") -> tuple[Edit, ...] | None:
    """A test more, of this kind or of the same as the one that stands here."""
    test = part.element("allow_origin_string_match")
    names = [item.name for item in children(test.item)] if test is not None else []
    return listed(test, {how or names[0]: word}) if test is not None and len(names) == 1 else None


def _behind(part: Part, prefix: str) -> tuple[Edit, ...] | None:
    """In the JwtHeader
    (https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/jwt_authn/v3/config.proto)."""
    if part.within("from_headers") is None or part.item.name not in ("name", "value_prefix"):
        return None
    return said_beside(part, "value_prefix", prefix)


def _enforced(part: Part) -> tuple[Edit, ...] | None:
    """A rule asks for a token of the filter's only provider
    (https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/jwt_authn/v3/config.proto)."""
    rule = next(
        (one for one in part.upwards() if one.parent is not None and one.parent.item.name == "rules"), None
    )
    config = rule.parent.parent if rule is not None and rule.parent is not None else None
    providers = config.entry("providers") if config is not None else None
    names = [one.name for one in children(providers.item)] if providers is not None else []
    match = rule.entry("match") if rule is not None else None
    if rule is None or match is None or len(names) != 1:
        return None
    said, wanted = rule.entry("requires"), {"provider_name": names[0]}
    if said is None:
        return entered(match, "requires", wanted)
    if children(said.item) or not said.item.node.flow_style:
        return None
    start = said.item.start + int(said.item.node.start_mark.index)
    return (said.edit(start, said.end, written(wanted, quoted=is_json(part.text, part.item.start))),)


def _delivered(part: Part, name: str) -> tuple[Edit, ...] | None:
    """The only header of its list, if there is no list of the other kind. A request's own one is replaced
    (https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/base.proto)."""
    one = part.element(*DONE[:2])
    there = one.parent if one is not None else None
    level = there.parent if there is not None else None
    if there is None or level is None or len(children(there.item)) != 1 or level.entry(name) is not None:
        return None
    header = one.entry("header") if one is not None else None
    moved = renamed(there, name)
    if one is None or header is None or moved is None or name == "response_headers_to_add":
        return moved
    if one.entry("append_action") is not None or one.entry("append") is not None:
        return moved
    replacing = entered(header, "append_action", "OVERWRITE_IF_EXISTS_OR_ADD")
    return None if replacing is None else (*moved, *replacing)


def _methods(part: Part, method: str, *, more: bool) -> tuple[Edit, ...] | None:
    """The methods that a route takes, where they are listed in a pattern, or where this one is the only one
    (https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto)."""
    route = next(
        (one for one in part.upwards() if one.parent is not None and one.parent.item.name == "routes"), None
    )
    headers = route.entry("match") if route is not None else None
    headers = headers.entry("headers") if headers is not None else None
    tests = [headers.inner(one) for one in children(headers.item)] if headers is not None else []
    tests = [one for one in tests if one.item.text_at("name") == ":method"]
    if route is None or len(tests) != 1:
        return None
    matched = tests[0].entry("string_match")
    regex = matched.entry("safe_regex") if matched is not None else None
    pattern = regex.entry("regex") if regex is not None else None
    if more and pattern is not None:
        return one_more(pattern, method)
    alone = tests[0].item.text_at("string_match", "exact") or tests[0].item.text_at("exact_match")
    if more and matched is not None and METHOD.fullmatch(alone):
        return put(matched, {"safe_regex": {"regex": f"{alone}|{method}"}})
    return removed(route) if not more and alone == method else None


def _exempted(part: Part, path: str, how: str) -> tuple[Edit, ...] | None:
    """A rule without a requirement, in front of the one that asks: the first that fits counts
    (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/jwt_authn_filter)."""
    rule = part.element("rules")
    return listed(rule, {"match": {how: path}}, before=True) if rule is not None else None


def _with_underscores(part: Part) -> tuple[Edit, ...] | None:
    """https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/protocol.proto (HttpProtocolOptions)"""
    for one in part.upwards():
        options = one.entry("common_http_protocol_options")
        if options is not None:
            said = options.entry("headers_with_underscores_action")
            return reworded(said, said.item.text, "ALLOW") if said is not None and said.item.text else None
    return None


def _forwarded(part: Part) -> tuple[Edit, ...] | None:
    """In the provider whose name or setting stands here."""
    for one in part.upwards():
        if one.parent is not None and one.parent.item.name == "providers":
            said = one.entry("forward")
            if said is not None:
                return reworded(said, "false", "true")
            first = next(iter(children(one.item)), None)
            return entered(one.inner(first), "forward", True) if first is not None else None
    return None


def _passed_on(part: Part) -> tuple[Edit, ...] | None:
    """The check lets preflights go on to the cors filter
    (https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/jwt_authn/v3/config.proto)."""
    for one in part.upwards():
        kind = one.entry("@type")
        if kind is not None and kind.item.text.endswith(".JwtAuthentication"):
            said = one.entry("bypass_cors_preflight")
            if said is not None:
                return reworded(said, "false", "true")
            return entered(kind, "bypass_cors_preflight", True)
    return None


def _policy(part: Part) -> Part | None:
    """The entry of a CorsPolicy in which this stands."""
    for one in part.upwards():
        parent = one.parent
        kind = parent.entry("@type") if parent is not None else None
        if one.item.key is not None and kind is not None and kind.item.text.endswith(".CorsPolicy"):
            return one
    return None


def _credentials(part: Part, *, allowed: bool) -> tuple[Edit, ...] | None:
    if not allowed:
        return removed(part) if part.item.name == "allow_credentials" else None
    entry = _policy(part)
    said = entry.parent.entry("allow_credentials") if entry is not None and entry.parent is not None else None
    if entry is None or said is not None:
        return reworded(said, "false", "true") if said is not None else None
    return entered(entry, "allow_credentials", True)


def _sent(part: Part, header: str, text: str | None) -> tuple[Edit, ...] | None:
    """https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/cors/v3/cors.proto"""
    entry, name = _policy(part), header.removeprefix("access-control-").replace("-", "_")
    known = name in ("allow_headers", "allow_methods", "expose_headers")
    if entry is None or entry.parent is None or text is None or not known:
        return None
    return entered(entry, name, text) if entry.parent.entry(name) is None else None


def _asked(part: Part, path: str) -> tuple[Edit, ...] | None:
    """What stands behind the authority in `uri` is not used, `path_prefix` is (measured)."""
    server = part.within("server_uri")
    if part.item.name != "uri" or server is None or not part.item.text.endswith(path):
        return None
    short, prefix = reworded(part, path, ""), entered(server, "path_prefix", path)
    return (*short, *prefix) if short is not None and prefix is not None else None


def _challenged(part: Part, scheme: str) -> tuple[Edit, ...] | None:
    """A header of the route's, which its direct response has too
    (https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto)."""
    answer = part.within("direct_response")
    if answer is None or answer.parent is None or answer.parent.entry("response_headers_to_add") is not None:
        return None
    header = {"header": {"key": "WWW-Authenticate", "value": scheme}}
    return entered(answer, "response_headers_to_add", [header])


def _cleared(part: Part, header: str) -> tuple[Edit, ...] | None:
    """On the route: what it removes is removed before the request goes on."""
    route = part.within("route")
    if route is None or route.parent is None or route.parent.entry("match") is None:
        return None
    said = route.parent.entry("request_headers_to_remove")
    if said is None:
        return entered(route, "request_headers_to_remove", [header])
    last = children(said.item)[-1:]
    return listed(said.inner(last[0]), header) if last else None


def _handed_on(part: Part, header: str) -> tuple[Edit, ...] | None:
    """https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/ext_authz/v3/ext_authz.proto"""
    said = part.within("allowed_client_headers")
    answer = said.parent if said is not None else None
    if said is None or answer is None:
        return None
    success = answer.entry(SUCCESS)
    if success is None:
        return entered(said, SUCCESS, {"patterns": [{"exact": header}]})
    patterns = success.entry("patterns")
    return _last(patterns, {"exact": header}) if patterns is not None else None


def _last(several: Part, value: str | Mapping[str, str]) -> tuple[Edit, ...] | None:
    last = children(several.item)[-1:]
    return listed(several.inner(last[0]), value) if last else None
