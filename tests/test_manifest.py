"""What a batch is told to do, in every form, and what it says of a manifest it cannot use."""

from __future__ import annotations

import fcntl
import json
import threading
import time
from pathlib import Path
from typing import ClassVar

import pytest

from corpus.document import InputError
from flows import console
from flows.lock import Held, hold, holder
from flows.manifest import Entry, groups, read_manifest, text_bytes
from flows.storage import Place


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_a_manifest_in_each_form_gives_the_same_entries(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"list.{form}"
    if form == "jsonl":
        first = {"id": "a", "source": "a.zh.txt", "reference": "a.en.txt", "theme": "健康"}
        second = {"id": "b", "source": "/b.zh.txt", "reference": None, "theme": ""}
        path.write_text(f"{json.dumps(first)}\n\n{json.dumps(second)}\n")
    else:
        mark = {"csv": ",", "tsv": "\t"}[form]
        lines = ["document_id source target theme", "a a.zh.txt a.en.txt 健康"]
        text = "\n".join(line.replace(" ", mark) for line in lines)
        path.write_text(f"\ufeff{text}\nb{mark}/b.zh.txt{mark}{mark}\n", encoding="utf-8")
    assert read_manifest(str(path)) == [
        Entry("a", f"{tmp_path}/a.zh.txt", f"{tmp_path}/a.en.txt", {"theme": "健康"}),
        Entry("b", "/b.zh.txt", None, {"theme": ""}),
    ]


def test_a_folder_is_searched_by_its_pattern(tmp_path: Path) -> None:
    for name in ("a.zh.pdf", "a.en.docx", "b.zh.txt", "c.en.txt"):
        (tmp_path / name).touch()
    assert read_manifest(str(tmp_path)) == [
        Entry("a", f"{tmp_path}/a.zh.pdf", f"{tmp_path}/a.en.docx"),
        Entry("b", f"{tmp_path}/b.zh.txt", None),
    ]
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "S_2021_1.txt").touch()
    found = read_manifest(str(tmp_path), "zh/{id}.txt,en/{id}.txt")
    assert found == [Entry("S_2021_1", f"{tmp_path}/zh/S_2021_1.txt", None)]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("name,source\na,b\n", r"list\.csv:1: no column 'id'"),
        ("id,source\n,b\n", r"list\.csv:2: no id"),
        ("id,source\na,b\na,c\n", "the id 'a' stands there twice"),
        ("id,source\na,b,c\n", r"list\.csv:2: more fields"),
        ("id,source\n", "names no document"),
    ],
)
def test_a_wrong_manifest_is_told_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=complaint):
        read_manifest(str(path))


def test_a_missing_manifest_and_a_wrong_pattern_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such manifest"):
        read_manifest(str(tmp_path / "none.csv"))
    with pytest.raises(InputError, match=r"needs \{id\}"):
        read_manifest(str(tmp_path), "*.zh.txt,*.en.txt")


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("a.csv", 'id,source\na,"b\nc,d\n', r"a\.csv:\d: .*quotation mark"),
        ("a.csv", 'id,source\n"a\nb",c\n', r"a\.csv:3: a line break in id"),
        ("a.csv", "id,source\na,b" + "x" * 140_000 + "\n", r"a\.csv:2: field larger"),
    ],
)
def test_a_quotation_mark_left_open_swallows_no_lines(
    tmp_path: Path, name: str, text: str, complaint: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=complaint):
        read_manifest(str(tmp_path / name))


def test_in_tsv_a_quotation_mark_is_a_character_and_headings_lose_their_spaces(
    tmp_path: Path,
) -> None:
    path = tmp_path / "list.tsv"
    path.write_text('id \t source\ttitle\na\ta.txt\t"The\nb\tb.txt\tend"\n')
    assert [(one.id, one.metadata) for one in read_manifest(str(path))] == [
        ("a", {"title": '"The'}),
        ("b", {"title": 'end"'}),
    ]


def test_a_manifest_and_its_documents_may_be_file_addresses(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"id,source\na,file://{tmp_path}/a.txt\n")
    assert read_manifest(f"file://{path}") == [Entry("a", f"{tmp_path}/a.txt")]


def test_files_of_a_folder_that_are_not_taken_are_named(tmp_path: Path) -> None:
    class Heard(console.Console):
        said: ClassVar[list[str]] = []

        def note(self, text: str) -> None:
            self.said.append(text)

    for name in ("a.zh.pdf", "a.zh.txt", "a.en.txt", "b.en.txt"):
        (tmp_path / name).touch()
    with console.use(Heard()):
        assert [one.id for one in read_manifest(str(tmp_path))] == ["a"]
    assert Heard.said == [
        f"{tmp_path}: not taken, another file has the same id: a.zh.txt",
        f"{tmp_path}: no Chinese file for b.en.txt",
    ]


def test_groups_keep_the_order_and_their_bounds() -> None:
    entries = [Entry(str(number), "") for number in range(7)]
    made = groups(entries, [1, 1, 1, 50, 1, 1, 1], most=3, most_bytes=20)
    assert [[entry.id for entry in group] for group in made] == [
        ["0", "1", "2"],
        ["3"],
        ["4", "5", "6"],
    ]


def test_a_pdf_is_not_taken_for_as_much_text_as_its_file_is_long() -> None:
    names = ("a.pdf", "b.DOCX", "c.txt")
    sizes = [text_bytes(name, 300_000) for name in names]
    assert sizes == [30_000, 30_000, 300_000]
    made = groups([Entry(name, name) for name in names], sizes, most=32, most_bytes=300_000)
    assert [[entry.id for entry in group] for group in made] == [["a.pdf", "b.DOCX"], ["c.txt"]]


def test_a_lock_on_a_disk_says_who_holds_it(tmp_path: Path) -> None:
    place = Place.of(tmp_path / "out" / ".duizhao")
    with hold(place):
        told = holder(place)
        assert told
        assert {"user", "host", "process", "since"} <= set(told)
        refused = f"{tmp_path}/out: another batch is at work here"
        with pytest.raises(Held, match=refused), hold(place):
            pass
    assert holder(place) is None
    with hold(place):
        pass


def test_a_look_at_the_lock_refuses_no_batch_that_begins_meanwhile(tmp_path: Path) -> None:
    place = Place.of(tmp_path / "out" / ".duizhao")
    with hold(place):
        pass
    with (tmp_path / "out" / ".duizhao" / "lock.json").open() as looked:
        fcntl.flock(looked, fcntl.LOCK_SH)

        def let_go() -> None:
            time.sleep(0.3)
            fcntl.flock(looked, fcntl.LOCK_UN)

        threading.Thread(target=let_go).start()
        with hold(place):
            pass


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    place = Place.of(tmp_path)
    place.write("a/b.txt", b"one")
    with pytest.raises(TypeError):
        place.write("a/b.txt", "not bytes")  # type: ignore[arg-type]
    assert place.read("a/b.txt") == b"one"
    assert list(place.find()) == ["a/b.txt"]
    (tmp_path / "local").write_bytes(b"two")
    place.write("a/b.txt", tmp_path / "local")
    assert place.read("a/b.txt") == b"two"
    assert not (tmp_path / "local").exists()
