"""Traditional characters as simplified ones, so that a query in either finds texts in both."""

from __future__ import annotations

from functools import cache

BLOCKS = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000))
"""The characters to convert by OpenCC: CJK Unified Ideographs and Extension A."""


def simplify(text: str) -> str:
    """The text with each traditional character replaced by a simplified one; same length.

    >>> simplify("落實決議")
    '落实决议'
    """
    return text if text.isascii() else text.translate(_table())


@cache
def _table() -> dict[int, str]:
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    pairs = ((code, convert(chr(code))) for block in BLOCKS for code in block)
    return {code: simple for code, simple in pairs if simple != chr(code) and len(simple) == 1}
