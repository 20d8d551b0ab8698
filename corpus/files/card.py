"""The dataset card: README.md with the YAML that the Hugging Face hub reads.

facts = CardFacts("Reports of 2021", splits=(SplitFacts("train", "data/train-*.parquet", ...),))
(folder / "README.md").write_text(render(facts, a_parquet_file), "utf-8")
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from duizhao.corpus.files.rights import UN, UNKNOWN, Rights, text_of, yaml_of

TITLE = "Chinese-English parallel corpus"
"""The default title of a card."""

TAGS = ("parallel-corpus", "sentence-alignment", "machine-translation")
"""The tags of every card."""

SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
)
"""The hub's size categories: rows under the number have the name."""


@dataclass(frozen=True, slots=True)
class SplitFacts:
    """A split: `files` is a path or pattern under the folder, `bytes` the size of its files."""

    name: str
    files: str
    rows: int
    documents: int
    bytes: int


@dataclass(frozen=True, slots=True)
class CardFacts:
    """The facts for the card. Leave empty splits out.

    `made_by` describes how the corpus was built (duizhao's version, the models, settings),
    `cleaning` is `CleaningReport.as_dict()`, `ledger` a list of ``{"stage", "reason", "count"}``,
    `kept` the number of documents with the rows of an earlier run.
    `rights` has the licence, origin and tags of the documents (corpus/files/rights.py), each with
    the number of documents.
    """

    title: str
    splits: Sequence[SplitFacts]
    made_by: Mapping[str, str] = field(default_factory=dict)
    cleaning: Mapping[str, Any] | None = None
    ledger: Sequence[Mapping[str, Any]] = ()
    kept: int = 0
    rights: Sequence[tuple[Rights, int]] = ((Rights(UNKNOWN), 0),)

    @property
    def licences(self) -> dict[str, int]:
        """The licences of the documents, with the number of documents."""
        return dict(_summed((one.licence or UNKNOWN, number) for one, number in self.rights))

    @property
    def origins(self) -> dict[str, int]:
        """The origins of the documents, with the number of documents."""
        return dict(_summed((one.origin or UNKNOWN, number) for one, number in self.rights))

    @property
    def is_un(self) -> bool:
        """Whether any document is from the United Nations."""
        return UN in self.licences

    @property
    def tags(self) -> list[str]:
        """The tags of the corpus."""
        given = [tag for one, _ in self.rights for tag in one.tags]
        return list(dict.fromkeys([*given, *([UN] if self.is_un else []), *TAGS]))


def _summed(pairs: Iterable[tuple[str, int]]) -> Counter[str]:
    total = Counter[str]()
    for name, number in pairs:
        total[name] += number
    return total


def size_category(rows: int) -> str:
    """The hub's category of a number of rows.

    >>> size_category(4000)
    '1K<n<10K'
    """
    return next((name for limit, name in SIZES if rows < limit), "100M<n<1B")


def render(facts: CardFacts, parquet: Path | None = None) -> str:
    """The card's text. `parquet` is any file of the corpus, for the schema in the YAML."""
    from jinja2 import Environment, StrictUndefined

    if not facts.splits:
        raise ValueError("a card needs at least one split")
    template = resources.files("duizhao.corpus.files").joinpath("card.md.jinja").read_text("utf-8")
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(template).render(
        facts=facts,
        yaml=front_matter(facts, parquet).strip(),
        rows=sum(split.rows for split in facts.splits),
        documents=sum(split.documents for split in facts.splits),
        licence_text=licence_text(facts.licences),
    )


def front_matter(facts: CardFacts, parquet: Path | None = None) -> str:
    """The YAML between the dashes."""
    from huggingface_hub import DatasetCardData

    rows = sum(split.rows for split in facts.splits)
    licence = yaml_of(facts.licences)
    data: dict[str, Any] = {
        "pretty_name": facts.title,
        "language": ["zh", "en"],
        "license": licence.pop("license"),
        "multilinguality": "translation",
        "task_categories": ["translation"],
        "size_categories": [size_category(rows)],
        "tags": facts.tags,
        **licence,
    }
    if parquet is not None:
        data["dataset_info"] = _dataset_info(facts, parquet)
    data["configs"] = [
        {
            "config_name": "default",
            "data_files": [{"split": split.name, "path": split.files} for split in facts.splits],
        }
    ]
    text: str = DatasetCardData(**data).to_yaml(line_break="\n")
    return text


def _dataset_info(facts: CardFacts, parquet: Path) -> dict[str, Any]:
    """Features in the hub's form, and sizes."""
    from datasets import Features
    from pyarrow.parquet import read_schema

    features = Features.from_arrow_schema(read_schema(parquet))
    return {
        "features": features._to_yaml_list(),
        "splits": [
            {"name": split.name, "num_bytes": split.bytes, "num_examples": split.rows}
            for split in facts.splits
        ],
        "download_size": sum(split.bytes for split in facts.splits),
        "dataset_size": sum(split.bytes for split in facts.splits),
    }


def licence_text(licences: Mapping[str, int]) -> str:
    """The section on the licences; with several of them, a list with their documents."""
    if len(licences) == 1:
        return text_of(next(iter(licences)))
    lines = [f"- {number:,} documents: {text_of(name)}" for name, number in licences.items()]
    return "The documents have different licences.\n\n" + "\n".join(lines)


def with_licence(card: str, licence: str) -> str:
    """The card with this licence for all its documents."""
    start, yaml, body = card.split("---\n", 2)
    kept = re.sub(r"^license(_name|_link)?:.*\n", "", yaml, flags=re.MULTILINE)
    entries = "".join(f"{name}: {_quoted(value)}\n" for name, value in yaml_of([licence]).items())
    section = f"## Licence\n\n{text_of(licence)}\n"
    body = re.sub(r"^## Licence\n.*?(?=^## |\Z)", lambda _: section + "\n", body, flags=re.M | re.S)
    return "---\n".join([start, entries + kept, body.rstrip() + "\n"])


def _quoted(value: str) -> str:
    return f"'{value}'" if re.search(r"[#:]", value) else value
