"""duizhao push: the real hub library against a stand-in for the hub's HTTP API."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from duizhao.corpus.files import hub as publish
from duizhao.corpus.files.card import CardFacts, SplitFacts, render, with_licence
from duizhao.corpus.files.parquet import write
from duizhao.corpus.files.rights import Rights
from tests.corpus.cleaning.test_splits import row
from tests.support.cli import Cli, Done
from tests.support.hub import Hub, running_hub

Push = Callable[..., Done]


@pytest.fixture
def hub() -> Iterator[Hub]:
    """An empty hub."""
    with running_hub() as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small corpus with its card, and files that belong to this machine only."""
    place = tmp_path / "corpus"
    (place / "data").mkdir(parents=True)
    name = "data/train-00000-of-00001.parquet"
    path = place / name
    with path.open("wb") as file:
        write([row("A", n, f"第{n}号决议。", f"Resolution {n}.") for n in range(30)], file)
    split = SplitFacts("train", "data/train-*.parquet", 30, 1, path.stat().st_size)
    facts = CardFacts("Test", [split], rights=[(Rights("cc-by-4.0"), 1)])
    (place / "README.md").write_text(render(facts, path), "utf-8")
    (place / "ledger.jsonl").write_text('{"document": "A"}\n', "utf-8")
    files = {}
    for file in ("README.md", name, "ledger.jsonl"):
        data = (place / file).read_bytes()
        files[file] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (place / "batch.json").write_text(json.dumps({"files": files}), "utf-8")
    (place / ".lock").write_text("me", "utf-8")
    (place / ".cache").mkdir()
    (place / ".cache" / "x.jsonl").write_text("{}", "utf-8")
    (place / "edits.jsonl").write_text("{}", "utf-8")
    return place


@pytest.fixture
def push(cli: Cli) -> Push:
    """Run `duizhao push`; the hub's library reads its settings only once in a process."""

    def run(folder: Path | str, *arguments: str, hub: Hub | None, token: str = "hf_secret") -> Done:
        changes = {
            "HF_ENDPOINT": hub.address if hub else "http://127.0.0.1:9",
            "HF_HOME": str(cli.cache / "hf"),
            "HF_TOKEN": token or None,
            # the hub's chunk store has its own protocol; without it files go by Git LFS
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "NO_PROXY": "127.0.0.1,localhost",
        }
        how = cli if "--dry-run" in arguments else cli.apart
        return how("push", folder, *arguments, env=changes)

    return run


SENT = ["README.md", "data/train-00000-of-00001.parquet", "ledger.jsonl"]


@pytest.mark.system
def test_a_push_sends_the_corpus_and_nothing_else(push: Push, hub: Hub, folder: Path) -> None:
    code, out, err = push(folder, "someone/un-reports", hub=hub)
    assert code == 0, err
    assert out.startswith(f"{hub.address}/datasets/someone/un-reports/commit/")
    files = hub.files["someone/un-reports"]
    assert sorted(name for name in files if name != ".gitattributes") == SENT
    assert all(files[name] == (folder / name).read_bytes() for name in SENT)
    assert hub.repositories["someone/un-reports"]["visibility"] == "private"
    assert any("lfs/objects/batch" in request for request in hub.requests)


@pytest.mark.system
def test_a_second_push_takes_old_shards_away(push: Push, hub: Hub, folder: Path) -> None:
    assert push(folder, "someone/un", hub=hub)[0] == 0
    old = folder / "data" / "train-00000-of-00001.parquet"
    old.rename(folder / "data" / "train-00000-of-00002.parquet")
    seal = (folder / "batch.json").read_text("utf-8")
    (folder / "batch.json").write_text(seal.replace("of-00001", "of-00002"), "utf-8")
    hub.files["someone/un"]["notes.md"] = b"by hand"
    code, _, err = push(folder, "someone/un", "-m", "Second edition", hub=hub)
    assert code == 0, err
    assert sorted(hub.files["someone/un"]) == [
        "README.md",
        "data/train-00000-of-00002.parquet",
        "ledger.jsonl",
        "notes.md",
    ]
    assert hub.commits[-1] == "Second edition"


