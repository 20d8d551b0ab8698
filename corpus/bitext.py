"""The bitext: beads with their texts and provenance, one row of the corpus each.

An identity holds for every run (`check_identity`): each sentence of either document is in exactly
one row or in exactly one ledger entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.document import Block, Document, LedgerEntry, Side
from duizhao.corpus.errors import BrokenIdentity
from duizhao.corpus.language import is_other_language
from duizhao.corpus.replacing import replacing
from duizhao.corpus.row import Row, TargetKind
from duizhao.corpus.translation import NOT_TRANSLATED, Translation

if TYPE_CHECKING:
    import datasets
    import pandas

__all__ = [
    "Bitext",
    "Row",
    "TargetKind",
    "check_identity",
    "join_sentences",
    "make_bitext",
]

DIGITS = 4
"""Decimals of scores in the corpus: further digits may differ from machine to machine."""


SHOWN_ROWS = 20
"""Rows of a bitext that a notebook displays."""


@dataclass(frozen=True, slots=True)
class Bitext:
    """Rows in document order, and the ledger: every sentence that is in no row, with the reason.

    Iterating gives the rows; a notebook displays a bitext as a table.
    """

    rows: tuple[Row, ...]
    ledger: tuple[LedgerEntry, ...] = ()

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __repr__(self) -> str:
        return f"Bitext({len(self.rows)} rows, {len(self.ledger)} ledger entries)"

    def to_pandas(self) -> pandas.DataFrame:
        """One line per row, one column per field of `Row`, in the same order."""
        import pandas

        names = [each.name for each in fields(Row)]
        records = [[getattr(row, name) for name in names] for row in self.rows]
        return pandas.DataFrame(records, columns=names)

    def to_tmx(self, path: str | Path) -> Path:
        """Write the rows as TMX 1.4, as `duizhao build` does; returns the path."""
        from duizhao.corpus.files import tmx

        path = Path(path)
        with replacing(path) as temporary, temporary.open("wb") as file:
            tmx.write(self.rows, file)
        return path

    def to_datasets(self) -> datasets.Dataset:
        """A Hugging Face dataset with the columns of our Parquet files.

        ``translation`` holds both texts: ``{"zh": ..., "en": ...}``.
        """
        import datasets

        from duizhao.corpus.files import parquet

        return datasets.Dataset(parquet.table(self.rows))

    def _repr_html_(self) -> str:
        lines = [
            "<tr>"
            + "".join(
                f'<td style="text-align:left">{escape(cell)}</td>'
                for cell in (row.source, row.target, row.bead_type, f"{row.confidence:.2f}")
            )
            + "</tr>"
            for row in self.rows[:SHOWN_ROWS]
        ]
        more = len(self.rows) - SHOWN_ROWS
        rest = f"<p>and {more:,} more rows</p>" if more > 0 else ""
        return (
            f"<p>Bitext: {len(self.rows):,} rows, {len(self.ledger):,} ledger entries</p>"
            "<table><thead><tr><th>source</th><th>target</th><th>bead</th><th>confidence</th></tr>"
            f"</thead><tbody>{''.join(lines)}</tbody></table>{rest}"
        )


def check_identity(
    rows: Iterable[Row],
    ledger: Iterable[LedgerEntry],
    source: Document,
    target: Document | None,
) -> None:
    """Raise BrokenIdentity unless rows and ledger contain every sentence of both documents once."""
    rows = list(rows)
    ledger = list(ledger)
    sides: Sequence[tuple[str, Document | None, Iterable[int]]] = (
        ("source", source, (number for row in rows for number in row.source_ids)),
        ("target", target, (number for row in rows for number in row.target_ids)),
    )
    for side, document, kept in sides:
        left_out = [
            entry.sentence for entry in ledger if entry.side == side and entry.sentence is not None
        ]
        found = Counter([*kept, *left_out])
        expected = Counter(range(len(document.sentences) if document else 0))
        if found != expected:
            raise BrokenIdentity(
                f"{document.id if document else 'no document'}: {side} sentences lost: "
                f"{sorted((expected - found).elements())[:10]}, "
                f"doubled: {sorted((found - expected).elements())[:10]}; please report this"
            )


def make_bitext(
    source: Document,
    target: Document | None,
    translations: Sequence[Translation],
    beads: Sequence[Bead] | None,
    *,
    min_confidence: float = 0.0,
    metadata: Mapping[str, Any] | None = None,
) -> Bitext:
    """The bitext of documents, translations (one per source sentence) and beads.

    Deletions, insertions and beads below `min_confidence` go to the ledger, with an entry for each
    sentence. Without a target document each sentence becomes a row whose target is its machine
    translation; a sentence that is already English, or whose translation is empty, goes to the
    ledger.
    """
    if len(translations) != len(source.sentences):
        raise ValueError(f"{len(translations)} translations of {len(source.sentences)} sentences")
    if target is None or beads is None:
        beads = [Bead((sentence.id,), ()) for sentence in source.sentences]
    rows: list[Row] = []
    ledger: list[LedgerEntry] = []
    for bead in beads:
        reason = _left_out_because(bead, source, target, translations, min_confidence)
        if reason:
            ledger += _entries(bead, reason, source, target, translations)
            continue
        row_id = f"{source.id}-{len(rows) + 1:06d}"
        rows.append(make_row(row_id, bead, source, target, translations, metadata or {}))
    return Bitext(tuple(rows), tuple(ledger))


def _left_out_because(
    bead: Bead,
    source: Document,
    target: Document | None,
    translations: Sequence[Translation],
    min_confidence: float,
) -> str | None:
    if target is None:
        if all(is_other_language(source.sentences[number].text) for number in bead.source):
            return "other_language"
        empty = not any(translations[number].text.strip() for number in bead.source)
        return "empty_translation" if empty else None
    if not bead.target:
        return "deletion"
    if not bead.source:
        return "insertion"
    return "low_confidence" if bead.confidence < min_confidence else None


def make_row(
    row_id: str,
    bead: Bead,
    source: Document,
    target: Document | None,
    translations: Sequence[Translation],
    metadata: Mapping[str, Any],
) -> Row:
    """The row of a bead; a side without sentences is empty."""
    made = [translations[number] for number in bead.source]
    translation = " ".join(one.text for one in made if one.text)
    tokens = sum(one.tokens for one in made)
    section = ""
    if bead.source:
        section = _section(source, source.blocks[source.sentences[bead.source[0]].block])
    return Row(
        id=row_id,
        source_document=source.id,
        target_document=target.id if target else None,
        source_ids=bead.source,
        target_ids=bead.target if target else (),
        source_blocks=_blocks(source, bead.source),
        target_blocks=_blocks(target, bead.target) if target else (),
        section=section,
        source=join_sentences(source, bead.source),
        target=join_sentences(target, bead.target) if target else translation,
        machine_translation=translation,
        target_kind="human" if target else "machine",
        bead_type=bead.type if target else "1-1",
        alignment_score=round(bead.score, DIGITS),
        confidence=round(bead.confidence, DIGITS),
        signals={name: round(value, DIGITS) for name, value in bead.signals.items()}
        | _recognition((source, bead.source), *([(target, bead.target)] if target else [])),
        mt_score=round(sum(m.score * m.tokens for m in made) / tokens, DIGITS) if tokens else None,
        mt_flags=tuple(dict.fromkeys(flag for one in made for flag in one.flags)),
        metadata=dict(metadata),
    )


def _recognition(*sides: tuple[Document, tuple[int, ...]]) -> dict[str, float]:
    """The signal of scans: the confidence of the least certain sentence; {} without scans."""
    known = [
        confidence
        for document, ids in sides
        for number in ids
        if (confidence := document.sentences[number].confidence) is not None
    ]
    return {"recognition": round(min(known), DIGITS)} if known else {}


def join_sentences(document: Document, ids: Sequence[int]) -> str:
    """The text of consecutive sentences, with the white space between them.

    Two blocks are joined by a space in English and by nothing in Chinese.
    """
    text = ""
    before = None
    for sentence in (document.sentences[number] for number in ids):
        if before is not None and before.block == sentence.block:
            between = document.blocks[sentence.block].text[before.end : sentence.start]
            text += " " if between else ""
        elif before is not None and document.language == "en":
            text += " "
        text += sentence.text
        before = sentence
    return text


def _blocks(document: Document, ids: Sequence[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(document.sentences[number].block for number in ids))


def _section(document: Document, block: Block) -> str:
    return "" if block.section is None else document.blocks[block.section].text


def _entries(
    bead: Bead,
    reason: str,
    source: Document,
    target: Document | None,
    translations: Sequence[Translation],
) -> Iterable[LedgerEntry]:
    detail: dict[str, Any] = {"bead": str(bead), "confidence": bead.confidence}
    sides: Sequence[tuple[Side, Document | None, tuple[int, ...]]] = (
        ("source", source, bead.source),
        ("target", target, bead.target),
    )
    for side, document, ids in sides:
        for number in ids if document else ():
            assert document is not None
            sentence = document.sentences[number]
            made = {}
            if side == "source" and NOT_TRANSLATED not in translations[number].flags:
                made = {"machine_translation": translations[number].text}
            yield LedgerEntry(
                document=document.id,
                side=side,
                stage="align",
                reason=reason,
                text=sentence.text,
                sentence=number,
                block=sentence.block,
                page=document.blocks[sentence.block].page,
                detail={**detail, **made},
            )
