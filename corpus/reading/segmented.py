"""Files that come in sentences already: what TMX, TSV and XLIFF share.

A unit is a block of one sentence, as it stands: nothing is split and nothing joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.draft import Draft, LeftOut, Reading
from duizhao.corpus.reading.spacing import tidy

if TYPE_CHECKING:
    from lxml import etree

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NAMES: dict[Language, str] = {"zh": "Chinese", "en": "English"}
_CODES: dict[Language, tuple[str, ...]] = {
    "zh": ("zh", "zho", "chi", "cmn", "chinese", "中文", "汉语"),
    "en": ("en", "eng", "english", "英文", "英语"),
}
# inline codes whose content is markup of the original file, not text
_MARKUP = {"bpt", "ept", "ph", "it", "ut", "sub", "x", "bx", "ex", "mrk-note"}


def is_language(code: str | None, language: Language) -> bool:
    """Whether a language code (zh-CN, eng, Chinese) means this language."""
    first = re.split(r"[-_ ]", (code or "").strip().lower())[0]
    return first in _CODES[language]


def reading(
    units: Iterable[tuple[str, int | None]], language: Language, **metadata: Any
) -> Reading:
    """One block and one sentence for each (text, line); empty units to the ledger."""
    drafts: list[Draft] = []
    left_out: list[LeftOut] = []
    for number, (raw, line) in enumerate(units, 1):
        text = tidy(raw, language)
        if text:
            drafts.append(Draft("paragraph", text, spans=((0, len(text)),)))
        else:
            left_out.append(LeftOut("empty_unit", raw, line=line, detail={"unit": number}))
    return Reading(drafts, left_out, {"segmented": True, **metadata})


def missing(name: str, language: Language, found: Iterable[str]) -> InputError:
    """The error for a file that lacks the language asked for."""
    have = ", ".join(sorted({code for code in found if code})) or "no language code"
    return InputError(
        f"{name}: has no {NAMES[language]} ({have}); check --source-lang and --target-lang"
    )


def local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def inline_text(element: etree._Element) -> str:
    """The text of a segment; of inline codes only what is text."""
    text = element.text or ""
    for child in element:
        if local(child) not in _MARKUP:
            text += inline_text(child)
        text += child.tail or ""
    return text
