"""The dataset card: YAML that the hub and `datasets` read, sizes, licence, citation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from duizhao.corpus.cleaning.plan import default_plan
from duizhao.corpus.cleaning.run import clean
from duizhao.corpus.files.card import (
    CardFacts,
    SplitFacts,
    render,
    size_category,
    with_licence,
)
from duizhao.corpus.files.parquet import write
from duizhao.corpus.files.rights import Rights, rights_of
from tests.corpus.cleaning.test_splits import row

pytestmark = pytest.mark.unit

ROWS = {
    "train": [row("A", n, f"第{n}号决议。", f"Resolution {n}.") for n in range(20)],
    "test": [row("B", n, f"第{n}号报告。", f"Report {n}.") for n in range(5)],
}


@pytest.fixture
def dataset(tmp_path: Path) -> tuple[Path, CardFacts]:
    """A folder with two splits, and the facts of its card."""
    splits = []
    (tmp_path / "data").mkdir()
    for name, rows in ROWS.items():
        path = tmp_path / "data" / f"{name}-00000-of-00001.parquet"
        with path.open("wb") as file:
            write(rows, file)
        size = path.stat().st_size
        splits.append(SplitFacts(name, f"data/{name}-*.parquet", len(rows), 1, size))
    report = clean(lambda: ROWS["train"], default_plan(), keep=[].append, remove=[].append)
    facts = CardFacts(
        "Reports: a test",
        splits,
        made_by={"duizhao": "0.1.0"},
        cleaning=report.as_dict(),
        ledger=[{"stage": "read", "reason": "link", "count": 1234}],
    )
    text = render(facts, next((tmp_path / "data").glob("*.parquet")))
    (tmp_path / "README.md").write_text(text, "utf-8")
    return tmp_path, facts


def test_the_hubs_library_reads_the_yaml(dataset: tuple[Path, CardFacts]) -> None:
    from huggingface_hub import DatasetCard

    data = DatasetCard.load(dataset[0] / "README.md").data
    assert data.language == ["zh", "en"]
    assert data.task_categories == ["translation"]
    assert data.size_categories == ["n<1K"]
    assert data.license == "unknown"
    assert "united-nations" not in data.tags
    assert data.pretty_name == "Reports: a test"
    assert data.configs[0]["data_files"][1] == {"split": "test", "path": "data/test-*.parquet"}
    assert data.dataset_info["splits"][0]["num_examples"] == 20


def test_datasets_reads_the_folder_by_its_card(
    dataset: tuple[Path, CardFacts], tmp_path: Path
) -> None:
    from datasets import Translation, load_dataset

    found = load_dataset(str(dataset[0]), cache_dir=str(tmp_path / "cache"))
    assert {name: len(split) for name, split in found.items()} == {"train": 20, "test": 5}
    assert found["test"][2]["translation"] == {"zh": "第2号报告。", "en": "Report 2."}
    assert found["train"].features["translation"] == Translation(languages=["zh", "en"])


def test_the_card_has_sizes_cleaning_and_ledger_and_no_other_claims(
    dataset: tuple[Path, CardFacts],
) -> None:
    text = (dataset[0] / "README.md").read_text("utf-8")
    assert "25 aligned segments of 2 documents." in text
    assert "| train | 20 | 1 |" in text
    assert "| exact_duplicates | sides both | 0 |" in text
    assert "| read | link | 1,234 |" in text
    assert "The licence of these texts is unknown." in text
    assert "United Nations" not in text
    assert "- unknown" in text.partition("## Origin")[2]


def card_of(dataset: tuple[Path, CardFacts], *rights: tuple[Rights, int]) -> tuple[Any, str]:
    """The YAML and the text of a card for documents with these rights."""
    from huggingface_hub import DatasetCard

    text = render(replace(dataset[1], rights=rights))
    return DatasetCard(text).data, text


def test_the_card_of_a_un_corpus_names_the_united_nations(dataset: tuple[Path, CardFacts]) -> None:
    data, text = card_of(dataset, (rights_of({"symbol": "S/2021/130"}), 2))
    assert (data.license, data.license_name) == ("other", "united-nations-terms-of-use")
    assert "united-nations" in data.tags
    assert "United Nations named as their source" in text
    assert "ziemski-etal-2016-united" in text
    assert "United Nations, Official Document System" in text


def test_one_licence_is_that_of_the_corpus_and_several_are_listed(
    dataset: tuple[Path, CardFacts],
) -> None:
    mine = Rights("cc-by-4.0", "a court", ("law",))
    data, text = card_of(dataset, (mine, 3))
    assert (data.license, data.tags[0]) == ("cc-by-4.0", "law")
    assert "The licence of these texts: cc-by-4.0." in text
    assert "- a court\n" in text
    data, text = card_of(dataset, (mine, 3), (Rights("Crown Copyright", "an office"), 1))
    assert (data.license, data.license_name) == ("other", "several")
    assert "- 3 documents: The licence of these texts: cc-by-4.0." in text
    assert "- an office (1 documents)" in text
    data, _ = card_of(dataset, (mine, 3), (Rights("unknown"), 1))
    assert data.license == "unknown", "as long as one is"


def test_a_licence_can_be_added_to_a_card_later(dataset: tuple[Path, CardFacts]) -> None:
    from huggingface_hub import DatasetCard

    before = (dataset[0] / "README.md").read_text("utf-8")
    for licence, code in (("cc0-1.0", "cc0-1.0"), ("https://example.org/terms", "other")):
        text = with_licence(before, licence)
        data = DatasetCard(text, ignore_metadata_errors=False).data
        assert data.license == code
        assert f"The licence of these texts: {licence}." in text
        assert "is unknown" not in text
        assert data.configs == DatasetCard(before).data.configs
        assert text.partition("## Origin")[2] == before.partition("## Origin")[2]


def test_the_card_renders_as_markdown(dataset: tuple[Path, CardFacts]) -> None:
    from markdown_it import MarkdownIt

    body = (dataset[0] / "README.md").read_text("utf-8").split("---\n", 2)[2]
    page = MarkdownIt("commonmark").enable("table").render(body)
    assert page.count("<table>") == 4
    assert page.count("<pre>") == 1


def test_size_categories() -> None:
    assert [size_category(n) for n in (0, 999, 1000, 10**6, 12 * 10**6)] == [
        "n<1K",
        "n<1K",
        "1K<n<10K",
        "1M<n<10M",
        "10M<n<100M",
    ]


def test_a_card_without_a_split_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one split"):
        render(CardFacts("Nothing", ()))
