"""Baselines: TF-IDF over machine translation, as Bitextor's document aligner, and names alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from duizhao.corpus.pairing import Profile, names
from duizhao.models.translation.engine import Decoding
from duizhao.models.translation.load import load_engine
from duizhao.models.translation.memory import Memory
from duizhao.models.translation.translator import Translator

TRANSLATED = 5
"""Number of sentences of a document to translate: enough to distinguish documents."""
LEAST = 0.1
"""Smallest cosine of a pair (Bitextor's default threshold)."""
_WORD = re.compile(r"\w+")


def translated(sources: Sequence[Sequence[str]], cache: Path) -> list[str]:
    """The first sentences of the documents in English, by the default model with beam 1."""
    first = [document[:TRANSLATED] for document in sources]
    flat = [sentence for document in first for sentence in document]
    memory = Memory(cache / "translations.sqlite")
    work = Translator(load_engine(), Decoding(beam=1), memory, guards=False)
    made = iter(work.translate(flat))
    return [" ".join(next(made).text for _ in document) for document in first]


def pair_by_name(sources: Sequence[Profile], targets: Sequence[Profile]) -> dict[int, int]:
    """Pairs of documents whose names are the same without language and ending."""
    stems = {names.stem(profile.path): at for at, profile in enumerate(targets)}
    own = {at: names.stem(profile.path) for at, profile in enumerate(sources)}
    return {at: stems[stem] for at, stem in own.items() if stem in stems}


def pair_by_words(sources: Sequence[str], targets: Sequence[str]) -> dict[int, int]:
    """Greedy one-to-one pairs by the cosine of TF-IDF vectors of words and pairs of words."""
    from scipy.sparse import csr_matrix, diags

    counted = [_counts(text) for text in (*sources, *targets)]
    known = {word: at for at, word in enumerate(sorted({w for one in counted for w in one}))}
    rows = np.repeat(np.arange(len(counted)), [len(one) for one in counted])
    columns = np.array([known[word] for one in counted for word in one])
    values = np.array([1 + np.log(count) for one in counted for count in one.values()])
    matrix = csr_matrix((values, (rows, columns)), shape=(len(counted), len(known)))
    documents = np.bincount(columns, minlength=len(known))
    matrix = matrix @ diags(np.log(len(counted) / documents))
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix = diags(1 / np.maximum(norms, 1e-9)) @ matrix
    cosines = (matrix[: len(sources)] @ matrix[len(sources) :].T).toarray()
    order = np.column_stack(np.unravel_index(np.argsort(-cosines, axis=None), cosines.shape))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for source, target in order.tolist():
        if cosines[source, target] < LEAST:
            break
        if source not in pairs and target not in taken:
            pairs[source] = target
            taken.add(target)
    return pairs


def _counts(text: str) -> Counter[str]:
    words = _WORD.findall(text.lower())
    return Counter([*words, *map(" ".join, pairwise(words))])
