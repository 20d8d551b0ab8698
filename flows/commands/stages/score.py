"""`duizhao score`: BLEU, chrF++ and TER of a translation, with intervals and signatures."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duizhao.flows.commands import choices, options
from duizhao.flows.terminal import console

if TYPE_CHECKING:
    from duizhao.evaluation.metrics.translation import Score
    from duizhao.flows.settings import Settings


class Tokenizer(StrEnum):
    """Tokenizers of sacrebleu that need no download."""

    WMT = "13a"
    INTERNATIONAL = "intl"
    CHINESE = "zh"
    CHARACTERS = "char"
    NONE = "none"


class Metric(StrEnum):
    """Metrics by name."""

    BLEU = "bleu"
    CHRF = "chrf++"
    TER = "ter"
    COMET = "comet"
    MT_SCORE = "mt_score"
    SIMILARITY = "similarity"


REFERENCE_FREE = ("mt_score", "similarity")


def score(
    hypothesis: Annotated[
        list[str],
        typer.Argument(
            metavar="HYPOTHESIS",
            help="Translation, one segment per line (- for standard input, .gz too).",
        ),
    ],
    reference: Annotated[
        str | None,
        typer.Option("--reference", "-r", help="Human reference, line by line (or -, or .gz)."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Source text, line by line: for comet, and shown with --segments."),
    ] = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            "--metric",
            "--metrics",
            "-m",
            metavar=choices.metavar(Metric),
            callback=choices.names(Metric),
            help="Metrics, separated by commas or one per option. Default: bleu, chrf++ and ter. "
            "ter is slow (its time grows with the cube of a segment's length); comet needs its "
            "own environment, see docs/evaluation.md. mt_score (mean log-probability of a "
            "token under the model) and similarity (of sentence embeddings) need no reference, "
            "but --source; their correlation with segment chrF++ is shown.",
        ),
    ] = None,
    segments: Annotated[
        bool, typer.Option("--segments", help="Score each segment too, with its texts.")
    ] = False,
    bootstrap: Annotated[
        int, typer.Option(min=0, help="Resamples for the 95% intervals; 0 for none.")
    ] = 1000,
    seed: Annotated[
        int, typer.Option(min=0, help="Seed of the resampling; 12345 is sacrebleu's own.")
    ] = 12345,
    tokenize: Annotated[
        Tokenizer | None,
        typer.Option(
            help="Tokenizer of BLEU; with zh and char TER separates Chinese characters too. "
            "Default: zh for a Chinese reference, else 13a."
        ),
    ] = None,
    json: options.Json = False,
    model: options.Model = None,
    config: options.Config = None,
) -> None:
    """Score a translation against a reference.

    The values are those of sacrebleu's command line to the last digit; cite them with
    the signature, which names all settings.
    """
    from duizhao.corpus.errors import InputError
    from duizhao.evaluation.metrics.lines import check_same_length, read_lines
    from duizhao.evaluation.metrics.translation import METRICS, measure
    from duizhao.flows.settings import resolve

    file, *others = hypothesis
    if reference is None or others:
        raise InputError(
            "give one translation, and name the reference with --reference: "
            f"duizhao score {file} --reference {others[0] if others else 'REFERENCE'}"
        )
    if [file, reference, source].count("-") > 1:
        raise InputError("only one of the files can be standard input (-)")
    hypotheses, references = read_lines(file), read_lines(reference)
    check_same_length(file, hypotheses, reference, references)
    sources = read_lines(source) if source else None
    if source and sources is not None:
        check_same_length(file, hypotheses, source, sources)
    settings = resolve(config, model=model).settings
    chosen = metrics or list(METRICS)
    scores: list[Score] = []
    by_segment: dict[str, list[float]] = {}
    for name in chosen:
        if name in REFERENCE_FREE:
            by_segment[name] = _reference_free(name, sources, hypotheses, settings)
            continue
        if name == "comet":
            from duizhao.evaluation.metrics.comet import comet

            result = comet(sources, hypotheses, references, bootstrap=bootstrap, seed=seed)
            scores.append(result.score)
            by_segment[name] = list(result.segments)
            continue
        statistics = measure(
            name,
            hypotheses,
            references,
            workers=_workers(name, hypotheses, references),
            tokenize=tokenize.value if tokenize else None,
        )
        scores.append(statistics.score(bootstrap=bootstrap, seed=seed))
        if segments:
            by_segment[name] = statistics.segments()
    free = {name: by_segment[name] for name in chosen if name in REFERENCE_FREE}
    correlated = (
        _correlated(free, measure("chrf++", hypotheses, references).segments()) if free else {}
    )
    rows = _rows(by_segment, hypotheses, references, sources) if segments else []
    if json:
        _print_json(scores, correlated, rows)
    else:
        _print_table(scores, correlated, rows, chosen)


def _reference_free(
    name: str, sources: list[str] | None, hypotheses: list[str], settings: Settings
) -> list[float]:
    from duizhao.corpus.errors import InputError
    from duizhao.evaluation.metrics.reference_free import mt_scores, similarities

    if sources is None:
        raise InputError(f"{name} compares with the source: give it with --source")
    if name != "mt_score":
        return similarities(sources, hypotheses)
    from duizhao.flows import stages

    with console.current().stage("model"):
        engine = stages.engine_of(settings)
    return mt_scores(sources, hypotheses, engine)


def _correlated(free: dict[str, list[float]], chrf: list[float]) -> dict[str, Any]:
    """Mean of each score without reference, and its correlation with segment chrF++."""
    from dataclasses import asdict

    from duizhao.evaluation.metrics.correlation import correlate

    return {
        name: {"mean": sum(values) / len(values)}
        | {"correlation_to_chrf": asdict(correlate(values, chrf))}
        for name, values in free.items()
    }


def _workers(metric: str, hypotheses: list[str], references: list[str]) -> int:
    """The number of processes: only TER takes longer than starting a process does."""
    from duizhao.evaluation.metrics.scores import ter_seconds
    from duizhao.models.cores import usable_cores

    if metric != "ter":
        return 1
    seconds = ter_seconds(hypotheses, references) / usable_cores()
    if seconds > 10:
        console.current().note(f"ter: about {seconds:.0f} seconds ...")
    return usable_cores()


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


def _print_json(scores: list[Score], free: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    from duizhao.evaluation.metrics.scores import score_json
    from duizhao.flows.terminal.output import print_json

    record: dict[str, Any] = {"scores": [score_json(score) for score in scores]}
    if free:
        record["reference_free"] = free
    if rows:
        record["segments"] = rows
    print_json(record)


def _print_table(
    scores: list[Score], free: dict[str, Any], rows: list[dict[str, Any]], names: list[str]
) -> None:
    from rich.table import Table
    from rich.text import Text

    from duizhao.evaluation.report.summary import NAMES
    from duizhao.flows.terminal.safe import rich_console

    console = rich_console()
    if rows:
        sides = [side for side in ("source", "hypothesis", "reference") if side in rows[0]]
        table = Table("line", *names, *sides)
        for row in rows:
            figures = [f"{row[name]:.{_digits(name)}f}" for name in names]
            table.add_row(str(row["line"]), *figures, *(Text(row[side]) for side in sides))
        console.print(table)
    table = Table("metric", "score", "95% interval", "mean ± margin")
    for score in scores:
        digits = _digits(score.metric.lower())
        cells = [NAMES.get(score.metric, score.metric), f"{score.value:.{digits}f}"]
        if score.low is not None and score.margin is not None:
            cells.append(f"{score.low:.{digits}f} to {score.high:.{digits}f}")
            cells.append(f"{score.mean:.{digits}f} ± {score.margin:.{digits}f}")
        table.add_row(*cells)
    if scores:
        console.print(table)
    if free:
        table = Table("without reference", "mean", "Pearson to chrF++", "Spearman to chrF++")
        for name, one in free.items():
            found = one["correlation_to_chrf"]
            both = [found["pearson"], found["spearman"]]
            cells = ["-" if value is None else f"{value:.3f}" for value in both]
            table.add_row(name, f"{one['mean']:.3f}", *cells)
        console.print(table)
    for score in scores:
        console.print(f"{score.metric}: {score.signature}", style="dim", soft_wrap=True)


def _digits(metric: str) -> int:
    """Decimal places: two for scores up to 100, four for scores around 1."""
    return 4 if metric in ("comet", *REFERENCE_FREE) else 2
