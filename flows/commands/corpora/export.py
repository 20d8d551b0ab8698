"""`duizhao export`: write a corpus in the formats of other tools."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from duizhao.corpus.files.exports.export import FOLDER
from duizhao.corpus.files.formats import FORMATS
from duizhao.corpus.units import Unit
from duizhao.flows.commands import options


class Without(StrEnum):
    """What an export can leave out."""

    mt = "mt"


HELP = "; ".join(f"{name}: {form.help}" for name, form in FORMATS.items())


def export(
    corpus: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="A folder of build, apply, batch or clean, or a corpus file (.jsonl, .parquet).",
        ),
    ],
    to: Annotated[
        list[str],
        typer.Option("--to", "-t", metavar="FORMAT,...", help=f"Formats to write. {HELP}."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help=f"Folder for the files, or the file if there is one. Default: DIR/{FOLDER}.",
        ),
    ] = None,
    unit: Annotated[
        Unit, typer.Option(help="What a row holds: a bead, a paragraph or a document.")
    ] = "sentence",
    source_lang: Annotated[
        str, typer.Option(help="Code of the source language in the files, such as zh-CN.")
    ] = "zh",
    target_lang: Annotated[
        str, typer.Option(help="Code of the target language in the files, such as en-US.")
    ] = "en",
    without: Annotated[
        list[Without] | None,
        typer.Option(
            help="mt: no machine translations; rows whose target is one are left out.",
        ),
    ] = None,
    merge_duplicates: Annotated[
        bool, typer.Option("--merge-duplicates", help="Write rows with the same two texts once.")
    ] = False,
    tsv_bom: options.TsvBom = None,
    tsv_escape: options.TsvEscape = None,
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Write a corpus for Excel, Word, translation tools or training.

    The same corpus gives the same bytes. An edited XLSX file can be read back with
    `duizhao apply DIR --from FILE.xlsx`.
    """
    from duizhao.corpus.errors import StorageError
    from duizhao.corpus.files.edits import NAME as EDITS
    from duizhao.corpus.files.exports.export import Export
    from duizhao.corpus.files.exports.export import export as write
    from duizhao.corpus.files.exports.options import ExportOptions
    from duizhao.flows.settings import resolve
    from duizhao.flows.terminal import console
    from duizhao.flows.terminal.output import print_json

    wanted = Export(
        options.formats_of("--to", to),
        ExportOptions(source_lang, target_lang),
        unit,
        without_mt=bool(without),
        merge_duplicates=merge_duplicates,
        form=resolve(config, tsv_bom=tsv_bom, tsv_escape=tsv_escape).settings.tsv_form,
    )
    if (corpus / EDITS).is_file():
        console.current().note(
            f"{corpus}: exported as built, without the review; `duizhao apply {corpus}` writes "
            "the reviewed corpus to a folder that can be exported"
        )
    try:
        done = write(corpus, wanted, out)
    except OSError as error:
        raise StorageError(
            f"{error.filename or out or corpus}: cannot be written to "
            f"({error.strerror or error}); choose another --out"
        ) from None
    if json:
        print_json(
            {
                "files": [str(path) for path in done.files],
                "rows": done.rows,
                "left_out": {"machine_translation": done.machine},
                "merged": done.merged,
            }
        )
        return
    for path in done.files:
        print(path)
    facts = [f"{done.rows:,} rows in each file"]
    if done.machine:
        facts.append(f"{done.machine:,} left out because their target is a machine translation")
    if done.merged:
        facts.append(f"{done.merged:,} merged into rows with the same texts")
    console.current().note("; ".join(facts))
