"""`duizhao adapt`: fine-tune the translation model on corpora."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from duizhao.flows.commands import options


def adapt(
    corpora: Annotated[
        list[str],
        typer.Argument(
            metavar="CORPUS...",
            help="Folders or files of build and batch, TMX, XLIFF, TSV, CSV or JSON lines of "
            "pairs, Moses files (train.zh, with train.en beside it), or folders of these.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="MODEL", help="Folder for the new model."),
    ],
    base: Annotated[
        str | None,
        typer.Option(
            "--base",
            metavar="NAME|PATH",
            help="The model to start from. Default: the model of the settings.",
        ),
    ] = None,
    epochs: Annotated[
        int, typer.Option(min=1, help="Most passes over the text; fewer if gains end early.")
    ] = 3,
    minutes: Annotated[
        float | None,
        typer.Option(
            min=0.01,
            help="Plan as many steps as fit into this time, measured at the start (without the "
            "evaluations).",
        ),
    ] = None,
    terms: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="TSV of terms (zh, en) for term accuracy. Default: the glossary of the settings.",
        ),
    ] = None,
    device: options.DeviceName = None,
    min_confidence: options.MinConfidence = None,
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Fine-tune the translation model on corpora, and compare it with its base.

    Whole documents are held out for the comparison. After an interruption the same command
    continues and gives the same model. A model that is not better is reported as such.
    """
    from duizhao.flows.settings import resolve
    from duizhao.models.training.plan import Options

    settings = resolve(
        config,
        model=base,
        device=device,
        min_confidence=min_confidence,
        glossary=str(terms) if terms else None,
    ).settings
    record = run(corpora, out, settings, Options(epochs=epochs, minutes=minutes))
    if json:
        from duizhao.flows.terminal.output import print_json

        print_json(record)
    else:
        print_summary(record)


def run(corpora: list[str], out: Path, settings: Any, training: Any) -> dict[str, Any]:
    """Run the flow; paths that do not exist are reported before a server starts."""
    from duizhao.corpus.errors import InputError
    from duizhao.flows import stages
    from duizhao.flows.adapting.work import check_out
    from duizhao.flows.runtime import session as runtime
    from duizhao.flows.runtime.processes import Ended, ended_by_signals
    from duizhao.flows.terminal import console
    from duizhao.models.weights.conversion import need_torch

    for corpus in corpora:
        if not Path(corpus).exists():
            raise InputError(f"{corpus}: no such file or folder; check the path")
    check_out(out)
    stages.glossary(settings)
    need_torch("adapt", "trains with torch")
    try:
        with ended_by_signals(), runtime.session(settings.server_minutes) as connect:
            from duizhao.flows.adapting.flow import Request, adapt

            with console.current().stage("start Prefect"):
                connect()
            record: dict[str, Any] = adapt(Request(tuple(corpora), str(out), settings, training))
    except (KeyboardInterrupt, Ended) as ended:
        console.current().warn(
            "duizhao: adapt ended; the same command continues from the last checkpoint, at most "
            "two minutes old"
        )
        raise typer.Exit(143 if isinstance(ended, Ended) else 130) from None
    return record


def print_summary(record: Mapping[str, Any]) -> None:
    """Print the scores before and after, and whether the model is better."""
    from duizhao.evaluation.comparison.tables import NAMES, p_text
    from duizhao.flows.terminal.output import print_table

    rows = []
    for result in record["results"]:
        for metric, one in result["metrics"].items():
            p = " / ".join(p_text(p) for p in one["p"].values())
            rows.append(
                (
                    f"{result['text']}, {NAMES[metric]}",
                    f"{one['before']:.1f} to {one['after']:.1f} (p {p})",
                )
            )
        before, after = (sum(flags.values()) for flags in result["flags"].values())
        rows.append((f"{result['text']}, flagged", f"{before:,} to {after:,}"))
        if terms := result["terms"]:
            base, adapted = terms["base"], terms["adapted"]
            rows.append(
                (
                    f"{result['text']}, terms",
                    f"{base['found']:,} to {adapted['found']:,} of {base['used']:,} right",
                )
            )
    rows.append(("Model", record["model"]))
    rows.append(("Recommended", "yes" if record["recommended"] else "no"))
    rows.append(("", "\n".join(record["reasons"])))
    print_table("Before and after", rows)
