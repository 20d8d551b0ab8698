"""`duizhao status`: the state of a batch."""

from __future__ import annotations

from typing import Annotated

import typer

from duizhao.flows.commands import options


def status(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help="The output folder or address of a batch.")
    ],
    json: options.Json = False,
) -> None:
    """Show how many documents are done, failed (and why) and left, and the time remaining."""
    from duizhao.flows.batch.summary import print_status
    from duizhao.flows.batch.summary import status as status_of
    from duizhao.flows.terminal.output import print_json

    state = status_of(folder)
    if json:
        print_json(state)
    else:
        print_status(state)
