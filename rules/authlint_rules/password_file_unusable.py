"""A password file has lines that this server can never verify.

What happens
    The field behind a user's name is no form that the server knows: a password in plain letters, or a hash of another
    program. Nobody with that name ever gets in: every password is answered 401. There is no fix: the password has to
    be hashed by somebody who knows it.

Bad
    alice:secret-in-plain-letters
    bob:{MD5}X03MO1qnZdYdgyfeuILPmQ==

Good
    alice:$2y$10$... (htpasswd -B)
    bob:{SSHA}... (or {PLAIN}, for a test)

When it stays quiet
    The file is not in the repository; the hash is one that the system's crypt() may know; a line is a comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint import evidence
from authlint.finding import Finding, Label, Level
from authlint.flow.passwords import unknown_form, users
from authlint.model.step import Basic, UserFile
from authlint.model.value import literal
from authlint.record import replace
from authlint.rule import Rule
from authlint.site import Endpoint, Site

ID = "password-file-unusable"


def check(site: Site) -> Iterator[Finding]:
    texts: dict[str, str] = {}  # read once, however many routes use them
    for endpoint in site.endpoints:
        for basic in evidence.mechanisms(endpoint):
            if not isinstance(basic, Basic) or not isinstance(basic.users, UserFile):
                continue
            path = literal(basic.users.path)
            if path is not None and path not in texts:
                texts[path] = (site.files.read(path) if site.files.state(path) == "file" else None) or ""
            if path is not None and texts[path]:
                yield from _judged(site, endpoint, basic, path, texts[path])


def _judged(site: Site, endpoint: Endpoint, basic: Basic, path: str, text: str) -> Iterator[Finding]:
    bad = {name: why for name, stored in users(text).items() if (why := unknown_form(stored))}
    if not bad:
        return
    name, why = next(iter(bad.items()))
    stored = users(text)[name]
    password = stored if "{" not in stored and "$" not in stored else "PASSWORD"
    from base64 import b64encode

    pair = b64encode(f"{name}:{password}".encode("utf-8", "replace")).decode()
    request = replace(site.request(endpoint, (basic.header.title(), f"Basic {pair}")), vouched=frozenset())
    outcome = site.ask(request)
    if outcome.status != 401 or outcome.alternatives:
        return
    number = next(n for n, line in enumerate(text.split("\n"), 1) if line.startswith(f"{name}:"))
    more = f", and {len(bad) - 1} more like it" if len(bad) > 1 else ""
    yield Finding(
        rule=ID,
        level=Level.WARNING,
        message=f"{path}, line {number}: {name} can never sign in, {why}{more}",
        primary=Label(basic.users.span, f"in this file, on line {number}"),
        routes=(endpoint.title,),
        witness=(site.exchange(request, outcome, "200, with the right password"),),
        cure="hash the passwords in a form that the server knows: htpasswd -B, or openssl passwd -6",
        stated=outcome.assumed,
    )


RULE = Rule(
    id=ID,
    summary="A password file has lines that this server can never verify",
    level=Level.WARNING,
    reference="https://nginx.org/en/docs/http/ngx_http_auth_basic_module.html#auth_basic_user_file",
    manual=__doc__ or "",
    check=check,
)
