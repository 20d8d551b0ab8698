"""Lines with positions to blocks: what PDF and hard-wrapped text share.

A reader makes a `Line` of each printed line, with its position in widths of a Chinese character
(1 em), so that the same rules do for a PDF's coordinates and for the spaces of a text file:

    drafts, left_out = build(lines, "zh")

Furniture is taken out first, so that a sentence around it grows together; then lines are joined
to paragraphs; then each paragraph gets its kind.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from duizhao.corpus.document import BlockKind, Language
from duizhao.corpus.reading import block_kinds, furniture
from duizhao.corpus.reading.draft import Draft, LeftOut
from duizhao.corpus.reading.footnotes import footnotes, take_out_marks
from duizhao.corpus.reading.joining import Joiner
from duizhao.corpus.script import EAST_ASIAN, HAN_CHARACTER

__all__ = ["Joiner", "Line", "build", "paragraphs", "width"]


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line.

    Attributes:
        text: without the white space around it.
        page: from 1, None where unknown.
        number: of the line in the file, from 1, None where the format has none.
        indent: left edge, in em to the right of the column's usual left edge.
        room: empty space at the right end, in em to the column's usual right edge.
        page_top: the first line of a page.
        ends: the format says that a paragraph ends (True) or goes on (False) after this line;
            None where it does not tell.
        starts: the same for the beginning of a paragraph.
        kind: set where the reader knows it (a footnote, a heading by its font).
    """

    text: str
    page: int | None = None
    number: int | None = None
    indent: float = 0.0
    room: float = 0.0
    page_top: bool = False
    ends: bool | None = None
    starts: bool | None = None
    kind: BlockKind | None = None


# Room at the end of a line, in em, beyond what the next word needs, that does not yet mean that
# the line was ended on purpose: print is proportional and the right edge an estimate. `tolerance`
# lowers it where the lines of a document keep to their edge.
MOST_TOLERANCE: dict[Language, float] = {"zh": 2.6, "en": 2.0}
# A line with this much room has ended whatever it ends in.
WIDE_ROOM: dict[Language, float] = {"zh": 7.0, "en": 9.0}
# "12. The Committee", "3.2 委员会": with a full stop before it, hardly ever a number that ends
NUMBERED_PARAGRAPH = re.compile(
    r"\d{1,3}(?:\.\d{1,3})*[.．]\s+\S|[IVX]{1,5}\.\s|[一二三四五六七八九十]{1,3}[.、]\s"
)
# what a sentence's own number may stand behind: "in paragraph" | "12. The Council"
BEFORE_A_NUMBER = re.compile(
    r"(?:\b(?:paragraphs?|resolutions?|annex|section|rule|article|and|to|of|in|No\.)|第)$"
)
# the label of a paragraph or item that the text has on a line of its own
BARE_LABEL = re.compile(
    r"\d{1,3}\.(?:\d{1,3}\.?)?|[(（](?:[a-z]{1,3}|\d{1,2}|[一二三四五六七八九十]{1,3})[)）]|[•▪●○◦‣]"
)
PREAMBLE = re.compile(
    r"(?:又|还|并|再次|进一步|深为|严重|表示|特别)*(?:回顾|铭记|注意到|欢迎|重申|认识到|认识|强调|深信|"
    r"赞赏|考虑|审议|关切|承认|确认|念及|遵循|依照|根据|感谢|满意|决心|希望|指出|谴责|震惊)"
)
# East Asian wide characters, and those that a Chinese font sets wide
WIDE = re.compile(
    r"[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6"
    r"\U0001f300-\U0001faff\U00020000-\U0003fffd“”‘’…—·•§°×÷±①-⓿■□▲△◆◇○◎●★☆→←↑↓∶∧∨∑√∞≈≠≤≥]+"
)
FIRST_TOKEN = re.compile(rf"[(\[“‘\"'$€£]*[A-Za-z0-9][^\s{EAST_ASIAN}]*|.")


@lru_cache(maxsize=1 << 14)
def width(text: str) -> float:
    """Width in em: 1 for a Chinese character or mark, a half for a Latin letter or a space."""
    return 0.5 * (len(text) + sum(map(len, WIDE.findall(text))))


