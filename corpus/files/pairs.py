"""Sentence pairs from corpora and from the files of other tools, as rows.

    pairs = read_pairs([Path("out"), Path("memory.tmx"), Path("train.zh")])

A corpus is a folder of build or batch, or its .jsonl, .parquet, .tsv or .tmx file. Other files are
TMX, XLIFF, TSV, CSV or JSON of pairs, and Moses files: two text files of equal length, named by
their languages (``laws.zh`` and ``laws.en``; give one of them or both). A folder may have any of
these. Files named ``train``, ``validation`` or ``test`` are the splits of a corpus.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from duizhao.corpus import tsv
from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError, unreadable
from duizhao.corpus.files.pair_files import UNITS, PairFile, pair_files
from duizhao.corpus.files.read import read_file
from duizhao.corpus.reading import encoding, formats, safe_xml
from duizhao.corpus.reading.bounds.files import read_file as read_bounded
from duizhao.corpus.reading.bounds.limits import Limits
from duizhao.corpus.reading.draft import Source
from duizhao.corpus.reading.units import segmented
from duizhao.corpus.row import Row

_DOCUMENT, _CONFIDENCE = "x-source-document", "x-confidence"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows with both sides, the split of each document that has one, and the hash of each file.

    `without_documents` are the names that stand for files whose rows name no document. `machine`
    counts rows that were left out because their target is a machine translation, `incomplete`
    those with an empty side. `unused` are the files of folders that have no pairs.
    """

    rows: Sequence[Row]
    splits: Mapping[str, str]
    hashes: Mapping[str, str]
    without_documents: frozenset[str]
    machine: int
    incomplete: int
    unused: Sequence[str]


def read_pairs(paths: Iterable[Path]) -> Pairs:
    """All pairs of the files and folders; InputError names a file that has none."""
    rows: list[Row] = []
    splits: dict[str, str] = {}
    hashes: dict[str, str] = {}
    anonymous: set[str] = set()
    machine = incomplete = 0
    chosen, others = pair_files(paths)
    unused = [str(path) for path in others]
    for one in chosen:
        own = {str(file): _hash(file) for file in one.files}
        # the name is the same wherever the file is, so that the same text is held out
        name = f"{one.files[0].name} {next(iter(own.values()))[:8]}"
        try:
            found = list(_rows(one.files, name))
        except InputError:
            # a folder may hold other tables and lists beside its pairs
            if one.given:
                raise
            found = []
        for row in found:
            if row.target_kind == "machine":
                machine += 1
            elif not (row.source.strip() and row.target.strip()):
                incomplete += 1
            else:
                rows.append(row)
                if row.source_document == name:
                    anonymous.add(name)
                if one.split:
                    splits[row.source_document] = one.split
        if found:
            hashes |= own
        else:
            unused += _without_pairs(one)
    return Pairs(rows, splits, hashes, frozenset(anonymous), machine, incomplete, unused)


def _without_pairs(file: PairFile) -> list[str]:
    """The names of files without pairs in a folder; InputError for a file that was given."""
    path = file.files[0]
    if not file.given:
        return [str(one) for one in file.files]
    reason = "no pair of Chinese and English in it"
    if path.suffix.lower() == ".tmx" and (codes := _languages(path)):
        reason += f"; its languages are {', '.join(codes)}"
    raise InputError(f"{path}: {reason}; give a file of Chinese-English sentence pairs")


def _rows(files: Sequence[Path], name: str) -> Iterator[Row]:
    """The rows of a file; `name` is the document of those that name none."""
    path = files[0]
    if len(files) == 2:
        return _lines(files[0], files[1], name)
    if path.name.endswith((".parquet", ".gz")) or _is_our_jsonl(path):
        return read_file(path)
    data = _data(path)
    kind = formats.recognise(data, str(path)).name
    if kind == "tmx":
        return _tmx(data, path, name)
    if kind == "tsv" and (table := _our_table(data, path)) is not None:
        return iter(table)
    if kind in UNITS:
        return _units(Source(str(path), data, path), kind, name)
    raise InputError(
        f"{path}: not a file of sentence pairs; give a corpus, TMX, XLIFF, TSV, CSV, JSON, or "
        "Moses files (.zh and .en)"
    )


