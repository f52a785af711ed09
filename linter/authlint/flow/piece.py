"""Parts of a translated regular expression, and what they may cost to match."""

from __future__ import annotations

from collections.abc import Sequence

from authlint.record import record

ENDLESS = float("inf")
MANY = 1e300  # more ways than anybody can try; a float beyond it would overflow


@record
class Piece:
    """`source` is for Python's engines. From one place of a subject of n bytes, there are at most
    `ways * n ** degree` ways to try to match it."""

    source: str
    ways: float = 1
    degree: float = 0
    empty: bool = False  # it may match nothing at all
    captures: bool = False
    single: bool = False  # exactly one byte
    assertion: bool = False
    repeats: int = 1  # the product of the nested bounds


def either(branches: Sequence[Piece]) -> Piece:
    if len(branches) == 1:
        return branches[0]
    return Piece(
        "|".join(b.source for b in branches),
        min(sum(b.ways for b in branches), MANY),
        max(b.degree for b in branches),
        any(b.empty for b in branches),
        any(b.captures for b in branches),
        repeats=max(b.repeats for b in branches),
    )


def joined(pieces: Sequence[Piece]) -> Piece:
    ways = 1.0
    for piece in pieces:
        ways = min(ways, MANY) if piece.ways == 1 else min(ways * min(piece.ways, 1e9), MANY)
    return Piece(
        "".join(p.source for p in pieces),
        ways,
        sum(p.degree for p in pieces),
        all(p.empty for p in pieces),
        any(p.captures for p in pieces),
        repeats=max((p.repeats for p in pieces), default=1),
    )


def repeated(piece: Piece, least: float, most: float, sign: str) -> Piece:
    """`piece` as often as `sign`, its quantifier, says: `least` to `most` times."""
    ways, degree = _cost(piece, least, most)
    bare = piece.single or (piece.source.startswith("(") and not piece.assertion)
    return Piece(
        f"{piece.source}{sign}" if bare else f"(?:{piece.source}){sign}",
        ways,
        degree,
        piece.empty or least == 0,
        piece.captures,
        repeats=piece.repeats * max(int(most if most < ENDLESS else least), 1),
    )


def _cost(piece: Piece, least: float, most: float) -> tuple[float, float]:
    if piece.single:
        return (1, 1) if most == ENDLESS else (most - least + 1, 0)
    if most == ENDLESS:
        return (1, 1) if (piece.ways, piece.degree) == (1, 0) else (MANY, ENDLESS)
    if most == 0:
        return 1, 0
    if piece.ways > 1e6 or most > 30:
        return MANY, piece.degree * most
    return piece.ways**most * (most - least + 1), piece.degree * most
