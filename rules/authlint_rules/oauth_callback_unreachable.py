"""The way back from a login does not lead to what completes it.

What happens
    The issuer sends the browser back to the address that it was told, and nothing there takes the request for the end
    of a login. So the gateway takes it for a visitor without a session and sends the browser to the issuer again, which
    sends it back: a loop, and nobody gets in. Or no route takes it at all, and the answer is 404.

Bad
    redirect_uri: https://shop.example.com/oauth2/callback
    redirect_path_matcher: {path: {exact: /callback}}

Good
    redirect_uri: https://shop.example.com/callback
    redirect_path_matcher: {path: {exact: /callback}}

When it stays quiet
    The address is that of another host, which may complete the login; a template writes it. Where another check
    refuses the way back, auth-endpoint-behind-auth says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.expression import expression
from authlint.finding import Finding, Label, Level
from authlint.intent import Mend, Reword, TakePath
from authlint.model.credential import OAuth
from authlint.rule import Rule
from authlint.site import Endpoint, Site
from authlint_rules.questions.asked import paths_in, request_for

ID = "oauth-callback-unreachable"
# Scheme and authority, with variables between "%", and the path behind them.
ADDRESS = expression(r"(?:%[^%]+%|\w+)://(?P<host>(?:%[^%]+%|[^/%])*)(?P<path>/[^?#%]*)?(?:[?#].*)?")


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        for login in evidence.mechanisms(endpoint):
            if isinstance(login, OAuth) and login.returns_to:
                yield from _judged(site, endpoint, login)


def _judged(site: Site, endpoint: Endpoint, login: OAuth) -> Iterator[Finding]:
    address = ADDRESS.fullmatch(login.returns_to)
    if address is None or not _is_here(endpoint, address["host"]):
        return
    path = address["path"] or "/"
    request = request_for(site, endpoint, f"{path}?code=CODE&state=STATE")
    outcome = site.ask(request)
    denial = outcome.in_every_world(lambda world: world.denial)
    again = denial is not None and denial.subject == login and outcome.status == 302
    nowhere = outcome.answered_by == "gateway" and outcome.status == 404 and denial is None
    if not (again or nowhere) or outcome.opens:
        return
    taken = next(paths_in(login.callback), "")
    told = f"only {taken} completes a login" if taken else "is not taken"
    yield Finding(
        rule=ID,
        level=Level.ERROR,
        message=f"{endpoint.title}: no login is ever completed, for the way back leads to {path}",
        primary=Label(login.returns_span or login.span, "no route takes this path" if nowhere else told),
        related=(Label(login.span, "the login"),),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, "the login is completed"),),
        cure="let the route with the login take this path too"
        if nowhere
        else "write the same path in both places, and register it with the issuer",
        stated=outcome.assumed,
        mends=_taken(endpoint, path) if nowhere else _mends(login, taken, path),
    )


def _mends(login: OAuth, taken: str, path: str) -> tuple[Mend, ...]:
    """The address is what the issuer knows; here it is only to be taken."""
    if login.callback_span is None or not taken or path in paths_in(login.sign_out):
        return ()
    return (Mend(f"complete logins at {path}", (Reword(login.callback_span, taken, path),)),)


def _taken(endpoint: Endpoint, path: str) -> tuple[Mend, ...]:
    return (Mend(f"let the route take {path} too", (TakePath(endpoint.route.span, path),)),)


def _is_here(endpoint: Endpoint, host: str) -> bool:
    """Whether the address is one of this virtual host."""
    if host.startswith("%"):
        return "authority" in host.lower() or "host" in host.lower()
    name = host.partition(":")[0].lower()
    return not endpoint.host.names or any(
        one.kind == "exact" and one.text.partition(":")[0] == name for one in endpoint.host.names
    )


RULE = Rule(
    id=ID,
    summary="The way back from a login does not lead to what completes it",
    level=Level.ERROR,
    reference="https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2",
    manual=__doc__ or "",
    check=check,
)
