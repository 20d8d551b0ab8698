"""`duizhao apply`: write a corpus with the edits of its review."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from duizhao.flows.commands import options
from duizhao.flows.settings import option


def apply(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder with edits of `duizhao review`.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the corpus. Default: DIR/reviewed."),
    ] = None,
    from_: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE.xlsx",
            help="First add the changes in this file, an edited `duizhao export --to xlsx`.",
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help="Your name in the edits of --from. Default: your login name."),
    ] = None,
    checked_only: Annotated[
        bool,
        typer.Option(
            "--checked-only", help="Keep only checked beads; move the others to the ledger."
        ),
    ] = False,
    min_confidence: Annotated[
        float | None,
        option(
            "min_confidence",
            help="Beads below this confidence go to the ledger unless a person checked or changed "
            "them. [default: that of the build]",
        ),
    ] = None,
    tsv_bom: Annotated[
        bool | None, option("tsv_bom", help="As for build. [default: that of the build]")
    ] = None,
    tsv_escape: Annotated[
        bool | None, option("tsv_escape", help="As for build. [default: that of the build]")
    ] = None,
    json: options.Json = False,
) -> None:
    """Write the corpus with the corrections of a review, in every format that DIR has.

    The build and its edits stay as they are. The `metadata` of each edited row names the edit, the
    reviewer and the time; every sentence is in the new corpus or its ledger. Exit code 1 means
    that lines of --from could not be applied: they are listed, and all others are.
    """
    from duizhao.evaluation.review.apply import apply_review, import_sheet
    from duizhao.flows.batch.lock import user_name
    from duizhao.flows.terminal import console
    from duizhao.flows.terminal.output import print_json

    imported = import_sheet(folder, from_, by or user_name()) if from_ else None
    for problem in imported["problems"] if imported else []:
        console.current().warn(f"{from_}: {problem}")
    for note in imported["notes"] if imported else []:
        console.current().note(f"{from_}: {note}")
    result = apply_review(
        folder,
        out,
        checked_only=checked_only,
        min_confidence=min_confidence or 0.0,
        tsv_bom=tsv_bom,
        tsv_escape=tsv_escape,
    )
    if result["torn"]:
        console.current().warn(
            f"{folder / 'edits.jsonl'}: the last line was cut off by a crash and is ignored: "
            f"{result['torn'][:80]}"
        )
    if json:
        print_json(result | ({"from": imported} if imported else {}))
    else:
        _print(result)
    if imported and imported["problems"]:
        raise typer.Exit(1)


def _print(result: dict[str, Any]) -> None:
    from duizhao.flows.terminal import console

    review = result["review"]
    print(result["out"])
    kinds = ", ".join(f"{kind}: {count}" for kind, count in review["by_kind"].items())
    console.current().note(
        f"{result['counts']['rows']} rows; {review['edits']} edits ({kinds}) by "
        f"{', '.join(review['reviewers']) or 'nobody'}; {review['checked']} of {review['beads']} "
        "beads of the corpus checked"
    )
