"""The two sides of a bilingual file: each language as a reading of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from duizhao.corpus.document import Language
from duizhao.corpus.reading import block_kinds
from duizhao.corpus.reading.bilingual import arrangements
from duizhao.corpus.reading.bilingual.amounts import LEAST_SHARE, both_languages
from duizhao.corpus.reading.bilingual.arrangements import Point, Run
from duizhao.corpus.reading.bilingual.pieces import Piece, pieces
from duizhao.corpus.reading.bilingual.switches import usual_switch
from duizhao.corpus.reading.bilingual.values import are_values
from duizhao.corpus.reading.draft import Draft, LeftOut, Reading
from duizhao.corpus.script import join

FEWEST = 3
"""Blocks with both languages, or changes between them, that show an arrangement in a short file."""
LEAST_SHARE_AFTER = 0.55
"""A paper may quote much English at its end: for an arrangement that is not obvious, the amounts
of both languages differ less."""


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A file in both languages: its arrangement, its pieces, and where groups of them begin."""

    arrangement: str
    pieces: tuple[Piece, ...]
    groups: tuple[Point, ...]


def recognise(drafts: Sequence[Draft], subtitles: bool = False) -> Bilingual | None:
    """The arrangement of a file that holds a text and its translation, None for any other."""
    switch = usual_switch([draft.text for draft in drafts])
    found: list[Piece] = []
    for number, draft in enumerate(drafts):
        if draft.text.strip():
            found += pieces(draft, number, found[-1].language if found else "zh", switch)
    if {piece.language for piece in found} != {"zh", "en"}:
        return None
    kind = arrangements.arrangement(found, subtitles)
    amounts = [
        arrangements.amount([piece for piece in found if piece.language == language])
        for language in ("zh", "en")
    ]
    share = min(amounts) / max(amounts)
    obvious = kind not in (arrangements.AFTER, arrangements.SECTIONS)
    if share < (LEAST_SHARE if obvious else LEAST_SHARE_AFTER):
        return None
    if not both_languages([draft.text for draft in drafts]):
        colon = switch is not None and switch.mark in (":", "：")
        if not _is_regular(found, kind) or all(
            are_values(parts, parted_by_colon=colon) for parts in _beside(found)
        ):
            return None
    return Bilingual(kind, tuple(found), tuple(arrangements.groups(found, kind)))


def _is_regular(found: Sequence[Piece], kind: str) -> bool:
    """Whether a text too short for `both_languages` changes its language all the time."""
    runs = arrangements.runs_of(found)
    if arrangements.is_same_line(found):
        return len({piece.block for piece in found}) >= FEWEST or len(runs) >= 2 * FEWEST
    regular = kind in (arrangements.PARAGRAPHS, arrangements.TABLE, arrangements.SUBTITLES)
    return regular and len(runs) >= 2 * FEWEST and len(runs) >= 0.8 * len(found)


def _beside(found: Sequence[Piece]) -> list[list[tuple[str, str]]]:
    """The Chinese texts with the English ones beside them: in their block, or after and before."""
    if arrangements.is_same_line(found):
        blocks = [list(own) for _, own in groupby(found, key=lambda piece: piece.block)]
        return [[pair for own in blocks for pair in _pairs(arrangements.runs_of(own))]]
    runs = arrangements.runs_of(found)
    return [_pairs(runs), _pairs(runs[1:])]


def _pairs(runs: Sequence[Run]) -> list[tuple[str, str]]:
    """Runs 0 and 1, 2 and 3 ... as (Chinese, English)."""
    pairs = []
    for both in zip(runs[::2], runs[1::2], strict=False):
        texts = {run[0].language: "\n".join(piece.draft.text for piece in run) for run in both}
        pairs.append((texts["zh"], texts["en"]))
    return pairs


def one_side(reading: Reading, bilingual: Bilingual, language: Language, name: str) -> Reading:
    """The reading of one language; the other one's pieces are left out as ``other_language``."""
    mine = [piece.draft for piece in bilingual.pieces if piece.language == language]
    others = [piece.draft for piece in bilingual.pieces if piece.language != language]
    kind = bilingual.arrangement
    points = bilingual.groups
    if kind == arrangements.PAGES:
        mine = _joined_over_pages(mine, language)
    left_out = [
        LeftOut("other_language", draft.text, page=draft.page, detail={"arrangement": kind})
        for draft in others
    ]
    note = f"{name}: Chinese and English in one file ({kind}), read as two documents"
    metadata: dict[str, Any] = {
        **reading.metadata,
        "arrangement": kind,
        "groups": [list(point) for point in points],
        "warnings": [*reading.metadata.get("warnings", ()), note],
    }
    return Reading(mine, [*reading.left_out, *left_out], metadata)


def _joined_over_pages(drafts: Sequence[Draft], language: Language) -> list[Draft]:
    """Paragraphs that go on after the page in the other language are one."""
    found: list[Draft] = []
    for draft in drafts:
        last = found[-1] if found else None
        if last is not None and _goes_on(last, draft, language):
            text = join([last.text, draft.text])
            confidences = None
            if last.confidences is not None and draft.confidences is not None:
                space = (1.0,) * (len(text) - len(last.text) - len(draft.text))
                confidences = (*last.confidences, *space, *draft.confidences)
            found[-1] = replace(last, text=text, confidences=confidences)
        else:
            found.append(draft)
    return found


def _goes_on(last: Draft, draft: Draft, language: Language) -> bool:
    if (last.kind, draft.kind) != ("paragraph", "paragraph") or last.page == draft.page:
        return False
    if last.spans is not None or block_kinds.ends_like_text(last.text):
        return False
    return language == "zh" or draft.text[:1].islower()
