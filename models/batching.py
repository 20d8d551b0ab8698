"""Batches of texts of nearly equal length, bounded in tokens; texts too long split and rejoined."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

CountTokens = Callable[[str], int]
# more batches end together better, each is slower: 1, 2 and 4 were alike on 60 to 300 sentences
_BATCHES_A_WORKER = 2
_LEAST_BATCH = 128

# where a text that is too long may be split, best place first
_SPLIT_MARKS = (
    re.compile(r"(?<=[。！？!?])(?=.)|(?<=[.])(?=\s)"),
    re.compile(r"(?<=[；;])(?=.)"),
    re.compile(r"(?<=[：:，,])(?=.)"),
    re.compile(r"(?<=[、])(?=.)"),
    re.compile(r"(?<=\s)(?=\S)"),
)
_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
# what stands between two parts of one sentence, when the model closes the first with a full stop
_CLAUSE_END = {"，": ",", ",": ",", "、": ",", "；": ";", ";": ";", "：": ":", ":": ":"}


def pack(lengths: Sequence[int], batch_tokens: int, batch_texts: int = 1024) -> list[list[int]]:
    """Pack indices into batches, longest first; a batch's padded size is at most `batch_tokens`.

    Sorted by length, so that little is padding; longest first, so that the last batches are
    cheap and the workers end together. The packing depends on `lengths` alone. A text longer
    than `batch_tokens` is a batch of its own.

        >>> pack([3, 9, 4, 10], batch_tokens=20)
        [[3, 1], [2, 0]]
    """
    batches: list[list[int]] = []
    longest = 0
    for index in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        size = max(1, lengths[index])
        batch = batches[-1] if batches else None
        if batch is None or (len(batch) + 1) * longest > batch_tokens or len(batch) >= batch_texts:
            batches.append([index])
            longest = size
        else:
            batch.append(index)
    return batches


def bound(lengths: Sequence[int], batch_tokens: int, workers: int) -> int:
    """The bound for `pack` that gives every worker something to do, at most `batch_tokens`.

    Few texts are packed into smaller batches: a few for each worker, so that all end together,
    but none so small that the work is mostly that of starting it.

        >>> bound([30] * 30, batch_tokens=2048, workers=2)
        225
    """
    if workers < 2:
        return batch_tokens
    share = -(-sum(lengths) // (_BATCHES_A_WORKER * workers))
    return min(batch_tokens, max(share, _LEAST_BATCH))


def split_to_fit(text: str, limit: int, count: CountTokens) -> list[str]:
    """Split a text into parts of at most `limit` tokens, at the best marks there are.

    Full stops first, then semicolons, commas, enumeration marks, white space; only a run without
    any of these is split between characters. Nothing is lost: the parts joined are the text.
    """
    if count(text) <= limit:
        return [text]
    for mark in _SPLIT_MARKS:
        clauses = mark.split(text)
        if len(clauses) > 1:
            parts = _gather(clauses, limit, count)
            if len(parts) == 1:  # clauses apart may take fewer tokens than the text as a whole
                half = len(clauses) // 2
                parts = ["".join(clauses[:half]), "".join(clauses[half:])]
            return [fit for part in parts for fit in split_to_fit(part, limit, count)]
    if len(text) < 2:
        return [text]
    middle = len(text) // 2
    return split_to_fit(text[:middle], limit, count) + split_to_fit(text[middle:], limit, count)


def _gather(clauses: Sequence[str], limit: int, count: CountTokens) -> list[str]:
    """Join neighbouring clauses into parts of nearly equal size, none over `limit` if it can be."""
    sizes = [count(clause) for clause in clauses]
    total = sum(sizes)
    aim = total / -(-total // limit)  # equal parts: no last part of three words
    parts, size = [clauses[0]], sizes[0]
    for clause, more in zip(clauses[1:], sizes[1:], strict=True):
        if size + more > limit or size >= aim:
            parts.append(clause)
            size = more
        else:
            parts[-1] += clause
            size += more
    return parts


def halve(text: str) -> list[str]:
    """Split a text in two at the best mark near its middle; one part where it has no mark."""
    for mark in _SPLIT_MARKS:
        places = [match.start() for match in mark.finditer(text) if 0 < match.start() < len(text)]
        inner = [place for place in places if 0.15 < place / len(text) < 0.85]
        if inner:
            place = min(inner, key=lambda p: abs(p - len(text) / 2))
            return [text[:place], text[place:]]
    return [text]


def clauses(text: str, least: int = 8) -> list[str]:
    """A text in its clauses, none shorter than `least` characters; one where it has no marks.

    >>> clauses("大会注意到秘书长的报告，决定在下届会议上审议该项目。")
    ['大会注意到秘书长的报告，', '决定在下届会议上审议该项目。']
    """
    for mark in _SPLIT_MARKS[:3]:
        parts: list[str] = []
        for part in mark.split(text):
            if parts and (len(parts[-1]) < least or len(part) < least):
                parts[-1] += part
            else:
                parts.append(part)
        if len(parts) > 1:
            return parts
    return [text]


def rejoin(sources: Sequence[str], outputs: Sequence[str]) -> str:
    """Join the translations of the parts of one text.

    Where a part of the source ends in a comma, colon or semicolon but its translation in a full
    stop, the mark of the source is put there. Chinese is joined without a space.
    """
    joined = ""
    for position, (source, output) in enumerate(zip(sources, outputs, strict=True)):
        output = output.strip()
        mark = _CLAUSE_END.get(source.rstrip()[-1:])
        if mark and position < len(sources) - 1 and output.endswith((".", "。")):
            output = output[:-1] + mark
        chinese = bool(joined and output and _CJK.match(joined[-1]) and _CJK.match(output[0]))
        joined += ("" if chinese or not joined or not output else " ") + output
    return joined
