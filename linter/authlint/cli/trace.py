"""`authlint trace`: one request, explained."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from authlint.flow.assume import Assume
    from authlint.flow.request import Request
    from authlint.text import Sources
    from authlint.tracing import Where


@click.command(short_help="Tell what happens to one request.")
@click.argument("config", nargs=-1, required=True, type=click.Path())
@click.option("--request", "asked", metavar="'METHOD URL'", help="The request to follow.")
@click.option(
    "--requests", "file", metavar="FILE", help="Many requests, one JSON object a line (- for standard input)."
)
@click.option(
    "-H", "headers", multiple=True, metavar="'Name: value'", help="A header of --request; may be repeated."
)
@click.option("--data", default="", metavar="BODY", help="The body of --request.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--show-secrets", is_flag=True, help="Print credentials whole.")
@click.option("--config", "settings", metavar="FILE", help="Settings, instead of the nearest authlint.toml.")
@click.option("--isolated", is_flag=True, help="Read no settings.")
def trace(
    config: tuple[str, ...],
    asked: str | None,
    file: str | None,
    headers: tuple[str, ...],
    data: str,
    form: str,
    show_secrets: bool,
    settings: str | None,
    isolated: bool,
) -> None:
    """Tell what happens to a request: who answers, with what, and which line decides it."""
    import json

    from authlint.record import replace
    from authlint.refusal import RefusalError
    from authlint.text import Sources
    from authlint.tracing import Teller, TraceError, answer, request_of

    sources = Sources()
    try:
        if (asked is None) == (file is None):
            raise TraceError("give either --request or --requests")
        one = _one(asked, headers, data) if asked is not None else None
        where = _where(config, sources, settings, isolated)
        teller = Teller(sources, show_secrets)
        questions = (
            [one]
            if one is not None
            else [request_of(line, number) for number, line in enumerate(_lines(file or "-")) if line.strip()]
        )
        declared = _declared(config, settings, isolated)
        for index, (request, assume) in enumerate(questions):
            for heading, gateway in where.of(request):
                outcome = answer(gateway, request, replace(declared, replies=assume.replies))
                if form == "json":
                    said = teller.as_json(outcome, index)
                    click.echo(json.dumps({**said, "gateway": heading} if heading else said))
                else:
                    lines = teller.lines(request, outcome)
                    click.echo("\n".join((f"in {heading}", *lines) if heading else lines))
    except (TraceError, RefusalError) as error:
        click.echo(f"authlint: {error}", err=True)
        sys.exit(2)


def _where(config: tuple[str, ...], sources: Sources, settings: str | None, isolated: bool) -> Where:
    """The gateways of the files that are named, as one, and those of everything below the folders."""
    import os
    from pathlib import Path

    from authlint.readers.open import open_gateways
    from authlint.tracing import TraceError, Where, joined

    folders = tuple(path for path in config if os.path.isdir(path))
    files = tuple(path for path in config if path not in folders)
    named, missing = open_gateways(files, sources)
    if missing:
        raise TraceError(missing)
    together = joined(named) if files else None
    if not folders:
        return Where(together)
    from authlint.discover import discover, workplace
    from authlint.engine_rules import rule_ids
    from authlint.lint import opened
    from authlint.settings import load

    file = Path(settings) if settings else None
    found = load(workplace(folders), rule_ids(), file=file, isolated=isolated)
    listed = discover(folders, found.root, found)
    below = opened(listed, found, sources, listed.asked_for).gateways()
    return Where(together, tuple(one for one in below if not one.supposing))


def _declared(config: tuple[str, ...], settings: str | None, isolated: bool) -> Assume:
    """What the settings say of the gateway's surroundings."""
    import os
    from pathlib import Path

    from authlint.flow.assume import NOTHING
    from authlint.settings_file import find

    file = Path(settings) if settings else None
    if isolated or find(os.getcwd(), file) is None:
        return NOTHING
    from authlint.engine_rules import rule_ids
    from authlint.identity import below
    from authlint.settings import load

    found = load(os.getcwd(), rule_ids(), file=file)
    return found.declared.of(below(path, found.root) for path in config).assume


def _one(asked: str, headers: tuple[str, ...], data: str) -> tuple[Request, Assume]:
    from authlint.flow.assume import NOTHING
    from authlint.flow.request import Request
    from authlint.tracing import TraceError

    method, _, url = asked.strip().rpartition(" ")
    if "://" not in url:
        raise TraceError(f"the request needs an absolute URL: 'GET https://api.example.com/x', not {asked!r}")
    pairs = []
    for header in headers:
        name, colon, value = header.partition(":")
        if not colon:
            raise TraceError(f"a header is 'Name: value', not {header!r}")
        pairs.append((name.strip(), value.strip()))
    return Request(method.strip().upper() or "GET", url, tuple(pairs), data), NOTHING


def _lines(file: str) -> list[str]:
    from authlint.tracing import TraceError

    try:
        with click.open_file(file, encoding="utf-8") as stream:
            return [str(line) for line in stream]
    except OSError as error:
        raise TraceError(f"{file}: {error.strerror}") from error
