"""Footnotes and their marks, for every format.

Readers keep a raised character that may be a footnote's mark in their raw text, between two code
points that no text can contain: ``"人群" + OPEN + "1" + CLOSE + "需求"``. `settle` knows all notes
of the document: it takes a mark that a note has out of the sentence and records its place; what
no note has (m², 10⁶) goes back into the text. Nothing after `settle` contains OPEN or CLOSE.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from duizhao.corpus.document import Language
from duizhao.corpus.reading.characters import CLOSE, OPEN
from duizhao.corpus.reading.draft import Draft, LeftOut
from duizhao.corpus.reading.shape import space_label, with_people
from duizhao.corpus.reading.spacing import WIDE, tidy

__all__ = [
    "CLOSE", "OPEN", "Settled", "leading_mark", "may_have_power", "raised", "settle", "sure",
]  # fmt: skip

MARK = re.compile(r"\(?(?:\d{1,3}|[a-z]{1,2}|[*†‡§¶]{1,4})\)?")
# nothing but a note's mark is raised and in brackets, whether the note is there or not
BRACKETED_MARK = re.compile(r"[\[〔【]\s*(\d{1,3}|[a-z]{1,2}|[*†‡§¶]{1,4})\s*[\]〕】]")
# a circled number, or 注 and a number, is nothing else when it is raised
_SURE_MARK = re.compile(r"([①-⑳])|[（(]?注\s?(\d{1,3})[）)]?")
# a raised sign behind a stop has no base that it could be a power of
_STOP = re.compile(r"[。！？；：，、…”’」』》]$|[^\W\d][.!?;,\"']$")
_MARKED = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")
_UNPAIRED = re.compile(f"[{OPEN}{CLOSE}]")
_STARS = re.compile(r"(?<=[^\s*\ufdd0])\*{1,4}(?=[\s,.;:，。；：、)）》”]|$)")
# what a raised 2 or 3 means behind these is not a note
_UNIT = re.compile(r"(?:^|[^A-Za-z])(?:[kcmd]?m|ft|in)$|[里米尺寸]$|10$")
_ORDINAL = {"st", "nd", "rd", "th"}


@dataclass(frozen=True, slots=True)
class Settled:
    """Drafts with the notes at the end: the result of `settle`.

    `order` has the place of each draft among those given.
    `places` has one entry a mark: ``{"mark": "1", "block": 12, "offset": 40, "note": 310}``.
    """

    drafts: list[Draft]
    left_out: list[LeftOut]
    places: list[dict[str, Any]]
    order: list[int]


def raised(text: str) -> str:
    """Raised characters as they stand in a reader's raw text: marked where they may be a mark."""
    bare = text.strip()
    if sure := _SURE_MARK.fullmatch(bare):
        return f"{OPEN}[{sure[1] or sure[2]}]{CLOSE}"
    if MARK.fullmatch(bare) and bare not in _ORDINAL:
        return f"{OPEN}{bare.strip('()')}{CLOSE}"
    if bracketed := BRACKETED_MARK.fullmatch(bare):
        return f"{OPEN}[{bracketed[1]}]{CLOSE}"
    return text


def sure(text: str) -> str:
    """Raw text in which every mark is one, whether the note is there or not."""
    return re.sub(rf"{OPEN}([^\[{CLOSE}]+){CLOSE}", rf"{OPEN}[\1]{CLOSE}", text)


def may_have_power(text: str) -> bool:
    """Whether a raised number behind this text may be a power or an index.

    >>> may_have_power("面积为10平方米"), may_have_power("10"), may_have_power("双方")
    (True, True, False)
    """
    return not re.search(rf"[{WIDE}]$", text.rstrip()) or _UNIT.search(text.rstrip()) is not None


