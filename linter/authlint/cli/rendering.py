"""A run's result in one of the formats; each is loaded when it is asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from authlint.record import record

if TYPE_CHECKING:
    from authlint.finding import Finding
    from authlint.lint import Result
    from authlint.settings import Settings


@record
class Manner:
    """The options of the command as far as they concern a text, and whether it goes into a file."""

    options: Mapping[str, object]
    to_file: bool


def rendered(
    form: str, result: Result, shown: tuple[Finding, ...], hidden: int, settings: Settings, manner: Manner
) -> str:
    if form != "text":
        return _for_programs(form, result, shown, settings)
    if manner.options.get("statistics"):
        from authlint.report.statistics import statistics

        return statistics(shown)
    from authlint.report.text import render

    color = _color(str(manner.options.get("color", "auto")), manner.to_file)
    return render(
        shown,
        result.sources,
        result.tally,
        color=color,
        width=_width(manner.to_file),
        hidden=hidden,
        summary=not manner.options.get("quiet"),
    )


def _for_programs(form: str, result: Result, shown: tuple[Finding, ...], settings: Settings) -> str:
    from authlint.finding import Notice
    from authlint.record import replace

    failed = [Notice(rule, why) for rule, why in settings.plugins.failed.items()]
    sources, tally = result.sources, replace(result.tally, notices=[*result.tally.notices, *failed])
    if form == "json":
        from authlint.report.as_json import render as as_json

        return as_json(shown, sources, tally)
    if form == "sarif":
        from authlint.engine_rules import all_rules
        from authlint.report.sarif import render as as_sarif

        return as_sarif(shown, sources, tally, tuple(all_rules(settings)))
    if form == "gitlab":
        from authlint.report.gitlab import render as as_gitlab

        return as_gitlab(shown, sources)
    if form == "junit":
        from authlint.report.junit import render as as_junit

        return as_junit(shown, sources, settings.fail_level)
    from authlint.report.github import render as as_github

    return as_github(shown, sources)


def _color(wish: str, to_file: bool) -> bool:
    """NO_COLOR and FORCE_COLOR count where the option does not decide (https://no-color.org)."""
    if wish != "auto":
        return wish == "always"
    if to_file or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _width(to_file: bool) -> int:
    if to_file or not sys.stdout.isatty():
        return 100
    from shutil import get_terminal_size

    # Longer lines are hard to read, however wide the window is.
    return min(get_terminal_size((100, 24)).columns, 120)
