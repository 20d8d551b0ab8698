"""Agreement of a reading with the truth: sentences, blocks, characters and their order."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate


def letters(text: str) -> str:
    """The text without white space, punctuation, digits and list marks."""
    return re.sub(r"[\W_\d①-⑳]", "", text)


def boundary_f1(truth: Sequence[str], read: Sequence[str]) -> float:
    """F1 of sentence ends as places among the words and characters of the text.

    An end counts if the word before it is the same in both, so that lost or added text moves no
    boundary after it.
    """
    if list(truth) == list(read):
        return 1.0
    words, ends = [], []
    for sentences in (truth, read):
        tokens = [re.findall(r"[A-Za-z0-9]+|[^\sA-Za-z0-9]", sentence) for sentence in sentences]
        words.append([token for sentence in tokens for token in sentence])
        ends.append(set(accumulate(len(sentence) for sentence in tokens)))
    place = {}
    matcher = difflib.SequenceMatcher(None, words[0], words[1], autojunk=False)
    for block in matcher.get_matching_blocks():
        for offset in range(1, block.size + 1):
            place[block.b + offset] = block.a + offset
    both = len(ends[0] & {place[end] for end in ends[1] if end in place})
    return 2 * both / max(1, len(ends[0]) + len(ends[1]))


def block_f1(truth: Sequence[str], read: Sequence[str]) -> float:
    """F1 of blocks as multisets of their letters, weighted by their lengths."""
    counts = [Counter(t for text in texts if (t := letters(text))) for texts in (truth, read)]
    both, *sizes = (
        sum(len(text) * number for text, number in count.items())
        for count in (counts[0] & counts[1], *counts)
    )
    return 2 * both / sum(sizes) if sum(sizes) else 1.0


def kendall_tau(truth: Sequence[str], read: Sequence[str]) -> float:
    """Kendall's tau of the order of the true blocks in the reading, from -1 to 1.

    A block is where the reading has a block with the same letters, or its first letters.
    """
    blocks = [letters(text) for text in read]
    starts = [0, *accumulate(len(text) for text in blocks)]
    whole = "".join(blocks)
    equal: dict[str, list[int]] = {}
    for text, start in zip(blocks, starts, strict=False):
        equal.setdefault(text, []).append(start)
    seen: Counter[str] = Counter()
    places = []
    for text in map(letters, truth):
        if not text:
            continue
        seen[text] += 1
        if len(equal.get(text, ())) >= seen[text]:
            places.append(equal[text][seen[text] - 1])
        elif len(text) >= 12 and (place := whole.find(text[:12])) >= 0:
            places.append(place)
    pairs = len(places) * (len(places) - 1) // 2
    inversions = sum(
        later < place for number, place in enumerate(places) for later in places[number + 1 :]
    )
    return 1 - 2 * inversions / pairs if pairs else 1.0


def character_error_rate(truth: Sequence[str], read: Sequence[str]) -> float:
    """Share of the true characters that are lost, wrong or out of place, white space aside."""
    first, second = (re.sub(r"\s+", "", "".join(texts)) for texts in (truth, read))
    if not first:
        return 0.0
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    return (max(len(first), len(second)) - same) / len(first)
