"""`duizhao push`: a corpus with its card onto the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def push(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that a batch made.")],
    repository: Annotated[
        str, typer.Argument(metavar="REPO", help="Dataset on the hub: owner/name.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be sent; no network.")
    ] = False,
    public: Annotated[
        bool, typer.Option("--public", help="Make a new repository public; else it is private.")
    ] = False,
    message: Annotated[
        str | None, typer.Option("--message", "-m", help="Message of the commit on the hub.")
    ] = None,
) -> None:
    """Send a corpus and its dataset card to the Hugging Face hub, in one commit.

    The token is that of `hf auth login` or of HF_TOKEN; HF_ENDPOINT names another server. Corpus
    files on the hub that the folder does not have any more are deleted in the same commit.
    """
    from duizhao.corpus.files.hub import plan_push
    from duizhao.corpus.files.hub import push as send

    upload = plan_push(folder, repository)
    said = f"{len(upload.files)} files, {upload.bytes / 1e6:.1f} MB"
    if dry_run:
        for name, size in upload.files:
            print(f"{size}\t{name}")
        typer.echo(f"would send {said} to {repository}; nothing was sent", err=True)
        return
    typer.echo(f"sending {said} to {repository} ...", err=True)
    print(send(folder, upload, private=not public, message=message))
