"""`duizhao memory`: statistics, export and deletion of the translation memory."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from duizhao.flows.commands.options import Json, with_output_options
from duizhao.flows.terminal import console
from duizhao.flows.terminal.output import print_json

app = typer.Typer(
    help="The translation memory that all runs of a user share: statistics, export, clear.",
    no_args_is_help=True,
)


class Form(StrEnum):
    """Export formats."""

    tsv = "tsv"
    jsonl = "jsonl"


@app.command("stats")
@with_output_options
def stats(as_json: Json = False) -> None:
    """Show the contents of the memory: a line (tab-separated) for each model and its settings.

    Tries are further attempts at sentences whose first translation was flagged.
    """
    from duizhao.corpus import tsv
    from duizhao.models.memory_file import size
    from duizhao.models.translation.memory import Memory

    memory = Memory()
    groups = memory.groups() if memory.path.exists() else []
    total = sum(group.translations for group in groups)
    if as_json:
        print_json(
            {
                "path": str(memory.path),
                "bytes": size(memory.path),
                "translations": total,
                "groups": [asdict(group) for group in groups],
            }
        )
        return
    print("model\tengine\tprecision\tdecoding\ttranslations\ttries\tforced scores")
    for group in groups:
        print(tsv.line(asdict(group).values()))
    megabytes = size(memory.path) / 1e6
    console.current().note(f"{_counted(total)}, {megabytes:.1f} MB in {memory.path}")


@app.command("export")
@with_output_options
def export(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write to this file instead of standard output."),
    ] = None,
    to: Annotated[
        Form,
        typer.Option(
            "--to",
            help="tsv: source, translation, score and flags, with a header line; "
            "jsonl: also the model and its settings.",
        ),
    ] = Form.tsv,
) -> None:
    """Write every sentence in the memory with its translation and flags.

    Sorted by model, settings and source. Rejected attempts for flagged sentences are not included.
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
    console.current().note(f"{_counted(count)} from {memory.path}")


@app.command("clear")
@with_output_options
def clear(
    model: Annotated[
        str | None,
        typer.Option(
            "--model", help="Delete only the translations of this model (a name in `stats`)."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
) -> None:
    """Delete translations; the models stay. A damaged memory is removed.

    Without --model the sentence embeddings, which are in a separate file, are deleted too.
    """
    from duizhao.corpus.paths import embeddings_file
    from duizhao.models.memory_file import remove
    from duizhao.models.translation.memory import Memory

    memory = Memory()
    embeddings = embeddings_file() if model is None and embeddings_file().exists() else None
    if not memory.path.exists() and embeddings is None:
        console.current().note("the translation memory is empty")
        return
    if model is not None and memory.path.exists():
        memory.check_model(model)
    what = []
    if memory.path.exists():
        translations = f"the translations of {model}" if model else "every translation"
        what.append(f"{translations} in {memory.path} ({_size(memory.path)})")
    if embeddings:
        what.append(f"the embeddings in {embeddings} ({_size(embeddings)})")
    if not yes:
        typer.confirm(f"Delete {' and '.join(what)}?", abort=True, err=True)
    done = []
    if memory.path.exists():
        gone = memory.clear(model)
        if gone is None:
            done.append(f"{memory.path} could not be used and was removed")
        else:
            done.append(f"{_counted(gone)} deleted")
    if embeddings:
        done.append(f"{_size(embeddings)} of embeddings deleted")
        remove(embeddings)
    console.current().note("; ".join(done))


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:,.1f} MB"


def _counted(count: int) -> str:
    return f"{count} translation" + "s" * (count != 1)
