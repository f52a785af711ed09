"""All operators, by dialect."""

from __future__ import annotations

from functools import partial

from tests.mutants.envoy import logins, pages, tokens
from tests.mutants.envoy.planting import plant as plant_envoy
from tests.mutants.ingress import pages as of_ingress
from tests.mutants.ingress import visitors as of_visitors
from tests.mutants.ingress.planting import plant as plant_ingress
from tests.mutants.mutant import Operator
from tests.mutants.nginx import cors, credentials, edits, places, routes, variants, visitors
from tests.mutants.nginx.planting import plant

NGINX = tuple(
    one for page in (cors, credentials, routes, variants, places, visitors) for one in page.PLANTINGS
)
ENVOY = tuple(one for page in (pages, tokens, logins) for one in page.PLANTINGS)
INGRESS = (*of_ingress.PLANTINGS, *of_visitors.PLANTINGS)
OPERATORS: dict[str, list[tuple[str, Operator]]] = {
    "nginx": [*((one.operator, partial(plant, one)) for one in NGINX), *visitors.OPERATORS, *edits.EDITS],
    "envoy": [(one.operator, partial(plant_envoy, one)) for one in ENVOY],
    "ingress": [(one.operator, partial(plant_ingress, one)) for one in INGRESS],
}
