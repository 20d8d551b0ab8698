"""How well documents are paired: piles of real text in which the truth is known.

    python -m duizhao.evaluation.benchmarks.pairing DATA                # 500 by 500
    python -m duizhao.evaluation.benchmarks.pairing DATA --translate    # with the baselines
    python -m duizhao.evaluation.benchmarks.pairing DATA --curve        # up to 10,000 by 10,000
    python -m duizhao.evaluation.benchmarks.pairing DATA --fit          # learn evidence.WEIGHTS

DATA is a folder with ``un-documents``, ``unpc`` and ``align``. Documents of 8 to 40 sentences are
cut next to each other, so that most have neighbours from the same text. Names are removed. A fifth
has no partner; a tenth has a second version of its English side in which a tenth of the sentences
is other text; of a tenth the English side is only half of the text; of a tenth an excerpt of half
the English side lies in the pile as well. Weights are learned from the other half of the texts
(``--fit`` cuts the halves of each text that the benchmark does not).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from duizhao.corpus.document import Document, Language
from duizhao.corpus.pairing import Profile, make_profile, pair
from duizhao.corpus.pairing import evidence as weighing
from duizhao.corpus.pairing.assignment import in_doubt, score
from duizhao.corpus.reading import read_bytes
from duizhao.evaluation.benchmarks.scale.documents import read_texts

LEAST, MOST = 8, 40

Vectors = NDArray[Any]


@dataclass
class Pile:
    """Documents of both sides as lists of sentences; `truth` maps sources to targets."""

    sources: list[list[str]] = field(default_factory=list)
    targets: list[list[str]] = field(default_factory=list)
    truth: dict[int, int] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)


def gold_texts(data: Path) -> Iterator[tuple[list[str], list[str], list[tuple[int, int]]]]:
    """(source lines, target lines, places where both may be cut) of the texts with gold beads."""
    for name, chinese, english in (("mac-dev", 0, 1), ("academic", 1, 0)):
        for gold in sorted((data / "align" / name).glob("*.gold")):
            sides = [
                gold.with_suffix(f".{language}").read_text("utf-8").rstrip("\n").split("\n")
                for language in ("zh", "en")
            ]
            places = []
            for line in gold.read_text("utf-8").splitlines():
                groups = [
                    json.loads(part) for part in line.strip().replace("]:[", "]|[").split("|")
                ]
                if groups[0] and groups[1]:
                    places.append((groups[chinese][0], groups[english][0]))
            yield sides[0], sides[1], places


def cut_texts(data: Path, half: int, seed: int) -> list[tuple[list[str], list[str]]]:
    """Documents next to each other, from one half of each text."""
    chance = random.Random(seed)
    texts = [(list(t.source), list(t.target), list(t.places)) for t in read_texts(data)]
    texts += list(gold_texts(data))
    cuts = []
    for source, target, places in texts:
        middle = len(places) // 2
        own = places[:middle] if half == 0 else places[middle:]
        at = 0
        while at < len(own):
            wanted = chance.randint(LEAST, MOST)
            end = at + 1
            while end < len(own) and own[end][0] - own[at][0] < wanted:
                end += 1
            if end >= len(own):
                break
            (s0, t0), (s1, t1) = own[at], own[end]
            if s1 - s0 <= 2 * MOST and t1 > t0:
                cuts.append((source[s0:s1], target[t0:t1]))
            at = end
    return cuts


def make_pile(cuts: Sequence[tuple[list[str], list[str]]], seed: int) -> Pile:
    """A shuffled pile with missing partners, versions and excerpts."""
    chance = random.Random(seed)
    made: list[tuple[list[str] | None, list[str] | None, str]] = []
    filler = [line for _, target in cuts for line in target]
    for number, (source, target) in enumerate(cuts):
        kind = number % 20
        if kind < 2:
            made.append((source, None, "no target"))
        elif kind < 4:
            made.append((None, target, "no source"))
        elif kind < 6:
            made.append((source, target, "with a version"))
            version = [chance.choice(filler) if chance.random() < 0.1 else line for line in target]
            version[chance.randrange(len(version))] = chance.choice(filler)
            made.append((None, version, "version"))
        elif kind < 8:
            half = len(target) // 2
            begin = chance.choice((0, len(target) - half))
            made.append((source, target[begin : begin + half], "half"))
        elif kind < 10:
            half = len(target) // 2
            begin = chance.choice((0, len(target) - half))
            made.append((source, target, "with an excerpt"))
            made.append((None, target[begin : begin + half], "excerpt"))
        else:
            made.append((source, target, "plain"))
    pile = Pile()
    order = list(range(len(made)))
    chance.shuffle(order)
    place: dict[int, int] = {}
    for at in order:
        english = made[at][1]
        if english is not None:
            place[at] = len(pile.targets)
            pile.targets.append(english)
    chance.shuffle(order)
    for at in order:
        chinese, english, label = made[at]
        if chinese is None:
            continue
        if english is not None:
            pile.truth[len(pile.sources)] = place[at]
        pile.kinds[len(pile.sources)] = label
        pile.sources.append(chinese)
    return pile


def read_sentences(lines: Sequence[str], language: Language, name: str) -> Document:
    """The document of these sentences as a text file would give it."""
    text = "\n\n".join(line for line in lines if line.strip())
    return read_bytes(text.encode(), language, name=name, document_id=name)[0]


def profiles_of(
    texts: Sequence[Sequence[str]], language: Language, cache: Path
) -> tuple[list[Profile], list[list[str]]]:
    """Profiles, and the sentences for the judge; embeddings are kept in `cache`."""
    from duizhao.models.embedding import SpanEmbedder

    embedder = SpanEmbedder()
    cache.mkdir(parents=True, exist_ok=True)

    def embed(passages: Sequence[str]) -> Vectors:
        digest = hashlib.sha256(json.dumps(list(passages)).encode()).hexdigest()[:24]
        path = cache / f"{digest}.npy"
        if not path.exists():
            np.save(path, embedder.embed(passages).astype(np.float16))
        return np.asarray(np.load(path), dtype=np.float32)

    profiles, sentences = [], []
    for number, lines in enumerate(texts):
        document = read_sentences(lines, language, f"{language}-{number:05d}.txt")
        sentences.append([sentence.text for sentence in document.sentences])
        made = make_profile(document, document.id, embed)
        # names are removed: nothing may be learned from their order
        profiles.append(made if made.stem == "" else _nameless(made))
    return profiles, sentences


def _nameless(profile: Profile) -> Profile:
    from dataclasses import replace

    return replace(profile, stem="")


class Reader:
    """All sentences of a document as vectors, kept on disk."""

    def __init__(self, sentences: dict[str, list[str]], cache: Path) -> None:
        from duizhao.models.embedding import SpanEmbedder

        self.sentences, self.cache, self.embedder = sentences, cache, SpanEmbedder()
        self.read = 0

    def __call__(self, profile: Profile) -> Vectors:
        texts = self.sentences[profile.path]
        digest = hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:24]
        path = self.cache / f"all-{digest}.npy"
        if not path.exists():
            self.read += 1
            np.save(path, self.embedder.embed(texts).astype(np.float16))
        return np.asarray(np.load(path))


def fit(data: Path, cache: Path) -> None:
    """Learn the weights by logistic regression on piles from the first halves of the texts."""
    tables: dict[str, list[Vectors]] = {"first": [], "read": []}
    answers: dict[str, list[Vectors]] = {"first": [], "read": []}
    for seed in (1, 2, 3, 4, 5, 6):
        pile = make_pile(cut_texts(data, 0, seed), seed)
        sources, one = profiles_of(pile.sources, "zh", cache)
        targets, other = profiles_of(pile.targets, "en", cache)
        scored = score(sources, targets)
        truth = np.array(
            [pile.truth.get(i) == j for i, j in zip(scored.left, scored.right, strict=True)]
        )
        print(f"seed {seed}: {truth.sum()} of {len(pile.truth)} pairs among {len(truth)}")
        tables["first"].append(scored.features)
        answers["first"].append(truth)
        best = in_doubt(scored)
        names = [profile.path for profile in (*sources, *targets)]
        reader = Reader(dict(zip(names, one + other, strict=True)), cache)
        left, right = scored.left[best], scored.right[best]
        tables["read"].append(weighing.features(sources, targets, left, right, reader))
        answers["read"].append(truth[best])
    for name in tables:
        made, right = np.concatenate(tables[name]), np.concatenate(answers[name]).astype(float)
        print(name)
        for column, value in zip(weighing.FEATURES, logistic(made, right), strict=True):
            print(f'    "{column}": {value:.2f},')


def logistic(table: Vectors, answers: Vectors) -> Vectors:
    """Weights of a logistic regression by Newton's method with a small ridge."""
    used = np.flatnonzero(table.any(axis=0))
    x = table[:, used]
    w = np.zeros(len(used))
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (p - answers) + 0.003 * w
        curvature = (x * (p * (1 - p))[:, None]).T @ x + 0.003 * np.eye(len(used))
        w -= np.linalg.solve(curvature, gradient)
    weights = np.zeros(table.shape[1])
    weights[used] = w
    return weights