def build(lines: Sequence[Line], language: Language) -> tuple[list[Draft], list[LeftOut]]:
    """Blocks and furniture of a document's lines, in reading order, footnotes at the end."""
    reasons = find_furniture(lines)
    left_out = [
        LeftOut(reason, lines[number].text, lines[number].page, lines[number].number)
        for number, reason in sorted(reasons.items())
    ]
    kept = [line for number, line in enumerate(lines) if number not in reasons and line.text]
    joiner = Joiner.of((line.text for line in kept), language)
    body = [line for line in kept if line.kind != "footnote"]
    groups = paragraphs(body, tolerance(body, language), language)
    texts = [_joined(group, joiner) for group in groups]
    notes = footnotes([(line.text, line.page) for line in kept if line.kind == "footnote"], joiner)
    left_out += take_out_marks(texts, [group[0].page for group in groups], notes, joiner.spaced)
    found = block_kinds.kinds(texts, language)
    drafts = [
        Draft(
            kind=group[0].kind or kind,
            text=text,
            page=group[0].page,
            mark=block_kinds.list_mark(text) if kind == "list_item" else None,
        )
        for group, text, kind in zip(groups, texts, found, strict=True)
    ]
    return [*drafts, *notes], left_out


def _joined(group: Sequence[Line], joiner: Joiner) -> str:
    text = group[0].text
    for line in group[1:]:
        text = joiner.join(text, line.text)
    return text


def find_furniture(lines: Sequence[Line]) -> dict[int, str]:
    """Numbers of the lines that are furniture, each with its reason."""
    top = furniture.masthead([line.text for line in lines[: furniture.MASTHEAD_LINES]])
    reasons: dict[int, str] = {}
    previous = ""
    for number, line in enumerate(lines):
        reason = furniture.reason(line.text) if line.kind is None else None
        if reason == "link" and furniture.LEADS_TO_LINK.search(previous):
            reason = None
        if reason is None and number in top:
            reason = "masthead"
        if reason is not None:
            reasons[number] = reason
        elif line.text:
            previous = line.text
    _drop_doubtful(lines, reasons)
    _add_bare_numbers(lines, reasons)
    _add_running_heads(lines, reasons)
    return reasons


def _drop_doubtful(lines: Sequence[Line], reasons: dict[int, str]) -> None:
    """Keep in the text what has the form of furniture only: a list of symbols, a fraction.

    The document's own symbol comes early or again and again; any other, and a number such as
    6/14, must stand at a page's edge, by a line that is surely furniture.
    """
    symbols = {number for number, reason in reasons.items() if reason == "document_symbol"}
    fractions = {n for n in reasons if furniture.FRACTION.fullmatch(lines[n].text)}
    counts = Counter(lines[number].text for number in symbols)
    totals = Counter(furniture.total(lines[number].text) for number in fractions)
    own = {n for n in symbols if n < furniture.MASTHEAD_LINES or counts[lines[n].text] > 1}
    own |= {n for n in fractions if totals[furniture.total(lines[n].text)] >= 3}
    doubtful = (symbols | fractions) - own
    sure = {number: reason for number, reason in reasons.items() if number not in doubtful}
    for number in doubtful:
        if not _at_page_edge(lines, number, sure):
            del reasons[number]


def _at_page_edge(lines: Sequence[Line], number: int, reasons: dict[int, str]) -> bool:
    """Is this line next to a page break or to certain furniture?"""
    if (
        number == 0
        or lines[number].page_top
        or (number + 1 < len(lines) and lines[number + 1].page_top)
    ):
        return True
    near = [place for place in (number - 1, number + 1) if place in reasons]
    return any(reasons[place] not in ("link", "separator") for place in near)


def _add_bare_numbers(lines: Sequence[Line], reasons: dict[int, str]) -> None:
    for number, line in enumerate(lines):
        if number in reasons or line.kind is not None:
            continue
        if not _at_page_edge(lines, number, reasons):
            continue
        if furniture.BARE_NUMBER.fullmatch(line.text):
            reasons[number] = "page_number"
        elif furniture.JOB_DATE.fullmatch(line.text):
            reasons[number] = "job_number"


def _add_running_heads(lines: Sequence[Line], reasons: dict[int, str]) -> None:
    """Short lines that come again, but for their numbers, at the edges of three pages or more."""
    places: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        if number in reasons or line.kind is not None or block_kinds.ends_like_text(line.text):
            continue
        if not 0 < len(line.text) <= 80 or not _at_page_edge(lines, number, reasons):
            continue
        places.setdefault(re.sub(r"\d+", "0", line.text), []).append(number)
    for numbers in places.values():
        if len(numbers) >= 3:
            reasons.update(dict.fromkeys(numbers, "running_head"))


