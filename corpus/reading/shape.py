"""What a paragraph is by its own look: list item, heading, caption. One rule for all formats."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from duizhao.corpus.document import BlockKind, Language
from duizhao.corpus.reading import block_kinds
from duizhao.corpus.reading.bullets import BULLETS
from duizhao.corpus.reading.draft import Draft
from duizhao.corpus.reading.spacing import tidy
from duizhao.corpus.script import EAST_ASIAN

# (a)  (iv)  a)  1)  （一）  ①  •  —  ; a hyphen or dash counts only before a space
_LABEL = re.compile(
    r"(?P<label>"
    r"[(（](?:[a-z]{1,4}|[ivxlcdm]{1,7}|[A-Z]|\d{1,3}|[一二三四五六七八九十百]{1,4})[)）](?![)）])"
    r"|(?:[a-z]|[ivx]{1,5}|\d{1,3})\)"
    r"|[①-⑳]"
    rf"|[{BULLETS}](?=\s|\w|[《“‘（(\"'])"
    r"|[-–—](?=\s)"
    r"|\d{1,3}(?:\.(?:\d{1,3}|[IVX]{1,5})){1,3}\.?(?=\s)"
    r"|\d{1,3}\.(?=\s)"
    rf"|\d{{1,3}}[.．、](?=[\u2018-\u201d{EAST_ASIAN}])"
    r"|[一二三四五六七八九十百]{1,4}[、.．]"
    r"|(?:[IVX]{1,6}|[A-Z])\.(?=\s)"
    # not "v." in the name of a case, nor "c. 1900"
    r"|(?:[a-h]|i{1,3}|iv|vi{1,3}|ix|x)\.(?=\s[^\W\d_])"
    r")\s*"
)
_ITEM = re.compile(r"[(（][^)）]{1,7}[)）]|[a-zivx\d]{1,5}\)|[①-⑳]|[–—-]|" + f"[{BULLETS}]")
_CAPTION = re.compile(
    r"(?:(?:Table|Figure|Box|Chart|Map)\s+[0-9IVXA-Z]{1,5}(?:[.-]\d{1,3})*\b"
    r"|(?:表|图|方框|插文)\s?[0-9一二三四五六七八九十]{1,4}(?:[.-]\d{1,3})*)(?P<rest>.*)"
)
_REMARK = re.compile(r"(?:Notes?|Sources?)\s?:|(?:注|说明|来源|资料来源)\s?[:：]")
_STOPS = tuple("。！？；：.!?;:，,")


def split_label(text: str) -> tuple[str, str]:
    """(label, rest) of a paragraph that begins with one, ("", text) otherwise.

    >>> split_label("(a) Reports")
    ('(a)', 'Reports')
    """
    match = _LABEL.match(text)
    return (match["label"], text[match.end() :]) if match else ("", text)


def item_mark(kind: BlockKind, text: str) -> str | None:
    """The label of a list item, None for any other kind of block."""
    label = split_label(text)[0] if kind == "list_item" else ""
    return label or None


def space_label(text: str) -> str:
    """The text with one space behind its label, where print has one.

    >>> space_label("(a)报告")
    '(a) 报告'
    """
    label, rest = split_label(text)
    if not label or not rest or label[-1] not in f".){BULLETS}" or label[0] == "·":
        return text
    return f"{label} {rest}"


def kind_of(
    text: str,
    language: Language,
    *,
    heading: bool = False,
    caption: bool = False,
    bold: bool = False,
) -> BlockKind:
    """The kind of a paragraph that is no table cell and no note.

    `heading` is what the format says; `bold`: all of it is set in bold type.
    """
    if caption or is_caption(text) or (_REMARK.match(text) and not heading):
        return "caption"
    if heading:
        return "heading"
    label, rest = split_label(text)
    if label and rest and _ITEM.fullmatch(label):
        return "list_item"
    limit = 60 if language == "zh" else 160
    if bold and len(text) <= limit and not text.endswith(_STOPS):
        return "heading"
    return "paragraph"


def with_people(drafts: Sequence[Draft], language: Language) -> list[Draft]:
    """The drafts, with signature blocks and lists of names recognised by their words.

    `duizhao.corpus.reading.block_kinds` judges the text in its order; of its verdicts only these
    two say more than a format's styles and fonts do.
    """
    places = [
        number
        for number, draft in enumerate(drafts)
        if draft.kind not in ("footnote", "table_cell", "caption")
    ]
    found = block_kinds.kinds([tidy(drafts[number].text, language) for number in places], language)
    out = list(drafts)
    for number, kind in zip(places, found, strict=True):
        short = len(drafts[number].text) < 200
        if kind in ("signature", "name_list") and short and drafts[number].kind != "list_item":
            out[number] = replace(drafts[number], kind=kind, mark=None)
    return out


def is_caption(text: str) -> bool:
    """Whether this is the number or title of a table or figure, as "Table 13.1", "图二"."""
    match = _CAPTION.match(text)
    if not match or len(text) > 200:
        return False
    rest = match["rest"].strip()
    # "Table 3 shows ..." is a sentence
    return not rest or (not rest.endswith(("。", ".", "；", ";")) and not rest[0].islower())
