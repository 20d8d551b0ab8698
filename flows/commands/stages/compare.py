"""`duizhao compare`: which system is better, how certain that is, and where they differ."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duizhao.flows.commands import choices, options
from duizhao.flows.terminal import console
from duizhao.flows.terminal.output import print_json

if TYPE_CHECKING:
    from duizhao.evaluation.comparison.records import ComparisonRecord
    from duizhao.evaluation.comparison.systems import Segments
    from duizhao.flows.settings import Settings


class Output(StrEnum):
    """Output formats."""

    table = "table"
    json = "json"
    latex = "latex"
    markdown = "markdown"
    html = "html"


class Metric(StrEnum):
    """Metrics by name."""

    bleu = "bleu"
    chrf = "chrf++"
    ter = "ter"


class Tests(StrEnum):
    """Paired tests."""

    bootstrap = "bootstrap"
    randomization = "randomization"


OURS = "duizhao"


def compare(
    hypotheses: Annotated[
        list[str],
        typer.Argument(
            metavar="HYPOTHESIS...",
            help="Translations, one segment per line (- for standard input, .gz too); or runs "
            "(folders of build or batch, .jsonl, .parquet). The first one is the baseline.",
        ),
    ],
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference", "-r", help="Human reference of text files, line by line (runs have one)."
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Source text, line by line; printed with the examples.")
    ] = None,
    translate: Annotated[
        bool,
        typer.Option(
            "--translate",
            help="Translate --source (with --model) and compare that as one more system.",
        ),
    ] = False,
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            "--metric",
            "--metrics",
            "-m",
            metavar=choices.metavar(Metric),
            callback=choices.names(Metric),
            help="Metrics, separated by commas or one per option. Default: bleu, chrf++, and ter "
            "if it takes under a minute.",
        ),
    ] = None,
    tests: Annotated[
        list[str] | None,
        typer.Option(
            "--test",
            metavar=choices.metavar(Tests),
            callback=choices.names(Tests),
            help="Paired tests, separated by commas or one per option. Default: both.",
        ),
    ] = None,
    samples: Annotated[
        int, typer.Option(min=1, help="Resamples of the bootstrap, paired and for intervals.")
    ] = 1000,
    trials: Annotated[int, typer.Option(min=1, help="Trials of approximate randomization.")] = (
        10_000
    ),
    seed: Annotated[
        int, typer.Option(min=1, help="Seed of both tests; 12345 is sacrebleu's own.")
    ] = 12345,
    terms: Annotated[
        Path | None,
        typer.Option(
            help="Terms to look for: a TSV of Chinese and English terms, or one term per line."
        ),
    ] = None,
    tie: Annotated[
        float, typer.Option(min=0, help="Largest chrF++ difference of segments that are a tie.")
    ] = 1.0,
    examples: Annotated[
        int, typer.Option(min=0, help="Number of segments to show, those that differ most.")
    ] = 10,
    to: Annotated[Output, typer.Option(help="Output format.")] = Output.table,
    page: Annotated[
        Path | None, typer.Option(help="Also write the comparison as an HTML page to this file.")
    ] = None,
    details: options.Details = False,
    as_json: options.Json = False,
    model: options.Model = None,
    config: options.Config = None,
) -> None:
    """Compare translations of the same text: scores, significance, and where they differ.

    Scores and both tests are sacrebleu's own, with its values for the same seed. Runs of the same
    documents are compared over the smallest groups of sentences that are complete in all of them.
    """
    from duizhao.corpus.errors import InputError
    from duizhao.evaluation.comparison.compare import compare as run
    from duizhao.evaluation.comparison.systems import load
    from duizhao.evaluation.metrics.significance import SAMPLES
    from duizhao.evaluation.metrics.words import read_terms
    from duizhao.flows.settings import resolve
    from duizhao.models.cores import usable_cores

    if translate and not source:
        raise InputError("--translate needs --source, the text to translate")
    if page is not None and not os.access(page.parent, os.W_OK):
        raise InputError(f"cannot write {page}: {page.parent} is not a writable folder")
    wanted = read_terms(terms) if terms else ()
    segments = load(hypotheses, reference, source)
    if translate:
        segments = _with_ours(segments, resolve(config, model=model).settings)
    if len(segments.systems) < 2:
        raise InputError("give two systems or more to compare (or one, --source and --translate)")
    comparison = run(
        segments,
        metrics=metrics,
        tests=[test for test in SAMPLES if not tests or test in tests],
        samples={"bootstrap": samples, "randomization": trials},
        seed=seed,
        tie=tie,
        examples=examples,
        terms=wanted,
        workers=usable_cores(),
        report=lambda text: console.current().note(f"{text} ..."),
    )
    # printed first, in case the page cannot be written
    _print(comparison, Output.json if as_json else to, details)
    if page is not None:
        _write_page(comparison, page)


def _with_ours(segments: Segments, settings: Settings) -> Segments:
    """The segments with our own translation of the source as one more system."""
    from dataclasses import replace

    from duizhao.flows import stages

    sources = segments.sources
    assert sources is not None
    with console.current().stage("translating"):
        ours = [one.text for one in stages.translate_texts(sources, settings)]
    name = OURS if OURS not in segments.systems else f"{OURS} (translated now)"
    return replace(segments, systems={**segments.systems, name: ours})


def _write_page(comparison: ComparisonRecord, page: Path) -> None:
    from duizhao.corpus.errors import InputError
    from duizhao.evaluation.comparison.page import render

    temporary = page.with_name(f".{page.name}.partial")
    try:
        temporary.write_text(render(comparison), "utf-8")
        temporary.replace(page)
    except OSError as error:
        raise InputError(f"cannot write {page}: {error.strerror or error}") from error
    console.current().note(f"page: {page}")


def _print(comparison: ComparisonRecord, to: Output, details: bool) -> None:
    match to:
        case Output.json:
            print_json(comparison)
        case Output.latex:
            from duizhao.evaluation.comparison.tables import latex

            print(latex(comparison), end="")
        case Output.markdown:
            from duizhao.evaluation.comparison.tables import markdown

            print(markdown(comparison), end="")
        case Output.html:
            from duizhao.evaluation.comparison.page import render

            print(render(comparison))
        case Output.table:
            from duizhao.flows.terminal.comparison import print_comparison
            from duizhao.flows.terminal.safe import rich_console

            print_comparison(comparison, rich_console(), details=details)
