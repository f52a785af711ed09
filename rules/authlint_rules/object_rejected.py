"""The controller refuses the whole object, or answers 503 for it, because of one value.

What happens
    An Ingress is taken as a whole. A value about authentication or CORS that the controller does not take costs all
    of it: the paths answer 404 or 503, or the last good configuration stays in force and the change never arrives.
    What is missing, and not only misspelt, has no fix.

Bad
    nginx.ingress.kubernetes.io/auth-type: basic      # and no auth-secret

Good
    nginx.ingress.kubernetes.io/auth-type: basic
    nginx.ingress.kubernetes.io/auth-secret: users

When it stays quiet
    The value falls back to a default (see setting-ignored); a template writes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Finding, Label, Level
from authlint.model.fact import Rejected
from authlint.rule import Rule
from authlint.site import Site
from authlint_rules.mends.slips import corrected

ID = "object-rejected"


def check(site: Site) -> Iterator[Finding]:
    for fact in site.gateway.facts:
        if isinstance(fact, Rejected):
            yield Finding(
                rule=ID,
                level=Level.ERROR,
                message=f"{fact.effect}: {fact.why}",
                primary=Label(fact.span, fact.why),
                proof=fact.effect,
                cure=fact.cure,
                mends=corrected(fact.slips),
            )


RULE = Rule(
    id=ID,
    summary="An object is refused, or answers 503, because of a value about auth or CORS",
    level=Level.ERROR,
    reference="https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/",
    manual=__doc__ or "",
    check=check,
)
