"""Footnotes of a text without markup: which number is whose mark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from duizhao.corpus.reading.draft import Draft, LeftOut
from duizhao.corpus.reading.joining import Joiner
from duizhao.corpus.script import EAST_ASIAN, HAN

NOTE_MARK = re.compile(r"(\d{1,3}|[*†‡]{1,4}|[a-z](?=\s))(?:\s+|$)")
# A number that sticks to a word or a stop as no other number does: 目标，2 如今 / the Goals.2 The
# Behind a stop there must be no number (1.2) and no part of a symbol (Add.1); behind a Chinese
# character only where the document sets other numbers off with spaces (附件 1).
BEFORE_NOTE = (
    r"(?<!\d[.,:])(?<!Add\.)(?<!Rev\.)(?<!Corr\.)(?<!No\.)(?<!Nos\.)(?<!/L\.)"
    r"(?:(?<=[，。；：、）)”》.,;:’])|(?<=[a-z]{3}))"
)
BEHIND_HAN = f"(?<=[{HAN}])"
AFTER_NOTE = r"(?=[\s，。；：、）)”》.,;:]|$) ?"
CJK_OR_MARK = re.compile(f"[{EAST_ASIAN}“”‘’…—]")


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
    texts: list[str], pages: Sequence[int | None], notes: Sequence[Draft], spaced: bool
) -> list[LeftOut]:
    """Take the notes' numbers out of the text, each behind the one before it on its own page.

    `pages` are those that the texts begin on, `spaced` is `Joiner.spaced`.
    """
    before_note = f"(?:{BEFORE_NOTE}|{BEHIND_HAN})" if spaced else BEFORE_NOTE
    left_out = []
    block, offset = 0, 0
    for note in notes:
        if note.mark is None or not note.mark.isdigit():
            continue
        pattern = re.compile(f"{before_note}{note.mark}{AFTER_NOTE}")
        for number in range(block, len(texts)):
            page = pages[number]
            if page is not None and note.page is not None and not 0 <= note.page - page <= 1:
                continue
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