@pytest.mark.unit
def test_a_dry_run_names_the_files_and_needs_no_network(push: Push, folder: Path) -> None:
    code, out, err = push(folder, "someone/un", "--dry-run", hub=None, token="")
    assert code == 0
    assert [line.split("\t")[1] for line in out.splitlines()] == SENT
    assert "nothing was sent" in err


def without_licence(folder: Path) -> None:
    """Make the licence of the corpus unknown."""
    card = (folder / "README.md").read_text("utf-8")
    (folder / "README.md").write_text(with_licence(card, "unknown"), "utf-8")


@pytest.mark.system
def test_a_corpus_of_unknown_licence_is_not_sent_until_somebody_decides(
    push: Push, hub: Hub, folder: Path
) -> None:
    without_licence(folder)
    code, out, err = push(folder, "someone/un", hub=hub)
    assert (code, out) == (2, ""), err
    assert err.splitlines()[-1].startswith("duizhao: ")
    assert "the licence of the texts is unknown; give --licence CODE" in err
    assert not hub.files
    code, _, err = push(folder, "someone/un", "--licence", "unknown", hub=hub)
    assert code == 0, err
    code, _, err = push(folder, "someone/un", "--licence", "CC BY 4.0", hub=hub)
    assert code == 0, err
    sent = hub.files["someone/un"]["README.md"].decode()
    assert "license: cc-by-4.0\n" in sent
    assert "The licence of these texts: cc-by-4.0." in sent
    assert push(folder, "someone/un", hub=hub)[0] == 0, "now it is known"


@pytest.mark.unit
def test_a_dry_run_reports_an_unknown_licence(push: Push, folder: Path) -> None:
    without_licence(folder)
    code, out, err = push(folder, "someone/un", "--dry-run", hub=None, token="")
    assert (code, len(out.splitlines())) == (0, 3)
    assert "the licence is unknown: give --licence CODE" in err


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: (folder / "README.md").unlink(), "no README.md"),
        (lambda folder: (folder / "README.md").write_text("---\na: [\n---\n"), "YAML cannot be"),
        (
            lambda folder: (folder / "README.md").write_text("# Only text"),
            "does not start with YAML",
        ),
        (lambda folder: (folder / "README.md").write_text("---\na: 1\n---\n"), "has no 'license'"),
    ],
)
def test_a_folder_without_a_whole_card_is_refused(
    push: Push, folder: Path, change: object, words: str
) -> None:
    change(folder)  # type: ignore[operator]
    code, _, err = push(folder, "someone/un", "--dry-run", hub=None)
    assert (code, words in err, err.count("\n")) == (2, True, 1), err


@pytest.mark.unit
def test_a_half_written_corpus_is_not_sent(push: Push, folder: Path) -> None:
    shard = folder / "data" / "train-00000-of-00001.parquet"
    shard.write_bytes(shard.read_bytes()[:100])
    code, _, err = push(folder, "someone/un", "--dry-run", hub=None)
    assert (code, "has changed since the batch wrote it" in err) == (2, True), err
    (folder / "batch.json").unlink()
    code, _, err = push(folder, "someone/un", "--dry-run", hub=None)
    assert (code, "the corpus is incomplete" in err) == (2, True), err


@pytest.mark.unit
def test_a_shard_edited_to_the_same_size_is_not_sent_and_an_edited_card_is(
    push: Push, folder: Path
) -> None:
    with (folder / "README.md").open("a", encoding="utf-8") as card:
        card.write("By hand.\n")
    assert push(folder, "someone/un", "--dry-run", hub=None)[0] == 0
    shard = folder / "data" / "train-00000-of-00001.parquet"
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(data)
    code, _, err = push(folder, "someone/un", "--dry-run", hub=None)
    assert (code, f"{shard}: has changed since the batch wrote it" in err) == (2, True), err


@pytest.mark.system
def test_errors_of_the_hub_are_reported_in_one_line(push: Push, hub: Hub, folder: Path) -> None:
    code, _, err = push(folder, "someone/un", hub=hub, token="hf_wrong")
    assert code == 1
    assert "the hub refused someone/un" in err
    hub.refuse = 403
    code, _, err = push(folder, "someone/un", hub=hub)
    assert code == 1
    assert "the hub refused someone/un" in err
    assert "Traceback" not in err


