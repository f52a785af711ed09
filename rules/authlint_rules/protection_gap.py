"""The same application answers for a protected path without credentials, if it is asked in another way.

What happens
    The protection belongs to a name and to a spelling of the path. A Host header with a port, or with any name at
    all, leads to a server that asks for nothing; a path without the slash at its end, with another spelling, is taken
    by another route. The application behind is the same, and answers. There is a fix where the other route can ask
    for the very same, by a password file or an annotation.

Bad
    server {
        listen 80 default_server;
        location / {
            proxy_pass http://app:8080;
        }
    }
    server {
        listen 80;
        server_name app.example.com;
        auth_basic "app";
        auth_basic_user_file /etc/nginx/htpasswd;
        location / {
            proxy_pass http://app:8080;
        }
    }

Good
    server {
        listen 80 default_server;
        return 404;
    }

When it stays quiet
    The server makes the path plain before it looks for a route; the other way leads to another application, or is
    open in so many words. That the application takes another spelling for the same path is an assumption (--pedantic).
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Level
from authlint.intent import Mend, Repeat
from authlint.model.step import Ask, Basic, UserFile
from authlint.rule import Rule
from authlint.site import Endpoint, Site, requires
from authlint.text import Span
from authlint_rules.questions.ways_past import Gap, gaps, open_upstreams

ID = "protection-gap"
ASSUMED = "the application takes this spelling for the same path"


def check(site: Site) -> Iterator[Finding]:
    guarded = [one for one in site.endpoints if one.forward is not None and any(evidence.mechanisms(one))]
    opened = open_upstreams(site) if guarded else {}
    for endpoint in guarded if opened else ():
        found = list(gaps(site, endpoint, opened))
        sure = [gap for gap in found if gap.sure]
        yield from (_finding(site, endpoint, gap) for gap in (sure[:1] or found[:1]))


def _finding(site: Site, endpoint: Endpoint, gap: Gap) -> Finding:
    host = gap.request.header("host")
    asked = gap.request.target + (f" for Host {host}" if host is not None else "")
    return Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{endpoint.title} is protected, and the same application answers without credentials: {asked}",
        primary=gap.place,
        related=gap.related,
        routes=(endpoint.title,),
        witness=(site.exchange(gap.request, gap.outcome, "401, as for the protected path"),),
        cure=site.cure(
            ID,
            "protect what answers here too, let it lead nowhere, or let the protection cover this spelling",
        ),
        assumes=() if gap.sure else (ASSUMED,),
        pedantic=not gap.sure,
        stated=gap.outcome.assumed,
        mends=_mends(endpoint, gap),
    )


def _mends(endpoint: Endpoint, gap: Gap) -> tuple[Mend, ...]:
    """The other route that takes it asks for the same."""
    checks = [check for require in requires(endpoint.route) for check in require.checks]
    if gap.place.span == endpoint.route.span or len(checks) != 1:
        return ()
    lines: list[Span] = []
    match checks[0]:
        case Basic(users=UserFile() as users, span=span):
            lines = [span, users.span]
        case Ask(span=span):
            lines = [span]
    again = Repeat(gap.place.span, tuple(lines))
    return (Mend("ask for the same credentials here too", (again,)),) if lines else ()


RULE = Rule(
    id=ID,
    summary="Another name or spelling gets past the protection to the same application",
    level=Level.WARNING,
    reference="https://cheatsheetseries.owasp.org/cheatsheets/Authorization_Cheat_Sheet.html",
    manual=__doc__ or "",
    check=check,
)
