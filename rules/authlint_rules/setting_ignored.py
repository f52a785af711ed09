"""A setting about authentication or CORS has no effect.

What happens
    The server reads the line, says nothing, and goes on as if it were not there: a name that is misspelt, a value
    that it does not take, a header set on the side where nobody reads it. Whoever wrote it believes that it works.

Bad
    add_header Access-Control-Allow-Header "Authorization" always;

Good
    add_header Access-Control-Allow-Headers "Authorization" always;

When it stays quiet
    The setting concerns neither authentication nor CORS; what would switch it on may be said elsewhere (--pedantic
    shows those).
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Finding, Label, Level
from authlint.model.fact import Ignored
from authlint.rule import Rule
from authlint.site import Site

ID = "setting-ignored"


def check(site: Site) -> Iterator[Finding]:
    for fact in site.gateway.facts:
        if isinstance(fact, Ignored):
            yield Finding(
                rule=ID,
                level=Level.WARNING,
                message=f"this setting has no effect: {fact.instead}",
                primary=Label(fact.span, fact.why),
                proof=fact.instead,
                cure=fact.cure,
                assumes=() if fact.sure else ("the server runs with its defaults",),
                pedantic=not fact.sure,
            )


RULE = Rule(
    id=ID,
    summary="A setting about authentication or CORS is without effect",
    level=Level.WARNING,
    reference="https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS",
    manual=__doc__ or "",
    check=check,
)
