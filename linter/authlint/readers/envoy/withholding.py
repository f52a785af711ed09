"""A command less in a log's format
(https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage)."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.intent import Edit
from authlint.model.value import Cat, Get, Pick, Value
from authlint.readers.envoy import formatting
from authlint.readers.yaml.edits import Part, entered, removed, reworded
from authlint.text import Span

# What tells the path with its query, and the same without.
PATHS = {":PATH": "%PATH(NQ:PATH)%", "X-ENVOY-ORIGINAL-PATH?:PATH": "%PATH(NQ:ORIG_OR_PATH)%"}
# What is written where no format is said (measured on 1.40), but for the query.
STANDARD = (
    '[%START_TIME%] "%REQ(:METHOD)% %PATH(NQ:ORIG_OR_PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% '
    "%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "
    '"%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" '
    '"%UPSTREAM_HOST%"\n'
)
QUERIES = ("target", "routed-target", "unwritten-target")
JSON = ("json_format", "typed_json_format")


def withheld(part: Part, one: Get) -> tuple[Edit, ...] | None:
    """Where it is all of a field, the field goes; elsewhere a dash stands, as it does for a header that is absent."""
    log = next((at for at in part.upwards() if at.item.key is None and at.entry("typed_config")), None)
    if log is not None and log.start == part.start:
        return _written_out(log) if one.kind in QUERIES else None
    text = part.item.text
    span = Span(part.path, part.start, part.end)
    found = [
        match
        for match in formatting.COMMAND.finditer(text)
        if one in _written(formatting.value(match[0], span))
    ]
    if len(found) != 1:
        return None
    match = found[0]
    if match[1] == "REQ" and (match[2] or "").upper() in PATHS:
        return reworded(part, match[0], PATHS[match[2].upper()])
    if one.kind not in ("header", "cookie", "argument"):
        return None
    if match[0] == text and any(part.within(name) is not None for name in JSON):
        return removed(part)
    return reworded(part, match[0], "-")


def _written_out(log: Part) -> tuple[Edit, ...] | None:
    """The server's own format, for the file whose path is said in this log."""
    typed = log.entry("typed_config")
    path = typed.entry("path") if typed is not None else None
    if (
        typed is None
        or path is None
        or any(typed.entry(name) is not None for name in ("format", "log_format"))
    ):
        return None
    return entered(path, "log_format", {"text_format_source": {"inline_string": STANDARD}})


def _written(value: Value) -> Iterator[Get]:
    match value:
        case Get():
            yield value
        case Cat(inner):
            for one in inner:
                yield from _written(one)
        case Pick():
            for one in (value.default, *(case.value for case in value.cases)):
                yield from _written(one)
