"""`duizhao demo`: a build of the sample pair that ships with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duizhao.flows.commands import options
from duizhao.flows.commands.corpora import build


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the corpus.")] = Path(
        "duizhao-demo"
    ),
    model: options.Model = None,
    engine: options.EngineName = None,
    translate: options.TranslateWhat = None,
    beam: options.Beam = None,
    json: options.Json = False,
) -> None:
    """Build a corpus from a sample report and its English version, both written for duizhao."""
    from duizhao.corpus.samples import pair
    from duizhao.flows.settings import resolve

    report, reference = pair()
    settings = resolve(model=model, engine=engine, translate=translate, beam=beam).settings
    build.run(str(report), str(reference), out, settings, as_json=json)