def tolerance(lines: Sequence[Line], language: Language) -> float:
    """How much of the next word's room, in em, lines that surely go on leave unused."""
    unused = sorted(
        room_beyond(line, following)
        for line, following in pairwise(lines)
        if not block_kinds.ends_like_text(line.text)
        and (following.text[:1].islower() if language == "en" else line.room < 3)
        and line.ends is not True
        and not following.starts
    )
    if len(unused) < 8:
        return MOST_TOLERANCE[language]
    highest = unused[int(0.995 * (len(unused) - 1))]
    # lines wrapped by a program keep to their edge exactly, printed ones never do
    return 0.1 if highest <= 0.6 else MOST_TOLERANCE[language]


def room_beyond(line: Line, following: Line) -> float:
    """Room at the end of `line` that the first word of `following` would have left, in em."""
    token = first_token(following.text)
    space = 0.0 if HAN_CHARACTER.match(line.text[-1:]) or HAN_CHARACTER.match(token) else 0.5
    return line.room - width(token) - space


def first_token(text: str) -> str:
    """What could not be broken at the beginning of a line: a Latin word, or one character."""
    match = FIRST_TOKEN.match(text)
    return match[0] if match else ""


def paragraphs(
    lines: Sequence[Line], room_for_error: float, language: Language
) -> list[list[Line]]:
    """Lines (furniture taken out) in groups, a group a block."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and goes_on(groups[-1], line, room_for_error, language):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def goes_on(group: Sequence[Line], line: Line, room_for_error: float, language: Language) -> bool:
    """Does the paragraph of `group` go on in `line`?"""
    last = group[-1]
    if len(group) == 1 and BARE_LABEL.fullmatch(last.text):
        # a paragraph behind its number, but no other number behind a decimal one
        return not last.text[-1].isdigit() or len(line.text) > 40
    if last.kind != line.kind or last.ends:
        return False
    stopped = block_kinds.ends_like_text(last.text)
    marked = block_kinds.list_mark(line.text) is not None
    if last.ends is False:
        # a missing paragraph mark is outweighed only by a stop and a plain beginning together
        return not (stopped and (line.starts or marked) and last.room > MOST_TOLERANCE[language])
    if block_kinds.is_role(line.text) and not last.text.endswith(("，", "、", ",")):
        return False
    if language == "en" and line.text[0].islower() and last.text[-1] not in ".!?:" and not marked:
        return True
    if line.starts:
        # an indent inside a sentence is the page's, not a paragraph's; but two lines that are
        # both set in are two headings
        both = len(group) == 1 and line.indent == last.indent and not line.page_top
        headings = both and language == "zh"  # in English the small letter has decided already
        return not (headings or stopped or marked) and last.room <= MOST_TOLERANCE[language]
    if marked and (stopped or len(group) == 1):
        return False
    if line.starts is False:
        return True
    if NUMBERED_PARAGRAPH.match(line.text) and not BEFORE_A_NUMBER.search(last.text):
        return False
    if _are_two_blocks(group, line, stopped, language):
        return False
    beyond = room_beyond(last, line)
    if last.text[-1] in "、，" and language == "zh":
        # each paragraph of a preamble ends in a comma, and the next begins with such a word
        return not (last.text[-1] == "，" and beyond > room_for_error and PREAMBLE.match(line.text))
    if beyond > WIDE_ROOM[language]:
        return False
    if last.text[-1] in "；,;":
        return beyond <= MOST_TOLERANCE[language] + 1
    if stopped:
        return beyond <= room_for_error
    if language == "en":
        return beyond <= room_for_error
    return beyond <= (WIDE_ROOM[language] if len(group) > 1 else room_for_error + 1)


def _are_two_blocks(group: Sequence[Line], line: Line, stopped: bool, language: Language) -> bool:
    """Does what they say part two lines that their place on the page would not?"""
    if stopped and line.room > WIDE_ROOM[language]:
        # the last line of a paragraph would end in a stop
        return not block_kinds.ends_like_text(line.text)
    persons = block_kinds.is_person(line.text, language) and len(group) == 1
    return persons and block_kinds.is_person(group[0].text, language)
