"""A finding as a paragraph of text for a person."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from authlint.finding import Exchange, Finding, Label
from authlint.report.color import Paint
from authlint.report.curl import curl_words
from authlint.report.masking import mask_source, mask_words
from authlint.report.printable import one_line, printable
from authlint.report.snippet import groups, snippet
from authlint.report.text import counted
from authlint.text import Source, Sources

_ROUTES_SHOWN = 3


class Page:
    """What all findings of one report share: the texts, masked once, the colours, the width."""

    def __init__(self, sources: Sources, width: int, color: bool) -> None:
        self.sources, self.width, self.paint = sources, width, Paint(color)
        self._masked: dict[str, Source] = {}

    def masked(self, source: Source) -> Source:
        if source.path not in self._masked:
            self._masked[source.path] = Source(source.path, mask_source(source.text))
        return self._masked[source.path]

    def finding(self, finding: Finding) -> Iterator[str]:
        paint = self.paint
        labels = (finding.primary, *finding.related)
        numbers = [self.sources.position(label.span).line for label in labels]
        gutter = len(str(max(numbers)))
        head = paint.level(finding.level, f"{finding.level}[{finding.rule}]")
        yield head + paint("strong", ": " + one_line(mask_words(finding.message)))
        yield from self._places(labels, gutter)
        facts = [line for key, words in _facts(finding) for line in self._fact(key, words, gutter)]
        if facts:
            yield paint("gutter", " " * gutter + " |")
            yield from facts

    def _places(self, labels: tuple[Label, ...], gutter: int) -> Iterator[str]:
        primary = labels[0]
        arrow = "-->"
        for path in dict.fromkeys(label.span.path for label in labels):
            here = [label for label in labels if label.span.path == path]
            source = self.sources.get(path)
            for group in groups(here, source) if source else [here]:
                first = primary if primary in group else group[0]
                if arrow == ":::":
                    yield self.paint("gutter", " " * gutter + " |")
                yield self._place(arrow, first, gutter)
                arrow = ":::"
                if source:
                    yield self.paint("gutter", " " * gutter + " |")
                    shown = [Label(label.span, mask_words(label.text)) for label in group]
                    mark = shown[group.index(primary)] if primary in group else primary
                    yield from snippet(
                        source, self.masked(source), shown, mark, gutter, self.width, self.paint
                    )

    def _place(self, arrow: str, label: Label, gutter: int) -> str:
        at = self.sources.position(label.span)
        path = printable(label.span.path)
        return f"{self.paint('gutter', ' ' * gutter + arrow)} {path}:{at.line}:{at.column}"

    def _fact(self, key: str, words: list[str] | str, gutter: int) -> Iterator[str]:
        """` = key: words`, broken between words, what follows below the first word."""
        name = (
            f"{key}:".ljust(len("request 1:") if key[-1:].isdigit() else len("request:")) + " " if key else ""
        )
        indent = " " * (gutter + 3 + len(name))
        room = max(self.width - len(indent), 30)
        if isinstance(words, str):
            lines = wrap(one_line(words), room, break_long_words=False, break_on_hyphens=False)
        else:
            lines = _command(words, room)
        sign = self.paint("gutter", " " * gutter + " =")
        for number, line in enumerate(lines):
            yield (indent if number else f"{sign} {self.paint('key', name)}") + line


def _facts(finding: Finding) -> Iterator[tuple[str, list[str] | str]]:
    for number, exchange in enumerate(finding.witness, 1):
        yield from _exchange(exchange, f" {number}" if len(finding.witness) > 1 else "")
    if finding.proof:
        yield "proof", mask_words(finding.proof)
    if finding.routes:
        yield "affects", _affected(finding.routes)
    if finding.cure:
        yield "cure", mask_words(finding.cure)
    for fix in finding.fixes:
        yield "fix", f"{'--fix' if fix.safe else '--fix --unsafe-fixes'} does this: {mask_words(fix.title)}"
    if finding.assumes:
        yield "assumes", mask_words("; ".join(finding.assumes))
    elif finding.witness or finding.proof:
        beyond = f" beyond: {'; '.join(finding.stated)}" if finding.stated else ""
        yield "", mask_words(f"proven; assumes nothing{beyond}")
    yield "manual", f"authlint explain {finding.rule}"


def _exchange(exchange: Exchange, number: str) -> Iterator[tuple[str, list[str] | str]]:
    yield f"request{number}", [one_line(word) for word in curl_words(exchange)]
    if exchange.given.words:
        yield "given" + number, mask_words(exchange.given.words)
    if exchange.answer:
        yield "answer" + number, mask_words(exchange.answer)
    if exchange.wanted:
        yield "wanted" + number, mask_words(exchange.wanted)


def _affected(routes: tuple[str, ...]) -> str:
    names = ", ".join(mask_words(route) for route in routes[:_ROUTES_SHOWN])
    more = f" and {len(routes) - _ROUTES_SHOWN} more" if len(routes) > _ROUTES_SHOWN else ""
    return f"{counted(len(routes), 'route')}: {names}{more}"


def _command(words: list[str], room: int) -> list[str]:
    """A command over several lines that a shell still reads as one."""
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) + 2 <= room:
            lines[-1] += " " + word
        else:
            lines[-1] += " \\"
            lines.append(word)
    return lines
