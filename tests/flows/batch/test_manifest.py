"""Manifests in every format, and the messages for invalid ones."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from duizhao.corpus.errors import FolderBusy, InputError
from duizhao.flows.batch.lock import LOCK, hold, holder
from duizhao.flows.batch.manifest import Entry, grouped, read_manifest, text_bytes
from duizhao.flows.storage import Place
from duizhao.flows.terminal import console

pytestmark = pytest.mark.unit


class Heard(console.Console):
    """Records the messages."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, text: str) -> None:
        self.said.append(text)

    def progress(self, text: str, done: float, total: int) -> None:
        self.note(text)


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
        ("id,source\na,b\na,c\n", "the id 'a' appears twice"),
        ("id,source\na,b,c\n", r"list\.csv:2: more fields"),
        ("id,source\n", "names no document"),
    ],
)
def test_an_invalid_manifest_is_reported_with_its_line(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=complaint):
        read_manifest(str(path))


def test_a_missing_manifest_and_a_wrong_pattern_are_reported(tmp_path: Path) -> None:
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
    # as spreadsheets and the csv module quote a cell
    path.write_text('id\tsource\ttitle\na\ta.txt\t"The ""end"""\n\nb\tb.txt\n')
    assert [(one.id, one.metadata) for one in read_manifest(str(path))] == [
        ("a", {"title": 'The "end"'}),
        ("b", {"title": None}),
    ]


def test_a_manifest_and_its_documents_may_be_file_addresses(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"id,source\na,file://{tmp_path}/a.txt\n")
    assert read_manifest(f"file://{path}") == [Entry("a", f"{tmp_path}/a.txt")]


def test_files_of_a_folder_that_are_not_taken_are_named(tmp_path: Path) -> None:
    for name in ("a.zh.pdf", "a.zh.txt", "a.en.txt", "b.en.txt"):
        (tmp_path / name).touch()
    heard = Heard()
    with console.use(heard):
        assert [one.id for one in read_manifest(str(tmp_path))] == ["a"]
    assert heard.said == [
        f"{tmp_path}: left out, another file has the same id: a.zh.txt",
        f"{tmp_path}: no Chinese file for b.en.txt",
    ]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            r'{"id": "a\ud800", "source": "a.txt"}',
            r'list\.jsonl:2: "id" contains an unpaired',
        ),
        (r'{"id": "a", "source": "a\uDC80.txt"}', r'list\.jsonl:2: "source" contains an unpaired'),
        (
            r'{"id": "a", "source": "b", "note": ["\ud83d"]}',
            r'list\.jsonl:2: "note" contains an unpaired',
        ),
        (r'{"id": "a", "source": "a\u0000.txt"}', r"list\.jsonl:2: a NUL character in source"),
        (r'{"id": "a", "source": "b", "reference": "\u0000"}', r":2: a NUL character in reference"),
    ],
)
def test_a_document_with_an_invalid_name_or_path_is_reported_with_its_line(
    tmp_path: Path, line: str, complaint: str
) -> None:
    path = tmp_path / "list.jsonl"
    path.write_text('{"id": "first", "source": "first\\ud83d\\ude00.txt"}\n' + line + "\n")
    with pytest.raises(InputError, match=complaint) as told:
        read_manifest(str(path))
    assert str(told.value).isprintable()


