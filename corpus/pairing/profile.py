"""The profile with which a document's counterpart is searched: about 30 kB, whatever its length.

Sentences to embed are chosen by their content, not by their place: of the sentences with numbers,
symbols or Latin names, those whose rarest-looking token has the smallest hash. A translation
copies these tokens, so both sides choose the same sentences, also where one is an excerpt of the
other (bottom-k sampling: Broder 1997, Cohen and Kaplan 2007). Evenly spaced passages are added, on
which the comparison of texts without numbers relies.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.tokens import copied_tokens
from duizhao.corpus.document import Document, Language
from duizhao.corpus.keys import hash64
from duizhao.corpus.pairing import names

CHOSEN = 10
"""Sentences chosen by their tokens."""
SPACED = 8
"""Passages chosen by their place."""
PASSAGE = 2
"""Sentences of such a passage."""
SHORT = 16
"""Sentences up to which all of a document is embedded, one by one."""
SKETCH = 256
"""Smallest hashes of a document's shingles that are kept."""
LONGEST = 400
"""Most characters of a sentence to embed: a table without full stops may be one sentence."""

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit vectors, shape (texts, dimension)."""


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """The data about a document that pairing uses.

    `tokens` are hashes of the tokens that a translation copies, in the order of the text;
    `numeric` is True for those with a digit. `vectors` are unit vectors of passages, shape
    (passages, dimension). `sketch` holds the smallest hashes of the document's shingles,
    ascending; `shingles` is the number of all of them. `symbol` is the UN symbol in the name or the
    first lines, `stem` the file's name without language and ending.
    """

    path: str
    language: Language
    sentences: int
    characters: int
    tokens: NDArray[np.uint32]
    numeric: NDArray[np.bool_]
    vectors: NDArray[np.float16]
    sketch: NDArray[np.uint64]
    shingles: int
    symbol: str | None
    stem: str


def make_profile(
    document: Document, path: str, embed: Embed, furniture: Sequence[str] = ()
) -> Profile:
    """The profile of a document that was read from `path`.

    `furniture` are the document symbols that the reader removed from running heads: a symbol in
    the text may be that of any other document.
    """
    sentences = [sentence.text for sentence in document.sentences]
    copied = [list(dict.fromkeys(copied_tokens(text))) for text in sentences]
    flat = [token for tokens in copied for token in tokens]
    shingles = _shingle_hashes(sentences, document.language)
    name = path.replace("\\", "/").rpartition("/")[2]
    return Profile(
        path=path,
        language=document.language,
        sentences=len(sentences),
        characters=sum(map(len, sentences)),
        tokens=np.array([hash64(token) & 0xFFFFFFFF for token in flat], dtype=np.uint32),
        numeric=np.array([_is_number(token) for token in flat], dtype=bool),
        vectors=embed([text[:LONGEST] for text in passages(sentences, copied)]).astype(np.float16),
        sketch=shingles[:SKETCH],
        shingles=len(shingles),
        symbol=names.symbol(name) or names.symbol(" ".join(furniture)),
        stem=names.stem(name),
    )


def passages(sentences: Sequence[str], copied: Sequence[Sequence[str]]) -> list[str]:
    """The texts to embed, chosen by tokens first, then by place."""
    if len(sentences) <= SHORT:
        return list(sentences)
    keys = [
        (min(hash64(token) for token in tokens if _is_number(token)), place)
        for place, tokens in enumerate(copied)
        if any(map(_is_number, tokens))
    ]
    chosen = sorted(place for _, place in sorted(keys)[:CHOSEN])
    texts = [sentences[place] for place in chosen]
    step = (len(sentences) - PASSAGE) / (SPACED - 1)
    for index in range(SPACED):
        place = round(index * step)
        texts.append(" ".join(sentences[place : place + PASSAGE]))
    return texts


def _is_number(token: str) -> bool:
    return any(map(str.isdigit, token))


_WORD = re.compile(r"\w+")


def _shingle_hashes(sentences: Sequence[str], language: Language) -> NDArray[np.uint64]:
    """Sorted hashes of runs of five characters (Chinese) or three words (English)."""
    found: set[str] = set()
    for sentence in sentences:
        text = unicodedata.normalize("NFKC", sentence).lower()
        words = list("".join(_WORD.findall(text))) if language == "zh" else _WORD.findall(text)
        length = min(5 if language == "zh" else 3, max(len(words), 1))
        found.update(" ".join(words[i : i + length]) for i in range(len(words) - length + 1))
    return np.array(sorted(map(hash64, found)), dtype=np.uint64)
