"""The pages of a PDF that are recognised from their image, among those that are read."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import Any

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.draft import LeftOut, Source
from duizhao.corpus.reading.pdf.building import Built, blocks_from_lines
from duizhao.corpus.reading.pdf.lines import PageLines
from duizhao.corpus.reading.scan import vertical
from duizhao.corpus.reading.scan.extra import installed, need_extra
from duizhao.corpus.reading.scan.images import pdf_images
from duizhao.corpus.reading.scan.layers import replaces
from duizhao.corpus.reading.scan.lines import ScannedLines, legible, page_lines
from duizhao.corpus.reading.scan.plausible import Fault, describe
from duizhao.corpus.reading.scan.recognise import recognise_pages
from duizhao.corpus.reading.scan.recognition.page import RecognisedPage

# Up to this share of faulty pages goes to the ledger where they cannot be recognised
FEW_PAGES = 0.1
# A layer of OCR is kept if our own reading of the page is less certain than this
LEAST_CONFIDENCE = 0.85
# Blocks below this mean probability are reported
DOUBTFUL = 0.95


def use_ocr(source: Source, faults: Mapping[int, Fault], pages: int, letters: int) -> bool:
    """Whether to recognise the faulty pages of a document.

    InputError if they are too many to leave out and cannot be recognised. `letters` is the number
    of characters that can be used without recognition.
    """
    if not faults:
        return False
    if source.ocr != "never" and installed():
        return True
    unusable = [fault for fault in faults.values() if fault != "ocr_layer"]
    if letters and len(unusable) <= max(1, FEW_PAGES * pages):
        return False
    wrong = [fault for fault in unusable if fault == "wrong_characters"]
    if letters and len(wrong) <= max(1, FEW_PAGES * pages):
        # pictures among pages with text: a warning names them
        return False
    what = f"{describe(wrong or unusable)} ({len(unusable)} of {pages} pages)"
    if source.ocr == "never" and installed():
        raise InputError(f"{source.name}: {what}; recognise them with --ocr auto")
    raise need_extra(source.name, what)


def with_recognised(
    source: Source,
    pdf: Any,
    pages: Mapping[int, PageLines],
    numbers: Sequence[int],
    language: Language,
) -> Built:
    """The blocks of a PDF of which some pages are recognised; `pages` are those with text."""
    if not installed():
        raise need_extra(source.name, "--ocr always needs text recognition")
    recognised: dict[int, RecognisedPage] = {}
    images = pdf_images(pdf, numbers)
    for number, page in recognise_pages(images, len(numbers), source):
        layer = pages.get(number)
        if layer is not None and layer.strips and not _is_better(page, layer, language):
            continue
        recognised[number] = page
    return built_with(recognised, pages, language, keep_contents=source.keep_contents)


def _is_better(page: RecognisedPage, layer: PageLines, language: Language) -> bool:
    """Whether our recognition of a page is to replace the layer of text in the file."""
    if page.confidence < LEAST_CONFIDENCE or (language == "zh" and vertical.is_vertical(page)):
        return False
    recognised = "\n".join(line.text for line in page.lines)
    return replaces(recognised, "\n".join(strip.text for strip in layer.strips), language)


def built_with(
    recognised: Mapping[int, RecognisedPage],
    pages: Mapping[int, PageLines],
    language: Language,
    *,
    keep_contents: bool = False,
) -> Built:
    """Blocks from recognised pages and pages with text; the former know their confidence."""
    lines = page_lines(recognised, language)
    kept = [page for number, page in pages.items() if number not in recognised]
    ordered = sorted([*kept, *lines.pages], key=lambda page: page.number)
    built = blocks_from_lines(ordered, language, keep_contents=keep_contents)
    built.drafts = [
        replace(draft, confidences=lines.confidences(draft.text, strips))
        if strips and strips[0].page in recognised
        else draft
        for draft, strips in zip(built.drafts, built.lines, strict=True)
    ]
    built.vertical = vertical.vertical_pages(recognised) if language == "zh" else []
    built.drafts = [
        vertical.doubted(draft) if strips and strips[0].page in built.vertical else draft
        for draft, strips in zip(built.drafts, built.lines, strict=True)
    ]
    built.scans = {number: (page.turned, page.skew) for number, page in recognised.items()}
    built.illegible = [n for n, page in recognised.items() if page.lines and not legible(page)]
    built.magnified = {number: page.magnified for number, page in recognised.items()}
    built.left_out += lines.left_out
    built.left_out += _empty(lines, built.illegible)
    return built


def layers_replaced(pages: Sequence[int], scans: Container[int], total: int) -> list[str]:
    """Warnings about the OCR layers of these pages; `scans` are the pages recognised here."""
    ours = sum(page in scans for page in pages)
    out = []
    if ours:
        out.append(
            f"the text of {ours} of {total} pages is a layer of OCR; it is replaced by our own "
            "recognition, which is as plausible or more (keep it with --ocr never)"
        )
    if kept := len(pages) - ours:
        out.append(
            f"the text of {kept} of {total} pages is a layer of OCR, more plausible than our own "
            "recognition; expect wrong characters and lost lines"
        )
    return out


def doubtful(built: Built) -> list[str]:
    """Warnings if some pages are set vertically, or blocks recognised with little certainty."""
    out = vertical.warnings(built.vertical)
    if built.illegible:
        named = ", ".join(map(str, built.illegible[:5])) + (" ..." if built.illegible[5:] else "")
        out.append(
            f"pages that cannot be read, whose lines are in the ledger ({named}): "
            "scan them again at 200 dpi or more, evenly lit"
        )
    known = [
        draft.confidences
        for draft, strips in zip(built.drafts, built.lines, strict=True)
        if draft.confidences and not (strips and strips[0].page in built.vertical)
    ]
    means = [sum(values) / len(values) for values in known]
    low = sum(mean < DOUBTFUL for mean in means)
    if not low:
        return out
    return [
        *out,
        f"{low} of {len(means)} recognised blocks have a confidence below {DOUBTFUL}; look at them "
        "with duizhao inspect --html, or leave their rows out with the cleaning step "
        "low_recognition",
    ]


def _empty(lines: ScannedLines, illegible: Container[int]) -> list[LeftOut]:
    """Pages in which nothing was recognised; the lines of an illegible one are in the ledger."""
    return [
        LeftOut("no_text_recognised", "", page.number)
        for page in lines.pages
        if not page.strips and page.number not in illegible
    ]
