"""How many planted mistakes authlint finds: right configuration is broken as people break it, and looked at again.

python -m tests.mutants FOLDER... [--dialect nginx|envoy|ingress] [--rule ID] [--seed N] [--each N] [--most N]
                        [--list] [--show PART_OF_AN_OPERATOR]
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections import Counter
from pathlib import Path

from tests.mutants.accepting import Real
from tests.mutants.mutant import Unfit
from tests.mutants.operators import OPERATORS
from tests.mutants.reading import files
from tests.mutants.trying import Verdict, chosen, tried

KINDS = ("found", "assumed", "missed", "loud", "broken", "refused")


def main() -> int:
    options = _options()
    listed = [file for folder in options.folders for file in files(Path(folder).resolve())]
    verdicts: list[Verdict] = []
    real = Real() if options.real else None
    unfit: Counter[tuple[str, str]] = Counter()
    for dialect, operators in OPERATORS.items():
        if options.dialect and dialect != options.dialect:
            continue
        wanted = [
            pair
            for pair in operators
            if (not options.rule or pair[0].split("/")[0] == options.rule) and options.show in pair[0]
        ]
        own = [file for file in listed if file.dialect == dialect]
        done = 0
        for file, one in chosen(own, wanted, options.seed, options.each):
            if isinstance(one, Unfit):
                unfit[one.operator, one.why] += 1
                continue
            if options.most and done == options.most:
                break
            done += 1
            verdict = tried(one, file)
            if real is not None:
                verdict = real.checked(verdict)
            verdicts.append(verdict)
            _tell(verdict, options)
        _summary(dialect, len(own), [v for v in verdicts if v.mutant.dialect == dialect])
    if options.list:
        for (operator, why), times in sorted(unfit.items()):
            print(f"not applicable {times:4} x {operator}: {why}")
    if real is not None:
        print(
            f"nginx -t: {real.asked} mutants asked about; {real.unasked} whose right text it does not take here"
        )
        for why, times in real.reasons.most_common(12):
            print(f"  {times:4} x {why}")
    return 1 if any(one.what == "missed" for one in verdicts) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    parser.add_argument("--dialect", choices=sorted(OPERATORS))
    parser.add_argument("--rule", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=4, help="mutants of one operator")
    parser.add_argument("--most", type=int, default=0, help="mutants of one dialect")
    parser.add_argument(
        "--real", action="store_true", help="ask the real nginx whether it takes the wrong text"
    )
    parser.add_argument("--list", action="store_true", help="say why operators did not apply")
    parser.add_argument("--show", default="", help="only operators with this in their name, and what they do")
    return parser.parse_args()


def _tell(verdict: Verdict, options: argparse.Namespace) -> None:
    mutant = verdict.mutant
    if verdict.what != "found":
        lines = ",".join(map(str, mutant.lines))
        print(f"{verdict.what}: {mutant.operator}: {mutant.path}:{lines}: authlint says {verdict.said}")
    if options.show:
        before, after = mutant.before.splitlines(True), mutant.after.splitlines(True)
        sys.stdout.writelines(difflib.unified_diff(before, after, "right", "wrong", n=30))


def _summary(dialect: str, number: int, verdicts: list[Verdict]) -> None:
    if not verdicts:
        return
    rules = sorted({one.mutant.rule for one in verdicts})
    print(f"\n{dialect}: {number} files{'':<23}mutants " + " ".join(f"{kind:>8}" for kind in KINDS))
    total: Counter[str] = Counter()
    for rule in rules:
        counts = Counter(one.what for one in verdicts if one.mutant.rule == rule)
        total += counts
        _row(rule, counts)
    _row("all", total)
    asked = total["found"] + total["assumed"] + total["missed"]
    print(
        f"{dialect}: found {total['found']} of {asked}, {100 * total['found'] / max(asked, 1):.1f} of 100\n"
    )


def _row(name: str, counts: Counter[str]) -> None:
    print(f"  {name:<40}{sum(counts.values()):>7} " + " ".join(f"{counts[kind] or '':>8}" for kind in KINDS))


if __name__ == "__main__":
    raise SystemExit(main())
