"""A sample as a person would have it, made to run here: other ports, other upstreams, files that exist.

Only the words that name the outside world are replaced; everything else stays as it is written.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.real.ports import free_port

from authlint.readers.nginx.scan import Directive, Word, scan


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


PASSING = {"proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass"}
USERS = "USER:{PLAIN}PASSWORD\n"
SECRET = b"a secret of thirty-two letters.."
JWKS = json.dumps({"keys": [{"kty": "oct", "kid": "k", "alg": "HS256", "k": encoded(SECRET)}]})
HOME = "/etc/nginx/"
URL = re.compile(r"(?P<scheme>\w+://)?(?P<authority>[^/$]+)(?P<rest>.*)", re.DOTALL)


@dataclass(slots=True)
class Staged:
    """`ports` are the real ones of the listeners, by the written port; `upstreams` by the written authority."""

    folder: Path
    ports: dict[int, int] = field(default_factory=dict)
    upstreams: dict[str, int] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)  # "http" or "fastcgi", by authority


def certificate(folder: Path) -> None:
    """tls.pem and tls.key, made for the run."""
    if (folder / "tls.pem").exists():
        return
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "tls.key"]
    made = ["openssl", "req", "-x509", *key, "-out", "tls.pem", "-days", "2", "-subj", "/CN=test.invalid"]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)


def stage(sample: Path, folder: Path) -> Staged:
    """Copies a sample to `folder` and rewrites what ties it to another machine."""
    shutil.copytree(sample, folder, dirs_exist_ok=True)
    staged = Staged(folder)
    (folder / "mime.types").touch()
    if not (folder / "htpasswd").exists():
        (folder / "htpasswd").write_text(USERS)
    (folder / "keys.json").write_text(JWKS)
    (folder / "files").mkdir(exist_ok=True)
    files = sorted(folder.rglob("*.conf"))
    for path in files:
        _listen(path.read_text(encoding="utf-8"), staged)
    for path in files:
        text = path.read_text(encoding="utf-8")
        path.write_text(_rewritten(text, staged), encoding="utf-8")
    return staged


def _listen(text: str, staged: Staged) -> None:
    """The ports are known before the first line that leads to one of them."""
    for directive, _ in _walk(scan(text).directives):
        if directive.name.text == "listen":
            staged.ports.setdefault(int(directive.args[0].text.rpartition(":")[2]), free_port())


def _rewritten(text: str, staged: Staged) -> str:
    edits: list[tuple[int, int, str]] = []
    for directive, around in _walk(scan(text).directives):
        edits.extend(_edits(directive, around, staged))
        if directive.name.text == "http":  # so that nobody waits for a service that itself waits in vain
            edits.append((directive.name.end, directive.name.end, " {\nproxy_read_timeout 2s;\n#"))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _walk(directives: tuple[Directive, ...], around: str = "") -> Iterator[tuple[Directive, str]]:
    for directive in directives:
        yield directive, around
        if directive.block is not None:
            yield from _walk(directive.block, directive.name.text)


def _edits(directive: Directive, around: str, staged: Staged) -> Iterator[tuple[int, int, str]]:
    name, args = directive.name.text, directive.args
    if name == "listen":
        port = int(args[0].text.rpartition(":")[2])
        yield _edit(args[0], f"127.0.0.1:{staged.ports[port]}")
    elif name in PASSING:
        yield from _target(args[0], name, staged)
    elif name == "server" and around == "upstream":
        yield _edit(args[0], _mapped(args[0].text, "http", staged))
    elif name == "upstream":
        staged.upstreams.setdefault(args[0].text, 0)
    elif name in ("ssl_certificate", "ssl_certificate_key"):
        certificate(staged.folder)
        yield _edit(args[0], str(staged.folder / f"tls.{'key' if name.endswith('key') else 'pem'}"))
    elif name.endswith("_cache_path"):
        yield _edit(args[0], str(staged.folder / "cache"))
    elif name in ("root", "alias"):
        yield _edit(args[0], str(staged.folder / "files"))
    elif name in ("include", "auth_basic_user_file", "auth_jwt_key_file") and args[0].text.startswith(HOME):
        yield _edit(args[0], str(staged.folder / args[0].text[len(HOME) :]))
    elif name in ("access_log", "error_log") and args[0].text.startswith("/"):
        yield _edit(args[0], str(staged.folder / "logs" / Path(args[0].text).name))
    elif name == "user":
        yield (directive.start, directive.end, "")


def _edit(word: Word, new: str) -> tuple[int, int, str]:
    return word.start, word.end, new


def _target(word: Word, name: str, staged: Staged) -> Iterator[tuple[int, int, str]]:
    match = URL.fullmatch(word.text)
    if match is None or (match["authority"] in staged.upstreams and not staged.upstreams[match["authority"]]):
        return
    encoding = "fastcgi" if name == "fastcgi_pass" else "http"
    real = _mapped(match["authority"], encoding, staged)
    yield _edit(word, f"{match['scheme'] or ''}{real}{match['rest']}")


def _mapped(authority: str, encoding: str, staged: Staged) -> str:
    host, _, port = authority.rpartition(":")
    if host == "127.0.0.1" and int(port) in staged.ports:  # another server of this sample
        return f"127.0.0.1:{staged.ports[int(port)]}"
    real = staged.upstreams.get(authority) or free_port()
    staged.upstreams[authority] = real
    staged.encodings[authority] = encoding
    return f"127.0.0.1:{real}"
