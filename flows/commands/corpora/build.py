"""`duizhao build`: build a scored parallel corpus from a Chinese report."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duizhao.flows.commands import options

if TYPE_CHECKING:
    from duizhao.flows.settings import Settings


def build(
    report: Annotated[
        list[str],
        typer.Argument(
            metavar="REPORT",
            help="The Chinese report: a text, PDF, Word or HTML file, several images of its pages, "
            "or a UN document symbol such as S/2021/130, which is fetched in both languages.",
        ),
    ],
    reference: Annotated[
        list[str] | None,
        typer.Option(
            "--reference",
            "-r",
            help="The English document to align with and to score against; give it once for each "
            "image if it is several. Without it the report is segmented and translated, and the "
            "translation is the target.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the corpus. Default: duizhao-NAME."),
    ] = None,
    model: options.Model = None,
    engine: options.EngineName = None,
    translate: options.TranslateWhat = None,
    beam: options.Beam = None,
    min_confidence: options.MinConfidence = None,
    effort: options.EffortName = None,
    ocr: options.OcrMode = None,
    keep_contents: options.KeepContents = None,
    device: options.DeviceName = None,
    compute_type: options.Precision = None,
    batch_tokens: options.BatchTokens = None,
    threads: options.Threads = None,
    glossary: options.Glossary = None,
    formats: options.Formats = None,
    unit: options.UnitName = None,
    licence: options.Licence = None,
    origin: options.Origin = None,
    tags: options.Tags = None,
    tsv_bom: options.TsvBom = None,
    tsv_escape: options.TsvEscape = None,
    page: options.Report = None,
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Build a parallel corpus from one report, with scores where there is a reference."""
    from duizhao.flows.commands.one_document import one_document
    from duizhao.flows.settings import resolve

    settings = resolve(
        config,
        model=model,
        engine=engine,
        translate=translate,
        beam=beam,
        min_confidence=min_confidence,
        effort=effort,
        ocr=ocr,
        keep_contents=keep_contents,
        device=device,
        compute_type=compute_type,
        batch_tokens=batch_tokens,
        threads=threads,
        glossary=glossary,
        formats=formats,
        unit=unit,
        licence=licence,
        origin=origin,
        tags=tags,
        tsv_bom=tsv_bom,
        tsv_escape=tsv_escape,
        report=page,
    ).settings
    source = one_document(report, settings.limits, "; name the English document with --reference")
    target = one_document(reference, settings.limits) if reference else None
    run(source, target, out, settings, as_json=json)


def run(
    report: str,
    reference: str | None,
    out: Path | None,
    settings: Settings,
    *,
    as_json: bool = False,
) -> None:
    """Run the build flow and print its summary; bad input stops it before anything is written."""
    from duizhao.corpus.files import folder
    from duizhao.flows import stages
    from duizhao.flows.build.inputs import pair_of, read_pair, read_side, with_rights
    from duizhao.flows.runtime import session as runtime
    from duizhao.flows.storage import pipes_held
    from duizhao.flows.terminal import console
    from duizhao.flows.terminal.output import print_json

    start = time.perf_counter()
    pair = pair_of(report, reference)
    settings = with_rights(settings, pair)
    out = out or Path(f"duizhao-{pair.name}")
    folder.check_output(out, folder.OUTPUTS)
    with (
        folder.alone(out),
        pipes_held(pair.source, pair.reference, limits=settings.limits),
        runtime.session(settings.server_minutes) as connect,
    ):
        # read while the server starts; errors in the input end the run here
        stages.glossary(settings)
        pair = read_pair(pair, settings.reading)
        stages.check_target(pair.source, pair.reference, settings)
        from duizhao.flows.build import record as account

        begun = time.perf_counter()
        from duizhao.flows.build.ahead import prepare
        from duizhao.flows.build.flow import build as build_flow

        prepare(read_side(pair, "zh", settings.reading), pair.reference is not None, settings)
        with console.current().stage("start Prefect"):
            connect()
        started = time.perf_counter() - begun
        ids = (pair.source_id, pair.target_id)
        record = build_flow(pair.source, pair.reference, str(out), settings, ids)
    record["wall"] = time.perf_counter() - start
    record["seconds"] = account.with_overhead(record["seconds"], started, record["wall"])
    if as_json:
        print_json(record)
    elif not console.current().quiet:
        from duizhao.flows.build.summary import print_summary

        print_summary(record)
