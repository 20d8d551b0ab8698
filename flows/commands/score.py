"""duizhao score: BLEU, chrF++ and TER of a translation, with intervals and signatures."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from evaluation.translation import Score


class Output(StrEnum):
    """Forms of output."""

    TABLE = "table"
    JSON = "json"


class Metric(StrEnum):
    """Metrics by name."""

    BLEU = "bleu"
    CHRF = "chrf++"
    TER = "ter"
    COMET = "comet"


def score(
    hypothesis: Annotated[
        str, typer.Argument(help="Translation, one segment a line (- for standard input, or .gz).")
    ],
    reference: Annotated[
        str, typer.Argument(help="Human reference, line by line beside it (or - , or .gz).")
    ],
    source: Annotated[
        str | None,
        typer.Option(help="Source text, line by line: for comet, and shown with --segments."),
    ] = None,
    metrics: Annotated[
        list[Metric] | None,
        typer.Option(
            "--metric",
            "--metrics",
            "-m",
            help="Metric to take; may be given more than once. Default: bleu, chrf++ and ter. "
            "ter is slow (its time grows with the cube of a segment's length); comet needs its "
            "own environment, see docs/evaluation.md.",
        ),
    ] = None,
    segments: Annotated[
        bool, typer.Option("--segments", help="Score each segment too, with its texts.")
    ] = False,
    bootstrap: Annotated[
        int, typer.Option(min=0, help="Resamples for the 95% intervals; 0 for none.")
    ] = 1000,
    seed: Annotated[
        int, typer.Option(help="Seed of the resampling; 12345 is sacrebleu's own.")
    ] = 12345,
    to: Annotated[Output, typer.Option(help="Form of the output.")] = Output.TABLE,
) -> None:
    """Score a translation against a reference.

    The values are those of sacrebleu's command line to the last digit; the signature says all
    settings and belongs into any paper that cites them.
    """
    from corpus.document import InputError
    from evaluation.lines import check_same_length, read_lines
    from evaluation.translation import METRICS, measure

    if [hypothesis, reference, source].count("-") > 1:
        raise InputError("only one of the files can be standard input (-)")
    hypotheses, references = read_lines(hypothesis), read_lines(reference)
    check_same_length(hypothesis, hypotheses, reference, references)
    sources = read_lines(source) if source else None
    if source and sources is not None:
        check_same_length(hypothesis, hypotheses, source, sources)
    chosen = list(dict.fromkeys(metric.value for metric in metrics or ())) or list(METRICS)
    scores: list[Score] = []
    by_segment: dict[str, list[float]] = {}
    for name in chosen:
        if name == "comet":
            from evaluation.neural import comet

            result = comet(sources, hypotheses, references, bootstrap=bootstrap, seed=seed)
            scores.append(result.score)
            by_segment[name] = list(result.segments)
            continue
        statistics = measure(name, hypotheses, references, workers=_workers(name))
        scores.append(statistics.score(bootstrap=bootstrap, seed=seed))
        if segments:
            by_segment[name] = statistics.segments()
    rows = _rows(by_segment, hypotheses, references, sources) if segments else []
    if to is Output.JSON:
        _print_json(scores, rows)
    else:
        _print_table(scores, rows, chosen)


def _workers(metric: str) -> int:
    """Processes: TER is worth spreading, the others are done before a process has started."""
    import os

    return len(os.sched_getaffinity(0)) if metric == "ter" else 1


def _rows(
    by_segment: dict[str, list[float]],
    hypotheses: list[str],
    references: list[str],
    sources: list[str] | None,
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for place, (hypothesis, reference) in enumerate(zip(hypotheses, references, strict=True)):
        row: dict[str, Any] = {"line": place + 1}
        row |= {name: values[place] for name, values in by_segment.items()}
        if sources is not None:
            row["source"] = sources[place]
        rows.append(row | {"hypothesis": hypothesis, "reference": reference})
    return rows


def _print_json(scores: list[Score], rows: list[dict[str, Any]]) -> None:
    import json

    from evaluation.scores import score_json

    found: dict[str, Any] = {"scores": [score_json(score) for score in scores]}
    if rows:
        found["segments"] = rows
    print(json.dumps(found, ensure_ascii=False, indent=1))


def _print_table(scores: list[Score], rows: list[dict[str, Any]], names: list[str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if rows:
        sides = [side for side in ("source", "hypothesis", "reference") if side in rows[0]]
        table = Table("line", *names, *sides)
        for row in rows:
            figures = [f"{row[name]:.1f}" for name in names]
            table.add_row(str(row["line"]), *figures, *(Text(row[side]) for side in sides))
        console.print(table)
    table = Table("metric", "score", "95% interval", "mean ± margin")
    for score in scores:
        cells = [score.metric, f"{score.value:.2f}"]
        if score.low is not None and score.margin is not None:
            cells.append(f"{score.low:.2f} to {score.high:.2f}")
            cells.append(f"{score.mean:.2f} ± {score.margin:.2f}")
        table.add_row(*cells)
    console.print(table)
    for score in scores:
        console.print(f"{score.metric}: {score.signature}", style="dim", soft_wrap=True)
