"""`duizhao studio`: the commands as a web app, for people who do not use a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duizhao.flows.commands import options

SECONDS_TO_OPEN = 5.0
"""Wait before removing the file that redirects the browser to a running studio."""


def studio(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The folder of the projects.")
    ] = Path(),
    by: Annotated[
        str | None,
        typer.Option(help="Your name in reviews. Default: your login name."),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 chooses a free port.")
    ] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Whether to open the page.")
    ] = True,
    config: options.Config = None,
) -> None:
    """Open the studio in the browser: drop documents, build, review, search, export.

    Corpora are built in FOLDER, as with `build` and `batch`, one after another. End with Ctrl-C
    at any time: unfinished jobs continue at the next start.
    """
    import os
    import time
    from contextlib import ExitStack, suppress

    from duizhao.corpus.errors import InputError, StorageError
    from duizhao.evaluation.local_server.serving import serve
    from duizhao.flows.batch.lock import user_name
    from duizhao.flows.settings import resolve
    from duizhao.flows.studio import instance
    from duizhao.flows.studio.actions import Actions
    from duizhao.flows.studio.app import make_app
    from duizhao.flows.studio.jobs import HOME
    from duizhao.flows.studio.queue import Queue
    from duizhao.flows.studio.reviews import Reviews
    from duizhao.flows.terminal import console
    from duizhao.flows.terminal.browser import open_later

    if config:
        os.environ["DUIZHAO_CONFIG"] = str(config.resolve())  # the processes of jobs read it too
    settings = resolve(config).settings
    folder = folder.resolve()
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; give a folder for the projects")
    page = folder / HOME / "open.html"
    with ExitStack() as at_end:
        if not at_end.enter_context(instance.alone(folder)):
            address = instance.running_address(folder)
            if not address:
                raise StorageError(f"{folder}: another studio is starting here; try again")
            print(address, flush=True)
            console.current().note(f"The studio of {folder} is already running.")
            if browser:
                with open_later(address, page.with_name("open-again.html")):
                    time.sleep(SECONDS_TO_OPEN)
            return
        queue = Queue(folder)
        reviews = Reviews(settings, by or user_name())
        most = settings.limits.file_bytes
        actions = Actions(folder, queue, reviews, 4 * most)

        def ready(address: str) -> None:
            instance.publish(folder, address)
            queue.start()
            print(address, flush=True)
            console.current().note(f"The studio of {folder}. End with Ctrl-C.")
            if browser:
                at_end.enter_context(open_later(address, page))

        try:
            with suppress(KeyboardInterrupt):  # Ctrl-C ends the studio
                serve(
                    lambda token, port: make_app(actions, most, token, port),
                    port=port,
                    ready=ready,
                )
        finally:
            left = queue.close()
            reviews.close_all()
    if left:
        console.current().note(f"unfinished jobs: {left}; `duizhao studio {folder}` continues them")
