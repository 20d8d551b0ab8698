"""Summarise the statistics of a corpus in a few sentences: fit for use, or its main problems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from duizhao.corpus.cleaning.plan import STEPS

MANY = 0.05
"""Share of rows or sentences with a problem above which it is reported."""


def verdict(figures: Mapping[str, Any]) -> tuple[bool, list[str]]:
    """Whether nothing needs attention, and the findings, the most serious first.

    `figures` is the result of `duizhao.evaluation.statistics.statistics`.
    """
    rows = figures["rows"]
    if not rows:
        return False, ["There are no rows."]
    shares = {
        f"of the rows: {_what(name)} ({count:,}; `duizhao clean` step {name})": count / rows
        for name, count in figures["checks"].items()
    }
    repeated = figures["duplicates"]["pair"]
    shares[f"of the rows repeat another pair ({repeated['rows']:,})"] = repeated["share"]
    for side, kept in figures["sentences"].items():
        if side in ("source", "target") and kept["kept"] + kept["lost"]:
            text = f"of the {side} sentences are not in the corpus ({kept['lost']:,})"
            shares[text] = kept["lost"] / (kept["kept"] + kept["lost"])
    found = [
        f"{100 * share:.1f}% {text}"
        for text, share in sorted(shares.items(), key=lambda pair: -pair[1])
        if share > MANY
    ]
    splits = (figures["splits"] or {}).get("shared_sentences", {})
    shared = [f"{pair} share {count:,} sentences" for pair, count in splits.items() if count]
    return not (shared or found), [*shared, *found]


def _what(name: str) -> str:
    text = STEPS[name].help.rstrip(".")
    return text[:1].lower() + text[1:]
