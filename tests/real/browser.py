"""A headless Chromium that works through a table of fetches, and the servers that it asks."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.real.ports import free_port

# The last one keeps the browser open through several pages; --dump-dom would end it after the first.
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --remote-debugging-port=0"
)
SECONDS = 25
HeadersOf = tuple[tuple[str, str], ...]
A, C, H, M = (f"Access-Control-Allow-{name}" for name in ("Origin", "Credentials", "Headers", "Methods"))
EXPOSE = "Access-Control-Expose-Headers"


@dataclass(frozen=True, slots=True)
class Case:
    """A page's fetch, and what the other origin answers to the preflight and to the request itself."""

    name: str
    method: str = "GET"
    headers: HeadersOf = ()
    credentials: str = "omit"
    preflight: tuple[int, HeadersOf] = (404, ())
    answer: tuple[int, HeadersOf] = (200, ())
    there: tuple[int, HeadersOf] = (200, ())  # what the target of a redirect answers


@dataclass(slots=True)
class Stage:
    """The page's server, the other origin and a third one, with what they received.

    All are on the machine itself, so plain http counts as trustworthy (Secure cookies work) and no rule about
    private networks applies; localhost and 127.0.0.1 are different sites, two ports of one are not.
    `left` and `late` are the Set-Cookie headers of a visit to the second server, and of a later fetch.
    """

    cases: Sequence[Case]
    left: Sequence[str]
    late: Sequence[str]
    ports: tuple[int, int, int] = (0, 0, 0)
    received: dict[str, list[tuple[str, str, str, bool]]] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)  # by what was tried
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.ports[0]}"

    def filled(self, text: str, case: str) -> str:
        other = f"http://127.0.0.1:{self.ports[2]}"
        return text.replace("ORIGIN", self.origin).replace("OTHER", other).replace("NAME", case)

    def answer(self, case: str, method: str, path: str) -> tuple[int, HeadersOf]:
        one = self.cases[int(case)]
        status, headers = (
            one.preflight if method == "OPTIONS" else one.there if "/there/" in path else one.answer
        )
        return status, tuple((name, self.filled(value, case)) for name, value in headers)


def served(stage: Stage, number: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def reply(self, status: int, headers: HeadersOf, body: bytes = b"") -> None:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def any_method(self) -> None:
            if number == 0:
                self.page()
                return
            case = self.path.rpartition("/")[2]
            if "/cookies/" in self.path:
                self.cookies(case)
                return
            if not case.isdigit():
                self.reply(404, ())
                return
            authorized = self.headers.get("Authorization") is not None
            origin = self.headers.get("Origin", "")
            where = f"{number}{self.path}"
            stage.received.setdefault(case, []).append((self.command, where, origin, authorized))
            self.reply(*stage.answer(case, self.command, self.path))

        def cookies(self, tried: str) -> None:
            """Leaves them, or notes those that came; a visit then goes back to the page's server."""
            stage.cookies[tried] = self.headers.get("Cookie", "")
            left = {"leave": stage.left, "asked": stage.late}.get(tried, ())
            back = {"leave": "/cases", "visit": "/form"}.get(tried)
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = [("Set-Cookie", text) for text in left]
            headers += [("Location", stage.origin + back)] if back else []
            headers += [(A, stage.origin), (C, "true")]
            self.reply(302 if back else 200, tuple(headers))
            if tried == "posted":
                stage.done.set()

        def page(self) -> None:
            if self.command == "POST":
                text = self.rfile.read(int(self.headers["Content-Length"]))
                stage.results.update(json.loads(text))
                self.reply(204, ())
            elif self.path == "/cases":
                self.reply(200, (("Content-Type", "text/html"),), page_of(stage).encode())
            elif self.path == "/form":
                self.reply(200, (("Content-Type", "text/html"),), form_of(stage).encode())
            else:
                self.reply(404, ())

        do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = any_method  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def page_of(stage: Stage) -> str:
    asked = [
        {
            "url": f"http://127.0.0.1:{stage.ports[1]}/case/{number}",
            "method": case.method,
            "headers": dict(case.headers),
            "credentials": case.credentials,
        }
        for number, case in enumerate(stage.cases)
    ]
    return """<!doctype html><script>
(async () => {
  const results = {};
  const asked = ASKED;
  for (let i = 0; i < asked.length; i++) {
    const {url, ...options} = asked[i];
    try {
      const response = await fetch(url, {...options, cache: "no-store"});
      results[i] = response.status;
      results["challenge " + i] = response.headers.get("WWW-Authenticate");
    } catch (error) {
      results[i] = null;
    }
  }
  await fetch("/done", {method: "POST", body: JSON.stringify(results)});
  await fetch("COOKIES/asked", {credentials: "include"});
  await fetch("COOKIES/again", {credentials: "include"});
  await fetch("COOKIES/omitted", {credentials: "omit"});
  location = "COOKIES/visit";
})();
</script>""".replace("ASKED", json.dumps(asked)).replace("COOKIES", cookies_of(stage))


def form_of(stage: Stage) -> str:
    return f"""<!doctype html><form method="post" action="{cookies_of(stage)}/posted"></form>
<script>document.forms[0].submit();</script>"""


def cookies_of(stage: Stage) -> str:
    return f"http://127.0.0.1:{stage.ports[1]}/cookies"


def browse(chromium: Path, profile: Path, stage: Stage) -> None:
    """One start of the browser for all cases; `stage` then holds what came of them."""
    servers = [ThreadingHTTPServer(("127.0.0.1", free_port()), served(stage, number)) for number in range(3)]
    stage.ports = tuple(int(server.server_address[1]) for server in servers)  # type: ignore[assignment]
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    # Blocking all cookies of third parties, as some browsers do, would hide what SameSite does.
    (profile / "Default").mkdir()
    (profile / "Default" / "Preferences").write_text('{"profile": {"cookie_controls_mode": 0}}')
    command = [str(chromium), *FLAGS.split(), f"--user-data-dir={profile}", cookies_of(stage) + "/leave"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert stage.done.wait(SECONDS), "the browser did not finish"
    finally:
        process.kill()
        process.wait()
        for server in servers:
            server.shutdown()
            server.server_close()
