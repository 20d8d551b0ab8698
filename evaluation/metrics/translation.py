"""BLEU, chrF++ and TER of a translation by sacrebleu, with 95% intervals.

    >>> score(["the cat sat on the mat"], ["the cat sat on the mat"], bootstrap=0)[0].value
    100.00000000000004

All three are functions of sums of *sufficient statistics* of segments. These are computed once
(`measure`), and any score, of the corpus, a document, a section or a segment, is a sum of rows. The
values equal those of sacrebleu's command line to the last digit;
`tests/evaluation/metrics/test_translation.py` runs both.
"""

from __future__ import annotations

import multiprocessing
import statistics as numbers
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from duizhao.corpus.language import chinese_share

METRICS = ("bleu", "chrf++", "ter")
"""Metrics by their names on the command line. TER takes 3 s per thousand lines, the others 1 s."""

Rows = tuple[tuple[float, ...], ...]

SEED = 12345
"""sacrebleu's own seed, so that intervals and p-values equal those of its command line."""


@dataclass(frozen=True, slots=True)
class Score:
    """A corpus score with its 95% bootstrap interval (None without bootstrap).

    `metric` is sacrebleu's name (BLEU, chrF2++, TER; lower is better for TER only), `mean` the
    mean over resamples; sacrebleu prints ``μ = mean ± margin``. `signature` names all settings.
    """

    metric: str
    value: float
    low: float | None
    high: float | None
    signature: str
    mean: float | None = None

    @property
    def margin(self) -> float | None:
        """Half the width of the interval."""
        return None if self.low is None or self.high is None else 0.5 * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Statistics:
    """Sufficient statistics of one metric: `rows[i]` belongs to segment i."""

    metric: Any
    rows: Rows

    def score(
        self,
        segments: Sequence[int] | None = None,
        *,
        bootstrap: int = 0,
        seed: int = SEED,
        effective_order: bool = False,
    ) -> Score:
        """Score of all segments, or of those listed; `bootstrap` resamples for the interval.

        `effective_order` is for small parts of a corpus: without it BLEU is 0 if no run of four
        words matches, as in a heading; otherwise it makes no difference.
        """
        rows = self.rows if segments is None else [self.rows[number] for number in segments]
        if not rows:
            raise ValueError("no segments to score")
        with _effective_order(self.metric, effective_order):
            result = self.metric._aggregate_and_compute([list(row) for row in rows])
            signature = self.metric.get_signature()
            if bootstrap < 2:
                return Score(result.name, result.score, None, None, signature.format())
            low, high, mean = _interval(self.metric, rows, bootstrap, seed)
        signature.update("bs", bootstrap)
        signature.update("seed", str(seed))
        return Score(result.name, result.score, low, high, signature.format(), mean)

    def segments(self) -> list[float]:
        """The score of each segment (BLEU with effective order, as sacrebleu -sl has it)."""
        with _effective_order(self.metric, True):
            return [self.metric._compute_score_from_stats(list(row)).score for row in self.rows]


@contextmanager
def _effective_order(metric: Any, wanted: bool) -> Iterator[None]:
    """Set BLEU's effective order temporarily; the other metrics have none."""
    before = getattr(metric, "effective_order", None)
    if before is None:
        yield
        return
    metric.effective_order = wanted
    try:
        yield
    finally:
        metric.effective_order = before


SAMPLE = 500
"""Number of reference segments by which the tokenizer is chosen."""


def tokenizer_for(references: Sequence[str]) -> str:
    """The tokenizer for references in this language: zh for Chinese, else 13a (WMT's).

    >>> tokenizer_for(["大会通过了该决议。"]), tokenizer_for(["The resolution was adopted."])
    ('zh', '13a')
    """
    return "zh" if chinese_share("\n".join(references[:SAMPLE])) > 0.5 else "13a"


def new_metric(name: str, tokenize: str = "13a") -> Any:
    """A sacrebleu metric, with its default settings unless the text is Chinese.

    `tokenize` is a tokenizer of sacrebleu's BLEU; with ``zh`` TER separates Chinese characters
    too. The signature contains both. ValueError for a name that is not in METRICS.
    """
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF
    from sacrebleu.metrics.ter import TER

    match name:
        case "bleu":
            # force: no warning about lines that end in " .", as UN tables often do
            return BLEU(force=True, tokenize=tokenize)
        case "chrf++":
            return CHRF(word_order=2)
        case "ter":
            asian = tokenize in ("zh", "char")
            return TER(normalized=asian, asian_support=asian)
    raise ValueError(f"unknown metric {name!r}; use one of {', '.join(METRICS)}")


