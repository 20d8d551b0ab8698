"""Parquet as on the Hugging Face hub: `datasets.load_dataset` reads the columns' types.

`translation` is the `Translation` feature of the UN corpora on the hub, ``{"zh": ..., "en": ...}``;
the other columns give the row's provenance. Signals and metadata are JSON, because their names
differ from corpus to corpus. The features are written into the schema in the form of `datasets`,
without importing it, which would take a second or two (tests compare the two).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO

from duizhao.corpus.row import Row

ROWS_A_GROUP = 10_000
"""Rows written together."""


FEATURES: dict[str, Any] = {
    "id": "string",
    "translation": ["zh", "en"],
    "source_document": "string",
    "target_document": "string",
    "source_ids": ["int32"],
    "target_ids": ["int32"],
    "source_blocks": ["int32"],
    "target_blocks": ["int32"],
    "section": "string",
    "machine_translation": "string",
    "target_kind": "string",
    "bead_type": "string",
    "alignment_score": "float64",
    "confidence": "float64",
    "signals": "string",
    "mt_score": "float64",
    "mt_flags": ["string"],
    "metadata": "string",
}
"""Columns in order: a type, a list of a type, or the languages of the translation."""


def schema() -> Any:
    """The Arrow schema with the features that `datasets` reads."""
    import pyarrow as arrow

    types = {"string": arrow.string(), "int32": arrow.int32(), "float64": arrow.float64()}
    columns = []
    features: dict[str, Any] = {}
    for name, kind in FEATURES.items():
        if name == "translation":
            columns.append(
                (name, arrow.struct([(language, types["string"]) for language in sorted(kind)]))
            )
            features[name] = {"languages": kind, "_type": "Translation"}
        elif isinstance(kind, list):
            columns.append((name, arrow.list_(types[kind[0]])))
            features[name] = {"feature": {"dtype": kind[0], "_type": "Value"}, "_type": "List"}
        else:
            columns.append((name, types[kind]))
            features[name] = {"dtype": kind, "_type": "Value"}
    info = json.dumps({"info": {"features": features}})
    return arrow.schema(columns).with_metadata({"huggingface": info})


def write(rows: Iterable[Row], file: BinaryIO) -> int:
    """Write the rows; returns their number."""
    import pyarrow as arrow
    from pyarrow import parquet

    count = 0
    columns = schema()
    with parquet.ParquetWriter(file, columns, compression="zstd") as output:
        for group in _groups(map(_record, rows)):
            output.write_table(arrow.Table.from_pylist(group, schema=columns))
            count += len(group)
    return count


def table(rows: Iterable[Row]) -> Any:
    """The rows as one Arrow table, with the schema of the files."""
    import pyarrow as arrow

    return arrow.Table.from_pylist(list(map(_record, rows)), schema=schema())


def _groups(records: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    records = iter(records)
    while group := list(islice(records, ROWS_A_GROUP)):
        yield group


def _record(row: Row) -> dict[str, Any]:
    record = {name: getattr(row, name) for name in FEATURES if name != "translation"}
    record["translation"] = {"zh": row.source, "en": row.target}
    record["signals"] = json.dumps(dict(row.signals), ensure_ascii=False)
    record["metadata"] = json.dumps(dict(row.metadata), ensure_ascii=False)
    return record
