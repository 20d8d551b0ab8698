"""`duizhao apply`: write the corpus anew with the edits of a review."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def apply(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder with edits of `duizhao review`.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Where to write the corpus; DIR/reviewed if not given."),
    ] = None,
) -> None:
    """Write the corpus with the corrections of a review, in every format that DIR has.

    The build and its edits stay as they are. Each row that was touched says what was done to it,
    by whom and when (in `metadata`); every sentence is in the new corpus or its ledger.
    """
    from duizhao.evaluation.review.apply import apply_review

    told = apply_review(folder, out)
    review = told["review"]
    print(told["out"])
    kinds = ", ".join(f"{kind}: {count}" for kind, count in review["by_kind"].items())
    print(
        f"{told['counts']['rows']} rows; {review['edits']} edits ({kinds}) by "
        f"{', '.join(review['reviewers']) or 'nobody'}; {review['checked']} of {review['beads']} "
        "beads of the corpus checked",
        file=sys.stderr,
    )
    if told["torn"]:
        print(
            f"{folder / 'edits.jsonl'}: the last line was cut off by a crash and is passed over: "
            f"{told['torn'][:80]}",
            file=sys.stderr,
        )
