"""The two documents of a build: files that are named, or a UN symbol that is fetched."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from duizhao.corpus.errors import DownloadError
from duizhao.corpus.files.rights import Rights, rights_of
from duizhao.corpus.paths import cache_folder
from duizhao.flows.settings import Settings

FORMATS = ("docx", "pdf")
"""Formats in the order of preference: Word files have most of a document's structure."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Paths of a report and its reference; ids None: by the files' names.

    `symbol` is that of a document that was fetched.
    """

    name: str
    source: str
    reference: str | None
    source_id: str | None = None
    target_id: str | None = None
    symbol: str = ""


def with_rights(settings: Settings, pair: Pair) -> Settings:
    """The settings with licence and origin of a fetched UN document, unless they are given."""
    if not pair.symbol:
        return settings
    rights = rights_of({"symbol": pair.symbol}, Rights(settings.licence))
    origin = settings.origin or f"{rights.origin}: {pair.symbol}"
    return settings.model_copy(update={"licence": rights.licence, "origin": origin})


def pair_of(report: str, reference: str | None) -> Pair:
    """The files of a build.

    A UN symbol such as S/2021/130 is fetched in both languages, once, into the cache; the UN's
    own English is the reference if none is given. DownloadError if it is not available.
    """
    from duizhao.corpus.un.fetch import fetch_document, folder_name, is_symbol, normal_symbol

    if not is_symbol(report) or Path(report).exists():
        return Pair(Path(report).stem, report, reference)
    from duizhao.flows.terminal import console

    languages = ("zh",) if reference else ("zh", "en")
    show = console.current()
    with show.stage("fetch"):
        fetched = fetch_document(
            report,
            out=cache_folder() / "un",
            languages=languages,
            formats=FORMATS,
            address=os.environ.get("DUIZHAO_ODS_ADDRESS"),
            progress=lambda what, done, total: show.fetching(what, done, total or 0),
        )
    files = {
        language: str(fetched.folder / file.file)
        for format in reversed(FORMATS)
        for file in fetched.files
        for language in languages
        if (file.language, file.format) == (language, format)
    }
    if "zh" not in files:
        why = next((one.reason for one in fetched.missing), "no such document")
        raise DownloadError(
            f"{report}: the Chinese text is not available: {why}; name a file instead"
        )
    name = folder_name(report)
    english = reference or files.get("en")
    target_id = f"{name}.en" if not reference else None
    return Pair(name, files["zh"], english, name, target_id, normal_symbol(report))
