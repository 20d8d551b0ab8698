"""Prepare a pair of texts for the signals: token bags, lengths, anchors, and the evidence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment import anchors, first_path
from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.alignment.evidence import Evidence
from duizhao.corpus.alignment.lattice import Band
from duizhao.corpus.alignment.signals import embedding, length, overlap, structure
from duizhao.corpus.alignment.tokens import (
    Bags,
    bags,
    copied,
    copied_pieces,
    expanded,
    marks,
    normalise,
    pieces,
)


@dataclass(frozen=True, slots=True)
class Texts:
    """What is computed once for a pair of texts; `chain` are the anchors."""

    source: Sequence[str]
    target: Sequence[str]
    bags: Mapping[str, Bags]
    embed: embedding.Embed | None
    lengths: tuple[NDArray[np.float64], NDArray[np.float64]] | None
    structure: structure.Structure | None
    chain: NDArray[np.int64]

    def band(self, width: int, fixed: Sequence[Bead] = ()) -> Band:
        """The band `width` places around a first path; it contains all fixed beads."""
        links = self.chain
        blind = not (self.bags or self.embed)
        if blind and self.lengths is not None:
            links = anchors.by_length(*self.lengths)
        for bead in fixed:
            links = _through(links, bead)
        wide = anchors.band_around(
            links,
            len(self.source),
            len(self.target),
            max(anchors.WIDTH, 2 * width),
            anchors.LARGEST_RECTANGLE,
        )
        if blind:
            return wide
        similarity = first_path.similarities(
            wide, list(self.bags.values())[:1], self.embed, self.source, self.target
        )
        rectangles = [
            (bead.source[0], bead.source[-1] + 1, bead.target[0], bead.target[-1] + 1)
            for bead in fixed
            if bead.source and bead.target
        ]
        return first_path.narrowed(wide, similarity, width, rectangles)

    def evidence(self, band: Band) -> Evidence:
        """Every signal's table for a band."""
        tables: dict[str, Any] = {"prior": None}
        for name, bag in self.bags.items():
            tables[name] = overlap.prepare(bag, band)
        if self.embed is not None:
            tables["embedding"] = embedding.prepare(self.embed, self.source, self.target, band)
        if self.lengths is not None:
            source, target = self.lengths
            pairs = np.stack([source[self.chain[:, 0]], target[self.chain[:, 1]]], axis=1)
            tables["length"] = length.prepare(source, target, pairs)
        if self.structure is not None:
            tables["structure"] = self.structure
        return Evidence(band, tables)


def _through(chain: NDArray[np.int64], bead: Bead) -> NDArray[np.int64]:
    """The chain with a fixed bead's corners, without the anchors that contradict it."""
    if not bead.source or not bead.target:
        return chain
    i0, i1, j0, j1 = bead.source[0], bead.source[-1], bead.target[0], bead.target[-1]
    before = (chain[:, 0] < i0) & (chain[:, 1] < j0)
    after = (chain[:, 0] > i1) & (chain[:, 1] > j1)
    corners = np.unique(np.array([[i0, j0], [i1, j1]]), axis=0)
    return np.concatenate([chain[before], corners, chain[after]])


def make_ready(
    source: Sequence[str],
    target: Sequence[str],
    translation: Sequence[str] | None = None,
    embed: embedding.Embed | None = None,
    signals: Collection[str] = (),
    places: tuple[Sequence[structure.Place], Sequence[structure.Place]] | None = None,
) -> Texts:
    """Tokenise, weigh and measure both texts and find their anchors."""
    token_bags: dict[str, Bags] = {}
    words: list[list[str]] = []
    normal = [normalise(sentence) for sentence in target]
    if "overlap" in signals or "copied" in signals:
        words = pieces(normal)
    if translation is not None and "overlap" in signals:
        translated = pieces([normalise(sentence) for sentence in translation])
        token_bags["overlap"] = bags(translated, words, expand=expanded)
    if "copied" in signals:
        token_bags["copied"] = bags(
            copied_pieces([normalise(sentence) for sentence in source]),
            copied_pieces(normal, words),
            expand=copied,
            shared_only=True,
        )
    if "copied" in signals and "overlap" not in token_bags:
        token_bags["marks"] = bags(
            [marks(sentence) for sentence in source],
            [marks(sentence) for sentence in target],
            shared_only=True,
        )
    if "embedding" not in signals:
        embed = None
    votes = [anchors.token_votes(bag) for name, bag in token_bags.items() if name != "marks"]
    if embed is not None and "overlap" not in token_bags:
        known = anchors.merge(votes, len(source), len(target))
        votes.append(anchors.embedding_votes(embed, source, target, known))
    chain = anchors.merge(votes, len(source), len(target))
    return Texts(
        source,
        target,
        token_bags,
        embed,
        (length.lengths(source), length.lengths(target)) if "length" in signals else None,
        structure.prepare(*places) if places is not None and "structure" in signals else None,
        chain,
    )
