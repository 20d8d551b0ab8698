"""PNG, JPEG, TIFF and other image files, and archives of these: each image is a page."""

from __future__ import annotations

from typing import Any

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.draft import Reading, Source
from duizhao.corpus.reading.pdf.building import Built
from duizhao.corpus.reading.scan import images
from duizhao.corpus.reading.scan.extra import installed, need_extra
from duizhao.corpus.reading.scan.pdf_pages import built_with, doubtful
from duizhao.corpus.reading.scan.places import Places
from duizhao.corpus.reading.scan.recognise import recognise_pages


def read_drafts(source: Source, language: Language) -> Reading:
    """Blocks and furniture of the images of pages."""
    built, count = _read(source, language)
    metadata: dict[str, Any] = {"pages": count}
    if warnings := doubtful(built):
        metadata["warnings"] = [f"{source.name}: {warning}" for warning in warnings]
    if built.notes:
        metadata["notes"] = built.notes
    return Reading(built.drafts, built.left_out, metadata)


def read_places(source: Source, language: Language) -> Places:
    """Where the lines of the document are on its pages."""
    return _read(source, language)[0].places()


def _read(source: Source, language: Language) -> tuple[Built, int]:
    count = images.count(source.data, source.name)
    if not installed():
        raise need_extra(source.name, "this is a picture")
    if source.ocr == "never":
        raise InputError(f"{source.name}: this is a picture; read it with --ocr auto")
    pages = images.page_images(source.data, source.name)
    recognised = dict(recognise_pages(pages, count, source))
    return built_with(recognised, {}, language, keep_contents=source.keep_contents), count
