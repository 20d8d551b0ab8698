"""Reading is bounded in bytes, members, pages, depth, time and memory, without side effects."""

from __future__ import annotations

import contextlib
import io
import os
import threading
import time
import zipfile
from pathlib import Path

import pytest

from duizhao.corpus.errors import InputError, LimitError, ReaderError, Retry
from duizhao.corpus.reading import Limits, read, read_bytes
from duizhao.corpus.reading.bounds import call
from duizhao.corpus.reading.bounds.files import read_file
from tests.cases.sources import ZH, docx, paragraph, pdf

needs_posix = pytest.mark.skipif(os.name != "posix", reason="named pipes and devices")

MB = 2**20


def archive(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        for name, data in members.items():
            file.writestr(f"word/{name}.xml", data)
    return buffer.getvalue()


@pytest.mark.unit
def test_a_process_that_takes_too_long_is_ended() -> None:
    with pytest.raises(LimitError, match=r"^a\.pdf: not read within 0\.5 s"):
        call.call("a.pdf", time.sleep, 60, limits=Limits(seconds=0.5))
    assert call.call("b", abs, -1, limits=Limits()) == 1


@pytest.mark.unit
def test_a_process_that_takes_too_much_memory_fails() -> None:
    with pytest.raises(LimitError, match=r"^a\.pdf: reading it takes more than 200 MB"):
        call.call("a.pdf", bytearray, 800 * MB, limits=Limits(memory_bytes=200 * MB))
    assert call.call("b", len, bytes(100 * MB), limits=Limits(memory_bytes=200 * MB)) == 100 * MB


@pytest.mark.unit
def test_a_process_that_crashes_names_the_document() -> None:
    with pytest.raises(LimitError, match=r"^a\.pdf: .*crashes a library \(SIGABRT\)"):
        call.call("a.pdf", os.abort, limits=Limits())
    assert call.call("b", abs, -1, limits=Limits()) == 1


@pytest.mark.unit
def test_an_unexpected_error_is_one_line_with_its_place() -> None:
    with pytest.raises(ReaderError, match=r"^a\.pdf: .*ValueError: .*please report it") as error:
        call.call("a.pdf", int, "x", limits=Limits())
    assert "\n" not in str(error.value)
    assert "Traceback" in error.value.details
    assert error.value.retry is Retry.NEVER


@pytest.mark.unit
def test_a_library_error_for_lack_of_memory_is_recognised() -> None:
    code = "raise RuntimeError('Status Message: std::bad_alloc')"
    with pytest.raises(LimitError, match=r"^a\.pdf: .*memory.*raise limit_memory_mb"):
        call.call("a.pdf", exec, code, limits=Limits())


@pytest.mark.unit
def test_progress_comes_from_the_other_process() -> None:
    seen: list[tuple[int, int]] = []
    data = pdf(["The Council met."] * 12)
    read_bytes(data, "en", name="a.pdf", progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (12, 12)


@pytest.mark.system
def test_one_process_reads_several_documents_and_threads_do_not_share_it() -> None:
    # the memory of this process must not be taken for that of the other
    assert len(bytearray(b"x") * (400 << 20)) == 400 << 20
    pids: list[int] = []
    for _ in range(3):
        pids.append(call.call("a", os.getpid, limits=Limits()))
    assert len(set(pids)) == 1
    assert pids[0] != os.getpid()
    results: list[int] = []
    threads = [
        threading.Thread(
            target=lambda n=n: results.append(
                len(read_bytes(f"{ZH}\n".encode() * n, "zh")[0].blocks)
            )
        )
        for n in range(1, 5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [1, 2, 3, 4]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("data", "name", "limits", "message"),
    [
        (b"x" * 2000, "a.txt", Limits(file_bytes=1000), "larger than .*limit_file_mb"),
        (archive(document=b" " * (30 * MB)), "a.docx", Limits(), "as a zip bomb does"),
        (docx(paragraph(ZH)), "a.docx", Limits(members=1), "more than 1 files; .*limit_members"),
        (pdf(["The Council met."] * 4), "a.pdf", Limits(pages=3), "more than 3; .*limit_pages"),
        (b"[" * 90_000, "a.json", Limits(depth=100), "more than 100 levels deep; .*limit_depth"),
    ],
    ids=["bytes", "unpacked", "members", "pages", "depth"],
)  # fmt: skip
def test_every_limit_has_a_message(data: bytes, name: str, limits: Limits, message: str) -> None:
    with pytest.raises(LimitError, match=message) as error:
        read_bytes(data, "zh", name=name, limits=limits)
    assert str(error.value).startswith(f"{name}: ")
    assert error.value.retry is Retry.NEVER


@pytest.mark.system
def test_large_parts_of_an_archive_count_together() -> None:
    header = b"<a>" + b"".join(b"%d " % (n * 7919) for n in range(400_000)) + b"</a>"
    parts = {f"header{n}": header + b"<!--%d-->" % n for n in range(3)}
    text = "".join(paragraph(ZH))
    data = archive(document=_document(text), **parts)
    assert read_bytes(data, "zh", name="a.docx", limits=Limits(unpacked_bytes=20 * MB))
    with pytest.raises(
        LimitError,
        match=r"unpacks to more than 9 MB at .*limit_unpacked_mb",
    ):
        read_bytes(data, "zh", name="a.docx", limits=Limits(unpacked_bytes=9 * MB))


def _document(body: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(docx(body))) as file:
        return file.read("word/document.xml")


@pytest.mark.unit
@needs_posix
def test_devices_folders_and_pipes_without_a_writer_are_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    for path, message in (
        (Path("/dev/zero"), "this is a device"),
        (tmp_path, "this is a directory"),
        (pipe, "a pipe that nothing writes to"),
        (tmp_path / "none.txt", "no such file"),
        (Path("a\0b"), "not the name of a file"),
    ):
        with pytest.raises(InputError, match=message):
            read(path, "zh")


@pytest.mark.unit
@needs_posix
def test_a_pipe_with_a_writer_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    text = f"{ZH}\n" * 50_000

    def write() -> None:
        with pipe.open("w") as file:
            file.write(text)

    thread = threading.Thread(target=write)
    thread.start()
    assert read_file(pipe, Limits()).decode() == text
    thread.join()


@pytest.mark.unit
@needs_posix
def test_an_endless_pipe_is_refused(tmp_path: Path) -> None:
    reading, writing = os.pipe()

    def write() -> None:
        with contextlib.suppress(BrokenPipeError):
            while True:
                os.write(writing, bytes(MB))
        os.close(writing)

    thread = threading.Thread(target=write)
    thread.start()
    with pytest.raises(LimitError, match="larger than 4 MB"):
        read_file(Path(f"/dev/fd/{reading}"), Limits(file_bytes=4 * MB))
    os.close(reading)
    thread.join()


@pytest.mark.unit
def test_a_sparse_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(10 * 1024 * MB)
    with pytest.raises(LimitError, match="larger than 1024 MB"):
        read(path, "zh")
