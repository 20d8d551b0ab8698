"""The page's data as one JSON value: beads, scores, and the text that was left out."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from duizhao.corpus.document import LedgerEntry
from duizhao.evaluation.report.dotplot import similar_places
from duizhao.evaluation.report.folder import Folder
from duizhao.evaluation.report.items import LOW_CONFIDENCE, Item, items_of, with_chrf
from duizhao.evaluation.report.summary import run_facts, score_cards, score_notes
from duizhao.evaluation.terms.shown import MOST_ROWS as TERM_ROWS
from duizhao.evaluation.terms.shown import page_terms, term_entries
from duizhao.evaluation.terms.term import BilingualTerm

CONFIDENCE_EDGES = (0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1)
"""Edges of the confidence bars: finer towards 1, where most beads are."""


def page_data(folder: Folder, terms: Sequence[BilingualTerm] | None = None) -> dict[str, Any]:
    """The data of the page of a build; computes missing segment chrF++ and terms."""
    items = with_chrf(items_of(folder.rows, folder.ledger), folder.scores)
    return assemble(items, folder, terms=page_terms(folder.rows) if terms is None else terms)


def assemble(
    items: Sequence[Item],
    folder: Folder,
    encoder: Encoder | None = None,
    terms: Sequence[BilingualTerm] = (),
) -> dict[str, Any]:
    """The page's data for these items, with the folder's scores and run record.

    Pass the `encoder` of an earlier page to number documents, sections and signals alike.
    """
    encoder = encoder or Encoder()
    beads = [encoder.encode(item) for item in items]
    documents, sections = list(encoder.documents), list(encoder.sections)
    has_reference = any(row.target_kind == "human" for row in folder.rows) or not folder.rows
    return {
        "title": documents[0] if len(documents) == 1 else folder.path.resolve().name,
        "facts": run_facts(folder),
        "scores": score_cards(folder) if has_reference else [],
        "notes": [asdict(note) for note in score_notes(folder)],
        "hasReference": has_reference,
        "lowConfidence": LOW_CONFIDENCE,
        "confidenceEdges": CONFIDENCE_EDGES,
        "documents": documents,
        "sections": [title for _, title in sections],
        "sectionDocuments": [documents.index(document) for document, _ in sections],
        "signals": list(encoder.signals),
        "fields": list(BEAD_FIELDS),
        "beads": beads,
        "dots": similar_places(items) if has_reference else [],
        "furniture": furniture(folder.ledger),
        "consistency": [asdict(one) for one in folder.consistency] if has_reference else [],
        "terms": term_entries(terms),
        "termRows": TERM_ROWS if _human_rows(folder) > TERM_ROWS else 0,
        "judged": (folder.run.get("review") or {}).get("judged") or [],
        "review": None,
    }


def _human_rows(folder: Folder) -> int:
    return sum(row.target_kind == "human" for row in folder.rows)


@dataclass(frozen=True, slots=True)
class Encoder:
    """Turns items into the page's lists; documents, sections and signals become numbers.

    A name has the same number for the encoder's lifetime, so that all pages of a review agree.
    """

    documents: dict[str, int] = field(default_factory=dict)
    sections: dict[tuple[str, str], int] = field(default_factory=dict)
    signals: dict[str, int] = field(default_factory=dict)

    def encode(self, item: Item) -> list[Any]:
        """The item's values in the order of BEAD_FIELDS; new names are added."""
        return [value(self, item) for value in BEAD_FIELDS.values()]

    def signal_values(self, item: Item) -> list[float | None]:
        """The item's signals in the order of `signals`; [] if it has none."""
        for name in item.signals:
            _index(self.signals, name)
        names = self.signals if item.signals else ()
        return [number(item.signals.get(name), 3) for name in names]


BEAD_FIELDS: Mapping[str, Callable[[Encoder, Item], Any]] = {
    "key": lambda encoder, item: item.key,  # permalinks use it
    "document": lambda encoder, item: _index(encoder.documents, item.document),
    "section": lambda encoder, item: _index(encoder.sections, (item.document, item.section)),
    "type": lambda encoder, item: item.type,
    "source": lambda encoder, item: item.source,
    "translation": lambda encoder, item: item.translation,
    "target": lambda encoder, item: item.target,
    "confidence": lambda encoder, item: number(item.confidence, 4),
    "score": lambda encoder, item: number(item.score, 3),
    "chrf": lambda encoder, item: number(item.chrf, 2),
    "mtScore": lambda encoder, item: number(item.mt_score, 3),
    "flags": lambda encoder, item: list(item.flags),
    "signals": Encoder.signal_values,
    "sourceIds": lambda encoder, item: list(item.source_ids),
    "targetIds": lambda encoder, item: list(item.target_ids),
    "left": lambda encoder, item: item.left,
    "note": lambda encoder, item: list(item.note or ()),
    "checked": lambda encoder, item: int(item.checked),
    "made": lambda encoder, item: item.made,
    "moved": lambda encoder, item: int(item.moved),
}
"""Each value of a bead's list; the page's scripts read the names from the data."""


def furniture(ledger: Iterable[LedgerEntry]) -> list[dict[str, Any]]:
    """Text that the readers left out (page heads, job numbers ...) by side and reason."""
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for entry in ledger:
        if entry.sentence is None:
            groups[entry.side, entry.stage, entry.reason].append(entry.text)
    return [
        {
            "side": side,
            "stage": stage,
            "reason": reason,
            "count": len(texts),
            "examples": [text[:160] for text, _ in Counter(texts).most_common(5)],
        }
        for (side, stage, reason), texts in sorted(groups.items(), key=lambda pair: -len(pair[1]))
    ]


def number(value: float | None, digits: int) -> float | None:
    """Rounded for the page; None for what JSON cannot express (NaN, infinity)."""
    return None if value is None or not math.isfinite(value) else round(value, digits)


def _index(numbers: dict[Any, int], name: Any) -> int:
    """The number of a name; a new name gets the next one."""
    return numbers.setdefault(name, len(numbers))
