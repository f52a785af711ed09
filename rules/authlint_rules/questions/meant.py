"""What is declared to be public; no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from authlint.declared import Public
from authlint.flow.outcome import Outcome
from authlint.flow.request import Request
from authlint.site import Endpoint, Site
from authlint_rules.questions.asked import request_for


def meant_to_be_public(site: Site, endpoint: Endpoint) -> Iterator[tuple[Public, Request, Outcome]]:
    """Requests without credentials, for what is declared public: of a named host any path that this route takes, else
    only the route's own."""
    for public in site.declared.public:
        request = request_for(site, endpoint, public.sample) if public.host else site.request(endpoint)
        if site.declared.public_by(request) == public:
            yield public, request, site.ask(request)
