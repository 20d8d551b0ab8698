"""The dataset card: README.md with the YAML that the Hugging Face hub reads.

facts = CardFacts("Reports of 2021", splits=(SplitFacts("train", "data/train-*.parquet", ...),))
(folder / "README.md").write_text(render(facts, a_parquet_file), "utf-8")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

LICENCE = (
    "The texts are official documents of the United Nations. They may be used and passed on with "
    "the United Nations named as their source; they come without warranty of any kind, and the "
    "United Nations has not checked the alignment or the machine translations. See the United "
    "Nations' terms of use (https://www.un.org/en/about-us/terms-of-use) and, for the conventions "
    "of such a corpus, the UN Parallel Corpus (https://conferences.unite.un.org/uncorpus)."
)

TITLE = "Chinese-English parallel corpus of United Nations documents"
"""The default title of a card."""

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
    `licence` is a code of the hub; "other" goes with `licence_name`.
    """

    title: str
    splits: Sequence[SplitFacts]
    made_by: Mapping[str, str] = field(default_factory=dict)
    cleaning: Mapping[str, Any] | None = None
    ledger: Sequence[Mapping[str, Any]] = ()
    kept: int = 0
    licence: str = "other"
    licence_name: str = "united-nations-terms-of-use"
    licence_link: str = "https://www.un.org/en/about-us/terms-of-use"
    licence_text: str = LICENCE
    tags: Sequence[str] = ("united-nations", "sentence-alignment", "machine-translation")


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
    )


def front_matter(facts: CardFacts, parquet: Path | None = None) -> str:
    """The YAML between the dashes."""
    from huggingface_hub import DatasetCardData

    rows = sum(split.rows for split in facts.splits)
    data: dict[str, Any] = {
        "pretty_name": facts.title,
        "language": ["zh", "en"],
        "license": facts.licence,
        "multilinguality": "translation",
        "task_categories": ["translation"],
        "size_categories": [size_category(rows)],
        "tags": list(facts.tags),
    }
    if facts.licence == "other":
        data |= {"license_name": facts.licence_name, "license_link": facts.licence_link}
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
