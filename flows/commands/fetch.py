"""`duizhao fetch`: UN documents by symbol."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fetch(
    symbols: Annotated[
        list[str],
        typer.Argument(metavar="SYMBOL...", help="Document symbols, such as S/2021/130."),
    ],
    langs: Annotated[
        str,
        typer.Option("--langs", help="Languages, by comma (zh, en, fr, es, ru, ar)."),
    ] = "zh,en",
    formats: Annotated[
        str,
        typer.Option(
            "--formats",
            help="Formats, by comma (docx, pdf, doc); each is fetched where it is there.",
        ),
    ] = "docx,pdf",
    out: Annotated[
        Path,
        typer.Option("--out", help="Folder; each document gets one of its own in it."),
    ] = Path("un"),
    rate: Annotated[
        float,
        typer.Option("--rate", min=0.01, max=10, help="Requests a second at most."),
    ] = 1.0,
    refresh: Annotated[
        bool,
        typer.Option("--refresh", help="Fetch again what is there already."),
    ] = False,
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            envvar="DUIZHAO_ODS_ADDRESS",
            show_default=False,
            help="Address template with {symbol}, {language} and {format}, in place of the "
            "UN's Official Document System.",
        ),
    ] = None,
) -> None:
    """Download UN documents by their symbols, in both languages.

    Writes DIR/S_2021_130/zh.docx, zh.pdf, en.docx, en.pdf and source.json, and prints the paths.
    Files that are there already are kept; a download that was interrupted goes on. Exit code 1
    where a language of a document could not be had.
    """
    import sys

    from duizhao.corpus.errors import InputError
    from duizhao.corpus.un.fetch import LANGUAGES, fetch_document, normal_symbol
    from duizhao.flows.terminal.fetching import fetching

    languages = _list(langs, "--langs")
    wanted = _list(formats, "--formats")
    for symbol in symbols:
        normal_symbol(symbol)
    if not symbols:
        raise InputError("fetch: give at least one symbol, such as S/2021/130")
    failed = False
    with fetching() as show:
        for symbol in symbols:
            fetched = fetch_document(
                symbol,
                out=out,
                languages=languages,
                formats=wanted,
                address=address,
                requests_per_second=rate,
                refresh=refresh,
                progress=lambda what, done, total: show(what, done, total or 0),
            )
            for file in fetched.files:
                print(fetched.folder / file.file)
            for missing in fetched.missing:
                print(
                    f"{fetched.symbol}: no {missing.language}.{missing.format}: {missing.reason}",
                    file=sys.stderr,
                )
            for language in languages:
                if not any(file.language == language for file in fetched.files):
                    failed = True
                    print(
                        f"{fetched.symbol}: no {LANGUAGES[language]} text to be had",
                        file=sys.stderr,
                    )
    if failed:
        raise typer.Exit(1)


def _list(value: str, option: str) -> list[str]:
    from duizhao.corpus.errors import InputError

    items = [item.strip().lower() for item in value.split(",") if item.strip()]
    if not items:
        raise InputError(f"{option}: an empty list")
    return list(dict.fromkeys(items))