def _lines(source: Path, target: Path, name: str) -> Iterator[Row]:
    sides = [
        encoding.read_text(_data(path), str(path)).text.splitlines() for path in (source, target)
    ]
    if len(sides[0]) != len(sides[1]):
        raise InputError(
            f"{source} has {len(sides[0]):,} lines, but {target} {len(sides[1]):,}; line by line "
            "they must be translations of each other"
        )
    for number, pair in enumerate(zip(*sides, strict=True), 1):
        yield _row(name, number, *pair)


def _tmx(data: bytes, path: Path, name: str) -> Iterator[Row]:
    """Each unit with both languages; TMX of ours names documents and confidence."""
    for number, unit in enumerate(safe_xml.parse(data, str(path)).iter("{*}tu"), 1):
        texts: dict[Language, str] = {}
        for variant in unit.iterchildren("{*}tuv"):
            code = variant.get(segmented.XML_LANG) or variant.get("lang")
            segment = variant.find("{*}seg")
            for language in segmented.NAMES:
                if segment is not None and segmented.is_language(code, language):
                    texts.setdefault(language, " ".join(segmented.inline_text(segment)[0].split()))
        if len(texts) == 2:
            properties = {
                str(each.get("type")): each.text or "" for each in unit.iterchildren("{*}prop")
            }
            kinds = [each.text for each in unit.iterfind("{*}tuv/{*}prop[@type='x-target-kind']")]
            yield _row(
                properties.get(_DOCUMENT) or name,
                number,
                texts["zh"],
                texts["en"],
                confidence=_number(properties.get(_CONFIDENCE)),
                machine="machine" in kinds,
            )


def _languages(path: Path) -> list[str]:
    """The language codes of a TMX."""
    variants = safe_xml.parse(_data(path), str(path)).iter("{*}tuv")
    codes = (each.get(segmented.XML_LANG) or each.get("lang") for each in variants)
    return sorted({code for code in codes if code})


def _our_table(data: bytes, path: Path) -> list[Row] | None:
    """The rows of a corpus.tsv; None for another table."""
    head, *rows = [cells for _, cells in tsv.rows(encoding.read_text(data, str(path)).text)] or [[]]
    if not {"source", "target", "source_document", "confidence", "target_kind"} <= set(head):
        return None
    records = [dict(zip(head, cells, strict=False)) for cells in rows]
    return [
        _row(
            record["source_document"],
            number,
            record["source"],
            record["target"],
            confidence=_number(record["confidence"]),
            machine=record["target_kind"] == "machine",
        )
        for number, record in enumerate(records, 1)
        if len(record) == len(head)
    ]


def _units(source: Source, kind: str, name: str) -> Iterator[Row]:
    """The pairs of a file that our readers read one side at a time: units with both sides."""
    sides: list[dict[int, str]] = []
    for language in segmented.NAMES:
        read = formats.load(formats.BY_NAME[kind]).read_drafts(source, language)
        empty = {each.detail["unit"] for each in read.left_out if each.reason == "empty_unit"}
        total = len(read.drafts) + len(empty)
        numbers = [number for number in range(1, total + 1) if number not in empty]
        texts = [draft.text for draft in read.drafts]
        sides.append(dict(zip(numbers, texts, strict=True)))
    chinese, english = sides
    for number, text in chinese.items():
        if number in english:
            yield _row(name, number, text, english[number])


def _row(
    document: str,
    number: int,
    source: str,
    target: str,
    *,
    confidence: float = 1.0,
    machine: bool = False,
) -> Row:
    return Row(
        id=f"{document}-{number:06d}",
        source_document=document,
        target_document=document,
        source_ids=(number,),
        target_ids=(number,),
        source_blocks=(number,),
        target_blocks=(number,),
        section="",
        source=source,
        target=target,
        machine_translation="",
        target_kind="machine" if machine else "human",
        bead_type="1-1",
        alignment_score=0.0,
        confidence=confidence,
    )


def _number(text: str | None) -> float:
    try:
        return float(text or 1.0)
    except ValueError:
        return 1.0


def _is_our_jsonl(path: Path) -> bool:
    if path.suffix != ".jsonl":
        return False
    with path.open("rb") as file:
        try:
            first = json.loads(file.readline())
        except ValueError:
            return False
    return isinstance(first, dict) and "source_document" in first


def _data(path: Path) -> bytes:
    try:
        return read_bounded(path, Limits())
    except OSError as error:
        raise unreadable(path, error) from None


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