def leading_mark(text: str) -> tuple[str, str] | None:
    """(mark, rest) of a text that begins with a raised mark or with asterisks."""
    if match := re.match(rf"\s*{OPEN}([^{CLOSE}]*){CLOSE}\s*(.*)", text, re.DOTALL):
        return match[1].strip("[]"), match[2]
    if match := re.match(r"\s*(\*{1,4}|[†‡])\s*(\S.*)", text, re.DOTALL):
        return match[1], match[2]
    return None


def settle(drafts: Sequence[Draft], language: Language) -> Settled:
    """Resolve the marks, and put the notes behind the text, in the order of the reader.

    Marks may start again on each page or under each table: a mark means the first note of its
    name that the reader met after it.
    """
    known = {draft.mark for draft in drafts if draft.kind == "footnote" and draft.mark}
    order = [number for number, draft in enumerate(drafts) if draft.kind != "footnote"]
    order += [number for number, draft in enumerate(drafts) if draft.kind == "footnote"]
    out: list[Draft] = []
    left_out: list[LeftOut] = []
    found: list[tuple[str, int, int, int]] = []
    notes: dict[str, list[tuple[int, int]]] = {}
    kept: list[int] = []
    for number in order:
        draft = drafts[number]
        text, marks = _take_out(_mark_stars(draft.text, known), known, language)
        if not text:
            left_out += [LeftOut("footnote_mark", mark, draft.page) for mark, _ in marks]
            continue
        if draft.kind == "footnote" and draft.mark:
            notes.setdefault(draft.mark, []).append((number, len(out)))
        for mark, offset in marks:
            found.append((mark, number, len(out), offset))
            left_out.append(LeftOut("footnote_mark", mark, draft.page))
        out.append(replace(draft, text=text))
        kept.append(number)
    places = [
        {"mark": mark, "block": block, "offset": offset, "note": _note(notes.get(mark, []), number)}
        for mark, number, block, offset in found
    ]
    return Settled(with_people(out, language), left_out, places, kept)


def _mark_stars(text: str, known: set[str]) -> str:
    """Asterisks behind a word are a mark, raised or not, where a note has them."""
    return _STARS.sub(lambda m: f"{OPEN}{m[0]}{CLOSE}" if m[0] in known else m[0], text)


def _note(notes: Sequence[tuple[int, int]], number: int) -> int | None:
    """The block of the first of these notes that the reader met after this draft."""
    later = [block for note, block in notes if note >= number]
    return later[0] if later else notes[-1][1] if notes else None


def _take_out(text: str, known: set[str], language: Language) -> tuple[str, list[tuple[str, int]]]:
    """The text without marks, tidy, and each mark with its offset in that text."""
    pieces: list[str] = []
    marks: list[str] = []
    end = 0
    for match in _MARKED.finditer(text):
        before = _UNPAIRED.sub("", text[end : match.start()])
        pieces.append(before)
        end = match.end()
        is_unit = match[1] in ("2", "3") and _UNIT.search(before)
        mark = match[1].strip("[]")
        is_known = mark in known and not is_unit
        if mark != match[1] or is_known or _STOP.search(before.rstrip()):
            pieces.append(OPEN)
            marks.append(mark)
        else:
            pieces.append(match[1])
    pieces.append(_UNPAIRED.sub("", text[end:]))
    # the mark's place is carried through tidying as one character that is white space to it
    joined = tidy("".join(pieces), language)
    found: list[tuple[str, int]] = []
    bare = ""
    for number, piece in enumerate(joined.split(OPEN)):
        if number:
            found.append((marks[number - 1], len(bare.rstrip())))
            if bare.endswith(" ") or not bare or _needs_no_space(bare, piece):
                piece = piece.lstrip()
        bare += piece
    return space_label(tidy(bare, language)), found


def _needs_no_space(before: str, after: str) -> bool:
    """Whether the space behind a mark goes with it: before a stop, and among Chinese."""
    if re.match(r"\s+[,.;:)]", after):
        return True
    return bool(re.search(f"[{WIDE}]$", before) and re.match(f"\\s+[{WIDE}]", after))
