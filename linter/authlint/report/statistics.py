"""How many findings there are of each rule: the most frequent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from authlint.finding import Finding


def statistics(findings: Iterable[Finding]) -> str:
    counted = Counter((finding.rule, str(finding.level)) for finding in findings)
    rows = sorted(counted.items(), key=lambda row: (-row[1], row[0]))
    wide = max((len(rule) for (rule, _), _ in rows), default=0)
    return "".join(f"{count:>5}  {rule:<{wide}}  {level}\n" for (rule, level), count in rows)
