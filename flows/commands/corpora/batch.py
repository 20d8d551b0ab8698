"""`duizhao batch`: build one corpus from many documents."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duizhao.corpus.errors import InputError
from duizhao.corpus.files.formats import FORMATS
from duizhao.flows.batch.folder_manifest import PATTERN
from duizhao.flows.batch.options import BatchOptions, Runner
from duizhao.flows.commands import options
from duizhao.flows.settings import option

if TYPE_CHECKING:
    from duizhao.flows.batch.manifest import Entry
    from duizhao.flows.settings import Settings

_option = partial(option, of=BatchOptions)

DEFAULTS = {name: field.default for name, field in BatchOptions.model_fields.items()}


def batch(
    manifest: Annotated[
        str,
        typer.Argument(
            metavar="MANIFEST",
            help="CSV, TSV or JSONL with id, source, reference and any further columns (kept as "
            "metadata), or a folder of pairs. May be an address such as s3://bucket/list.csv.",
        ),
    ],
    out: Annotated[
        str, typer.Option("--out", "-o", help="Folder or address (s3://...) for the corpus.")
    ],
    workers: Annotated[int | None, _option("workers", "--workers", "-w", min=1)] = None,
    runner: Annotated[Runner, _option("runner")] = DEFAULTS["runner"],
    cluster: Annotated[str | None, _option("cluster")] = None,
    pattern: Annotated[
        str,
        typer.Option(
            "--pattern", help="For a folder: file names of source and reference, {id} in each."
        ),
    ] = PATTERN,
    retry_failed: Annotated[bool, _option("retry_failed", "--retry-failed")] = False,
    resume: Annotated[bool, _option("resume")] = True,
    clean: Annotated[
        list[str] | None, _option("clean", metavar="STEP[:PARAMETER=VALUE,...]")
    ] = None,
    validation: Annotated[float, _option("validation")] = DEFAULTS["validation"],
    test: Annotated[float, _option("test")] = DEFAULTS["test"],
    title: Annotated[str, _option("title")] = DEFAULTS["title"],
    timeout: Annotated[float, _option("timeout")] = DEFAULTS["timeout"],
    subflows: Annotated[bool | None, _option("subflows", "--subflows/--no-subflows")] = None,
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
    formats: Annotated[
        str,
        typer.Option(
            "--formats",
            metavar="FORMAT,...",
            help=f"Further corpus files, separated by commas; parquet is always written: "
            f"{', '.join(FORMATS)}.",
        ),
    ] = "parquet,jsonl",
    unit: options.UnitName = None,
    licence: options.Licence = None,
    origin: options.Origin = None,
    tags: options.Tags = None,
    tsv_bom: options.TsvBom = None,
    tsv_escape: options.TsvEscape = None,
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Build one corpus from many documents; the same command continues where it stopped.

    Exit code 1 means that documents failed or were skipped because of a temporary error: they are
    listed with their reasons, and all others are in the corpus.
    """
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
        formats=formats,
        licence=licence,
        origin=origin,
        tags=tags,
        unit=unit,
        tsv_bom=tsv_bom,
        tsv_escape=tsv_escape,
    ).settings
    from duizhao.flows.batch.options import batch_options

    chosen = batch_options(
        workers=workers,
        runner=runner,
        cluster=cluster,
        retry_failed=retry_failed,
        resume=resume,
        clean=clean,
        validation=validation,
        test=test,
        title=title,
        timeout=timeout,
        subflows=subflows,
    )
    missing = run(manifest, out, settings, chosen, pattern=pattern, as_json=json)
    if missing:
        raise typer.Exit(1)


def _entries(manifest: str, pattern: str, settings: Settings) -> list[Entry]:
    """The documents of a manifest or folder; offers to pair by content if no name fits."""
    from duizhao.corpus.errors import UnnamedPile
    from duizhao.flows.batch.manifest import read_manifest
    from duizhao.flows.commands.corpora.pair import print_summary
    from duizhao.flows.pairing.run import run as pair

    try:
        return read_manifest(manifest, pattern)
    except UnnamedPile as unnamed:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        list_of_pairs = Path(f"{manifest.rstrip('/')}-pairs.csv")
        question = (
            f"{manifest}: no files named like {pattern}. Find the pairs by content, and write "
            f"them to {list_of_pairs}?"
        )
        if not typer.confirm(question, default=True, err=True):
            raise
        record = pair([manifest], list_of_pairs, settings)
        print_summary(record)
        if not record["pairs"]:
            raise InputError(f"{manifest}: contains no translated documents") from unnamed
        return read_manifest(str(list_of_pairs))


def run(
    manifest: str,
    out: str,
    settings: Settings,
    chosen: BatchOptions,
    *,
    pattern: str,
    as_json: bool,
) -> int:
    """Run a batch and print its summary; returns how many documents are not in the corpus."""
    from duizhao.flows.batch.plan import check_batch_output
    from duizhao.flows.batch.summary import print_summary
    from duizhao.flows.runtime import session as runtime
    from duizhao.flows.runtime.processes import Ended, ended_by_signals
    from duizhao.flows.terminal import console
    from duizhao.flows.terminal.output import print_json

    try:
        with ended_by_signals():
            entries = _entries(manifest, pattern, settings)
            out = check_batch_output(out)
            # a cluster's workers receive the server's secret, so no later command reuses the server
            minutes = settings.server_minutes if chosen.runner == "local" else 0.0
            with runtime.session(minutes) as connect:
                from duizhao.flows.batch.flow import start_batch

                record = start_batch(out, entries, settings, chosen, before_flow=connect)
    except (KeyboardInterrupt, Ended) as ended:
        console.current().warn(
            "duizhao: batch ended; finished documents are kept, the same command continues"
        )
        raise typer.Exit(143 if isinstance(ended, Ended) else 130) from None
    missing = int(record["counts"]["failed"] + record["counts"]["left"])
    if as_json:
        print_json(record)
    elif not console.current().quiet:
        print_summary(record)
    elif missing:
        console.current().warn(
            f"duizhao: {missing} documents are not in the corpus; see `duizhao status {out}`"
        )
    return missing
