"""Print a comparison in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from duizhao.evaluation.comparison.page import verdicts
from duizhao.evaluation.comparison.records import ComparisonRecord, PartScores
from duizhao.evaluation.comparison.tables import NAMES, cell, most_different, p_text, p_values

P = TypeVar("P", bound=PartScores)

MOST_PARTS = 40
"""Most documents, and most sections, to print."""


def print_comparison(
    comparison: ComparisonRecord, console: Console, *, details: bool = False
) -> None:
    """Print the verdict, the scores and the segments won; with `details`, all tables."""
    for line in verdicts(comparison):
        console.print(line, style="bold", markup=False, highlight=False)
    _scores(comparison, console)
    _wins(comparison, console)
    for note in comparison["notes"]:
        console.print(note, style="dim", markup=False, highlight=False)
    for score in comparison["systems"][comparison["baseline"]].values():
        console.print(
            f"{score['metric']}: {score['signature']}", style="dim", soft_wrap=True, highlight=False
        )
    if details:
        print_details(comparison, console)
    else:
        console.print(
            "--details prints examples, phrases, words and documents", style="dim", highlight=False
        )


def print_details(comparison: ComparisonRecord, console: Console) -> None:
    """Print where the systems differ: words, lengths, documents, phrases, examples."""
    names = list(comparison["systems"])
    _words(comparison, console)
    _frequency(comparison, console)
    _by(
        "by words of the reference",
        comparison["lengths"],
        lambda row: row["words"],
        comparison,
        console,
    )
    if len(comparison["documents"]) > 1:
        _by(
            "by document", comparison["documents"], lambda row: row["document"], comparison, console
        )
    if len(comparison["sections"]) > 1:
        _by(
            "by section",
            comparison["sections"],
            lambda row: row["section"] or "-",
            comparison,
            console,
        )
    for name in names[1:]:
        _ngrams(comparison, name, console)
    _examples(comparison, console)


def _scores(comparison: ComparisonRecord, console: Console) -> None:
    metrics = list(comparison["systems"][comparison["baseline"]])
    table = Table(title=f"{comparison['segments']:,} segments", title_justify="left")
    table.add_column("system", overflow="fold")
    for metric in metrics:
        table.add_column(f"{NAMES[metric]} ± 95%", justify="right", no_wrap=True)
        if comparison["significance"]:
            table.add_column("p", justify="right")
    for name, scores in comparison["systems"].items():
        cells = []
        for metric in metrics:
            ps = p_values(comparison, name, metric).values()
            sure = bool(ps) and all(p < 0.05 for p in ps)
            cells.append(
                Text(cell(scores[metric]) + (" *" if sure else ""), "bold" if sure else "")
            )
            if comparison["significance"]:
                cells.append(Text(" / ".join(p_text(p) for p in ps) or "-", "dim"))
        table.add_row(Text(name), *cells)
    if comparison["significance"]:
        table.caption = Text(
            f"p against {comparison['baseline']} by {' / '.join(comparison['significance'])}; "
            "* under 0.05 in each"
        )
    console.print(table)


def _wins(comparison: ComparisonRecord, console: Console) -> None:
    table = Table("segments by chrF++", "won", "tied", "lost")
    for win in comparison["wins"]:
        against = f"{win['system']} against {comparison['baseline']}"
        table.add_row(Text(against), *(f"{win[key]:,}" for key in ("wins", "ties", "losses")))
    console.print(table)


def _words(comparison: ComparisonRecord, console: Console) -> None:
    table = Table(
        "words", Column("system", overflow="fold"), "precision", "recall", "F1", "in the reference"
    )
    for label, systems in comparison["words"].items():
        for place, (name, one) in enumerate(systems.items()):
            figures = [_percent(one[key]) for key in ("precision", "recall", "f1")]
            table.add_row("" if place else label, Text(name), *figures, f"{one['reference']:,}")
    console.print(table)


def _frequency(comparison: ComparisonRecord, console: Console) -> None:
    names = list(comparison["systems"])
    table = Table("F1 of words, by frequency", "words", *names)
    for row in comparison["frequency"]:
        figures = [_percent(row["f1"][name]) for name in names]
        table.add_row(row["frequency"], f"{row['words']:,}", *figures)
    console.print(table)


def _ngrams(comparison: ComparisonRecord, name: str, console: Console) -> None:
    grams = comparison["ngrams"][name]
    table = Table("phrases that the reference has", comparison["baseline"], name)
    for way in ("better", "worse"):
        for gram in grams[way][:5]:
            table.add_row(Text(gram["ngram"]), str(gram["baseline"]), str(gram["system"]))
        table.add_section()
    console.print(table)


def _by(
    title: str,
    rows: Sequence[P],
    label: Callable[[P], str],
    comparison: ComparisonRecord,
    console: Console,
) -> None:
    names = list(comparison["systems"])
    metrics = list(comparison["systems"][names[0]])
    table = Table(title, "segments", Column("system", overflow="fold"))
    for metric in metrics:
        table.add_column(NAMES[metric], justify="right", no_wrap=True)
    for row in most_different(comparison, rows, MOST_PARTS):
        for place, name in enumerate(names):  # one line per system fits a narrow terminal
            figures = [f"{row['scores'][name][metric]:.1f}" for metric in metrics]
            head = ("", "") if place else (Text(label(row)), f"{row['segments']:,}")
            table.add_row(*head, Text(name), *figures, end_section=place == len(names) - 1)
    if len(rows) > MOST_PARTS:
        table.caption = f"the {MOST_PARTS} of {len(rows):,} that differ most"
    console.print(table)


def _examples(comparison: ComparisonRecord, console: Console) -> None:
    for one in comparison["examples"]:
        place = " ".join(filter(None, (one.get("document"), one.get("section"))))
        way = "better" if one["difference"] > 0 else "worse"
        head = f"segment {one['segment']} {place}: {one['system']} {way} by "
        table = Table(
            title=Text(f"{head}{abs(one['difference']):.1f} chrF++"),
            title_justify="left",
            show_header=False,
        )
        if "source" in one:
            table.add_row("source", Text(one["source"]))
        table.add_row("reference", Text(one["reference"]))
        for name, text in one["hypotheses"].items():
            table.add_row(Text(f"{name} {one['chrf++'][name]:.1f}"), Text(text))
        console.print(table)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}%"
