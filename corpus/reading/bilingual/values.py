"""Is each English part the value of a Chinese label, and no translation of it?

    are_values([("姓名", "John Smith"), ("电话", "+64 21 555 0199")], parted_by_colon=True)  # True
    are_values([("水库", "reservoir"), ("水质", "water quality")], parted_by_colon=True)     # False

The lines of a form change their language as those of a glossary do. What tells them apart: a
translation has the numbers of its text, a label has another value in each form, labels such as
电话 are translated by words such as "telephone", and values are names.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

Parts = tuple[str, str]
"""A Chinese text and the English beside it."""

_NUMBER = re.compile(r"\d+")
_CHINESE_NUMBER = re.compile("[〇零一二三四五六七八九十百千万两]")
_ADDRESS = re.compile(r"@\w|https?:|www\.", re.IGNORECASE)
_LABEL = re.compile(
    "姓名|名字|性别|国籍|出生|电话|手机|传真|邮件|电邮|邮箱|地址|邮编|单位|职务|职位|护照|证件|网址|网站|联系人|学历|签名"
)
_LABEL_IN_ENGLISH = re.compile(
    r"\b(name|gender|sex|nationality|birth|phone|tel|telephone|mobile|fax|e-?mail|mailbox|address"
    r"|postcode|postal|zip|unit|organi[sz]ation|institution|employer|position|post|title|passport"
    r"|document|identity|id|web|website|url|contact|education|degree|signature|signed)\b",
    re.IGNORECASE,
)
_ORDINARY_WORD = re.compile(r"(?<![\w.@-])(?!(?:and|the|for|of|de|von|van)\b)[a-z]{3,}(?![\w@])")

FEWEST = 2
MOST = 0.5
NEARLY_ALL = 0.8


def are_values(parts: Sequence[Parts], *, parted_by_colon: bool) -> bool:
    """Whether the parts in English do not translate those in Chinese beside them."""
    same, different = _compared_numbers(parts)
    if max(same, different) >= FEWEST:
        return different > same
    return (
        _is_repeated(parts)
        or _are_labels(parts)
        or (parted_by_colon and bool(parts) and _are_names(parts))
    )


def _compared_numbers(parts: Sequence[Parts]) -> tuple[int, int]:
    """How many pairs with numbers or addresses have some in common, and how many have none."""
    same = different = 0
    for chinese, english in parts:
        addresses = [bool(_ADDRESS.search(text)) for text in (chinese, english)]
        ours, theirs = set(_NUMBER.findall(chinese)), set(_NUMBER.findall(english))
        if any(addresses):
            alike = all(addresses)
        elif theirs:
            alike = bool(ours & theirs if ours else _CHINESE_NUMBER.search(chinese))
        else:
            continue  # 2 may be "two"
        same += alike
        different += not alike
    return same, different


def _is_repeated(parts: Sequence[Parts]) -> bool:
    """Whether most pairs have a Chinese text that comes again with other English."""
    english: dict[str, list[str]] = defaultdict(list)
    for chinese, other in parts:
        english[chinese].append(other)
    again = [texts for texts in english.values() if len(texts) >= FEWEST]
    distinct = sum(len(texts) for texts in again if len(set(texts)) > MOST * len(texts))
    return distinct > MOST * len(parts)


def _are_labels(parts: Sequence[Parts]) -> bool:
    """Whether there are labels of a form, and most have a value instead of a translation."""
    english = [other for chinese, other in parts if _LABEL.search(chinese)]
    values = [other for other in english if not _LABEL_IN_ENGLISH.search(other)]
    return len(values) >= FEWEST and len(values) > MOST * len(english)


def _are_names(parts: Sequence[Parts]) -> bool:
    """Whether nearly all values have no word in lower case but those that names have."""
    names = [not _ORDINARY_WORD.search(english) for _, english in parts]
    return sum(names) >= NEARLY_ALL * len(names)
