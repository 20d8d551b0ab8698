"""Files that come in sentences already: what TMX, XLIFF, tables, JSON and subtitles share.

A unit is a block of one sentence, as it is: nothing is split and nothing joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.bilingual.amounts import HAN_PER_WORD, LEAST_SHARE
from duizhao.corpus.reading.draft import Draft, LeftOut, Reading
from duizhao.corpus.reading.spacing import tidy
from duizhao.corpus.script import count_han

if TYPE_CHECKING:
    from lxml import etree

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NAMES: dict[Language, str] = {"zh": "Chinese", "en": "English"}
OTHER: dict[Language, Language] = {"zh": "en", "en": "zh"}
_CODES: dict[Language, tuple[str, ...]] = {
    "zh": ("zh", "zho", "chi", "cmn", "chs", "cht", "chinese", "中文", "汉语"),
    "en": ("en", "eng", "english", "英文", "英语"),
}
_WORD = re.compile(r"[A-Za-z][A-Za-z’'-]*")
LENGTHS = (0.2, 5.0)
"""Words of English, as Chinese characters, for a Chinese character: of units that are parallel."""
LEAST_DISTINCT = 0.5
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


class BothSides(TypedDict, total=False):
    """Whether a file of units is its own reference, or a warning that it has too few pairs."""

    bilingual: bool
    few: str


def both_sides(
    name: str, language: Language, own: Sequence[str], other: Sequence[str]
) -> BothSides:
    """Arguments of `reading` for a file of units with these texts in a language and in the other.

    `bilingual` is true if enough units have both, of lengths that fit each other, so that the file
    is its own reference. If only a few have both, a warning says that the English is not used.
    """
    sides = (own, other) if language == "zh" else (other, own)
    chinese = [pair for pair in zip(*sides, strict=True) if amount(pair[0], "zh")]
    both = [pair for pair in chinese if _is_english(pair[1])]
    han = sum(count_han(pair[0]) for pair in both)
    words = sum(len(_WORD.findall(pair[1])) for pair in both)
    if not both or not LENGTHS[0] <= words * HAN_PER_WORD / han <= LENGTHS[1]:
        return {}
    if len({pair[1] for pair in both}) < LEAST_DISTINCT * len({pair[0] for pair in both}):
        return {}  # the name of a collection, a state
    if len(both) >= LEAST_SHARE * len(chinese):
        return {"bilingual": True}
    return {
        "few": f"{name}: only {len(both):,} of {len(chinese):,} units have an English text, which "
        "is not used without --reference"
    }


def _is_english(text: str) -> bool:
    """Whether a text is English, and not an identifier such as ``doc_17``."""
    return amount(text, "en") > 0 and (" " in text.strip() or text.strip().isalpha())


def reading(
    units: Iterable[tuple[str, int | None]],
    language: Language,
    warnings: Sequence[str] = (),
    left_out: Sequence[LeftOut] = (),
    *,
    bilingual: bool = False,
    few: str = "",
    **metadata: Any,
) -> Reading:
    """One block and one sentence for each (text, line); empty units to the ledger.

    `bilingual` and `few` are those of `both_sides`.
    """
    drafts: list[Draft] = []
    ledger: list[LeftOut] = list(left_out)
    for number, (raw, line) in enumerate(units, 1):
        text = tidy(raw, language)
        if text:
            drafts.append(Draft("paragraph", text, spans=((0, len(text)),)))
        else:
            ledger.append(LeftOut("empty_unit", raw, line=line, detail={"unit": number}))
    if bilingual:
        metadata["bilingual"] = True
    if every := [*warnings, *([few] if few else [])]:
        metadata["warnings"] = every
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
