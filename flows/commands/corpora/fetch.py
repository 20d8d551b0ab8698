"""`duizhao fetch`: UN documents by symbol."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duizhao.flows.commands import options


def fetch(
    symbols: Annotated[
        list[str],
        typer.Argument(metavar="SYMBOL...", help="Document symbols, such as S/2021/130."),
    ],
    langs: Annotated[
        str,
        typer.Option("--langs", help="Languages, separated by commas (zh, en, fr, es, ru, ar)."),
    ] = "zh,en",
    formats: Annotated[
        str,
        typer.Option(
            "--formats",
            help="Formats, separated by commas (docx, pdf, doc); each is fetched if available.",
        ),
    ] = "docx,pdf",
    out: Annotated[
        Path,
        typer.Option("--out", help="Folder; each document gets a subfolder."),
    ] = Path("un"),
    rate: Annotated[
        float,
        typer.Option("--rate", min=0.01, max=10, help="Most requests per second."),
    ] = 1.0,
    refresh: Annotated[
        bool,
        typer.Option("--refresh", help="Download existing files again."),
    ] = False,
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            envvar="DUIZHAO_ODS_ADDRESS",
            show_default=False,
            help="Address template with {symbol}, {language} and {format}, to use instead of the "
            "UN's Official Document System.",
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Download UN documents by their symbols, in both languages.

    Writes DIR/S_2021_130/zh.docx, zh.pdf, en.docx, en.pdf and source.json, and prints the paths.
    Existing files are kept; an interrupted download continues. Exit code 1 if a document is missing
    in one of the languages.
    """
    from dataclasses import asdict

    from duizhao.corpus.errors import InputError
    from duizhao.corpus.un.fetch import LANGUAGES, fetch_document, normal_symbol
    from duizhao.flows.terminal import console
    from duizhao.flows.terminal.output import print_json

    languages = _list(langs, "--langs")
    wanted = _list(formats, "--formats")
    for symbol in symbols:
        normal_symbol(symbol)
    if not symbols:
        raise InputError("fetch: give at least one symbol, such as S/2021/130")
    shown = console.current()
    failed, documents = False, []
    with shown.stage("fetch"):
        for symbol in symbols:
            fetched = fetch_document(
                symbol,
                out=out,
                languages=languages,
                formats=wanted,
                address=address,
                requests_per_second=rate,
                refresh=refresh,
                progress=lambda what, done, total: shown.fetching(what, done, total or 0),
            )
            paths = [str(fetched.folder / file.file) for file in fetched.files]
            for path in () if json else paths:
                print(path)
            for missing in fetched.missing:
                shown.warn(
                    f"{fetched.symbol}: no {missing.language}.{missing.format}: {missing.reason}"
                )
            for language in languages:
                if not any(file.language == language for file in fetched.files):
                    failed = True
                    shown.warn(f"{fetched.symbol}: no {LANGUAGES[language]} text available")
            documents.append(
                {
                    "symbol": fetched.symbol,
                    "files": paths,
                    "missing": [asdict(one) for one in fetched.missing],
                }
            )
    if json:
        print_json(documents)
    if failed:
        raise typer.Exit(1)


def _list(value: str, option: str) -> list[str]:
    from duizhao.corpus.errors import InputError

    items = [item.strip().lower() for item in value.split(",") if item.strip()]
    if not items:
        raise InputError(f"{option}: the list is empty; separate its items with commas")
    return list(dict.fromkeys(items))
