"""Convert traditional Chinese to the simplified characters that translation models learn from.

OPUS-MT loses 17 BLEU on traditional characters (docs/measurements.md). Only the model's input is
converted; the corpus keeps the original text.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from duizhao.corpus.script import HAN_CHARACTER, in_gb2312

if TYPE_CHECKING:
    from opencc import OpenCC


def for_the_model(text: str) -> str:
    """The text in simplified characters, converted if it has any traditional-only character.

    Text in simplified characters is returned unchanged, even if OpenCC would change a word of it.

    >>> for_the_model("大會審議了秘書長的報告。"), for_the_model("乾隆，著名。")
    ('大会审议了秘书长的报告。', '乾隆，著名。')
    """
    if text.isascii() or not any(map(_traditional, set(text))):
        return text
    return str(_opencc().convert(text))


@cache
def _traditional(character: str) -> bool:
    """Whether a character is not in GB2312 and has a simplified form."""
    if not HAN_CHARACTER.match(character) or in_gb2312(character):
        return False
    return bool(_opencc().convert(character) != character)


@cache
def _opencc() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")