def evaluate(pile: Pile, cache: Path) -> dict[str, object]:
    start = time.perf_counter()
    sources, one = profiles_of(pile.sources, "zh", cache)
    targets, other = profiles_of(pile.targets, "en", cache)
    profiled = time.perf_counter()
    paths = [profile.path for profile in (*sources, *targets)]
    reader = Reader(dict(zip(paths, one + other, strict=True)), cache)
    result = pair(sources, targets, reader)
    done = time.perf_counter()
    place = {profile.path: at for at, profile in enumerate(targets)}
    at = {profile.path: number for number, profile in enumerate(sources)}
    pairs = {at[p.source.path]: place[p.target.path] for p in result.pairs}
    right = sum(pile.truth.get(i) == j for i, j in pairs.items())
    wrong = [(i, pile.kinds[i]) for i, j in pairs.items() if pile.truth.get(i) != j]
    lost = [(i, pile.kinds[i]) for i in pile.truth if i not in pairs]
    reasons: dict[str, int] = {}
    for entry in result.unpaired:
        reasons[entry.reason] = reasons.get(entry.reason, 0) + 1
    return {
        "sources": len(sources),
        "targets": len(targets),
        "pairs": len(pile.truth),
        "precision": round(right / max(len(pairs), 1), 4),
        "recall": round(right / len(pile.truth), 4),
        "wrong": wrong,
        "lost": lost,
        "unpaired": reasons,
        "profile_seconds": round(profiled - start, 1),
        "pairing_seconds": round(done - profiled, 2),
        "peak_mb": psutil.Process().memory_info().rss // 2**20,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--cache", type=Path, default=Path("pairing-cache"))
    options = parser.parse_args()
    if options.fit:
        fit(options.data, options.cache)
        return
    pile = make_pile(cut_texts(options.data, 1, options.seed), options.seed)
    for name, value in evaluate(pile, options.cache).items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
