"""What a file of nginx says itself, broken: a line that is lost, a word that is changed, one comment sign too few."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.mutants.mutant import File, Mutant, Operator, Try, Unfit

from authlint.readers.nginx.scan import Directive, scan

COMMENTED = re.compile(
    r"^([ \t]*)#[ \t]*(auth_basic [^\n;]*;)\n([ \t]*)#[ \t]*(auth_basic_user_file [^\n;]*;)", re.MULTILINE
)
DECIDING = ("auth_request", "satisfy", "deny", "limit_except", "if")


def _mutant(rule: str, name: str, file: File, before: str, after: str, *lines: int) -> Mutant:
    return Mutant((rule,), f"{rule}/{name}", file.dialect, file.path, before, after, lines)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _blocks(directives: tuple[Directive, ...]) -> Iterator[tuple[Directive, ...]]:
    yield directives
    for one in directives:
        if one.block is not None:
            yield from _blocks(one.block)


def half_switched_on(file: File) -> Iterator[Try]:
    """Two lines are to be uncommented, and one is."""
    for found in COMMENTED.finditer(file.text):
        start, end = found.span()
        both = f"{found[1]}{found[2]}\n{found[3]}{found[4]}"
        one = f"{found[1]}{found[2]}\n{found[3]}#{found[4]}"
        before, after = (file.text[:start] + new + file.text[end:] for new in (both, one))
        if not _serves(before, _line(before, start)):
            why = "nothing is served there, or a part of a server: another file may say the other half"
            yield Unfit("auth-not-enforced/half switched on", file.path, why)
            continue
        yield _mutant("auth-not-enforced", "half switched on", file, before, after, _line(before, start))


def _serves(text: str, line: int) -> bool:
    """Whether the line stands in a location of a server that passes requests on, and that is not internal."""
    for server in _named(scan(text).directives, "server"):
        for location in _named(server.block or (), "location"):
            names = {one.name.text for one in location.block or ()}
            inside = _line(text, location.start) <= line <= _line(text, location.end)
            if (
                inside
                and any(name.endswith("_pass") for name in names)
                and not names & {"internal", "return"}
            ):
                return True
    return False


def _named(directives: tuple[Directive, ...], name: str) -> Iterator[Directive]:
    for one in directives:
        if one.name.text == name:
            yield one
        yield from _named(one.block or (), name)


def users_lost(file: File) -> Iterator[Try]:
    """The line with the file of users is gone."""
    for block in _blocks(scan(file.text).directives):
        own = {one.name.text: one for one in block}
        realm, users = own.get("auth_basic"), own.get("auth_basic_user_file")
        if realm is None or users is None:
            continue
        operator = "auth-not-enforced/users lost"
        if len(list(_named(scan(file.text).directives, "auth_basic_user_file"))) > 1:
            yield Unfit(operator, file.path, "another level names users, too")
        elif any(any(_named(block, other)) for other in DECIDING):
            yield Unfit(operator, file.path, "something else decides with it")
        elif re.search(r"try_files[^;]*@", file.text):
            yield Unfit(operator, file.path, "asked for only where a file is missing, which nobody knows")
        elif any(word.text in ("off", "") or "$" in word.text for word in realm.args):
            yield Unfit(operator, file.path, "the realm may be off")
        else:
            after = file.text[: users.start] + file.text[users.end :]
            yield _mutant(
                "auth-not-enforced",
                "users lost",
                file,
                file.text,
                after,
                _line(after, min(realm.start, users.start)),
            )


def service_without_headers(file: File) -> Iterator[Try]:
    """The service that auth_request asks gets none of the client's headers."""
    operator = "auth-service-blind/headers switched off"
    asked = {one.args[0].text for one in _named(scan(file.text).directives, "auth_request") if one.args}
    for location in _named(scan(file.text).directives, "location"):
        names = {one.name.text for one in location.block or ()}
        sent = [one.args[0].text.lower() for one in _named(location.block or (), "proxy_set_header")]
        if not location.args or location.args[-1].text not in asked or "proxy_pass" not in names:
            continue
        if "proxy_pass_request_headers" in names or {"cookie", "authorization"} & set(sent):
            yield Unfit(operator, file.path, "says already what the service gets")
            continue
        if {"x-real-ip", "x-forwarded-for"} & set(sent):
            yield Unfit(operator, file.path, "the service gets the client's address, and may judge by that")
            continue
        at = file.text.index("{", location.args[-1].end) + 1
        after = file.text[:at] + "\n        proxy_pass_request_headers off;" + file.text[at:]
        yield _mutant(
            "auth-service-blind", "headers switched off", file, file.text, after, _line(after, at) + 1
        )


def origin_twice(file: File) -> Iterator[Try]:
    """The line that allows an origin is there a second time."""
    for one in _named(scan(file.text).directives, "add_header"):
        if len(one.args) < 2 or one.args[0].text.lower() != "access-control-allow-origin":
            continue
        if "$" in one.args[1].text or not one.args[1].text:
            yield Unfit("duplicate-allow-origin/line twice", file.path, "the value may be empty")
            continue
        line = file.text[one.start : one.end]
        after = file.text[: one.end] + "\n" + line + file.text[one.end :]
        yield _mutant("duplicate-allow-origin", "line twice", file, file.text, after, _line(after, one.end))


def origin_for_all(file: File) -> Iterator[Try]:
    """A fixed origin becomes a star beside credentials."""
    for block in _blocks(scan(file.text).directives):
        headers = {
            one.args[0].text.lower(): one
            for one in block
            if one.name.text == "add_header" and len(one.args) > 1
        }
        origin, credentials = (
            headers.get(f"access-control-allow-{name}") for name in ("origin", "credentials")
        )
        if origin is None or credentials is None or credentials.args[1].text != "true":
            continue
        word = origin.args[1]
        if word.text == "*" or word.text == "$http_origin":
            yield Unfit(
                "wildcard-origin-with-credentials/star for a name", file.path, "everybody is let in already"
            )
            continue
        after = file.text[: word.start] + "*" + file.text[word.end :]
        yield _mutant(
            "wildcard-origin-with-credentials",
            "star for a name",
            file,
            file.text,
            after,
            _line(after, word.start),
        )


EDITS: tuple[tuple[str, Operator], ...] = (
    ("auth-not-enforced/half switched on", half_switched_on),
    ("auth-not-enforced/users lost", users_lost),
    ("auth-service-blind/headers switched off", service_without_headers),
    ("duplicate-allow-origin/line twice", origin_twice),
    ("wildcard-origin-with-credentials/star for a name", origin_for_all),
)
