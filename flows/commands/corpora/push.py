"""`duizhao push`: upload a corpus and its card to the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duizhao.corpus.files.rights import UNKNOWN
from duizhao.flows.commands import options

REMEDY = (
    "give --licence CODE (such as cc-by-4.0 or united-nations), or `--licence unknown` to send it "
    "anyway"
)


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
    licence: Annotated[
        str | None,
        typer.Option(
            "--licence",
            metavar="CODE|NAME|URL",
            help="Licence of the texts, if the card says that it is unknown; `unknown` to send the "
            "corpus anyway.",
        ),
    ] = None,
    message: Annotated[
        str | None, typer.Option("--message", "-m", help="Message of the commit on the hub.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Send a corpus and its dataset card to the Hugging Face hub, in one commit.

    The token is that of `hf auth login` or HF_TOKEN; HF_ENDPOINT names another server. Corpus
    files on the hub that are no longer in the folder are deleted in the same commit.
    """
    from duizhao.corpus.files.hub import has_licence, plan_push, set_licence
    from duizhao.corpus.files.hub import push as send
    from duizhao.flows.terminal import console
    from duizhao.flows.terminal.output import print_json

    upload = plan_push(folder, repository)
    size = f"{len(upload.files)} files, {upload.bytes / 1e6:.1f} MB"
    result = {"repository": repository, "files": dict(upload.files), "bytes": upload.bytes}
    known = has_licence(folder)
    if dry_run:
        if not known and licence is None:
            console.current().note(f"the licence is unknown: {REMEDY}")
        if json:
            print_json(result | {"url": None})
            return
        for name, length in upload.files:
            print(f"{length}\t{name}")
        console.current().note(f"would send {size} to {repository}; nothing was sent")
        return
    if not known or licence:
        chosen = licence or _ask(folder)
        if chosen != UNKNOWN:
            set_licence(folder, chosen)
            upload = plan_push(folder, repository)
    console.current().note(f"sending {size} to {repository} ...")
    with console.current().stage("sending"):
        url = send(folder, upload, private=not public, message=message)
    if json:
        print_json(result | {"url": url})
    else:
        print(url)


def _ask(folder: Path) -> str:
    """Ask the user for the licence; InputError if the command does not run in a terminal."""
    import sys

    from duizhao.corpus.errors import InputError

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise InputError(f"{folder}: the licence of the texts is unknown; {REMEDY}")
    answer: str = typer.prompt(
        "The licence of these texts is unknown. Licence (such as cc-by-4.0)",
        default=UNKNOWN,
        err=True,
    )
    return answer
