"""Auth services that are known by their names and paths, and what they answer where; no rule itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlint.expression import expression
from authlint.record import record


@record
class Known:
    """A service by its name and the path that it is asked with: what it answers there, and where it is to be asked."""

    product: str
    asked: re.Pattern[str]
    status: int
    right: str

    @property
    def said(self) -> str:
        return f"{self.product} answers {self.status} there"

    @property
    def why(self) -> str:
        return f"{self.said}: {self.cure.replace('ask it', 'it is asked')}"

    @property
    def cure(self) -> str:
        return f"ask it under {self.right}"


# From their manuals: oauth2-proxy's endpoints (/oauth2/auth is the one to ask, and answers 202), vouch's /validate, the
# outpost of authentik. The other pages belong to the sign-in and redirect. What oauth2-proxy answers under a path
# behind /oauth2/auth, as Envoy asks with a path_prefix, is its upstream's matter: static://200 says yes.
KNOWN = (
    Known("vouch", expression(r"^[^/]*\bvouch\b[^/]*/(?!validate(\?|$))"), 302, "/validate"),
    Known("oauth2-proxy", expression(r"/oauth2/(start|callback)(\?|$)"), 302, "/oauth2/auth"),
    Known(
        "authentik",
        expression(r"/outpost\.goauthentik\.io/(start|callback)(\?|$)"),
        302,
        "/outpost.goauthentik.io/auth/nginx",
    ),
)
# Where any success is a yes and a redirect is none: Authelia redirects browsers there, and wants headers that nothing
# here sends (https://www.authelia.com/reference/guides/proxy-authorization/, Implementations).
PLAIN = (
    Known(
        "Authelia",
        expression(r"/api/authz/(forward-auth|ext-authz)([/?]|$)"),
        302,
        "/api/authz/auth-request",
    ),
)


def known_by(text: str, plain: bool) -> Iterator[Known]:
    """What is wrong with asking under this name and path; `plain`: any success is a yes, and a redirect an error."""
    for one in (*KNOWN, *(PLAIN if plain else ())):
        if one.asked.search(text):
            yield one
