"""`duizhao evaluate-alignment`: precision, recall and F1 of an alignment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duizhao.flows.commands import options


def evaluate_alignment(
    gold: Annotated[
        Path,
        typer.Argument(
            help="The correct alignment: one bead per line as [0,1]:[2], ids from 0; or a folder "
            "of such files."
        ),
    ],
    predicted: Annotated[
        Path,
        typer.Argument(
            help="The alignment to judge, in the same form and direction or as written by align "
            "--to jsonl or tsv; or a folder of files with the same names as in GOLD."
        ),
    ],
    as_json: options.Json = False,
    resamples: Annotated[
        int,
        typer.Option(
            "--resamples",
            min=0,
            help="Bootstrap samples for the 95% interval of F1; 0 leaves the interval out.",
        ),
    ] = 1000,
    flip: Annotated[
        bool,
        typer.Option("--flip", help="Exchange source and target of GOLD before comparing."),
    ] = False,
) -> None:
    """Precision, recall and F1 of an alignment, strict and lax, by bead type.

    Strict: a bead is right if it is in the gold. Lax: if it shares a source and a target sentence
    with a gold bead. As in vecalign's scorer, precision counts predicted deletions and insertions,
    recall leaves out those of the gold. The counts of several files are added up.
    """
    from dataclasses import asdict, replace

    from duizhao.evaluation.metrics.alignment import (
        check_same_texts,
        paired_files,
        read_beads,
        score,
        score_by_type,
    )
    from duizhao.flows.terminal import console
    from duizhao.flows.terminal.output import print_json

    pairs = []
    for gold_file, predicted_file in paired_files(gold, predicted):
        gold_beads = read_beads(gold_file)
        predicted_beads = read_beads(predicted_file, may_be_empty=True)
        if flip:
            gold_beads = [
                replace(bead, source=bead.target, target=bead.source) for bead in gold_beads
            ]
        if warning := check_same_texts(gold_beads, predicted_beads):
            console.current().warn(f"duizhao: {predicted_file}: {warning}")
        pairs.append((gold_beads, predicted_beads))
    result = score(pairs, resamples)
    types = score_by_type(pairs)
    if as_json:

        def figures(name: str) -> dict[str, object]:
            counts = getattr(result, name)
            interval = getattr(result, f"{name}_interval")
            return {
                "precision": counts.precision,
                "recall": counts.recall,
                "f1": counts.f1,
                "f1_interval": interval,
                **asdict(counts),
            }

        print_json(
            {
                "strict": figures("strict"),
                "lax": figures("lax"),
                "types": {name: {"f1": row.f1, **asdict(row)} for name, row in types.items()},
                "resamples": resamples,
                "files": len(pairs),
            }
        )
        return
    print("        precision  recall      F1  95% interval")
    for name in ("strict", "lax"):
        counts = getattr(result, name)
        interval = getattr(result, f"{name}_interval")
        between = f"  {interval[0]:.4f}-{interval[1]:.4f}" if interval else ""
        print(f"{name:<7} {counts.precision:9.4f} {counts.recall:7.4f} {counts.f1:7.4f}{between}")
    print("\ntype    precision  recall      F1    gold  predicted")
    for name, row in types.items():
        print(
            f"{name:<7} {row.precision:9.4f} {row.recall:7.4f} {row.f1:7.4f}"
            f" {row.gold:7d} {row.predicted:10d}"
        )
