"""`duizhao apply`: write a corpus with the edits of its review."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duizhao.flows.commands import options


def apply(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder with edits of `duizhao review`.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Where to write the corpus; DIR/reviewed if not given."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Write the corpus with the corrections of a review, in every format that DIR has.

    The build and its edits stay as they are. The `metadata` of each edited row names the edit, the
    reviewer and the time; every sentence is in the new corpus or its ledger.
    """
    from duizhao.evaluation.review.apply import apply_review
    from duizhao.flows.terminal import console
    from duizhao.flows.terminal.output import print_json

    result = apply_review(folder, out)
    if result["torn"]:
        console.current().warn(
            f"{folder / 'edits.jsonl'}: the last line was cut off by a crash and is ignored: "
            f"{result['torn'][:80]}"
        )
    if json:
        print_json(result)
        return
    review = result["review"]
    print(result["out"])
    kinds = ", ".join(f"{kind}: {count}" for kind, count in review["by_kind"].items())
    console.current().note(
        f"{result['counts']['rows']} rows; {review['edits']} edits ({kinds}) by "
        f"{', '.join(review['reviewers']) or 'nobody'}; {review['checked']} of {review['beads']} "
        "beads of the corpus checked"
    )
