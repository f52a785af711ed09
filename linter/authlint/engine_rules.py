"""The findings that the engine itself makes, named and explained like those of the rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from authlint.finding import Level
from authlint.record import record

if TYPE_CHECKING:
    from authlint.rule import Rule
    from authlint.settings import Settings


@record
class EngineRule:
    """What `authlint rules` and `authlint explain` say of a finding that no rule makes."""

    id: str
    summary: str
    level: Level
    manual: str
    reference: str = ""


ENGINE_RULES = (
    EngineRule(
        "syntax-error",
        "The file cannot be read as what it is",
        Level.ERROR,
        "The server would refuse this file, and so authlint cannot tell what happens to a request. What stands\n"
        "before the error is still judged. The message says what was expected at the marked place.\n"
        "\nWhen it stays quiet: in files that another program reads, unless you named them.",
    ),
    EngineRule(
        "unresolved-include",
        "An included file was not found",
        Level.INFO,
        "Directives may be missing from the block that includes the file. authlint judges what is there, and\n"
        "concludes nothing from what is not. If the file is elsewhere in the repository, tell authlint where the\n"
        'server\'s configuration begins: include-roots = ["deploy/etc/nginx"] in authlint.toml.',
    ),
    EngineRule(
        "template-skipped",
        "A part of a template could not be judged",
        Level.INFO,
        "The file holds template expressions where authlint needs to know the words. What depends on them is\n"
        "left out of judgement. Check the rendered file to have all of it judged.",
    ),
    EngineRule(
        "unmatched-pattern",
        "A path or a name in the settings fits nothing",
        Level.WARNING,
        "A pattern under paths, or a folder under include-roots, fits no file of the project: the files have\n"
        "moved, or it is misspelled. Or an upstream or auth-service has a name that stands nowhere in what was read.\n"
        "What it was to change is not changed. Correct it, or take it away.",
    ),
    EngineRule(
        "unused-suppression",
        "A comment suppresses a finding that does not exist",
        Level.WARNING,
        "A comment `# authlint: ignore[rule-id] reason` stands at the end of the line that a finding is about, or\n"
        "alone on the line before it. This one suppresses nothing: the problem was cured, the comment stands in\n"
        "the wrong line, or the rule's id is misspelled. Remove it, so that it cannot hide the next problem.",
    ),
)
ENGINE_IDS = frozenset(rule.id for rule in ENGINE_RULES)


def all_rules(settings: Settings) -> Iterator[Rule]:
    """The built-in rules, each loaded when it is come to, and those of others that the settings name."""
    from authlint_rules import loaded

    yield from loaded()
    yield from settings.plugins.rules


def rule_ids() -> frozenset[str]:
    """Every id that a finding can have, without those of others' rules."""
    from authlint_rules import IDS

    return ENGINE_IDS.union(IDS)
