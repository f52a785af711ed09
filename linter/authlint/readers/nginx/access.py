"""Who may pass, from the directives of the access phase.

Order: allow/deny, auth_basic, auth_request; `satisfy` joins them
(https://nginx.org/en/docs/http/ngx_http_core_module.html#satisfy; measured: with `satisfy any` a later pass takes
back an earlier challenge, and 401 wins over 403).
"""

from __future__ import annotations

import re
from typing import Literal

from authlint.model.gateway import Inert
from authlint.model.step import (
    Address,
    AddressRule,
    Ask,
    Basic,
    Check,
    Require,
    SetAddress,
    SetVar,
    Unsure,
    UserFile,
)
from authlint.readers.nginx import tokens
from authlint.readers.nginx.expand import Node
from authlint.readers.nginx.levels import Level
from authlint.readers.nginx.template import HOLE
from authlint.text import Span

# Modules that ask for credentials in ways that this reader does not know, or run code in the access phase.
FOREIGN = (
    "access_by_lua",
    "access_by_lua_block",
    "access_by_lua_file",
    "js_access",
    "perl_access",
    "auth_jwt_require",
    # Without a session it sends browsers to the issuer, at an address that the issuer's metadata holds; what others
    # get the manual does not say (https://nginx.org/en/docs/http/ngx_http_oidc_module.html).
    "auth_oidc",
    "auth_digest",
    "auth_ldap",
    "auth_pam",
    "auth_gss",
    "auth_saml",
    "auth_cookie",
    "auth_require",
    "auth_hash",
    "shib_request",
    "modsecurity",
    "app_protect_enable",
    "internal_redirect",
    "oauth2_token_introspect",
)
UNREAD = frozenset(FOREIGN)


def requirement(level: Level) -> Require | None:
    """The checks in effect at a level, or None where everybody passes."""
    checks: list[Check] = []
    rules = level.nearest("allow", "deny")
    if rules:
        checks.append(_address(rules))
    basic = _basic(level)
    if basic is not None:
        checks.append(basic)
    asked = _ask(level)
    if asked is not None:
        checks.append(asked)
    token = tokens.check(level)
    if token is not None:
        checks.append(token)
    checks += _foreign(level)
    # What a reader of another form knows to be asked for, and not with what outcome.
    checks += [Unsure(node.arg(0), node.span) for node in level.nearest("@unsure")]
    satisfy = level.last("satisfy")
    if not checks:
        return None
    mode: Literal["all", "any"] = "any" if satisfy is not None and satisfy.arg(0) == "any" else "all"
    return Require(mode, tuple(checks), satisfy.span if satisfy is not None else None)


def _foreign(level: Level) -> list[Unsure]:
    """Each directive is inherited by itself."""
    if UNREAD.isdisjoint(level.holders):
        return []
    nodes = [node for name in FOREIGN for node in level.nearest(name)]
    return [Unsure(f"what {node.name} decides", node.span) for node in nodes if node.arg(0) != "off"]


def _address(nodes: list[Node]) -> Address:
    rules = tuple(AddressRule(node.name == "allow", node.arg(0), node.span) for node in nodes)
    return Address(rules, nodes[0].span)


def _basic(level: Level) -> Check | None:
    node = level.last("auth_basic")
    if node is None or len(node.args) != 1 or node.arg(0) == "off":
        return None
    users = level.last("auth_basic_user_file")
    if users is None or not users.args:
        if any(level.openings()):
            return Unsure("whether a file with users is in what was not read", node.span)
        return None
    off = "off" if _may_be_off(node.arg(0)) else None
    return Basic(level.value(node.arg(0)), UserFile(level.value(users.arg(0)), users.span), off, node.span)


def _may_be_off(realm: str) -> bool:
    """What is written of the realm leaves room for that word, whatever a variable or a template puts beside it."""
    written = [re.escape(part) for part in re.split(rf"{HOLE}+|\$\w+|\$\{{\w+\}}", realm)]
    return re.fullmatch(".*".join(written), "off") is not None


def _ask(level: Level) -> Ask | None:
    node = level.last("auth_request")
    if node is None or not node.args or node.arg(0) == "off":
        return None
    sets = tuple(
        SetVar(one.arg(0).lstrip("$"), level.value(one.arg(1)), one.span)
        for one in level.nearest("auth_request_set")
        if len(one.args) == 2
    )
    return Ask(level.value(node.arg(0)), sets, 500, node.span)


def inert(level: Level) -> tuple[Inert, ...]:
    """Settings of this level itself that were meant to protect and ask for nothing.

    Realm and file may stand on different levels: only a level around which, and below which, the other half is
    missing counts.
    """
    if any(level.openings()):
        return ()
    found: list[Inert] = []
    for node in level.own("auth_basic"):
        half = level.holder("auth_basic_user_file") is None and not _below(level, "auth_basic_user_file")
        if half and node.args and node.arg(0) != "off" and not node.masked:
            why = "auth_basic without auth_basic_user_file asks for nothing: every request passes"
            cure = "name the file with the users: auth_basic_user_file /etc/nginx/htpasswd;"
            found.append(Inert(why, cure, node.span))
    for node in level.own("auth_basic_user_file"):
        if level.holder("auth_basic") is None and not _below(level, "auth_basic"):
            why = "auth_basic_user_file without auth_basic asks for nothing: every request passes"
            found.append(Inert(why, 'switch it on with a realm: auth_basic "restricted";', node.span))
    for node in level.own(*tokens.KEYS):
        if level.holder("auth_jwt") is None and not _below(level, "auth_jwt"):
            why = f"{node.name} without auth_jwt asks for nothing: every request passes"
            found.append(Inert(why, 'switch it on with a realm: auth_jwt "restricted";', node.span))
    return tuple(found)


def _below(level: Level, name: str) -> bool:
    """Whether a directive stands anywhere inside the level's blocks, or in a place that was not read."""
    todo = list(level.children)
    while todo:
        node = todo.pop()
        if node.name == name or node.gap is not None:
            return True
        todo.extend(node.children or ())
    return False


def exempt(level: Level) -> Span | None:
    """Where authentication is switched off in so many words."""
    for name in ("auth_basic", "auth_request", "auth_jwt", "auth_oidc"):
        node = level.last(name)
        if node is not None and node.arg(0) == "off":
            return node.span
    return _let_in(level)


def _let_in(level: Level) -> Span | None:
    """`satisfy any; allow all;` inside a level that asks for credentials is the other way to say off."""
    satisfy = level.last("satisfy")
    own = level.own("auth_basic", "auth_request", "auth_jwt", "auth_oidc")
    if own or satisfy is None or satisfy.arg(0) != "any":
        return None
    return next((node.span for node in level.own("allow") if node.arg(0) == "all"), None)


def real_address(level: Level) -> SetAddress | None:
    """https://nginx.org/en/docs/http/ngx_http_realip_module.html"""
    trusted = tuple(node.arg(0) for node in level.nearest("set_real_ip_from"))
    if not trusted:
        return None
    header = level.last("real_ip_header")
    name = header.arg(0) if header is not None and header.args else "X-Real-IP"
    if name == "proxy_protocol":
        return None
    span = level.nearest("set_real_ip_from")[0].span
    return SetAddress(trusted, name, level.flag("real_ip_recursive", False), span)
