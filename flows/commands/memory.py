"""`duizhao memory`: what the translation memory holds, as files, and forgetting it."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="The translation memory that all runs of a user share: statistics, export, clear.",
    no_args_is_help=True,
)


class Form(StrEnum):
    """How the memory is exported."""

    tsv = "tsv"
    jsonl = "jsonl"


@app.command("stats")
def stats() -> None:
    """Show what is in the memory: a line (tab-separated) for each model and its settings.

    Translations are of sentences; tries are what was made to mend flagged ones.
    """
    from duizhao.models.translation.memory import Memory
    from duizhao.models.translation.memory_file import size

    memory = Memory()
    groups = memory.groups() if memory.path.exists() else []
    print("model\tengine\tarithmetic\tdecoding\ttranslations\ttries\tforced scores")
    for group in groups:
        print(*asdict(group).values(), sep="\t")
    total = sum(group.translations for group in groups)
    megabytes = size(memory.path) / 1e6
    typer.echo(f"{_counted(total)}, {megabytes:.1f} MB in {memory.path}", err=True)


@app.command("export")
def export(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write to this file instead of standard output."),
    ] = None,
    to: Annotated[
        Form,
        typer.Option(
            "--to",
            help="tsv: source, translation, score, flags, under a line of these names; "
            "jsonl: with model and settings as well.",
        ),
    ] = Form.tsv,
) -> None:
    """Write every sentence in the memory with the translation that was kept and its flags.

    Sorted by model, settings and source. What was tried for flagged sentences and not kept is
    left out.
    """
    from duizhao.corpus import tsv
    from duizhao.flows.terminal.output import output as lines_out
    from duizhao.models.translation.memory import Memory

    memory = Memory()
    count = 0
    with lines_out(output) as stream:
        if to is Form.tsv:
            print(tsv.line(("source", "translation", "score", "flags")), file=stream)
        for entry in memory.entries() if memory.path.exists() else ():
            if to is Form.jsonl:
                print(json.dumps(asdict(entry), ensure_ascii=False), file=stream)
            else:
                cells = (entry.source, entry.output, entry.score, ",".join(entry.flags))
                print(tsv.line(cells), file=stream)
            count += 1
    typer.echo(f"{_counted(count)} from {memory.path}", err=True)


@app.command("clear")
def clear(
    model: Annotated[
        str | None,
        typer.Option("--model", help="Forget only what this model made (a name in `stats`)."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
) -> None:
    """Forget translations; the models stay. A damaged memory is removed."""
    from duizhao.models.translation.memory import Memory

    memory = Memory()
    if not memory.path.exists():
        typer.echo("the translation memory is empty", err=True)
        return
    if model is not None:
        memory.check_model(model)
    what = f"what {model} made" if model else "every translation"
    if not yes:
        typer.confirm(f"Forget {what} in {memory.path}?", abort=True, err=True)
    gone = memory.clear(model)
    if gone is None:
        typer.echo(f"{memory.path} could not be used and is removed", err=True)
    else:
        typer.echo(f"{_counted(gone)} forgotten", err=True)


def _counted(count: int) -> str:
    return f"{count} translation" + "s" * (count != 1)
