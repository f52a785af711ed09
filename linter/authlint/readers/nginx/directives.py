"""Known directives in a wrong place or with wrong arguments: the only module that knows crossplane's table.

The table's directives that nginx 1.22.1 has (508) or 1.31.3 has (515) were tried one by one, in every context
of http, in events and at the top, with 0 to 8 arguments (`nginx -t`); what either accepts and the table does
not is left out below. In stream and mail nothing is judged: in stream 1.31.3 accepts ten directives that the
table refuses there, and neither had mail. A directive that the table does not know is never an error.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.readers.nginx.scan import Directive, Problem, Tree
from authlint.readers.nginx.template import HOLE
from authlint.record import record

_LEFT_OUT = frozenset(
    {
        # 1.22.1 and 1.31.3 accept it in "if" and in "limit_except" too
        "include",
        # 1.31.3 accepts a second argument
        "keepalive",
        # 1.31.3 accepts the second in "upstream"; the table has only the first there, which 1.22.1 refuses
        "resolver",
        "resolver_timeout",
        # third-party modules have taken these names, with other places and arguments (1.31.3 with nginx-auth-jwt)
        "auth_jwt",
        "auth_jwt_claim_set",
        "auth_jwt_header_set",
        "auth_jwt_key_file",
        "auth_jwt_key_request",
        "auth_jwt_leeway",
    }
)

# the table has them from the commercial nginx's manual, which no nginx at hand could confirm
_COMMERCIAL = (
    "api f4f f4f_buffer_size fastcgi_cache_purge health_check health_check_timeout hls hls_buffers "
    "hls_forward_args hls_fragment hls_mp4_buffer_size hls_mp4_max_buffer_size js_access js_content js_filter "
    "js_include js_path js_preread js_set keyval keyval_zone least_time limit_zone match "
    "memcached_force_ranges mp4_limit_rate mp4_limit_rate_after ntlm proxy_cache_purge queue scgi_cache_purge "
    "session_log session_log_format session_log_zone state status status_format status_zone sticky "
    "sticky_cookie_insert upstream_conf uwsgi_cache_purge"
)
_UNJUDGED = _LEFT_OUT | frozenset(_COMMERCIAL.split())


@record
class _Bits:
    """crossplane's table and the meaning of its masks; bit `n` of a mask says that `n` arguments will do (0 to 7)."""

    table: dict[str, list[int]]
    contexts: dict[tuple[str, ...], int]
    block: int
    flag: int
    any: int
    one_more: int
    two_more: int


def misplaced(tree: Tree, context: tuple[str, ...]) -> list[Problem]:
    """What nginx would refuse to start with, in the order of the text.

    `context` is the path of blocks in which the text is read: () for the main file, ("http", "server") for
    a file included in a server. Words that a template leaves open are not judged.
    """
    bits = _bits()
    problems: list[Problem] = []
    left: list[tuple[Iterator[Directive], tuple[str, ...]]] = [(iter(tree.directives), _inside((), context))]
    while left:
        directives, around = left[-1]
        directive = next(directives, None)
        if directive is None:
            left.pop()
            continue
        problems.extend(_judge(bits, directive, around))
        within = _inside(around, (directive.name.text,))
        if directive.block and within in bits.contexts:
            left.append((iter(directive.block), within))
    return problems


def _bits() -> _Bits:
    from crossplane import analyzer

    return _Bits(
        analyzer.DIRECTIVES,
        analyzer.CONTEXTS,
        analyzer.NGX_CONF_BLOCK,
        analyzer.NGX_CONF_FLAG,
        analyzer.NGX_CONF_ANY,
        analyzer.NGX_CONF_1MORE,
        analyzer.NGX_CONF_2MORE,
    )


def _inside(around: tuple[str, ...], blocks: tuple[str, ...]) -> tuple[str, ...]:
    """The context within `blocks`, as the table names it: every location is ("http", "location")."""
    for block in blocks:
        in_http = around[:1] == ("http",) and around[-1] in ("server", "location", "http")
        around = ("http", "location") if block == "location" and in_http else (*around, block)
    return around


def _is_judged(bits: _Bits, context: tuple[str, ...]) -> bool:
    return context in bits.contexts and context[:1] not in (("stream",), ("mail",))


def _judge(bits: _Bits, directive: Directive, context: tuple[str, ...]) -> Iterator[Problem]:
    name = directive.name
    masks = bits.table.get(name.text)
    if masks is None or name.text in _UNJUDGED or not _is_judged(bits, context):
        return
    here = [mask for mask in masks if mask & bits.contexts[context]]
    if not here:
        place = f'in "{context[-1]}"' if context else "at the top of the file"
        yield Problem(f'"{name.text}" is not allowed {place}', name.start, name.end)
        return
    if any(HOLE in word.text for word in directive.args):
        return
    if complaint := _complaint(bits, directive, here):
        end = directive.args[-1].end if directive.args else name.end
        yield Problem(complaint, name.start, end)


def _complaint(bits: _Bits, directive: Directive, masks: list[int]) -> str:
    """What is wrong with the arguments or the block, or "". nginx looks at the block first."""
    name, found = directive.name.text, len(directive.args)
    is_block = directive.block is not None
    fitting = [mask for mask in masks if bool(mask & bits.block) == is_block]
    if not fitting:
        return f'directive "{name}" is not ended by ";"' if is_block else f'"{name}" has no block'
    if any(_takes(bits, mask, found) for mask in fitting):
        value = directive.args[0].text if found == 1 else "on"
        flags_only = all(mask & bits.flag for mask in fitting)
        return f'"{name}" is "on" or "off", found "{value}"' if flags_only and not _is_flag(value) else ""
    return f'"{name}" takes {_wanted(bits, fitting)}, found {found}'


def _is_flag(value: str) -> bool:
    return value.lower() in ("on", "off")


def _takes(bits: _Bits, mask: int, count: int) -> bool:
    return bool(
        (count <= 7 and mask >> count & 1)
        or (mask & bits.flag and count == 1)
        or mask & bits.any
        or (mask & bits.one_more and count >= 1)
        or (mask & bits.two_more and count >= 2)
    )


def _wanted(bits: _Bits, masks: list[int]) -> str:
    """The numbers of arguments that will do: "no arguments", "1 argument", "2 or 3 arguments", "at least 2"."""
    if any(mask & bits.two_more for mask in masks):
        return "at least 2 arguments"
    if any(mask & bits.one_more for mask in masks):
        return "at least 1 argument"
    counts = [count for count in range(8) if any(_takes(bits, mask, count) for mask in masks)]
    if counts == [0]:
        return "no arguments"
    *others, last = map(str, counts)
    numbers = f"{', '.join(others)} or {last}" if others else last
    return f"{numbers} {'argument' if numbers == '1' else 'arguments'}"
