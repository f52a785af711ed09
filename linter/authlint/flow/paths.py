"""Paths of a URL: decoding, normalising, and writing them again."""

from __future__ import annotations

from authlint.expression import expression

HEX = expression(r"%([0-9A-Fa-f]{2})")
# What stays as it is when a path is written into a request line again.
QUOTED = frozenset(b'"#%&+;<>?\\^`{|}')
KEPT = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!$&'()*+,-./:;=@_~[]")


def split_target(target: str) -> tuple[str, str | None]:
    """Path and query (None: there is no question mark)."""
    path, mark, query = target.partition("?")
    return path, query if mark else None


def decode(path: str) -> str | None:
    """The path with its %XX read as UTF-8 bytes; None for a bad escape or a zero byte."""
    if "%" not in path:
        return path
    rest = HEX.sub("", path)
    if "%" in rest or "%00" in path:
        return None
    raw = HEX.sub(lambda m: chr(int(m[1], 16)), path.encode("utf-8", "surrogateescape").decode("latin-1"))
    return raw.encode("latin-1").decode("utf-8", "surrogateescape")


def normalise(path: str, merge_slashes: bool) -> str | None:
    """Without "." and "..", and if asked without repeated slashes; None if it climbs above the root."""
    if "//" not in path and "/." not in path:
        return path
    out: list[str] = []
    segments = path.split("/")[1:]
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        if segment == "." or segment == "..":
            if segment == "..":
                while merge_slashes and out and out[-1] == "":
                    out.pop()
                if not out:
                    return None
                out.pop()
            if last:
                out.append("")
        elif segment == "" and merge_slashes and not last:
            continue
        else:
            out.append(segment)
    return "/" + "/".join(out)


def escape_argument(text: str) -> str:
    """A captured text as it is put into a query or a redirect (ngx_escape_uri with NGX_ESCAPE_ARGS)."""
    raw = text.encode("utf-8", "surrogateescape")
    return "".join(
        f"%{byte:02X}" if byte <= 0x20 or byte >= 0x7F or byte in QUOTED else chr(byte) for byte in raw
    )


def unescape_redirect(path: str) -> str:
    """The path of a redirect: %XX of characters behind "%" are decoded, the others stay (NGX_UNESCAPE_REDIRECT)."""
    return HEX.sub(lambda m: chr(int(m[1], 16)) if 0x25 < int(m[1], 16) < 0x7F else m[0], path)


def file_name(base: str, strip: str, path: str) -> str:
    """The name of the file that a path stands for, under a root or instead of an alias's prefix."""
    rest = path[len(strip) :] if strip and path.startswith(strip) else path
    return base + rest if strip else base.rstrip("/") + rest


def escape(path: str) -> str:
    """The path as it is written into a request line: nothing but plain characters and %XX."""
    raw = path.encode("utf-8", "surrogateescape")
    if all(byte in KEPT for byte in raw):
        return path
    return "".join(chr(byte) if byte in KEPT else f"%{byte:02X}" for byte in raw)
