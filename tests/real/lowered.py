"""What the controller makes of Ingress objects, as an nginx.conf that runs here.

The directives are those that authlint's reader writes; only the words that name the outside world are replaced:
ports, Services, auth services, password files. Hosts with TLS get a certificate made for the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.real.ports import free_port
from tests.real.recorder import Recorder, Script
from tests.real.stage import certificate

from authlint.model.gateway import Gateway
from authlint.readers.kubernetes.manifests import Manifest, objects
from authlint.readers.kubernetes.read import gateways, lowered
from authlint.readers.nginx.expand import Node
from authlint.readers.trouble import Trouble
from authlint.record import replace

USERS = "USER:{PLAIN}PASSWORD\n"
# Said about a configuration, and no directive of nginx's.
NOTES = ("@inert", "@unsure", "@unknown", "@uncertified")


@dataclass(slots=True)
class Lowered:
    """`ports` are the real ones, by 80 and 443; `upstreams` by the written authority; `judges` are auth services."""

    folder: Path
    gateway: Gateway
    recorder: Recorder
    ports: dict[int, int] = field(default_factory=dict)
    upstreams: dict[str, int] = field(default_factory=dict)
    judges: set[str] = field(default_factory=set)
    spoken: dict[str, str] = field(default_factory=dict)  # protocols of upstreams, by their names
    fixed: set[int] = field(default_factory=set)  # no application of anybody's
    appends: bool = False  # whether headers-more can append a header: Debian's cannot

    def real(self, authority: str, judge: bool = False, encoding: str = "http") -> int:
        """The port where a Service answers; it does from now on."""
        if authority not in self.upstreams:
            self.upstreams[authority] = self.recorder.serve(Script(judge=judge), encoding=encoding)
            self.judges.update([authority] if judge else [])
        return self.upstreams[authority]

    def answering(self, status: int) -> int:
        """The port of the controller's own backend, which says the same to everybody."""
        if not self.fixed:
            self.fixed.add(self.recorder.serve(Script(status)))
        return next(iter(self.fixed))

    def names(self) -> dict[int, str]:
        return {port: authority for authority, port in self.upstreams.items()}


def manifests(sample: Path) -> list[Manifest]:
    troubles: list[Trouble] = []
    found: list[Manifest] = []
    for path in sorted((*sample.rglob("*.yaml"), *sample.rglob("*.yml"), *sample.rglob("*.json"))):
        found += objects(path.relative_to(sample).as_posix(), path.read_text(encoding="utf-8"), troubles)
    assert not troubles, troubles
    return found


def lower(sample: Path, folder: Path, recorder: Recorder) -> Lowered:
    """Writes the configuration of a sample's Ingress objects to `folder`."""
    folder.mkdir(parents=True)
    certificate(folder)
    return lower_objects(manifests(sample), folder, recorder, (folder / "tls.pem", folder / "tls.key"))


def lower_objects(
    found: Sequence[Manifest], folder: Path, recorder: Recorder, pair: tuple[Path, Path], new: bool = False
) -> Lowered:
    """Writes the configuration of objects to a folder that is there; `pair` is a certificate and its key."""
    read, _ = gateways(found, [])
    assert read, "nothing here is for the controller"
    nodes = [node for node in lowered(found, []) if runs(node)]
    made = Lowered(folder, read[0], recorder, spoken=dict(_spoken(nodes)), appends=new)
    lines = [*(line for node in nodes for line in written(placed(node, made), 1)), *_services(made)]
    head = f"    ssl_certificate {pair[0]};\n    ssl_certificate_key {pair[1]};\n"
    (folder / "nginx.conf").write_text("events {}\nhttp {\n" + head + "\n".join(lines) + "\n}\n")
    return made


def _spoken(nodes: Sequence[Node]) -> Iterator[tuple[str, str]]:
    """Which upstreams are spoken to in another protocol than HTTP."""
    for node in nodes:
        if node.name in ("grpc_pass", "fastcgi_pass"):
            yield node.args[0].text.rpartition("/")[2], node.name.removesuffix("_pass")
        yield from _spoken(node.children or ())


