"""Settings about who may pass that never come into effect where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.model.fact import Fact, Ignored
from authlint.model.slip import Misplaced, Slip
from authlint.readers.nginx.expand import Node
from authlint.record import record

IDLE = frozenset(("auth_request_set", "allow", "deny", "auth_basic"))
# What people write for "off"; nginx takes all of them for the name of a realm (measured).
MEANT_OFF = frozenset(("no", "none", "false", "disable", "disabled", "0", ""))

GAP = ""  # the name of what was not read


@record
class Around:
    """What stands directly in a block, and the blocks around that, the innermost first. `outer` are the names of what
    stands in those around the block itself, GAP for what was not read; None where nobody has read all of that."""

    nodes: tuple[Node, ...]
    children: tuple[Node, ...]
    names: frozenset[str]  # of the children
    outer: frozenset[str] | None = None

    def has(self, *names: str) -> bool:
        return not self.names.isdisjoint(names)


def idle(around: Around, whole: tuple[Node, ...], unseen: int) -> Iterator[Fact]:
    """`unseen`: how many blocks stand around the configuration that nobody has read."""
    if around.has("auth_request_set") and unseen < 2:
        yield from _unasked(around, whole)
    if around.has("allow", "deny"):
        yield from _out_of_reach(around)
    if around.has("auth_basic"):
        yield from _realms(around)


def _out_of_reach(around: Around) -> Iterator[Fact]:
    """The first rule that fits decides (https://nginx.org/en/docs/http/ngx_http_access_module.html)."""
    before: Node | None = None
    for child in around.children:
        if child.name not in ("allow", "deny"):
            continue
        if before is not None and child.name != before.name and child.arg(0) != "all":
            yield Ignored(
                f"stands behind `{before.name} all`, which decides for everybody",
                "no address comes this far: the first rule that fits decides",
                f"write it in front of `{before.name} all`",
                child.span,
                slips=(Misplaced(_last_other(around, before).span, (before.span,), decides=True),),
            )
            return
        if child.arg(0) == "all" and before is None:
            before = child


def _last_other(around: Around, rule: Node) -> Node:
    """The last of those that would count if this one stood behind them."""
    kinds = {"allow", "deny"} - {rule.name}
    return [one for one in around.children if one.name in kinds and one.arg(0) != "all"][-1]


def _realms(around: Around) -> Iterator[Fact]:
    for child in around.children:
        realm = child.arg(0) if child.name == "auth_basic" and child.args else "off"
        off = realm.lower() == "off" or realm.lower() in MEANT_OFF
        if off and realm != "off" and _has_users(around):
            yield Ignored(
                "switches nothing off: it is the name of a realm",
                f'clients are asked for a password, with realm="{realm}"',
                "write auth_basic off;",
                child.span,
            )


def _has_users(around: Around) -> bool:
    outer = (one for block in around.nodes for one in block.children or ())
    return any(one.name == "auth_basic_user_file" for one in (*around.children, *outer))


def _unasked(around: Around, whole: tuple[Node, ...]) -> Iterator[Fact]:
    """auth_request_set counts where auth_request is in effect, not in the location that is asked (measured)."""
    outer = [one for block in around.nodes for one in block.children or ()]
    if any(one.name == "auth_request" or one.gap is not None for one in outer):
        return
    own = [child for child in around.children if child.name == "auth_request_set" and child.args]
    if below(around.children, "auth_request") or not own:
        return
    everything = list(inside(whole))
    names = [node.arg(0) for node in own if _is_used(node.arg(0), everything)]
    askers = [one for one in everything if one.name == "auth_request"]
    if names:
        yield Ignored(
            "counts only in a block where auth_request is in effect",
            f"{', '.join(names)} stay{'s' if len(names) == 1 else ''} empty",
            "write it in the block that has auth_request"
            if askers
            else "add auth_request here, or take this out",
            own[0].span,
            slips=_to_asker(around, own, askers, everything),
        )


def _to_asker(
    around: Around, own: list[Node], askers: list[Node], everything: list[Node]
) -> tuple[Slip, ...]:
    """To the one that asks where these stand, if nothing else is set of its answers anywhere: a block's own lines
    replace those around it."""
    place = around.nodes[0] if around.nodes else None
    asked = place.args[-1].text if place is not None and place.name == "location" and place.args else ""
    alone = sum(one.name == "auth_request_set" for one in everything) == len(own)
    if len(askers) != 1 or askers[0].arg(0) != asked or not alone:
        return ()
    return (Misplaced(askers[0].span, tuple(one.span for one in own)),)


def _is_used(name: str, nodes: list[Node]) -> bool:
    return any(name in word.text for node in nodes if node.name != "auth_request_set" for word in node.args)


def below(children: tuple[Node, ...], name: str) -> bool:
    """Whether a directive stands here or in a block inside, or something was not read."""
    return any(one.name == name or one.gap is not None for one in inside(children))


def inside(children: tuple[Node, ...]) -> Iterator[Node]:
    todo = list(children)
    while todo:
        one = todo.pop()
        yield one
        todo.extend(one.children or ())