def test_file_names_of_a_folder_that_are_not_utf8_are_named_and_the_others_taken(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.zh.txt").touch()
    gbk = os.fsencode(tmp_path) + "/报告.zh.txt".encode("gbk")
    try:
        os.close(os.open(gbk, os.O_CREAT))
    except OSError:
        pytest.skip("this file system has UTF-8 names only")
    heard = Heard()
    with console.use(heard):
        assert [one.id for one in read_manifest(str(tmp_path))] == ["a"]
    (said,) = heard.said
    assert "the name is not UTF-8" in said
    assert r"\xb1\xa8\xb8\xe6.zh.txt" in said


def test_hidden_files_and_files_in_the_making_are_no_documents(tmp_path: Path) -> None:
    unfit = ["._a.zh.txt", ".b.zh.txt.swp", "c.zh.txt~", "d.zh.txt.part", "e.zh.pdf.crdownload"]
    for name in ("a.zh.txt", "a.en.txt", "a.en.txt~", *unfit, "f.zh.TMP", "~$g.zh.docx"):
        (tmp_path / name).touch()
    heard = Heard()
    with console.use(heard):
        found = read_manifest(str(tmp_path))
    assert found == [Entry("a", f"{tmp_path}/a.zh.txt", f"{tmp_path}/a.en.txt")]
    assert heard.said == [
        f"{tmp_path}: left out, hidden or unfinished: a.en.txt~",
        f"{tmp_path}: left out, hidden or unfinished: "
        "._a.zh.txt, .b.zh.txt.swp, c.zh.txt~, d.zh.txt.part, e.zh.pdf.crdownload and 2 more",
    ]
    asked = read_manifest(str(tmp_path), ".{id}.zh.txt.swp")
    assert asked == [Entry("b", f"{tmp_path}/.b.zh.txt.swp")]


def test_hidden_folders_are_not_searched_unless_the_pattern_names_them(tmp_path: Path) -> None:
    for name in ("a", ".b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "zh.txt").touch()
    assert [one.id for one in read_manifest(str(tmp_path), "{id}/zh.txt")] == ["a"]
    assert [one.id for one in read_manifest(str(tmp_path), ".{id}/zh.txt")] == ["b"]


@pytest.mark.parametrize(
    ("heading", "entry"),
    [
        ("document\tsource\ttarget", Entry("1", "/2", "/3")),
        ("document\tsource\tid", Entry("3", "/2", None, {"document": "1"})),
        ("document\tsource\tdocument_id", Entry("3", "/2", None, {"document": "1"})),
        ("id\ttarget\tsource", Entry("1", "/2", "/3")),
        ("id\tsource\ttarget\treference", Entry("1", "/2", None, {"target": "/3"})),
    ],
)
@pytest.mark.parametrize("form", ["tsv", "jsonl"])
def test_another_name_of_a_column_counts_only_without_the_proper_one(
    tmp_path: Path, form: str, heading: str, entry: Entry
) -> None:
    names = heading.split("\t")
    places = {"source": "/2", "target": "/3", "reference": ""}
    values = [places.get(name, str(number)) for number, name in enumerate(names, 1)]
    if names[1] == "target":
        values[1:3] = ["/3", "/2"]
    path = tmp_path / f"list.{form}"
    record = dict(zip(names, values, strict=True))
    table = heading + "\n" + "\t".join(values)
    path.write_text((table if form == "tsv" else json.dumps(record)) + "\n")
    assert read_manifest(str(path)) == [entry]


def test_a_column_that_appears_twice_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("id,source,theme, theme\na,b,c,d\n")
    with pytest.raises(InputError, match=r"list\.csv:1: the column 'theme' appears twice"):
        read_manifest(str(path))


@pytest.mark.parametrize("name", ["list.csv", "list.jsonl"])
def test_an_empty_manifest_is_reported(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("\ufeff\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"{name}: is empty; .*id, source, reference"):
        read_manifest(str(tmp_path / name))


def test_a_remote_folder_is_not_a_manifest_and_the_message_has_the_remedy() -> None:
    Place.of("memory://manifests/in").write("a.zh.txt", b"a")
    for address in ("memory://manifests/in", "memory://manifests/in/"):
        with pytest.raises(InputError, match=r"only local folders can be searched"):
            read_manifest(address)
    with pytest.raises(InputError, match=r"none\.csv: no such manifest$"):
        read_manifest("memory://manifests/none.csv")


def test_a_long_manifest_reports_its_progress() -> None:
    heard = Heard()
    with console.use(heard):
        counted = console.counted(["a"] * 2000, "planning", "documents", seconds=0)
        assert list(counted) == ["a"] * 2000
    assert len(heard.said) == 2000
    assert heard.said[-1] == "planning: 2,000 of 2,000 documents"


def test_groups_keep_the_order_and_their_bounds() -> None:
    entries = [Entry(str(number), "") for number in range(7)]
    made = grouped(entries, [1, 1, 1, 50, 1, 1, 1], most=3, most_bytes=20)
    assert [[entry.id for entry in group] for group in made] == [
        ["0", "1", "2"],
        ["3"],
        ["4", "5", "6"],
    ]


def test_a_pdf_is_not_taken_for_as_much_text_as_its_file_is_long() -> None:
    names = ("a.pdf", "b.DOCX", "c.txt")
    sizes = [text_bytes(name, 300_000) for name in names]
    assert sizes == [30_000, 30_000, 300_000]
    made = grouped([Entry(name, name) for name in names], sizes, most=32, most_bytes=300_000)
    assert [[entry.id for entry in group] for group in made] == [["a.pdf", "b.DOCX"], ["c.txt"]]


def test_a_lock_on_a_disk_names_its_holder(tmp_path: Path) -> None:
    place = Place.of(tmp_path / "out" / ".duizhao")
    with hold(place):
        told = holder(place)
        assert told
        assert {"user", "host", "process", "since"} <= set(told)
        refused = f"{tmp_path}/out: another batch is running here"
        with pytest.raises(FolderBusy, match=refused), hold(place):
            pass
    assert holder(place) is None
    with hold(place):
        pass


def test_a_look_at_the_lock_refuses_no_batch_that_begins_meanwhile(tmp_path: Path) -> None:
    place = Place.of(tmp_path / "out" / ".duizhao")
    with hold(place):
        pass
    look = FileLock(tmp_path / "out" / ".duizhao" / LOCK, thread_local=False)
    look.acquire()
    threading.Timer(0.3, look.release).start()
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
