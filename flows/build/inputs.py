"""The two documents of a build: named files, or those of a UN symbol, which are fetched."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from duizhao.corpus.document import Language, Side
from duizhao.corpus.errors import DownloadError, InputError, OtherLanguage
from duizhao.corpus.files.rights import Rights, rights_of
from duizhao.corpus.paths import cache_folder
from duizhao.flows import results, stages
from duizhao.flows.bilingual import is_bilingual
from duizhao.flows.reading import ReadOptions
from duizhao.flows.results import Key, ReadResult
from duizhao.flows.settings import Settings
from duizhao.flows.terminal import console

FORMATS = ("docx", "pdf")
"""Formats in the order of preference: Word files have most of a document's structure."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Paths of a report and its reference; ids that are None are derived from the file names.

    `symbol` is that of a fetched document.
    """

    name: str
    source: str
    reference: str | None
    source_id: str | None = None
    target_id: str | None = None
    symbol: str = ""


def with_rights(settings: Settings, pair: Pair) -> Settings:
    """The settings with licence and origin of a fetched UN document, unless they are set."""
    if not pair.symbol:
        return settings
    rights = rights_of({"symbol": pair.symbol}, Rights(settings.licence))
    origin = settings.origin or f"{rights.origin}: {pair.symbol}"
    return settings.model_copy(update={"licence": rights.licence, "origin": origin})


def pair_of(report: str, reference: str | None) -> Pair:
    """The files of a build.

    A UN symbol such as S/2021/130 is fetched in both languages, once, into the cache; without a
    `reference` the UN's own English document is used. DownloadError if it is not available.
    """
    from duizhao.corpus.un.fetch import fetch_document, folder_name, is_symbol, normal_symbol

    if not is_symbol(report) or Path(report).exists():
        return Pair(Path(report).stem, report, reference)
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


def read_pair(pair: Pair, how: ReadOptions) -> Pair:
    """Read both documents; returns the pair to build.

    If the report is English and the reference Chinese, they are exchanged. A file in both languages
    is its own reference if there is no other.
    """
    try:
        source = read_side(pair, "zh", how)
    except OtherLanguage as error:
        pair = _swapped(pair, error, how)
        source = read_side(pair, "zh", how)
    if pair.reference is None and is_bilingual(results.load(source).document):
        name = pair.source_id or Path(pair.source).stem
        pair = replace(pair, reference=pair.source, target_id=pair.target_id or f"{name}.en")
    if pair.reference:
        read_side(pair, "en", how)
    return pair


def read_side(pair: Pair, language: Language, how: ReadOptions) -> Key[ReadResult]:
    """The reading of the Chinese or the English document of a pair."""
    path = pair.source if language == "zh" else pair.reference
    if path is None:
        raise ValueError(f"{pair.name}: no reference")
    side: Side = "source" if language == "zh" else "target"
    document_id = pair.source_id if language == "zh" else pair.target_id
    return stages.read(path, language, side, document_id, how)


def _swapped(pair: Pair, error: OtherLanguage, how: ReadOptions) -> Pair:
    """The pair with its files exchanged; raises `error` if the other file is not Chinese either."""
    if pair.reference is None:
        raise error
    swapped = replace(pair, source=pair.reference, reference=pair.source)
    try:
        read_side(swapped, "zh", how)
    except InputError:
        raise error from None
    console.current().warn(
        f"{pair.source} is English and {pair.reference} is Chinese: swapped them"
    )
    return swapped
