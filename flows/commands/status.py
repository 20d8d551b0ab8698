"""`duizhao status`: how a batch stands."""

from __future__ import annotations

from typing import Annotated

import typer


def status(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help="The output folder or address of a batch.")
    ],
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show how many documents are done, failed (and why) and left, and the time left."""
    from duizhao.flows.batch import summary as batch_summary

    told = batch_summary.status(folder)
    if json:
        import json as json_module

        print(json_module.dumps(told, ensure_ascii=False, indent=2))
        return
    batch_summary.print_status(told)
