"""The outcome of a review: rows and ledger of the corrected corpus, and lines of the page."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.bitext import Bitext, Row, check_identity, make_row
from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.files.alignment_file import Work
from duizhao.evaluation.report.data import CONFIDENCE_EDGES
from duizhao.evaluation.report.items import Item, item_of_row, note_of, place_name
from duizhao.evaluation.report.summary import segment_chrf
from duizhao.evaluation.review.edits import SIDES, ReviewBead, text_of
from duizhao.evaluation.review.session import Session

NOT_CHECKED = "not_checked"
"""The ledger's reason for a bead that `apply --checked-only` leaves out."""


def selected(
    session: Session, checked_only: bool = False, min_confidence: float = 0.0
) -> list[ReviewBead]:
    """The beads, with those marked as left out that the options exclude from the corpus.

    With `checked_only` these are all that no person checked or changed, else those of them below
    `min_confidence`.
    """
    beads = []
    for bead in session.beads:
        if not bead.left_out and not bead.fixed:
            if checked_only:
                bead = replace(bead, left_out=NOT_CHECKED)
            elif bead.bead.confidence < min_confidence:
                bead = replace(bead, left_out="low_confidence")
        beads.append(bead)
    return beads


def reviewed_bitext(session: Session, beads: Sequence[ReviewBead] | None = None) -> Bitext:
    """Rows and ledger after the review; checks that no sentence is lost.

    `beads` are those of the session unless `selected` has left some of them out.
    """
    beads = session.beads if beads is None else beads
    kept = [bead for bead in beads if not bead.left_out]
    left = [bead for bead in beads if bead.left_out]
    rows = rows_of(session, kept)
    ledger = [
        # text that was never a sentence is not part of the review
        *(entry for entry in session.folder.ledger if entry.sentence is None),
        *_ledger(session, left),
    ]
    check_identity(rows, ledger, session.work.source, session.work.target)
    return Bitext(tuple(rows), tuple(ledger))


def rows_of(session: Session, beads: Sequence[ReviewBead]) -> list[Row]:
    """The rows of beads of the corpus: as built if nothing changed, else new."""
    fresh = {str(row_bead(row)): row for row in _fresh(session, beads)}
    return [_row(session, bead, fresh) for bead in beads]


def row_bead(row: Row) -> Bead:
    """The bead of a row."""
    return Bead(row.source_ids, row.target_ids)


def items_of_review(session: Session, beads: Sequence[ReviewBead]) -> list[Item]:
    """The page's lines for these beads, with chrF++ for those in the corpus."""
    rows = rows_of(session, [bead for bead in beads if not bead.left_out])
    by_name = {str(row_bead(row)): row for row in rows}
    chrf = _chrf(session, rows)
    sections = _sections_before(session)
    items = []
    for bead in beads:
        row = by_name.get(bead.name)
        item = _left_item(session, bead, sections) if row is None else item_of_row(row)
        items.append(
            replace(
                item,
                chrf=chrf.get(row.id) if row else None,
                left=bead.left_out,
                note=last_edit(session, bead),
                checked=bead.checked,
                made=bead.made,
                moved=bead.moved,
            )
        )
    return items


def last_edit(session: Session, bead: ReviewBead) -> tuple[str, str, str] | None:
    """The last edit of the bead: ``("merge", "anna", "2026-11-23 17:05")``."""
    if not bead.edits:
        return None
    operation, by, at = session.who_and_when(bead.edits[-1])
    return note_of("uncheck" if operation == "check" and not bead.checked else operation, by, at)


def calibration(session: Session) -> list[tuple[int, int]]:
    """(right, reviewed) of the aligner's beads in each bar of confidence (CONFIDENCE_EDGES).

    A bead that a person checked unchanged was right, one that a person changed was wrong; other
    beads do not count.
    """
    counts = [[0, 0] for _ in CONFIDENCE_EDGES[1:]]
    now = {bead.name: bead for bead in session.beads}
    by_hand = {i for bead in session.beads if bead.made == "person" for i in bead.bead.source}
    for built in session.work.beads:
        if not (built.source and built.target):
            continue
        bead = now.get(str(built))
        right = bead is not None and bead.checked and not bead.left_out
        wrong = bead is None and built.source[0] in by_hand
        if right or wrong:
            bar = counts[min(len(counts), bisect_right(CONFIDENCE_EDGES, built.confidence)) - 1]
            bar[0] += right
            bar[1] += 1
    return [(right, reviewed) for right, reviewed in counts]


def _fresh(session: Session, beads: Iterable[ReviewBead]) -> Iterable[Row]:
    """Rows of the beads that the build did not have, without the texts edited by hand."""
    work = session.work
    metadata = next((dict(row.metadata) for row in session.folder.rows), {})
    for bead in beads:
        if bead.row not in session.rows:
            name = place_name(work.source.id, bead.bead.source, bead.bead.target)
            yield make_row(name, bead.bead, work.source, work.target, work.translations, metadata)


