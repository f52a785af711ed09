"""All operators, by dialect."""

from __future__ import annotations

from functools import partial

from tests.mutants.envoy import pages, tokens
from tests.mutants.envoy.planting import plant as plant_envoy
from tests.mutants.ingress.pages import PLANTINGS as INGRESS
from tests.mutants.ingress.planting import plant as plant_ingress
from tests.mutants.mutant import Operator
from tests.mutants.nginx import cors, credentials, edits, places, routes, variants
from tests.mutants.nginx.planting import plant

NGINX = (*cors.PLANTINGS, *credentials.PLANTINGS, *routes.PLANTINGS, *variants.PLANTINGS, *places.PLANTINGS)
OPERATORS: dict[str, list[tuple[str, Operator]]] = {
    "nginx": [*((one.operator, partial(plant, one)) for one in NGINX), *edits.EDITS],
    "envoy": [(one.operator, partial(plant_envoy, one)) for one in (*pages.PLANTINGS, *tokens.PLANTINGS)],
    "ingress": [(one.operator, partial(plant_ingress, one)) for one in INGRESS],
}
