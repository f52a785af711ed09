"""What authlint is to look for at Acme."""

from acme_authlint import internal_is_open

RULES = (internal_is_open.RULE,)