@pytest.mark.system
def test_no_token_no_server_no_repository_name(push: Push, folder: Path) -> None:
    code, _, err = push(folder, "someone/un", hub=None, token="")
    assert (code, "hf auth login" in err) == (2, True)
    code, _, err = push(folder, "someone/un", hub=None)
    assert (code, "cannot send to http://127.0.0.1:9" in err) == (1, True), err
    code, _, err = push(folder, "a/b/c", "--dry-run", hub=None)
    assert (code, "not a repository on the hub" in err) == (2, True)


@pytest.mark.system
def test_a_file_that_no_batch_wrote_is_named_and_not_sent(
    push: Push, hub: Hub, folder: Path
) -> None:
    (folder / "tsv").mkdir()
    for name in ("tsv/notes.tsv", "README.md.edited", "data/old.parquet"):
        (folder / name).write_text("mine")
    (folder / "LICENSE").write_text("CC0")
    code, _, err = push(folder, "someone/un", hub=hub)
    assert code == 0, err
    sent = [name for name in hub.files["someone/un"] if name != ".gitattributes"]
    assert sorted(sent) == ["LICENSE", *SENT]
    for name in ("tsv/notes.tsv", "README.md.edited", "data/old.parquet", "edits.jsonl"):
        assert name in err
    assert ".cache" not in err


@pytest.mark.unit
def test_a_foreign_file_that_would_be_read_with_the_corpus_is_refused(
    push: Push, folder: Path
) -> None:
    mine = folder / "data" / "train-mine.parquet"
    mine.write_bytes(b"mine")
    code, out, err = push(folder, "someone/un", "--dry-run", hub=None)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert "data/train-mine.parquet would be read as part of the corpus" in err
    assert "move it out" in err
    mine.rename(folder.parent / mine.name)
    assert push(folder, "someone/un", "--dry-run", hub=None)[0] == 0


@pytest.mark.unit
@pytest.mark.parametrize(
    "configs",
    [
        [{"data_files": "data/*.parquet"}],
        [{"config_name": "default", "data_files": ["a.csv", "data/*.parquet"]}],
        [{"data_files": {"train": "data/*.parquet"}}],
        [{"data_files": [{"split": "train", "path": ["data/*.parquet"]}]}],
    ],
)
def test_a_card_may_name_its_files_in_every_form_of_the_hub(configs: object) -> None:
    found = list(publish._data_files(configs))
    assert "data/*.parquet" in found
    assert not {"default", "train"} & set(found)


@pytest.mark.unit
def test_an_object_store_and_a_folder_of_another_command_are_refused_with_the_way_out(
    push: Push,
    folder: Path,
) -> None:
    code, _, err = push(Path("s3://bucket/corpus"), "me/x", "--dry-run", hub=None)
    assert (code, err.count("\n")) == (2, 1), err
    assert "s3://bucket/corpus: only a local folder can be pushed; copy" in err
    (folder / "batch.json").rename(folder / "run.json")
    code, _, err = push(folder, "me/x", "--dry-run", hub=None)
    assert (code, "push the folder of a `duizhao batch`" in err) == (2, True), err


@pytest.mark.system
@pytest.mark.parametrize("host", ["127.0.0.1:9", "{hub}"])
def test_a_password_in_the_address_of_the_hub_is_not_printed(
    cli: Cli, hub: Hub, folder: Path, host: str
) -> None:
    address = host.format(hub=hub.address.removeprefix("http://"))
    more = {
        "HF_ENDPOINT": f"http://me:hunter2@{address}",
        "HF_HOME": str(cli.cache / "hf"),
        "HF_TOKEN": "hf_secret",
        "HF_HUB_DISABLE_XET": "1",
        "NO_PROXY": "127.0.0.1,localhost",
    }
    for extra in ([], ["--json"], ["--verbose"]):
        done = cli.apart("push", folder, "someone/un", *extra, env=more)
        assert f"http://***@{address}" in done.out + done.err, done.err
        assert "hunter2" not in done.out + done.err
