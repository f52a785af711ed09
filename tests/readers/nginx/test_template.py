"""Templates: what is masked, what is uncertain, and what only looks like a template."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlint.readers.nginx.scan import scan
from authlint.readers.nginx.template import HOLE, mask


def regions(text: str, kind: str) -> list[str]:
    return [text[hole.start : hole.end] for hole in mask(text).holes if hole.kind == kind]


def names(text: str) -> list[str]:
    tree = scan(mask(text).text)
    assert tree.problems == ()
    return [directive.name.text for directive in tree.directives]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "server { listen 80; }",
        "location ~ '^/a{2}$' {{ return 204; }}",
        """return 200 '{"a":{"b":1}}';""",
        """return 200 '{{"a":1}}';""",
        "content_by_lua_block { local t = {{ x }} }",
        "content_by_lua_block { local t = {{a = 1}, {b = 2}} }",
        "content_by_lua_block { local t = {{a, b}, {c}} ngx.say(('{%d}'):format(1)) }",
        "server {# a comment of nginx\n listen 80; }",
        "log_format x '{{ not closed';",
        "set $a {{ ;\n#}}",
    ],
)
def test_what_is_no_template_comes_back_itself(text: str) -> None:
    masked = mask(text)
    assert masked.text is text
    assert (masked.kind, masked.holes) == (None, ())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("listen {{ port }};", "jinja"),
        ("listen {{port}};", "jinja"),
        ("listen {{- port -}};", "jinja"),
        ("listen {{ port | default(80) }};", "jinja"),
        ("{% if tls %}listen 443 ssl;{% endif %}", "jinja"),
        ("listen {{ .Values.port }};", "go"),
        ("listen {{.Port}};", "go"),
        ('listen {{ include "a.port" . }};', "go"),
        ("{{- if .Tls }}\nlisten 443 ssl;\n{{- end }}", "go"),
        ("{{ if x }}", "go"),
        ('{{- $a := dict\n  "b" (dict\n "c" .D) }}', "go"),
        ('listen 80; {{ include "a"\n  . }}', "go"),
        ("{{ if (eq x y) }}", "go"),
        ("a {{ end }};", "go"),
        ("a {{ block.super }};", "jinja"),
        ("a {{ end_of_x }};", "jinja"),
        ("{{range $k, $v := .Hosts}}server_name x;{{end}}", "go"),
        ('{{ $x := "a" }}listen 80;', "go"),
    ],
)
def test_kind(text: str, kind: str) -> None:
    assert mask(text).kind == kind


def test_an_expression_is_a_visible_part_of_its_word() -> None:
    text = "proxy_pass http://{{ host }}:80/;"
    masked = mask(text).text
    (directive,) = scan(masked).directives
    (word,) = directive.args
    assert word.text == f"http://{HOLE * len('{{ host }}')}:80/"
    assert text[word.start : word.end] == "http://{{ host }}:80/"


def test_statements_and_comments_vanish_and_lines_stay() -> None:
    text = "a 1;\n{% set x =\n 'y' %}{# {{ no }}\n #}\nb {{ x }};\n"
    masked = mask(text).text
    assert masked == f"a 1;\n{' ' * 10}\n{' ' * 18}\n   \nb {HOLE * 7};\n"


def test_go_comments_vanish() -> None:
    text = "a 1; {{- /* if\n x */ -}} b {{ .x }};"
    assert names(text) == ["a", "b"]


def test_conditional_regions_nest() -> None:
    inner = "{% for h in hosts %}b {{ h }};{% endfor %}"
    outer = "{%- if x -%} a 1; " + inner + " {% else %} c 1; {%- endif %}"
    text = f"before 1; {outer} after 1;"
    assert regions(text, "conditional") == [outer]
    assert regions(text, "loop") == [inner]
    assert names(text) == ["before", "a", "b", "c", "after"]


def test_go_regions_nest() -> None:
    inner = "{{- range .Hosts }} b {{ . }}; {{- end }}"
    outer = "{{ if .X }} a 1; " + inner + " {{ else if .Y }} c 1; {{ end }}"
    assert regions(f"x 1; {outer} y 1;", "conditional") == [outer]
    assert regions(f"x 1; {outer} y 1;", "loop") == [inner]


def test_a_loop_with_an_else_is_a_choice() -> None:
    text = "{% for h in hosts %} b {{ h }}; {% else %} c 1; {% endfor %}"
    assert regions(text, "conditional") == [text]


def test_a_region_without_an_end_reaches_the_end() -> None:
    assert regions("a 1; {% if x %} b 1;", "conditional") == ["{% if x %} b 1;"]


def test_raw_is_left_alone() -> None:
    text = "{% raw %}a {{ x }};{% endraw %} b {{ y }};"
    assert mask(text).text.count(HOLE) == len("{{ y }}")


@pytest.mark.parametrize(
    "before", ["", "a 1;\n", "a 1; # so\n", "server {\n", "# {\n", "a 1;\n{{ other }}\n"]
)
def test_an_expression_where_a_directive_would_be_is_an_insert(before: str) -> None:
    text = f"{before}  {{{{ extra }}}}\nlisten 80;\n"
    assert regions(text, "insert")[-1] == "{{ extra }}"
    assert HOLE not in mask(text).text


def test_an_expression_on_a_line_of_its_own_can_be_an_argument() -> None:
    text = "log_format main\n  {{ format }}\n  ;\n"
    assert regions(text, "insert") == []
    (directive,) = scan(mask(text).text).directives
    assert [HOLE in word.text for word in directive.args] == [False, True]


def test_a_template_with_lua_in_it() -> None:
    text = "listen {{ port }}; content_by_lua_block { local t = {{ x }} }"
    assert mask(text).kind == "jinja"


def test_envsubst_only_when_asked_and_only_capitals() -> None:
    text = "proxy_pass http://${UPSTREAM}:$PORT$request_uri; set $Mixed $1$_;"
    assert mask(text).text is text
    masked = mask(text, envsubst=True)
    assert masked.text == f"proxy_pass http://{HOLE * 11}:{HOLE * 5}$request_uri; set $Mixed $1$_;"
    assert masked.kind is None


PIECES = st.sampled_from(
    [
        "{{ x }}",
        "{% if x %}",
        "{% endif %}",
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "{{- end }}",
        "{{ if .x }}",
        "a",
        " ",
        ";",
        "\n",
        "\r\n",
        "{",
        "}",
        "'",
        '"',
        "{{/*",
        "*/",
        "{% raw %}",
        "x_by_lua_block {",
        "\u2028",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_offsets_and_lines_stay_whatever_the_text(text: str) -> None:
    masked = mask(text, envsubst=True)
    assert len(masked.text) == len(text)
    assert [i for i, c in enumerate(masked.text) if c == "\n"] == [i for i, c in enumerate(text) if c == "\n"]
    for hole in masked.holes:
        assert 0 <= hole.start < hole.end <= len(text)


@pytest.mark.parametrize(
    "piece", ["{{ ", "{% if ", "{# {{ x }}", "{{/* ", "{{ x }}\n", "{% if x %}", "{{ a('"]
)
def test_time_grows_with_the_text_only(piece: str) -> None:
    started = time.process_time()
    mask(piece * 20_000)
    assert time.process_time() - started < 3
