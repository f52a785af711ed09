"""All that can be seen of one request, but for what differs from one time to the next."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.real.real_nginx import Response
from tests.real.recorder import Received

PASSING = ("date", "etag", "last-modified", "x-request-id", "x-envoy-upstream-service-time", "x-req-id")
PORT = re.compile(r":\d{4,5}\b")


def seen_of(response: Response, received: Received | None) -> tuple[object, ...]:
    got = (received.method, received.path, _told(received.headers)) if received else None
    return response.status, _told(response.headers), got


def _told(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name.lower(), PORT.sub("", value)) for name, value in headers if name.lower() not in PASSING]