def _services(made: Lowered) -> Iterator[str]:
    """Auth services that are asked for by the name of the host itself."""
    for authority, port in made.upstreams.items():
        if authority in made.judges and ":" not in authority:
            yield f"    upstream {authority} {{ server 127.0.0.1:{port}; }}"


def runs(node: Node) -> bool:
    return node.gap is None and node.name not in NOTES


def placed(node: Node, made: Lowered, around: str = "") -> Node:
    """A directive with addresses of this machine in the place of those that it names."""
    children = node.children
    if children is not None:
        inside = f"upstream {node.args[0].text}" if node.name == "upstream" else node.name
        children = tuple(placed(one, made, inside) for one in children if runs(one))
    words = [word.text for word in node.args]
    if node.name == "listen":
        port = made.ports.setdefault(int(words[0]), 0) or free_port()
        made.ports[int(words[0])] = port
        words[0] = f"127.0.0.1:{port}"
    elif node.name == "server" and around.startswith("upstream "):
        encoding = made.spoken.get(around.removeprefix("upstream "), "http")
        words[0] = f"127.0.0.1:{made.real(words[0], encoding=encoding)}"
    elif node.name == "set" and words[0] == "$target":
        words[1] = _service(words[1], made)
    elif node.name == "proxy_cache_path":
        words[0] = str(made.folder / "cache")
    elif node.name == "auth_basic_user_file":
        words[0] = str(made.folder / Path(words[0]).name)
        Path(words[0]).write_text(USERS)
    elif node.name == "@answer":
        node, words = replace(node, name="proxy_pass"), [f"http://127.0.0.1:{made.answering(int(words[0]))}"]
    elif node.name == "more_set_headers" and words[0] == "-a" and not made.appends:
        node, words = replace(node, name="add_header", args=node.args[:2]), words[-1].split(": ", 1)
    elif node.name == "set_escape_uri":
        # A module of the controller's build; what it escapes is not compared.
        node = replace(node, name="set")
    args = tuple(
        word if word.text == text else replace(word, text=text, quoted="")
        for word, text in zip(node.args, words, strict=True)
    )
    return replace(node, args=args, children=children)


def _service(url: str, made: Lowered) -> str:
    """Where an auth service is asked. One under the gateway's own name is asked in plain text."""
    parts = urlsplit(url)
    if "$" in parts.netloc:
        for name in hosts(made.gateway):
            made.real(name, judge=True)
        return url.replace("https://", "http://", 1)
    rest = url.partition(parts.netloc)[2]
    return f"http://127.0.0.1:{made.real(parts.netloc, judge=True)}{rest}"


def hosts(gateway: Gateway) -> list[str]:
    names = (host.name for _, host in gateway.hosts())
    return [name for name in dict.fromkeys(names) if re.fullmatch(r"[a-z0-9.-]+", name)]


def written(node: Node, depth: int) -> Iterator[str]:
    """A directive in nginx's own writing."""
    indent = "    " * depth
    words = [quoted(word.text) for word in node.args]
    if node.name == "if":
        words = _condition([word.text for word in node.args])
    head = " ".join([quoted(node.name), *words])
    if node.children is None:
        yield f"{indent}{head};"
        return
    yield f"{indent}{head} {{"
    for child in node.children:
        yield from written(child, depth + 1)
    yield f"{indent}}}"


def _condition(words: Sequence[str]) -> list[str]:
    """What stands between the parentheses of an `if`; they are words of their own, so that the rest can be quoted."""
    inner = [words[0].removeprefix("("), *words[1:]]
    last = inner.pop().removesuffix(")")
    return ["(", *map(quoted, [*inner, last] if last else inner), ")"]


def quoted(text: str) -> str:
    """Backslashes are doubled and quotes marked: nginx takes one away from each."""
    if re.fullmatch(r"[A-Za-z0-9_./:$@%=?&~^*,+-]+", text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
