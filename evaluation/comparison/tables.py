"""A comparison as a table for a paper: Markdown or LaTeX (booktabs)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from duizhao.evaluation.comparison.records import ComparisonRecord, PartScores
from duizhao.evaluation.metrics.records import ScoreRecord

P = TypeVar("P", bound=PartScores)

NAMES = {"bleu": "BLEU", "chrf++": "chrF++", "ter": "TER"}
SIGNIFICANT = 0.05


def p_values(comparison: ComparisonRecord, system: str, metric: str) -> dict[str, float]:
    """The p-value of each test for a system against the baseline in a metric."""
    wanted = comparison["systems"][system][metric]["metric"]
    return {
        test: one["p"]
        for test, comparisons in comparison["significance"].items()
        for one in comparisons
        if (one["system"], one["metric"]) == (system, wanted)
    }


def p_text(p: float) -> str:
    """``< 0.001`` or three decimals."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def cell(score: ScoreRecord) -> str:
    """The score with sacrebleu's margin: ``53.5 ± 0.7``."""
    margin = score["margin"]
    return f"{score['value']:.1f}" + ("" if margin is None else f" ± {margin:.1f}")


def most_different(comparison: ComparisonRecord, rows: Sequence[P], limit: int) -> list[P]:
    """The `limit` documents or sections that differ most, in order."""
    baseline = comparison["baseline"]
    metrics = _metrics(comparison)
    metric = "chrf++" if "chrf++" in metrics else metrics[0]

    def difference(row: P) -> float:
        scores = row["scores"]
        return max(abs(one[metric] - scores[baseline][metric]) for one in scores.values())

    kept = sorted(range(len(rows)), key=lambda place: -difference(rows[place]))[:limit]
    return [rows[place] for place in sorted(kept)]


def markdown(comparison: ComparisonRecord) -> str:
    """A table with a row per system; * marks p < 0.05 in every test."""
    metrics = _metrics(comparison)
    lines = [
        "| System | " + " | ".join(f"{NAMES[m]} | p" for m in metrics) + " |",
        "|---|" + "--:|--:|" * len(metrics),
    ]
    for name in comparison["systems"]:
        cells = []
        for metric in metrics:
            cells.append(
                cell(comparison["systems"][name][metric]) + _star(comparison, name, metric)
            )
            cells.append(_p_cell(comparison, name, metric))
        lines.append(f"| {name.replace('|', chr(92) + '|')} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", *_caption(comparison)]) + "\n"


def latex(comparison: ComparisonRecord) -> str:
    """A table in LaTeX; needs the package booktabs."""
    metrics = _metrics(comparison)
    lines = [
        r"\begin{table}",
        r"  \centering",
        r"  \begin{tabular}{l" + "rr" * len(metrics) + "}",
        r"    \toprule",
        "    System & " + " & ".join(f"{NAMES[m]} & $p$" for m in metrics) + r" \\",
        r"    \midrule",
    ]
    for name in comparison["systems"]:
        cells = []
        for metric in metrics:
            value = cell(comparison["systems"][name][metric]).replace(" ± ", r" \pm ")
            star = "^{*}" if _star(comparison, name, metric) else ""
            cells.append(f"${value}{star}$")
            p = _p_cell(comparison, name, metric)
            cells.append(f"${p}$" if p else "")
        lines.append(f"    {escape(name)} & " + " & ".join(cells) + r" \\")
    caption = " ".join(_caption(comparison)).replace("`", "")
    lines += [
        r"    \bottomrule",
        r"  \end{tabular}",
        rf"  \caption{{{escape(caption)}}}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """Text as LaTeX."""
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    special |= {c: rf"\{c}" for c in "&%$#_{}"}
    special |= {"|": r"\textbar{}", "<": r"\textless{}", ">": r"\textgreater{}", "±": r"$\pm$"}
    return "".join(special.get(character, character) for character in text)


def _metrics(comparison: ComparisonRecord) -> Sequence[str]:
    return list(comparison["systems"][comparison["baseline"]])


def _star(comparison: ComparisonRecord, name: str, metric: str) -> str:
    ps = p_values(comparison, name, metric).values()
    return "*" if ps and all(p < SIGNIFICANT for p in ps) else ""


def _p_cell(comparison: ComparisonRecord, name: str, metric: str) -> str:
    return " / ".join(p_text(p) for p in p_values(comparison, name, metric).values())


def _caption(comparison: ComparisonRecord) -> list[str]:
    tests = " / ".join(
        {"bootstrap": "paired bootstrap", "randomization": "approximate randomization"}[test]
        for test in comparison["significance"]
    )
    baseline = comparison["systems"][comparison["baseline"]]
    lines = [f"{comparison['segments']:,} segments; margins are 95% bootstrap intervals."]
    if tests:
        lines.append(f"p against {comparison['baseline']} by {tests}; * p < {SIGNIFICANT} in each.")
    lines.append(
        "Signatures: " + "; ".join(f"{s['metric']} {s['signature']}" for s in baseline.values())
    )
    return lines