def _row(session: Session, bead: ReviewBead, fresh: dict[str, Row]) -> Row:
    row = session.rows.get(bead.row)
    if row is None:
        row = fresh[bead.name]
    if not bead.edits:
        return row
    metadata = {**row.metadata, **_provenance(session, bead)}
    texts: dict[str, Any] = {side: bead.texts[side] for side in SIDES if side in bead.texts}
    if not texts:
        return replace(row, metadata=metadata)
    # figures of the original text do not apply to the new one, and a person confirmed the bead
    changes: dict[str, Any] = {"confidence": 1.0, "alignment_score": 0.0, "signals": {}}
    if "source" in texts:  # the translation is of the original text
        changes |= {"mt_score": None, "mt_flags": ()}
    metadata |= {"text_by_hand": list(texts), "dropped": list(changes)}
    return replace(row, metadata=metadata, **texts, **changes)


def _provenance(session: Session, bead: ReviewBead) -> dict[str, Any]:
    """Metadata of a row changed by a review: the edits, the reviewers, and the time."""
    edits = [session.who_and_when(number) for number in bead.edits]
    return {
        "review": ", ".join(dict.fromkeys(operation for operation, _, _ in edits)),
        "reviewed_by": ", ".join(dict.fromkeys(by for _, by, _ in edits)),
        "reviewed_at": edits[-1][2],
        "edits": list(bead.edits),
        "checked": bead.checked,
    } | ({"moved": True} if bead.moved else {})


def _ledger(session: Session, beads: Sequence[ReviewBead]) -> Iterable[LedgerEntry]:
    """Entries of the beads that are left out: as built, or with the review's edits."""
    built: dict[tuple[str, int], LedgerEntry] = {
        (entry.side, entry.sentence): entry
        for entry in session.folder.ledger
        if entry.sentence is not None
    }
    work = session.work
    sentences = {"source": work.source.sentences, "target": work.target.sentences}
    for bead in beads:
        detail: dict[str, Any] = {"bead": bead.name, "confidence": bead.bead.confidence}
        if bead.edits:
            detail |= _provenance(session, bead)
        for side, document, ids in (
            ("source", work.source, bead.bead.source),
            ("target", work.target, bead.bead.target),
        ):
            for number in ids:
                old = built.get((side, number))
                if old is not None and old.reason == bead.left_out and not bead.edits:
                    yield old
                    continue
                sentence = sentences[side][number]
                more = {}
                if side == "source":
                    more = {"machine_translation": work.translations[number].text}
                yield LedgerEntry(
                    document=document.id,
                    side=side,  # type: ignore[arg-type]
                    stage="review" if bead.edits or bead.left_out == NOT_CHECKED else "align",
                    reason=bead.left_out,
                    text=sentence.text,
                    sentence=number,
                    block=sentence.block,
                    page=document.blocks[sentence.block].page,
                    detail={**detail, **more},
                )


def _left_item(session: Session, bead: ReviewBead, sections: Mapping[str, str]) -> Item:
    work = session.work
    source = bead.bead.source
    section = _section(work, source[0]) if source else sections[bead.name]
    return Item(
        key=bead.row or place_name(work.source.id, bead.bead.source, bead.bead.target),
        document=work.source.id,
        section=section,
        type=bead.bead.type,
        source=text_of(bead, "source", work),
        translation=" ".join(work.translations[number].text for number in bead.bead.source),
        target=text_of(bead, "target", work),
        source_ids=bead.bead.source,
        target_ids=bead.bead.target,
        confidence=bead.bead.confidence,
        score=bead.bead.score,
        signals=bead.bead.signals,
    )


def _sections_before(session: Session) -> dict[str, str]:
    """For each insertion, the section of the last Chinese sentence before it."""
    sections = {}
    last = -1
    for bead in session.beads:
        if bead.bead.source:
            last = bead.bead.source[-1]
        else:
            sections[bead.name] = _section(session.work, last) if last >= 0 else ""
    return sections


def _section(work: Work, sentence: int) -> str:
    """The heading above a Chinese sentence."""
    blocks = work.source.blocks
    block = blocks[work.source.sentences[sentence].block]
    return "" if block.section is None else blocks[block.section].text


def _chrf(session: Session, rows: Sequence[Row]) -> dict[str, float]:
    """chrF++ by row id; each pair of texts is scored once per session."""
    from duizhao.evaluation.metrics.translation import segment_scores

    known = segment_chrf(session.folder.scores)
    texts = {
        row.id: (row.machine_translation, row.target)
        for row in rows
        if row.machine_translation.strip() and (row.id not in known or row.metadata.get("edits"))
    }
    missing = sorted(set(texts.values()) - session.chrf.keys())
    if missing:
        values = segment_scores([mt for mt, _ in missing], [ref for _, ref in missing], "chrf++")
        session.chrf.update(zip(missing, values, strict=True))
    return known | {name: session.chrf[pair] for name, pair in texts.items()}
