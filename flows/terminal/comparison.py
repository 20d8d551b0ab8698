"""A comparison in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from duizhao.evaluation.comparison.page import verdicts
from duizhao.evaluation.comparison.tables import NAMES, cell, most_different, p_text, p_values

Found = Mapping[str, Any]

MOST_PARTS = 40
"""Documents, and sections, that are shown."""


def print_comparison(found: Found, console: Console, *, details: bool = False) -> None:
    """The verdict, the scores and the segments won, on one screen; with `details` all tables."""
    for line in verdicts(found):
        console.print(line, style="bold", markup=False, highlight=False)
    _scores(found, console)
    _wins(found, console)
    for note in found["notes"]:
        console.print(note, style="dim", markup=False, highlight=False)
    for score in found["systems"][found["baseline"]].values():
        console.print(
            f"{score['metric']}: {score['signature']}", style="dim", soft_wrap=True, highlight=False
        )
    if details:
        print_details(found, console)
    else:
        console.print(
            "--details prints examples, phrases, words and documents", style="dim", highlight=False
        )


def print_details(found: Found, console: Console) -> None:
    """Where the systems differ: words, lengths, documents, phrases, examples."""
    names = list(found["systems"])
    _words(found, console)
    _frequency(found, console)
    _by("by words of the reference", found["lengths"], lambda row: row["words"], found, console)
    if len(found["documents"]) > 1:
        _by("by document", found["documents"], lambda row: row["document"], found, console)
    if len(found["sections"]) > 1:
        _by("by section", found["sections"], lambda row: row["section"] or "-", found, console)
    for name in names[1:]:
        _ngrams(found, name, console)
    _examples(found, console)


def _scores(found: Found, console: Console) -> None:
    metrics = list(found["systems"][found["baseline"]])
    table = Table(title=f"{found['segments']:,} segments", title_justify="left")
    table.add_column("system", overflow="fold")
    for metric in metrics:
        table.add_column(f"{NAMES[metric]} ± 95%", justify="right", no_wrap=True)
        if found["significance"]:
            table.add_column("p", justify="right")
    for name, scores in found["systems"].items():
        cells = []
        for metric in metrics:
            ps = p_values(found, name, metric).values()
            sure = bool(ps) and all(p < 0.05 for p in ps)
            cells.append(
                Text(cell(scores[metric]) + (" *" if sure else ""), "bold" if sure else "")
            )
            if found["significance"]:
                cells.append(Text(" / ".join(p_text(p) for p in ps) or "-", "dim"))
        table.add_row(Text(name), *cells)
    if found["significance"]:
        table.caption = Text(
            f"p against {found['baseline']} by {' / '.join(found['significance'])}; "
            "* under 0.05 in each"
        )
    console.print(table)


def _wins(found: Found, console: Console) -> None:
    table = Table("segments by chrF++", "won", "tied", "lost")
    for win in found["wins"]:
        against = f"{win['system']} against {found['baseline']}"
        table.add_row(Text(against), *(f"{win[key]:,}" for key in ("wins", "ties", "losses")))
    console.print(table)


def _words(found: Found, console: Console) -> None:
    table = Table(
        "words", Column("system", overflow="fold"), "precision", "recall", "F1", "in the reference"
    )
    for label, systems in found["words"].items():
        for place, (name, one) in enumerate(systems.items()):
            figures = [_percent(one[key]) for key in ("precision", "recall", "f1")]
            table.add_row("" if place else label, Text(name), *figures, f"{one['reference']:,}")
    console.print(table)


def _frequency(found: Found, console: Console) -> None:
    names = list(found["systems"])
    table = Table("F1 of words, by frequency", "words", *names)
    for row in found["frequency"]:
        figures = [_percent(row["f1"][name]) for name in names]
        table.add_row(row["frequency"], f"{row['words']:,}", *figures)
    console.print(table)


def _ngrams(found: Found, name: str, console: Console) -> None:
    grams = found["ngrams"][name]
    table = Table("phrases that the reference has", found["baseline"], name)
    for way in ("better", "worse"):
        for gram in grams[way][:5]:
            table.add_row(Text(gram["ngram"]), str(gram["baseline"]), str(gram["system"]))
        table.add_section()
    console.print(table)


def _by(title: str, rows: Sequence[Found], label: Any, found: Found, console: Console) -> None:
    names = list(found["systems"])
    metrics = list(found["systems"][names[0]])
    table = Table(title, "segments", Column("system", overflow="fold"))
    for metric in metrics:
        table.add_column(NAMES[metric], justify="right", no_wrap=True)
    for row in most_different(found, rows, MOST_PARTS):
        for place, name in enumerate(names):  # a line each, so that it fits a narrow terminal
            figures = [f"{row['scores'][name][metric]:.1f}" for metric in metrics]
            head = ("", "") if place else (Text(label(row)), f"{row['segments']:,}")
            table.add_row(*head, Text(name), *figures, end_section=place == len(names) - 1)
    if len(rows) > MOST_PARTS:
        table.caption = f"the {MOST_PARTS} of {len(rows):,} that differ most"
    console.print(table)


def _examples(found: Found, console: Console) -> None:
    for one in found["examples"]:
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
