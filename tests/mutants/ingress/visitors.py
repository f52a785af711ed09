"""What people do to names of users, cookies, and to TLS, in the annotations of ingress-nginx."""

from __future__ import annotations

from tests.mutants.envoy.words import both, right, wrong
from tests.mutants.ingress.pages import BASIC, SNIPPETS
from tests.mutants.ingress.planting import Planting

CHECK = both(
    "@/auth-url: http://login.accounts.svc.cluster.local:4180/check\n@/auth-response-headers: X-Auth-User\n"
)
HEAD = both("---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: for-everybody\n")
CLEARED = right('  annotations:\n    @/configuration-snippet: |\n      proxy_set_header X-Auth-User "";\n')
REST = both(
    "spec:\n  ingressClassName: nginx\n  rules:\n  - host: @host@\n    http:\n      paths:\n"
    "      - path: @path@/for-everybody #!\n        pathType: Prefix\n"
    "        backend: {service: {name: @service@, port: {number: 80}}}\n"
)

PLANTINGS = (
    Planting(
        "identity-header-spoofable",
        "not cleared on the part for everybody",
        CHECK,
        objects=SNIPPETS + HEAD + CLEARED + REST,
    ),
    Planting(
        "cookie-unsendable",
        "path of another place",
        right("@/proxy-cookie-path: / @path@\n") + wrong("@/proxy-cookie-path: / /another-place/ #!\n"),
        below=True,
        single=True,
    ),
    Planting(
        "credentials-over-plaintext",
        "no redirect to https",
        BASIC + wrong('@/ssl-redirect: "false" #!\n'),
        tls=True,
    ),
)
