"""`duizhao clean`: move unfit rows of a corpus to its ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duizhao.flows.commands import options
from duizhao.flows.terminal import console

if TYPE_CHECKING:
    from duizhao.corpus.cleaning.run import CleaningReport


def clean(
    corpus: Annotated[
        Path | None,
        typer.Argument(help="Corpus file (.jsonl, .parquet) or folder of build or batch."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the cleaned corpus and its ledger."),
    ] = None,
    steps: Annotated[
        list[str] | None,
        typer.Option(
            "--step",
            "-s",
            help="A step, as name or name:parameter=value,... Repeat the option for several steps, "
            "in order. Default: the steps that --list marks with *.",
        ),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT,...",
            help="Further formats to write, as for `export`; jsonl and parquet are always written.",
        ),
    ] = None,
    tsv_bom: options.TsvBom = None,
    tsv_escape: options.TsvEscape = None,
    config: options.Config = None,
    listing: Annotated[
        bool, typer.Option("--list", help="List the steps with their parameters, and stop.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Clean a corpus with the chosen steps and report how many rows each step removed.

    Nothing is lost: a removed row is in ledger.jsonl with the step and the reason.
    """
    from duizhao.corpus.cleaning.plan import default_plan, parse_plan
    from duizhao.corpus.cleaning.run import clean as run
    from duizhao.corpus.errors import InputError
    from duizhao.corpus.files.cleaned import CleanedFolder
    from duizhao.corpus.files.read import corpus_files, read_ledger, read_rows
    from duizhao.flows.settings import resolve
    from duizhao.flows.terminal.output import print_json

    if listing:
        _print_steps(json)
        return
    if corpus is None or out is None:
        raise InputError("give a corpus and --out DIR (or --list)")
    plan = parse_plan(steps) if steps else default_plan()
    corpus_files(corpus)
    if out.exists() and corpus.resolve() in (out.resolve(), *out.resolve().iterdir()):
        raise InputError(f"{out}: contains the corpus itself; choose another --out")
    chosen = options.formats_of("--format", formats or ["jsonl,parquet"])
    form = resolve(config, tsv_bom=tsv_bom, tsv_escape=tsv_escape).settings.tsv_form
    with CleanedFolder(out, chosen, form) as folder:
        for entry in read_ledger(corpus):
            folder.remove(entry)
        report = run(lambda: read_rows(corpus), plan, keep=folder.keep, remove=folder.remove)
        folder.finish({"corpus": str(corpus), **report.as_dict()})
    if json:
        print_json({"corpus": str(corpus), "out": str(out), **report.as_dict()})
    elif not console.current().quiet:
        _print_report(report, out)


def _print_steps(as_json: bool) -> None:
    from dataclasses import asdict

    from rich.table import Table

    from duizhao.corpus.cleaning.plan import STEPS
    from duizhao.flows.terminal.output import print_json
    from duizhao.flows.terminal.safe import rich_console

    if as_json:
        print_json(
            [
                {
                    "step": step.name,
                    "help": step.help,
                    "default": step.by_default,
                    "parameters": [asdict(one) for one in step.parameters],
                }
                for step in STEPS.values()
            ]
        )
        return
    table = Table("step", "removes rows where", "parameters (default)", show_lines=True)
    for step in STEPS.values():
        values = "\n".join(f"{one.name} ({one.default}): {one.help}" for one in step.parameters)
        table.add_row(step.name + (" *" if step.by_default else ""), step.help, values)
    rich_console().print(table)
    print("* in the default plan, in this order")


def _print_report(report: CleaningReport, out: Path) -> None:
    from rich.table import Table

    from duizhao.flows.terminal.safe import rich_console

    table = Table("step", "rows removed", "parameters")
    for one, removed in zip(report.plan, report.taken, strict=True):
        values = ", ".join(f"{name} {value}" for name, value in one.values.items())
        table.add_row(one.step.name, f"{removed:,}", values)
    rich_console().print(table)
    console.current().note(f"kept {report.kept:,} of {report.read:,} rows, in {out}")
