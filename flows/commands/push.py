"""`duizhao push`: upload a corpus and its card to the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duizhao.flows.commands import options


def push(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of `duizhao batch`.")],
    repository: Annotated[
        str, typer.Argument(metavar="REPO", help="Dataset on the hub: owner/name.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list what would be sent; no network.")
    ] = False,
    public: Annotated[
        bool, typer.Option("--public", help="Make a new repository public; else it is private.")
    ] = False,
    message: Annotated[
        str | None, typer.Option("--message", "-m", help="Message of the commit on the hub.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Send a corpus and its dataset card to the Hugging Face hub, in one commit.

    The token is the one of `hf auth login` or HF_TOKEN; HF_ENDPOINT names another server. Corpus
    files on the hub that are no longer in the folder are deleted in the same commit.
    """
    from duizhao.corpus.files.hub import plan_push
    from duizhao.corpus.files.hub import push as send
    from duizhao.flows.terminal import console
    from duizhao.flows.terminal.output import print_json

    upload = plan_push(folder, repository)
    size = f"{len(upload.files)} files, {upload.bytes / 1e6:.1f} MB"
    result = {"repository": repository, "files": dict(upload.files), "bytes": upload.bytes}
    if dry_run:
        if json:
            print_json(result | {"url": None})
            return
        for name, length in upload.files:
            print(f"{length}\t{name}")
        console.current().note(f"would send {size} to {repository}; nothing was sent")
        return
    console.current().note(f"sending {size} to {repository} ...")
    with console.current().stage("sending"):
        url = send(folder, upload, private=not public, message=message)
    if json:
        print_json(result | {"url": url})
    else:
        print(url)
