"""Whether the real nginx takes a configuration: with the words that tie it to another machine replaced."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from tests.mutants.trying import Verdict
from tests.real.real_nginx import Binary, installed

from authlint.readers.nginx.scan import Directive, scan

HOLES = re.compile(r"\{\{|\{%|\$\{[A-Z_]+\}")
PASSING = ("proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass")
DROPPED = ("user", "pid", "load_module", "ssl_dhparam", "ssl_trusted_certificate", "ssl_client_certificate")
IN_MAIN = {"events", "http"}
IN_HTTP = {"server", "upstream", "map"}


class Real:
    """Asks one nginx about mutants: one that it refuses shows nothing, unless that is the mistake itself."""

    def __init__(self) -> None:
        self.binary = next(iter(installed().values()))
        self.folder = Path(tempfile.mkdtemp(prefix="mutants-"))
        self.asked = self.unasked = 0
        self.reasons: Counter[str] = Counter()

    def checked(self, verdict: Verdict) -> Verdict:
        mutant = verdict.mutant
        if mutant.dialect != "nginx":
            return verdict
        if HOLES.search(mutant.before):
            self.unasked += 1
            self.reasons["a template"] += 1
            return verdict
        before = complaint(self.binary, self.folder, mutant.before)
        if before:
            self.unasked += 1
            self.reasons[re.sub(r" in /\S+", "", before)[:100]] += 1
            return verdict
        self.asked += 1
        after = complaint(self.binary, self.folder, mutant.after)
        if bool(after) != mutant.refused:
            return replace(verdict, what="refused", said=after or "nginx takes it, and was to refuse it")
        return verdict


def complaint(binary: Binary, folder: Path, text: str) -> str:
    """What `nginx -t` says against a text; empty where it takes it."""
    main = folder / "nginx.conf"
    main.write_text(binary.preamble + _whole(_here(text, folder), folder), encoding="utf-8")
    command = [*binary.command, "-t", "-p", str(folder), "-c", str(main)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    if done.returncode == 0:
        return ""
    lines = re.findall(r"\[emerg\] (?:\d+#\d+: )?(.*)", done.stderr)
    return lines[0] if lines else done.stderr.strip()[-200:]


def _whole(text: str, folder: Path) -> str:
    """A part of a configuration with what must be around it, in front of its own first line."""
    names = {one.name.text for one in scan(text).directives}
    if names & IN_MAIN:
        return text
    key, certificate = _certificate(folder)
    http = f"events {{}} http {{ ssl_certificate {certificate}; ssl_certificate_key {key}; "
    if names & IN_HTTP:
        return f"{http}{text}\n}}\n"
    return f"{http}server {{ listen 127.0.0.1:8099; {text}\n}} }}\n"


def _here(text: str, folder: Path) -> str:
    tree = scan(text)
    groups = {one.args[0].text for one in _all(tree.directives) if one.name.text == "upstream" and one.args}
    edits: list[tuple[int, int, str]] = []
    for one in _all(tree.directives):
        name, args = one.name.text, one.args
        if name in DROPPED:
            edits.append((one.start, one.end, ""))
        elif name in PASSING and args:
            match = re.fullmatch(r"(\w+://)?([A-Za-z0-9_.-]+)((?::\d+)?(?:/.*)?)", args[0].text, re.DOTALL)
            if match and match[2] not in groups and not args[0].quoted:
                port = match[3] if match[3].startswith(":") or match[1] else ":9000"
                edits.append((args[0].start, args[0].end, f"{match[1] or ''}127.0.0.1{port}"))
        elif name == "server" and one.block is None and args and not args[0].text.startswith("unix:"):
            edits.append((args[0].start, args[0].end, "127.0.0.1:9000"))
        elif name in ("ssl_certificate", "ssl_certificate_key") and args:
            key, certificate = _certificate(folder)
            edits.append((args[0].start, args[0].end, str(key if name.endswith("key") else certificate)))
        elif name in ("access_log", "error_log") and args and args[0].text.startswith("/"):
            edits.append((args[0].start, args[0].end, str(folder / "log")))
        elif name == "proxy_cache_path" and args:
            edits.append((args[0].start, args[0].end, str(folder / "cache")))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _all(directives: tuple[Directive, ...]) -> Iterator[Directive]:
    for one in directives:
        yield one
        yield from _all(one.block or ())


@lru_cache(maxsize=1)
def _certificate(folder: Path) -> tuple[Path, Path]:
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subject = ["-subj", "/CN=mutants", "-days", "2", "-nodes"]
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        *subject,
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    subprocess.run(made, capture_output=True, check=True)
    return key, certificate
