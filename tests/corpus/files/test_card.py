"""The dataset card: YAML that the hub and `datasets` read, sizes, licence, citation."""

from __future__ import annotations

from pathlib import Path

import pytest

from duizhao.corpus.cleaning.plan import default_plan
from duizhao.corpus.cleaning.run import clean
from duizhao.corpus.files.card import CardFacts, SplitFacts, render, size_category
from duizhao.corpus.files.parquet import write
from tests.corpus.cleaning.test_splits import row

pytestmark = pytest.mark.unit

ROWS = {
    "train": [row("A", n, f"第{n}号决议。", f"Resolution {n}.") for n in range(20)],
    "test": [row("B", n, f"第{n}号报告。", f"Report {n}.") for n in range(5)],
}


@pytest.fixture
def dataset(tmp_path: Path) -> tuple[Path, CardFacts]:
    """A folder with two splits, and what a card says of it."""
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
    assert data.license == "other"
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


def test_the_card_says_sizes_cleaning_ledger_licence_and_citation(
    dataset: tuple[Path, CardFacts],
) -> None:
    text = (dataset[0] / "README.md").read_text("utf-8")
    assert "25 aligned segments of 2 documents." in text
    assert "| train | 20 | 1 |" in text
    assert "| exact_duplicates | sides both | 0 |" in text
    assert "| read | link | 1,234 |" in text
    assert "ziemski-etal-2016-united" in text
    assert "United Nations named as their source" in text


def test_the_card_renders_as_markdown(dataset: tuple[Path, CardFacts]) -> None:
    from markdown_it import MarkdownIt

    body = (dataset[0] / "README.md").read_text("utf-8").split("---\n", 2)[2]
    page = MarkdownIt("commonmark").enable("table").render(body)
    assert page.count("<table>") == 4
    assert page.count("<pre>") == 2


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
