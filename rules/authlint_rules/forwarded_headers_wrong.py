"""The application is told the wrong scheme, host or address, and what it makes of them concerns a login.

What happens
    Behind a proxy an application knows only from headers how its clients reached it. A login page that is told http
    sends people to http://, sets cookies that never come back, or builds a token issuer that nobody expects; an S3
    server that is told another Host than the client signed answers SignatureDoesNotMatch; a list of addresses sees
    the proxy's, and refuses everybody or nobody.

Bad
    location / {
        proxy_pass http://minio;
    }

Good
    location / {
        proxy_set_header Host $http_host;
        proxy_pass http://minio;
    }

When it stays quiet
    Host is set to a fixed name on purpose; X-Forwarded-Proto is passed on, or nothing shows that TLS ends before this
    server; the real address is taken from a header of the proxy (set_real_ip_from). Where only a name tells what the
    application is, or nothing known depends on the header, --pedantic says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlint.finding import Finding, Level
from authlint.rule import Rule
from authlint.site import Site
from authlint_rules.questions.forwarded_host import own_name, signed_host
from authlint_rules.questions.forwarded_scheme import wrong_scheme
from authlint_rules.questions.own_address import own_address

ID = "forwarded-headers-wrong"


def check(site: Site) -> Iterator[Finding]:
    for endpoint in site.endpoints:
        yield from own_address(ID, site, endpoint)
        if endpoint.forward is not None:
            yield from signed_host(ID, site, endpoint)
            yield from wrong_scheme(ID, site, endpoint)
            yield from own_name(ID, site, endpoint)


RULE = Rule(
    id=ID,
    summary="The application is told a wrong scheme, host or address that a login or signature depends on",
    level=Level.WARNING,
    reference="https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header",
    manual=__doc__ or "",
    check=check,
)
