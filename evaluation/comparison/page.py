"""A comparison as a page: one HTML file without external resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from html import escape
from pathlib import Path

from duizhao.evaluation.comparison.records import (
    ComparisonRecord,
    Distribution,
    DocumentScores,
    Example,
    PairedResult,
)
from duizhao.evaluation.comparison.tables import NAMES, most_different, p_text, p_values
from duizhao.evaluation.report.page import (
    messages_json,
    page_environment,
    page_script,
    page_style,
)

HERE = Path(__file__).parent
TEMPLATE = "compare_page.html.jinja"
MOST_PARTS = 200
"""The most documents, and sections, on the page."""

COLOURS = ("one", "two", "three", "four")
START = "startLanguage(); startTheme(); document.documentElement.dataset.ready = true;"


def render(comparison: ComparisonRecord, title: str = "") -> str:
    """The page for the result of `duizhao.evaluation.comparison.compare.compare`."""
    environment = page_environment(HERE)
    environment.globals.update(
        colour=colour, marked=marked, p_text=p_text, percent=_percent, samples=_samples
    )
    names = list(comparison["systems"])
    shown, cut = _shown(comparison)
    page = environment.get_template(TEMPLATE).render(
        title=title or _and(names),
        comparison=shown,
        cut=cut,
        most=MOST_PARTS,
        names=names,
        metrics=list(comparison["systems"][names[0]]),
        metric_names=NAMES,
        verdicts={name: judged(comparison, name) for name in names[1:]},
        style=page_style() + (HERE / "compare.css").read_text("utf-8"),
        messages_json=messages_json("compare", "report", reported=True),
        script=page_script("theme.js", "elements.js", own=START),
        histogram=histogram(comparison["distribution"]),
        ps=lambda name, metric: list(p_values(comparison, name, metric).values()),
        is_best=_is_best,
        length_label=lambda row: _range(row["words"]),
        ranged=_range,
        document_label=lambda row: row["document"],
        section_label=lambda row: row["section"],
    )
    return page.lstrip()


def _shown(comparison: ComparisonRecord) -> tuple[dict[str, object], dict[str, int]]:
    """The comparison with the most different documents and sections, and the numbers of all."""
    shown: dict[str, object] = {**comparison}
    shown["examples"] = [_whole(one) for one in comparison["examples"]]
    cut = {}
    parts: dict[str, Sequence[DocumentScores]] = {
        "documents": comparison["documents"],
        "sections": comparison["sections"],
    }
    for name, part in parts.items():
        if len(part) > MOST_PARTS:
            shown[name] = most_different(comparison, part, MOST_PARTS)
            cut[name] = len(part)
    return shown, cut


def judged(comparison: ComparisonRecord, name: str) -> dict[str, list[str]]:
    """The metrics by which a system is better than the baseline, worse, or not different."""
    baseline = comparison["baseline"]
    words: dict[str, list[str]] = {"better": [], "worse": [], "level": []}
    for metric in comparison["systems"][baseline]:
        ps = p_values(comparison, name, metric)
        ours, theirs = (comparison["systems"][n][metric]["value"] for n in (name, baseline))
        sure = bool(ps) and all(p < 0.05 for p in ps.values())
        better = (ours > theirs) != (metric == "ter")
        words["level" if not sure else "better" if better else "worse"].append(NAMES[metric])
    return {verdict: metrics for verdict, metrics in words.items() if metrics}


def verdicts(comparison: ComparisonRecord) -> list[str]:
    """A sentence per system: better than the baseline, worse, or not significantly different."""
    baseline = comparison["baseline"]
    words = {
        "better": "significantly better than",
        "worse": "significantly worse than",
        "level": "not significantly different from",
    }
    sentences = []
    for name in list(comparison["systems"])[1:]:
        parts = [
            f"{words[verdict]} {baseline} by {_and(metrics)}"
            for verdict, metrics in judged(comparison, name).items()
        ]
        sentences.append(f"{name}: {'; '.join(parts)}.")
    return sentences


def histogram(distribution: Distribution) -> str:
    """Bars of all systems side by side, one group per tenth, as SVG."""
    counts = distribution["segments"]
    top = max((count for values in counts.values() for count in values), default=0) or 1
    width, height, foot, group = 640, 190, 22, 640 / 10
    each = (group - 10) / len(counts)
    bars = []
    for place, (name, values) in enumerate(counts.items()):
        for bucket, count in enumerate(values):
            tall = (height - foot - 14) * count / top
            bars.append(
                f'<rect class="{colour(place)}" x="{bucket * group + 5 + place * each:.1f}" '
                f'y="{height - foot - tall:.1f}" width="{each - 1:.1f}" height="{tall:.1f}" rx="2">'
                f"<title>{escape(name)}, {bucket * 10}–{bucket * 10 + 10}: {count}</title></rect>"
            )
    labels = [
        f'<text x="{bucket * group:.0f}" y="{height - 6}" text-anchor="'
        f'{"start" if bucket == 0 else "end" if bucket == 10 else "middle"}">{bucket * 10}</text>'
        for bucket in range(11)
    ]
    return (
        f'<svg class="cmp-hist" viewBox="0 0 {width} {height}" '
        f'role="img" aria-labelledby="histogram">{"".join(bars + labels)}</svg>'
    )


def marked(text: str, reference: str) -> str:
    """The text as HTML, with the words marked that the reference does not have in this order."""
    words, wanted = text.split(), reference.split()
    matcher = SequenceMatcher(None, [w.lower() for w in words], [w.lower() for w in wanted], False)
    parts = []
    for kind, start, end, _, _ in matcher.get_opcodes():
        if part := escape(" ".join(words[start:end])):
            parts.append(part if kind == "equal" else f'<mark class="only mt">{part}</mark>')
    return " ".join(parts)


def colour(place: int) -> str:
    """The style class of the system at this place."""
    return COLOURS[place % len(COLOURS)]


def _is_best(scores: Mapping[str, Mapping[str, float]], metric: str, name: str) -> bool:
    """Whether a system alone has the best score of a row, to the digit shown."""
    values = {one: round(by_metric[metric], 1) for one, by_metric in scores.items()}
    best = min(values.values()) if metric == "ter" else max(values.values())
    return values[name] == best and list(values.values()).count(best) == 1


def _whole(example: Example) -> dict[str, object]:
    return {"document": None, "section": None, "source": None} | dict(example)


def _range(words: str) -> str:
    """A bucket without English words.

    >>> _range("10 to 19"), _range("60 and more")
    ('10–19', '60+')
    """
    return words.replace(" to ", "–").replace(" and more", "+")


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}%"


def _samples(results: Sequence[PairedResult]) -> dict[str, object]:
    """Samples and seed from the signature."""
    parts = dict(part.split(":", 1) for part in results[0]["signature"].split("|"))
    return {"count": int(parts.get("bs") or parts["ar"]), "seed": parts["seed"]}


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