def measure(
    metric: str,
    hypotheses: Sequence[str],
    references: Sequence[str],
    *,
    workers: int = 1,
    tokenize: str | None = None,
) -> Statistics:
    """Statistics of each segment; ValueError unless both are equally long lists of strings.

    `tokenize` None chooses the tokenizer by the language of the references. With more
    `workers`, processes share the segments; useful only for TER.
    """
    check_pair(hypotheses, references)
    tokenize = tokenize or tokenizer_for(references)
    judge = new_metric(metric, tokenize)
    size = 20
    starts = range(0, len(hypotheses), size)
    if workers < 2 or len(starts) < 10:
        return Statistics(judge, _rows(judge, hypotheses, references))
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        parts = pool.map(
            _measure_part,
            [metric] * len(starts),
            [tokenize] * len(starts),
            [list(hypotheses[start : start + size]) for start in starts],
            [list(references[start : start + size]) for start in starts],
        )
        rows = tuple(row for part in parts for row in part)
    judge.num_refs = 1  # sacrebleu sets it when it reads the references itself
    return Statistics(judge, rows)


def _rows(judge: Any, hypotheses: Sequence[str], references: Sequence[str]) -> Rows:
    rows = judge._extract_corpus_statistics(list(hypotheses), [list(references)])
    if len(rows) != len(hypotheses):
        raise AssertionError(f"{len(hypotheses)} segments in, statistics of {len(rows)} out")
    return tuple(tuple(row) for row in rows)


def _measure_part(metric: str, tokenize: str, hypotheses: list[str], references: list[str]) -> Rows:
    return _rows(new_metric(metric, tokenize), hypotheses, references)


def score(
    hypotheses: Sequence[str],
    references: Sequence[str],
    *,
    metrics: Sequence[str] = METRICS,
    bootstrap: int = 1000,
    seed: int = SEED,
) -> list[Score]:
    """Corpus scores, one per metric, in the order of `metrics`."""
    return [
        measure(metric, hypotheses, references).score(bootstrap=bootstrap, seed=seed)
        for metric in metrics
    ]


def segment_scores(
    hypotheses: Sequence[str], references: Sequence[str], metric: str = "chrf++"
) -> list[float]:
    """The score of each segment, from 0 to 100 (TER may be over 100)."""
    return measure(metric, hypotheses, references).segments()


def check_pair(hypotheses: Sequence[str], references: Sequence[str]) -> None:
    """Reject input that sacrebleu accepts silently: a list of lists, a string, unequal lengths."""
    for side, texts in (("hypotheses", hypotheses), ("references", references)):
        if isinstance(texts, str) or any(not isinstance(text, str) for text in texts):
            raise ValueError(f"{side} must be a list of strings, one per segment")
    if len(hypotheses) != len(references):
        raise ValueError(f"{len(hypotheses)} hypotheses but {len(references)} references")
    if not hypotheses:
        raise ValueError("no segments to score")


def _interval(
    metric: Any, rows: Sequence[Sequence[float]], samples: int, seed: int
) -> tuple[float, float, float]:
    """(low, high, mean) of the score over resampled segments.

    The same draws, sums and scores as sacrebleu's `_bootstrap_resample` and `Score.estimate_ci`,
    but in blocks of resamples: sacrebleu keeps samples x segments x statistics in memory, 2 GB for
    20,000 beads.
    """
    import numpy

    from duizhao.evaluation.metrics.resampled import scores_of, sums_of

    generator = numpy.random.default_rng(seed)
    table = numpy.array(rows, dtype="float32")
    count = len(table)
    block = max(1, 2_000_000 // count)
    scores: list[float] = []
    for start in range(0, samples, block):
        draws = generator.choice(count, size=(min(block, samples - start), count), replace=True)
        scores.extend(scores_of(metric, sums_of(table, draws)))
    if len(set(map(type, scores))) > 1:
        # a score of exactly 0 is a float, others are numpy's; statistics.mean accepts one type only
        scores = [float(score) for score in scores]
    scores.sort()
    cut = samples // 40
    return float(scores[cut]), float(scores[samples - cut - 1]), float(numbers.mean(scores))
