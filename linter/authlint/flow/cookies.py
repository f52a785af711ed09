"""An upstream's Set-Cookie as the client sees it: other paths and domains, other flags.

As ngx_http_proxy_rewrite_cookie does it: attributes are only put together anew where something changed.
"""

from __future__ import annotations

from authlint.flow.passage import Passage
from authlint.flow.values import evaluate, fits
from authlint.model.reply import CookieFlags, CookieRewrite
from authlint.model.step import Forward
from authlint.model.unknown import Unknown
from authlint.model.value import Text
from authlint.record import mutable

SPELLED = {"secure": "Secure", "httponly": "HttpOnly", "samesite": "SameSite"}


@mutable
class Part:
    """The cookie itself or an attribute; `value` None where there is no "="."""

    name: str
    value: str | None

    def __str__(self) -> str:
        return self.name if self.value is None else f"{self.name}={self.value}"


def rewritten(p: Passage, step: Forward, text: str) -> str | Unknown:
    """A Set-Cookie's text behind the gateway."""
    parts = [_part(one) for one in text.split(";")]
    if not step.cookies or parts[0].value is None:
        return text
    changed = False
    for part in parts[1:]:
        rules = [one for one in step.cookies if isinstance(one, CookieRewrite)]
        for rule in rules:
            if part.value is None or part.name.lower() != rule.attribute:
                continue
            value = _changed(p, rule, part.value)
            if isinstance(value, Unknown):
                return value
            if value is not None:
                part.value, changed = value, True
                break
    for flags in step.cookies:
        if isinstance(flags, CookieFlags) and _names(p, flags, parts[0].name):
            parts, changed = _flagged(parts, flags), True
            break
    return "; ".join(map(str, parts)) if changed else text


def _part(text: str) -> Part:
    name, equals, value = text.strip().partition("=")
    return Part(name.strip(), value.strip() if equals else None)


def _changed(p: Passage, rule: CookieRewrite, value: str) -> str | Unknown | None:
    """What becomes of an attribute's value; None where the rule is not for it."""
    if isinstance(rule.old, Text):
        return evaluate(p, rule.new) if fits(p, value, rule.old) else None
    old = evaluate(p, rule.old)
    if isinstance(old, Unknown):
        return old
    if rule.attribute == "domain":
        dot = "." if value.startswith(".") else ""
        if value[len(dot) :].lower() != old.lstrip(".").lower():
            return None
        rest = ""
    else:
        if not value.startswith(old):
            return None
        dot, rest = "", value[len(old) :]
    new = evaluate(p, rule.new)
    return new if isinstance(new, Unknown) else dot + new + rest


def _names(p: Passage, flags: CookieFlags, name: str) -> bool:
    if isinstance(flags.name, Text):
        return fits(p, name, flags.name)
    wanted = evaluate(p, flags.name)
    return isinstance(wanted, str) and wanted.lower() == name.lower()


def _flagged(parts: list[Part], flags: CookieFlags) -> list[Part]:
    wanted: dict[str, str | None] = {}
    for flag in flags.changes:
        name, equals, value = flag.partition("=")
        if name.startswith("no"):
            parts = [parts[0], *(one for one in parts[1:] if one.name.lower() != name[2:])]
        else:
            wanted[name] = value.capitalize() if equals else None
    for part in parts[1:]:
        name = part.name.lower()
        if name in wanted:
            said = wanted.pop(name)
            if said is not None:
                part.name, part.value = SPELLED[name], said
    return [*parts, *(Part(SPELLED[name], value) for name, value in wanted.items() if name in SPELLED)]
