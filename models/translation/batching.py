"""Batches of equally padded texts of bounded size; splitting and rejoining of long texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from duizhao.corpus.script import join

CountTokens = Callable[[str], int]
# more batches balance better but each is slower: 1, 2 and 4 were equal on 60 to 300 sentences
_BATCHES_A_WORKER = 2
_LEAST_BATCH = 128

# (up to this many tokens, padded to a multiple of this)
_STEPS = ((32, 8), (64, 16), (128, 32))
_LAST_STEP = 64

# where a long text may be split, best places first
_SPLIT_MARKS = (
    re.compile(r"(?<=[。！？!?])(?=.)|(?<=[.])(?=\s)"),
    re.compile(r"(?<=[；;])(?=.)"),
    re.compile(r"(?<=[：:，,])(?=.)"),
    re.compile(r"(?<=[、])(?=.)"),
    re.compile(r"(?<=\s)(?=\S)"),
)
# marks between two parts of a sentence, in place of a full stop after the first part
_CLAUSE_END = {"，": ",", ",": ",", "、": ",", "；": ";", ";": ";", "：": ":", ":": ":"}


def padded(length: int) -> int:
    """The padded length of a text of `length` tokens, in steps of a seventh to a third.

    The engine's rounding depends on how far a text is padded, and on nothing else in its batch. As
    its own length determines the padding, a text is translated to the same result in any batch.

        >>> [padded(length) for length in (1, 8, 9, 33, 65, 129)]
        [8, 8, 16, 48, 96, 192]
    """
    step = next((step for most, step in _STEPS if length <= most), _LAST_STEP)
    return -(-length // step) * step


def pack(
    sizes: Sequence[tuple[int, ...]], batch_tokens: int, batch_texts: int = 1024
) -> list[list[int]]:
    """Pack indices into batches of one size each, largest first, of `batch_tokens` at most.

    A size is the padded length of a text, or of each side of a pair. Largest first, so that the
    last batches are cheap and all workers finish together. A text longer than `batch_tokens` gets a
    batch of its own.

        >>> pack([(8,), (16,), (8,), (16,), (16,)], batch_tokens=32)
        [[1, 3], [4], [0, 2]]
    """
    alike: dict[tuple[int, ...], list[int]] = {}
    for index, size in enumerate(sizes):
        alike.setdefault(size, []).append(index)
    batches: list[list[int]] = []
    for size in sorted(alike, reverse=True, key=lambda size: (max(size), size)):
        indices = alike[size]
        most = max(1, min(batch_tokens // max(1, *size), batch_texts))
        batches += [indices[at : at + most] for at in range(0, len(indices), most)]
    return batches


def bound(lengths: Sequence[int], batch_tokens: int, workers: int) -> int:
    """The `batch_tokens` for `pack` that keeps every worker busy.

    Few texts are packed into smaller batches, a few for each worker, so that all finish together,
    but not into batches so small that starting them dominates.

        >>> bound([30] * 30, batch_tokens=2048, workers=2)
        225
    """
    if workers < 2:
        return batch_tokens
    share = -(-sum(lengths) // (_BATCHES_A_WORKER * workers))
    return min(batch_tokens, max(share, _LEAST_BATCH))


def split_to_fit(text: str, limit: int, count: CountTokens) -> list[str]:
    """Split a text into parts of at most `limit` tokens, at the best marks available.

    Full stops first, then semicolons, commas, enumeration marks, white space; only a run without
    any of these is split between characters. Joined, the parts are the text again.
    """
    if count(text) <= limit:
        return [text]
    for mark in _SPLIT_MARKS:
        clauses = mark.split(text)
        if len(clauses) > 1:
            parts = _gather(clauses, limit, count)
            if len(parts) == 1:  # clauses may have fewer tokens than the whole text
                half = len(clauses) // 2
                parts = ["".join(clauses[:half]), "".join(clauses[half:])]
            return [fit for part in parts for fit in split_to_fit(part, limit, count)]
    if len(text) < 2:
        return [text]
    middle = len(text) // 2
    return split_to_fit(text[:middle], limit, count) + split_to_fit(text[middle:], limit, count)


def _gather(clauses: Sequence[str], limit: int, count: CountTokens) -> list[str]:
    """Join neighbouring clauses into parts of similar size, if possible none over `limit`."""
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
    """Split a text in two at the best mark near its middle; one part if it has no mark."""
    for mark in _SPLIT_MARKS:
        places = [match.start() for match in mark.finditer(text) if 0 < match.start() < len(text)]
        inner = [place for place in places if 0.15 < place / len(text) < 0.85]
        if inner:
            place = min(inner, key=lambda p: abs(p - len(text) / 2))
            return [text[:place], text[place:]]
    return [text]


def clauses(text: str, least: int = 8) -> list[str]:
    """The clauses of a text, none shorter than `least` characters; one if it has no marks.

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

    If a part of the source ends in a comma, colon or semicolon but its translation in a full stop,
    the full stop is replaced by that mark. Chinese is joined without a space.
    """
    text = ""
    for position, (source, output) in enumerate(zip(sources, outputs, strict=True)):
        output = output.strip()
        mark = _CLAUSE_END.get(source.rstrip()[-1:])
        if mark and position < len(sources) - 1 and output.endswith((".", "。")):
            output = output[:-1] + mark
        text = join([text, output])
    return text
