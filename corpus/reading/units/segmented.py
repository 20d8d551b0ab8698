"""Files that come in sentences already: what TMX, XLIFF, tables, JSON and subtitles share.

A unit is a block of one sentence, as it is: nothing is split and nothing joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.draft import Draft, LeftOut, Reading
from duizhao.corpus.reading.spacing import tidy
from duizhao.corpus.script import count_han

if TYPE_CHECKING:
    from lxml import etree

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NAMES: dict[Language, str] = {"zh": "Chinese", "en": "English"}
_CODES: dict[Language, tuple[str, ...]] = {
    "zh": ("zh", "zho", "chi", "cmn", "chs", "cht", "chinese", "中文", "汉语"),
    "en": ("en", "eng", "english", "英文", "英语"),
}
# inline codes whose content is markup of the original file, not text
_MARKUP = {"bpt", "ept", "ph", "it", "ut", "sub", "x", "bx", "ex", "mrk-note"}


def is_language(code: str | None, language: Language) -> bool:
    """Whether a language code (zh-CN, eng, Chinese) means this language."""
    first = re.split(r"[-_ ]", (code or "").strip().lower())[0]
    return first in _CODES[language]


def amount(text: str, language: Language) -> int:
    """How much text there is in this language: Chinese characters, or Latin letters.

    Latin letters count for nothing if they are only names and symbols in a Chinese text.
    """
    chinese = count_han(text)
    if language == "zh":
        return chinese
    latin = sum(char.isascii() and char.isalpha() for char in text)
    return latin if latin > 2 * chinese else 0


def reading(
    units: Iterable[tuple[str, int | None]],
    language: Language,
    warnings: Sequence[str] = (),
    left_out: Sequence[LeftOut] = (),
    **metadata: Any,
) -> Reading:
    """One block and one sentence for each (text, line); empty units to the ledger."""
    drafts: list[Draft] = []
    ledger: list[LeftOut] = list(left_out)
    for number, (raw, line) in enumerate(units, 1):
        text = tidy(raw, language)
        if text:
            drafts.append(Draft("paragraph", text, spans=((0, len(text)),)))
        else:
            ledger.append(LeftOut("empty_unit", raw, line=line, detail={"unit": number}))
    if warnings:
        metadata["warnings"] = list(warnings)
    return Reading(drafts, ledger, {"segmented": True, **metadata})


def missing(name: str, language: Language, present: Iterable[str]) -> InputError:
    """The error for a file that lacks the language asked for."""
    have = ", ".join(sorted({code for code in present if code})) or "no language code"
    return InputError(
        f"{name}: has no {NAMES[language]} ({have}); check --source-lang and --target-lang"
    )


def local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def inline_text(element: etree._Element) -> tuple[str, list[str]]:
    """The text of a segment, and the content of its inline codes, which is no text of it."""
    text = element.text or ""
    codes: list[str] = []
    for child in element:
        inner, inner_codes = inline_text(child)
        codes += inner_codes
        if local(child) in _MARKUP:
            codes += [inner] if inner.strip() else []
        else:
            text += inner
        text += child.tail or ""
    return text, codes


def codes_left_out(codes: Iterable[str], line: int | None) -> list[LeftOut]:
    """Ledger entries for the content of inline codes."""
    return [LeftOut("inline_code", code.strip(), line=line) for code in codes]
