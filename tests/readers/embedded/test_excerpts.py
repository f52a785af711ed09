"""nginx's configuration is found in other files, whole, and every word of it at its place there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from authlint.readers.embedded import dump, find
from authlint.readers.library import Library
from authlint.readers.nginx.excerpt import Excerpt
from authlint.readers.nginx.expand import Expansion, Node
from authlint.readers.nginx.scan import Directive, Word, scan
from authlint.readers.nginx.template import HOLE, mask
from authlint.text import Source, Sources

SERVER = """server {
    listen 80;
    location ~ \\.php$ {
        add_header X-Name "a \\"quoted\\" word";
        proxy_set_header Host $host;
    }
}
"""


def taken(name: str, text: str) -> list[Excerpt]:
    found = list(dump.excerpts(name, text) if dump.is_dump(text) else find.excerpts(name, text))
    assert dump.is_dump(text) or find.could_hold(name, text.encode()) == bool(found)
    return found


def words(directives: tuple[Directive, ...]) -> Iterator[Word]:
    for one in directives:
        yield one.name
        yield from one.args
        yield from words(one.block or ())


def texts(text: str) -> list[str]:
    tree = scan(mask(text).text)
    assert tree.problems == ()
    return [word.text for word in words(tree.directives)]


def indented(text: str, by: int) -> str:
    return "".join(" " * by + line for line in text.splitlines(keepends=True))


def configmap(data: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: gate\ndata:\n{data}"


FORMS = {
    "cm.yaml": configmap("  site.conf: |\n" + indented(SERVER, 4)),
    "kept.yaml": configmap("  site.conf: |-\n" + indented(SERVER, 7)),
    "quoted.yaml": configmap(f"  site.conf: {json.dumps(SERVER)}\n"),
    "cm.json": json.dumps({"kind": "ConfigMap", "metadata": {"name": "g"}, "data": {"site.conf": SERVER}}),
    "list.yaml": "kind: List\nitems:\n- kind: ConfigMap\n  data:\n    site.conf: |\n" + indented(SERVER, 6),
    "chart.yaml": "{{- if .Values.gate }}\n"
    + configmap("  site.conf: |\n" + indented(SERVER, 4))
    + "{{- end }}\n",
    "second.yaml": "kind: Service\n---\n" + configmap("  other: a\n  site.conf: |\n" + indented(SERVER, 4)),
    "compose.yaml": "configs:\n  site:\n    content: |\n" + indented(SERVER.replace("$", "$$"), 6),
    "Dockerfile": f"FROM nginx\nCOPY <<'EOF' /etc/nginx/conf.d/site.conf\n{SERVER}EOF\n",
    "web.Dockerfile": "COPY <<EOF /etc/nginx/a.conf\n" + SERVER.replace("$", "\\$") + "EOF\n",
    "setup.sh": f"cat <<'EOF' | sudo tee /etc/nginx/conf.d/site.conf > /dev/null\n{SERVER}EOF\n",
    "tabs.sh": '\tcat > /etc/nginx/a.conf <<-"END"\n' + SERVER.replace("    ", "\t") + "\tEND\necho done\n",
    "nginx.txt": f"# configuration file /etc/nginx/conf.d/site.conf:\n{SERVER}\n",
    "values.yaml": "web:\n  image: {tag: 1}\n  serverBlock: |-\n" + indented(SERVER, 4) + "  replicas: 1\n",
    "playbook.yml": "- copy:\n    dest: /etc/nginx/a\n    content: |\n" + indented(SERVER, 6) + "- name: b\n",
    "named.yaml": configmap("  reverse-proxy: |\n" + indented(SERVER, 4)),
    "windows.yaml": configmap("  site.conf: |\n" + indented(SERVER, 4)).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_word_is_as_nginx_gets_it(name: str) -> None:
    (one,) = taken(name, FORMS[name])
    assert texts(one.text) == texts(SERVER)


@pytest.mark.parametrize("name", FORMS)
def test_every_word_stands_where_the_file_has_it(name: str) -> None:
    host = FORMS[name]
    (one,) = taken(name, host)
    for word in words(scan(mask(one.text).text).directives):
        if word.text.isalnum() and not word.quoted:
            assert host[word.start : word.end] == word.text
    assert len(one.text) <= len(host)


def test_what_the_environment_brings_is_not_known() -> None:
    (one,) = taken(
        "compose.yml", "configs:\n  a:\n    content: |\n      server { listen ${PORT}; server_name $NAME; }\n"
    )
    assert [HOLE in text for text in texts(one.text)] == [False, False, True, False, True]
    (other,) = taken(
        "a.sh", "cat > /a <<EOF\nserver { listen $PORT; server_name $(hostname) \\$host; }\nEOF\n"
    )
    assert [HOLE in text for text in texts(other.text)] == [False, False, True, False, True, False]
    assert texts(other.text)[-1] == "$host"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("values.yaml", "server:\n  location /: |\n    proxy_pass\n"),
        ("cm.yaml", configmap("  http-snippet: |\n    server { listen 80; location / { proxy_pass a; } }\n")),
        ("ingress.yaml", "annotations:\n  server-snippet: |\n    server {\n      listen 80;\n    }\n"),
        ("run.sh", "echo '<<' proxy_pass\n"),
        ("commented.sh", "# cat <<EOF\n# proxy_pass\n"),
        ("open.sh", "cat <<EOF\nproxy_pass http://a;\n"),
    ],
)
def test_other_files_hold_nothing(name: str, text: str) -> None:
    assert list(find.excerpts(name, text)) == [] or not find.could_hold(name, text.encode())


def expanded(name: str, text: str, main: str) -> tuple[Node, ...]:
    library = Library(Sources({name: Source(name, text)}), os.curdir)
    library.excerpts = {one.path: one for one in taken(name, text)}
    nodes = Expansion(library, main).run()
    assert nodes is not None
    return nodes


def names(nodes: tuple[Node, ...]) -> list[str]:
    return [name for node in nodes for name in (node.name, *names(node.children or ()))]


def test_the_files_of_a_dump_include_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.conf").write_text("worker_processes 1;")
    text = (
        "# configuration file /etc/nginx/nginx.conf:\nhttp { include conf.d/*.conf; }\n"
        "# configuration file /etc/nginx/conf.d/a.conf:\nserver { include /usr/share/x.inc; }\n"
        "# configuration file /usr/share/x.inc:\nreturn 204;\n"
    )
    nodes = expanded("d.txt", text, "d.txt/etc/nginx/nginx.conf")
    assert names(nodes) == ["http", "server", "return"]
    assert nodes[0].children is not None
    assert nodes[0].children[0].path == "d.txt"


def test_what_a_configmap_holds_is_found_by_its_last_name() -> None:
    text = configmap(
        "  nginx.conf: |\n    http { include /etc/nginx/conf.d/*.conf; }\n"
        "  site.conf: |\n    server { include /etc/nginx/snippets/proxy.conf; }\n"
        "  proxy.conf: |\n    proxy_pass http://a;\n"
    )
    assert names(expanded("cm.yaml", text, "cm.yaml/gate/nginx.conf")) == ["http", "server", "proxy_pass"]
