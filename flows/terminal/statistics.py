"""Print the statistics of a corpus in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from duizhao.corpus.cleaning.plan import STEPS
from duizhao.evaluation.verdict import verdict

Values = Mapping[str, Any]
"""The values of `statistics` (evaluation/statistics.py), or of a part of them."""

BAR = 30
LOW = 0.5
MOST_FINDINGS = 6


def print_statistics(statistics: Values, console: Console, *, details: bool = False) -> None:
    """Print the verdict and the main figures; with `details`, all tables."""
    rows = statistics["rows"]
    is_good, findings = verdict(statistics)
    head = "Nothing needs attention" if is_good else "Needs attention"
    console.print(
        f"{head}: {rows:,} rows, {statistics['documents']:,} document(s)",
        style="bold green" if is_good else "bold yellow",
        highlight=False,
    )
    for line in findings[:MOST_FINDINGS]:
        console.print(f"- {line}", highlight=False, markup=False)
    if not rows:
        return
    console.print(_overview(statistics))
    if details:
        print_tables(statistics, console)
    else:
        console.print("--details prints all tables", style="dim", highlight=False)


def _overview(statistics: Values) -> Table:
    rows = statistics["rows"]
    table = Table.grid(padding=(0, 2))
    confidence = statistics["confidence"]
    low = sum(count for edge, count in confidence["classes"].items() if float(edge) < LOW)
    beads = list(statistics["bead_types"].items())
    shown = ", ".join(f"{kind} {100 * count / rows:.0f}%" for kind, count in beads[:4])
    lengths, words = statistics["lengths"], statistics["vocabulary"]["target_words"]
    pairs = {
        "confidence": f"mean {confidence['mean']:.3f}, median "
        f"{confidence['quantiles']['0.5']:.3f}; {low:,} rows under {LOW}",
        "beads": shown + (", ..." if len(beads) > 4 else ""),
        "lengths": f"median {lengths['source_characters']['quantiles']['0.5']:.0f} characters, "
        f"{lengths['target_words']['quantiles']['0.5']:.0f} words",
        "vocabulary": f"{words['types']:,} different English words of {words['tokens']:,}",
    }
    for side in ("source", "target"):
        sentences = statistics["sentences"][side]
        pairs[f"{side} sentences"] = (
            f"{sentences['kept']:,} in the corpus, {sentences['lost']:,} not"
        )
    if flags := statistics["translation"]["flags"]:
        most = sorted(flags.items(), key=lambda pair: -pair[1])[:3]
        pairs["flags"] = ", ".join(f"{name} {count:,}" for name, count in most)
    if splits := statistics["splits"]:
        pairs["splits"] = ", ".join(f"{name} {n:,}" for name, n in splits["rows"].items())
    for name, text in pairs.items():
        table.add_row(Text(name, "dim"), Text(text))
    return table


def print_tables(statistics: Values, console: Console) -> None:
    """Print one table per part."""
    rows = statistics["rows"]
    _counts("bead type", statistics["bead_types"], rows, console)
    _classes("confidence", statistics["confidence"], console)
    _classes("length ratio (1: as UN text)", statistics["length_ratio"], console)
    for name, figures in statistics["lengths"].items():
        _classes(name.replace("_", " "), figures, console)
    _vocabulary(statistics["vocabulary"], console)
    _suspects(statistics, console)
    if flags := statistics["translation"]["flags"]:
        _counts("flag of the machine translation", flags, rows, console)
    _sentences(statistics["sentences"], console)
    if splits := statistics["splits"]:
        _counts("split", splits["rows"], rows, console)
        for pair, count in splits["shared_sentences"].items():
            style = "bold red" if count else "green"
            console.print(f"{pair} share {count:,} sentences", style=style)
    if len(statistics["least_sure_documents"]) > 1:
        table = Table("least sure documents", "rows", "mean confidence")
        for one in statistics["least_sure_documents"]:
            figures = (f"{one['rows']:,}", f"{one['confidence']:.3f}")
            table.add_row(Text(one["document"]), *figures)
        console.print(table)


def _counts(title: str, counts: Mapping[str, int], rows: int, console: Console) -> None:
    table = Table(title, "rows", "share")
    for name, count in counts.items():
        table.add_row(name, f"{count:,}", f"{100 * count / rows:.1f}%")
    console.print(table)


def _classes(title: str, figures: Values, console: Console) -> None:
    """Print a small histogram with its figures below."""
    if not figures["count"]:
        return
    classes = {float(low): count for low, count in figures["classes"].items()}
    ends = [*list(classes)[1:], None]
    top = max(classes.values())
    table = Table(title, "rows", "")
    for (low, count), end in zip(classes.items(), ends, strict=True):
        label = f"{low:g} and more" if end is None else f"{low:g} to {end:g}"
        table.add_row(label, f"{count:,}", Text("█" * round(BAR * count / top), "blue"))
    quantiles = figures["quantiles"]
    table.caption = (
        f"mean {figures['mean']:.3g}, median {quantiles['0.5']:.3g}, "
        f"5% under {quantiles['0.05']:.3g}, 5% over {quantiles['0.95']:.3g}"
    )
    console.print(table)


def _vocabulary(vocabulary: Values, console: Console) -> None:
    table = Table("vocabulary", "tokens", "types", "seen once")
    for name, one in vocabulary.items():
        table.add_row(
            name.replace("_", " "), *(f"{one[key]:,}" for key in ("tokens", "types", "once"))
        )
    console.print(table)


def _suspects(statistics: Values, console: Console) -> None:
    table = Table("does not look right", "rows", "share")
    for side, one in statistics["duplicates"].items():
        table.add_row(f"same {side} as before", f"{one['rows']:,}", f"{100 * one['share']:.1f}%")
    for name, count in statistics["checks"].items():
        what = STEPS[name].help.rstrip(".")
        table.add_row(f"{name}: {what}", f"{count:,}", f"{100 * count / statistics['rows']:.1f}%")
    console.print(table)


def _sentences(sentences: Values, console: Console) -> None:
    table = Table("sentences", "source", "target")
    sides = ("source", "target")
    for key in ("kept", "lost"):
        table.add_row(key, *(f"{sentences[side][key]:,}" for side in sides))
    reasons = dict.fromkeys(reason for side in sides for reason in sentences[side]["reasons"])
    for reason in reasons:
        figures = (f"{sentences[side]['reasons'].get(reason, 0):,}" for side in sides)
        table.add_row(f"  {reason}", *figures)
    console.print(table)
    if lines := sentences["other_lines"]:
        others = ", ".join(f"{reason} {count:,}" for reason, count in lines.items())
        console.print(f"lines that are not sentences: {others}")
