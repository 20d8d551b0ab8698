"""A comparison as a page: one HTML file, no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from html import escape
from pathlib import Path
from typing import Any

from duizhao.evaluation.comparison.tables import NAMES, most_different, p_text, p_values
from duizhao.evaluation.report.page import page_style

TEMPLATE = "compare_page.html.jinja"
MOST_PARTS = 200
"""Documents, and sections, that are shown."""

COLOURS = ("one", "two", "three", "four")
TESTS = {"bootstrap": "Paired bootstrap", "randomization": "Approximate randomization"}


def render(comparison: Mapping[str, Any], title: str = "") -> str:
    """The page of what `duizhao.evaluation.comparison.compare.compare` gave."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    environment.globals.update(
        colour=colour, marked=marked, p_text=p_text, percent=_percent, samples=_samples
    )
    names = list(comparison["systems"])
    page = environment.get_template(TEMPLATE).render(
        title=title or _and(names),
        found=_shown(comparison),
        names=names,
        metrics=list(comparison["systems"][names[0]]),
        metric_names=NAMES,
        test_names={test: TESTS[test] for test in comparison["significance"]},
        verdicts=verdicts(comparison),
        style=page_style(),
        histogram=histogram(comparison["distribution"]),
        ps=lambda name, metric: list(p_values(comparison, name, metric).values()),
        is_best=_is_best,
        length_label=lambda row: row["words"],
        document_label=lambda row: row["document"],
        section_label=lambda row: row["section"] or "before the first heading",
    )
    return page.lstrip()


def _shown(comparison: Mapping[str, Any]) -> dict[str, Any]:
    """What the page shows: of many documents or sections those that differ most."""
    found = dict(comparison)
    found["examples"] = [_whole(one) for one in comparison["examples"]]
    found["notes"] = list(comparison["notes"])
    for part in ("documents", "sections"):
        if len(comparison[part]) > MOST_PARTS:
            found[part] = most_different(comparison, comparison[part], MOST_PARTS)
            found["notes"].append(
                f"Of {len(comparison[part]):,} {part} the {MOST_PARTS} that differ most are shown"
            )
    return found


def verdicts(comparison: Mapping[str, Any]) -> list[str]:
    """A sentence a system: better, worse, or not to be told apart from the baseline."""
    baseline = comparison["baseline"]
    metrics = list(comparison["systems"][baseline])
    said = []
    for name in list(comparison["systems"])[1:]:
        words = {"better": [], "worse": [], "level": []}  # type: dict[str, list[str]]
        for metric in metrics:
            found = p_values(comparison, name, metric)
            ours, theirs = (comparison["systems"][n][metric]["value"] for n in (name, baseline))
            sure = bool(found) and all(p < 0.05 for p in found.values())
            better = (ours > theirs) != (metric == "ter")
            words["level" if not sure else "better" if better else "worse"].append(NAMES[metric])
        parts = [
            f"{_and(words[word])} {told}"
            for word, told in (
                ("better", f"say it is better than {baseline}"),
                ("worse", f"say it is worse than {baseline}"),
                ("level", f"cannot tell it from {baseline}"),
            )
            if words[word]
        ]
        said.append(f"{name}: {'; '.join(parts)}.")
    return said


def histogram(distribution: Mapping[str, Any]) -> str:
    """Bars of all systems side by side, a group a tenth, as SVG."""
    counts: Mapping[str, Sequence[int]] = distribution["segments"]
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
                f"<title>{escape(name)}: {count} segments from {bucket * 10} to "
                f"{bucket * 10 + 10}</title></rect>"
            )
    labels = [
        f'<text x="{bucket * group:.0f}" y="{height - 6}" text-anchor="'
        f'{"start" if bucket == 0 else "end" if bucket == 10 else "middle"}">{bucket * 10}</text>'
        for bucket in range(11)
    ]
    return (
        f'<svg class="cmp-hist" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="Distribution of segment chrF++">{"".join(bars + labels)}</svg>'
    )


def marked(text: str, reference: str) -> str:
    """The text as HTML, words that the reference has not (in this order) marked."""
    words, wanted = text.split(), reference.split()
    matcher = SequenceMatcher(None, [w.lower() for w in words], [w.lower() for w in wanted], False)
    found = []
    for kind, start, end, _, _ in matcher.get_opcodes():
        if part := escape(" ".join(words[start:end])):
            found.append(part if kind == "equal" else f'<mark class="only mt">{part}</mark>')
    return " ".join(found)


def colour(place: int) -> str:
    """The class of the system at this place."""
    return COLOURS[place % len(COLOURS)]


def _is_best(scores: Mapping[str, Mapping[str, float]], metric: str, name: str) -> bool:
    """Whether a system has the best score of a row, to the digit shown, alone."""
    values = {one: round(found[metric], 1) for one, found in scores.items()}
    best = min(values.values()) if metric == "ter" else max(values.values())
    return values[name] == best and list(values.values()).count(best) == 1


def _whole(example: Mapping[str, Any]) -> dict[str, Any]:
    return {"document": None, "section": None, "source": None} | dict(example)


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}%"


def _samples(results: Sequence[Mapping[str, Any]]) -> str:
    """Samples and seed as the signature has them."""
    parts = dict(part.split(":", 1) for part in results[0]["signature"].split("|"))
    return f"{int(parts.get('bs') or parts['ar']):,} samples, seed {parts['seed']}"


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
