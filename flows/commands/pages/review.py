"""`duizhao review`: correct an alignment in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duizhao.flows.commands import options
from duizhao.flows.settings import Effort


def review(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder built from a report and its reference.")
    ],
    by: Annotated[
        str | None,
        typer.Option(help="Your name in the edits and the corpus. Default: your login name."),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 chooses a free port.")
    ] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Whether to open the page.")
    ] = True,
    effort: Annotated[
        Effort,
        typer.Option(
            help="Signals for re-aligning: fast uses sentence embeddings, normal and best also use "
            "the translation model."
        ),
    ] = "fast",
    model: options.Model = None,
    config: options.Config = None,
) -> None:
    """Open the corpus as a page where beads can be corrected: merge, split, move, edit, check.

    Every edit is saved at once to DIR/edits.jsonl; end with Ctrl-C at any time and continue
    later. `duizhao apply DIR` then writes the corrected corpus.
    """
    from contextlib import ExitStack, suppress

    from duizhao.evaluation.review.realign import realigner
    from duizhao.evaluation.review.server import serve
    from duizhao.evaluation.review.session import locked, open_session
    from duizhao.flows import stages
    from duizhao.flows.batch.lock import user_name
    from duizhao.flows.settings import resolve
    from duizhao.flows.terminal import console
    from duizhao.flows.terminal.browser import open_later

    settings = resolve(config, model=model, effort=effort).settings
    with locked(folder), ExitStack() as at_end:
        session = open_session(folder, by or user_name())
        if session.torn:
            console.current().warn(
                f"{session.path}: the last line was cut off by a crash and is ignored: "
                f"{session.torn[:80]}"
            )

        def ready(address: str) -> None:
            print(address, flush=True)
            note = f"{len(session.edits)} edits so far; every edit is saved to {session.path}."
            console.current().note(f"{note} End with Ctrl-C.")
            if browser:
                at_end.enter_context(open_later(address, folder / ".review.html"))

        with suppress(KeyboardInterrupt):  # Ctrl-C ends a review
            realign = realigner(settings.effort, lambda: stages.engine_of(settings).score)
            serve(session, realign, port=port, ready=ready)
        count, path = len(session.edits), session.path
    console.current().note(f"{count} edits in {path}; `duizhao apply {folder}` writes the corpus")
