"""URI templates, of paths that a route takes and of what they become, as regular expressions.

https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/path/match/uri_template/v3/uri_template_match.proto;
which letters a "*" takes was measured on 1.40.
"""

from __future__ import annotations

import re

from authlint.expression import expression
from authlint.readers.envoy.proto import field, message, text
from authlint.readers.yaml.tree import Item

LETTERS = r"*a-zA-Z0-9\-._~%!$&'()+,;:@="
GLOBS = {"*": f"[{LETTERS}]+", "**": f"[{LETTERS}/]*"}
PART = expression(r"\{(?P<name>[a-zA-Z_]\w*)(?:=(?P<inner>[^{}]*))?\}|(?P<glob>\*\*?)|(?P<plain>[^{}*]+)")


def template(item: Item | None) -> str:
    """The template that a path_match_policy, or another extension like it, matches with; "" where it is another."""
    typed = field(item, "typed_config")
    kind = message(typed)[1]
    return text(typed, "path_template") if kind == "UriTemplateMatchConfig" else ""


def pattern(template: str) -> str:
    """A regular expression that is all of the path, its groups named; "" where it cannot be told."""
    out, place = "", 0
    while place < len(template):
        found = PART.match(template, place)
        if found is None:
            return ""
        place = found.end()
        if found["name"] is None:
            out += _globbed(found[0])
            continue
        inner = "*" if found["inner"] is None else found["inner"]
        parts = [one for one in re.split(r"(/)", inner) if one]
        if any("*" in one and one not in GLOBS for one in parts):
            return ""
        out += f"(?P<{found['name']}>{''.join(map(_globbed, parts))})"
    return out


def _globbed(part: str) -> str:
    return GLOBS.get(part) or re.escape(part)


def substitution(item: Item | None, taken: str) -> str | None:
    """What a path_rewrite_policy makes of a path, with the groups of the pattern `taken` by number."""
    names = re.findall(r"\(\?P<(\w+)>", taken)
    typed = field(item, "typed_config")
    if message(typed)[1] != "UriTemplateRewriteConfig":
        return None
    written = text(typed, "path_template_rewrite")
    if any(name not in names for name in re.findall(r"\{(\w+)\}", written)):
        return None
    return re.sub(r"\{(\w+)\}", lambda found: f"\\{names.index(found[1]) + 1}", written.replace("\\", "\\\\"))
