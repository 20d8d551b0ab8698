"""The two documents of a build: files that are named, or a UN symbol that is fetched."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from duizhao.corpus.errors import DownloadError
from duizhao.corpus.paths import cache_folder

FORMATS = ("docx", "pdf")
"""Formats in the order in which they are taken; Word files tell most of a document's structure."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Paths of a report and its reference; ids None: by the files' names."""

    name: str
    source: str
    reference: str | None
    source_id: str | None = None
    target_id: str | None = None


def pair_of(report: str, reference: str | None) -> Pair:
    """The files of a build.

    A UN symbol such as S/2021/130 is fetched in both languages, once, into the cache; the UN's
    own English is the reference where none is given. DownloadError where it cannot be had.
    """
    from duizhao.corpus.un.fetch import fetch_document, folder_name, is_symbol

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
        raise DownloadError(f"{report}: the Chinese text cannot be had: {why}; name a file instead")
    name = folder_name(report)
    english = reference or files.get("en")
    return Pair(name, files["zh"], english, name, f"{name}.en" if not reference else None)
