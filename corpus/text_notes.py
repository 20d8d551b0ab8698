"""Footnotes of a text without markup: which number is whose mark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.joining import Joiner
from corpus.readers.draft import Draft, LeftOut

NOTE_MARK = re.compile(r"(\d{1,3}|[*†‡]{1,4}|[a-z](?=\s))(?:\s+|$)")
# a number that sticks to a word or a stop, as no other does: 目标，2 如今
BEFORE_NOTE = r"(?<=[\u4e00-\u9fff，。；：、）)”》a-z.,;:’])"
AFTER_NOTE = r"(?=[\s，。；：、）)”》.,;:]|$) ?"
CJK_OR_MARK = re.compile(r"[\u2e80-\u9fff\uff00-\uffef“”‘’…—]")


def footnotes(lines: Sequence[tuple[str, int | None]], joiner: Joiner) -> list[Draft]:
    """The notes at the feet of the pages, each with its mark; numbers count up."""
    drafts: list[Draft] = []
    for line, page in lines:
        match = NOTE_MARK.match(line)
        last = drafts[-1].mark if drafts else None
        if match and _follows(match[1], last):
            drafts.append(Draft("footnote", line[match.end() :].strip(), page, match[1]))
        elif drafts:
            text = joiner.join(drafts[-1].text, line)
            drafts[-1] = replace(drafts[-1], text=text)
        else:
            drafts.append(Draft("footnote", line, page))
    return drafts


def _follows(mark: str, last: str | None) -> bool:
    """Is this the mark of the next note? A line may begin with any number: ``2030 年``."""
    if not mark.isdigit() or last is None or not last.isdigit():
        return True
    return int(mark) in (1, int(last) + 1)


def take_out_marks(
    texts: list[str], pages: Sequence[int | None], notes: Sequence[Draft]
) -> list[LeftOut]:
    """Take the notes' numbers out of the text, each behind the one before it.

    A number is a mark where it sticks to a word or a stop as no other does: ``目标，2 如今``.
    """
    left_out = []
    block, offset = 0, 0
    for note in notes:
        if note.mark is None or not note.mark.isdigit():
            continue
        pattern = re.compile(f"{BEFORE_NOTE}{note.mark}{AFTER_NOTE}")
        for number in range(block, len(texts)):
            match = pattern.search(texts[number], offset if number == block else 0)
            if match is None:
                continue
            before, after = texts[number][: match.start()], texts[number][match.end() :]
            space = " " if match[0].endswith(" ") and not CJK_OR_MARK.match(before[-1]) else ""
            texts[number] = before + space + after
            block, offset = number, len(before)
            left_out.append(LeftOut("footnote_mark", note.mark, pages[number]))
            break
    return left_out
