"""`duizhao batch`: build one corpus from many documents."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duizhao.corpus.errors import InputError
from duizhao.corpus.files.card import TITLE
from duizhao.flows.batch.folder_manifest import PATTERN
from duizhao.flows.commands import options

if TYPE_CHECKING:
    from duizhao.flows.batch.manifest import Entry
    from duizhao.flows.settings import Settings


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
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            "-w",
            min=1,
            help="Worker processes, each of which loads the model once; not with --cluster, which "
            "has its own. [default: one for every two cores]",
        ),
    ] = None,
    runner: Annotated[
        str,
        typer.Option(
            "--runner",
            help="local: processes on this machine; dask or ray: a cluster of either, started "
            "here or named by --cluster.",
        ),
    ] = "local",
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", help="Address of a running Dask or Ray cluster."),
    ] = None,
    pattern: Annotated[
        str,
        typer.Option(
            "--pattern", help="For a folder: file names of source and reference, {id} in each."
        ),
    ] = PATTERN,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Retry documents that failed before.")
    ] = False,
    resume: Annotated[
        bool,
        typer.Option("--resume/--no-resume", help="Continue from what is done, or start again."),
    ] = True,
    clean: Annotated[
        list[str] | None,
        typer.Option(
            "--clean",
            metavar="STEP[:PARAMETER=VALUE,...]",
            help="A cleaning step, in order; repeatable; `none` for no cleaning. "
            "[default: the usual steps]",
        ),
    ] = None,
    validation: Annotated[
        float, typer.Option("--validation", help="Share of documents in the validation split.")
    ] = 0.05,
    test: Annotated[
        float, typer.Option("--test", help="Share of documents in the test split.")
    ] = 0.05,
    title: Annotated[str, typer.Option("--title", help="Title of the dataset card.")] = TITLE,
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout",
            help="Seconds without progress after which a worker is stopped; at most a week.",
        ),
    ] = 1800,
    subflows: Annotated[
        bool | None,
        typer.Option(
            "--subflows/--no-subflows",
            help="A Prefect run for each document. [default: if PREFECT_API_URL or the Prefect "
            "profile names a server]",
        ),
    ] = None,
    model: options.Model = None,
    engine: options.EngineName = None,
    beam: options.Beam = None,
    min_confidence: options.MinConfidence = None,
    effort: options.EffortName = None,
    ocr: options.OcrMode = None,
    device: options.DeviceName = None,
    compute_type: options.Precision = None,
    batch_tokens: options.BatchTokens = None,
    threads: options.Threads = None,
    formats: Annotated[
        str,
        typer.Option(
            "--formats",
            metavar="FORMAT,...",
            help="Corpus files to write, as for `build`; parquet always.",
        ),
    ] = "parquet,jsonl",
    unit: options.UnitName = None,
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
        beam=beam,
        min_confidence=min_confidence,
        effort=effort,
        ocr=ocr,
        device=device,
        compute_type=compute_type,
        batch_tokens=batch_tokens,
        threads=threads,
        formats=formats,
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
    """The documents of a manifest or folder; offers to pair those without telling names."""
    from duizhao.flows.batch.manifest import UnnamedPile, read_manifest
    from duizhao.flows.commands import pair

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
        record = pair.run([manifest], list_of_pairs, settings.ocr)
        pair.print_summary(record)
        if not record["pairs"]:
            raise InputError(f"{manifest}: no two documents in it are a pair") from unnamed
        return read_manifest(str(list_of_pairs))


def run(
    manifest: str, out: str, settings: Settings, chosen: Any, *, pattern: str, as_json: bool
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
            with runtime.session() as connect:
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
