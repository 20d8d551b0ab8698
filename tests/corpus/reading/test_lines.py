"""Lines are read and written in any encoding, with damaged bytes, and from any kind of file."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import pytest

from duizhao.corpus.errors import DuizhaoError, InputError
from duizhao.corpus.reading import encoding
from duizhao.corpus.reading.lines import Lines, read_lines
from duizhao.flows.terminal.output import check_output, output

TEXT = ["大会。", "", "安全理事会通过了第2532(2020)号决议。"]


@pytest.mark.unit
@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_every_encoding_is_read_and_reported(tmp_path: Path, name: str) -> None:
    file = tmp_path / "in.zh"
    file.write_bytes("\r\n".join(TEXT).encode(name))
    warnings: list[str] = []
    assert read_lines(file, warnings.append) == TEXT
    found = name.removesuffix("-sig") if name != "utf-16" else "utf-16-le"
    mark = " with a byte-order mark" if name in ("utf-8-sig", "utf-16") else ""
    assert warnings == ([] if name == "utf-8" else [f"{file}: read as {found}{mark}"])


@pytest.mark.unit
@pytest.mark.parametrize("text", ["大会。", "大会。\n", "会议。", "安全理事会", "联合国"])
def test_a_few_characters_of_gb18030_are_no_damaged_utf8(text: str) -> None:
    assert encoding.decode(text.encode("gb18030"), "x").text == text


@pytest.mark.unit
@pytest.mark.parametrize("name", ["utf-8", "gb18030"])
def test_damage_loses_only_its_characters_and_its_line_is_reported(
    tmp_path: Path, name: str
) -> None:
    lines = [f"第{number}次会议的报告。" for number in range(50_000)]
    raw = [line.encode(name) for line in lines]
    for number in (7, 49_000):
        raw[number] = raw[number][:-1]  # the line's last character is cut
    file = tmp_path / "in.zh"
    file.write_bytes(b"\n".join(raw))
    warnings: list[str] = []
    read = read_lines(file, warnings.append)
    assert len(read) == len(lines)
    assert [n for n, (a, b) in enumerate(zip(read, lines, strict=True)) if a != b] == [7, 49_000]
    assert read[7] == lines[7][:-1] + "\ufffd"
    damaged = [line for line in warnings if "damaged" in line]
    assert [line.partition(": damaged")[0] for line in damaged] == [
        f"warning: {file}, line 8",
        f"warning: {file}, line 49001",
    ]


@pytest.mark.unit
def test_many_damaged_lines_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "in.zh"
    damaged = ("好的\n".encode()[:-2] + b"\n") * 9
    file.write_bytes(("好" * 3000 + "\n").encode() + damaged)
    warnings: list[str] = []
    assert len(read_lines(file, warnings.append)) == 10
    assert len(warnings) == 4
    assert warnings[-1].endswith("9 damaged lines in all")


@pytest.mark.unit
def test_what_comes_after_an_ascii_beginning_decides(tmp_path: Path) -> None:
    file = tmp_path / "in.txt"
    file.write_bytes(b"2532 (2020)\n" * 40_000 + "安全理事会的报告。\n".encode("gb18030") * 3)
    warnings: list[str] = []
    assert read_lines(file, warnings.append)[-3:] == ["安全理事会的报告。"] * 3
    assert warnings == [f"{file}: read as gb18030"]


@pytest.mark.unit
def test_a_pipe_is_read_once_and_gz_is_unpacked(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("大会。\n决议。\n", "utf-8"))
    writer.start()
    read = Lines(str(pipe))
    assert (read.count, list(read)) == (None, ["大会。", "决议。"])
    writer.join()
    packed = tmp_path / "in.zh.gz"
    packed.write_bytes(gzip.compress("大会。\n".encode()))
    assert read_lines(packed) == ["大会。"]


@pytest.mark.unit
@pytest.mark.parametrize("spoil", ["cut", "changed", "sum"])
def test_a_damaged_gz_file_is_named(tmp_path: Path, spoil: str) -> None:
    text = "".join(f"第{number * 7919 % 100_003}段。\n" for number in range(100_000))
    data = bytearray(gzip.compress(text.encode()))
    if spoil == "cut":  # behind what is read first
        del data[-1000:]
    else:
        data[-4 if spoil == "sum" else len(data) * 3 // 4] ^= 0xFF
    packed = tmp_path / "in.zh.gz"
    packed.write_bytes(data)
    with pytest.raises(InputError, match=r"in\.zh\.gz: cannot be read"):
        list(Lines(str(packed)))


@pytest.mark.system
def test_the_size_of_a_file_does_not_matter(tmp_path: Path) -> None:
    file = tmp_path / "in.zh"
    file.write_text("安全理事会的报告。\n" * 300_000, encoding="utf-8")
    tracemalloc.start()
    assert sum(1 for _ in Lines(str(file))) == 300_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8e6 < file.stat().st_size


@pytest.mark.unit
@pytest.mark.parametrize("data", [b"", b"\n \n", bytes(range(256)) * 40])
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "in.zh"
    file.write_bytes(data)
    with pytest.raises(InputError, match=r"in\.zh: "):
        read_lines(file)
    with pytest.raises(InputError, match="it is a folder"):
        read_lines(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        read_lines(tmp_path / "absent")


@pytest.mark.unit
def test_a_pipe_a_device_and_a_link_are_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe, real, link = tmp_path / "pipe", tmp_path / "real.txt", tmp_path / "link"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text("utf-8")))
    reader.start()
    with output(pipe) as stream:
        stream.write("大会。\n")
    reader.join()
    assert read == ["大会。\n"]
    assert pipe.is_fifo()
    with output(Path("/dev/null")) as stream:
        stream.write("x")
    assert Path("/dev/null").is_char_device()
    real.write_text("old")
    real.chmod(0o600)
    link.symlink_to(real)
    with output(link) as stream:
        stream.write("new")
        assert real.read_text() == "old"
    assert link.is_symlink()
    assert (real.read_text(), real.stat().st_mode & 0o777) == ("new", 0o600)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe", "real.txt"]


@pytest.mark.unit
def test_a_dash_is_standard_output() -> None:
    program = (
        "from pathlib import Path; from duizhao.flows.terminal.output import output\n"
        "with output(Path('-')) as s: print('大会。', file=s)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode() == "大会。\n"


@pytest.mark.unit
def test_an_unwritable_output_is_reported_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is a folder"):
        check_output(tmp_path)
    with pytest.raises(InputError, match="file is not a folder"):
        check_output(tmp_path / "file" / "out.txt")
    check_output(tmp_path / "new" / "out.txt")


@pytest.mark.unit
def test_what_fails_at_the_end_is_not_hidden_by_the_clearing_up(tmp_path: Path) -> None:
    def write() -> None:
        with output(tmp_path / "gone" / "out.txt"):
            (temporary,) = (tmp_path / "gone").iterdir()
            temporary.unlink()
            (tmp_path / "gone").rmdir()
            (tmp_path / "gone").touch()

    with pytest.raises(DuizhaoError, match=r"out\.txt: cannot be written: Not a directory"):
        write()


@pytest.mark.unit
def test_what_killed_runs_left_is_swept_and_a_run_at_work_is_left_alone(tmp_path: Path) -> None:
    left = tmp_path / ".out.txt.0123456789ab.duizhao.tmp"
    left.touch()
    other = tmp_path / ".out.txt.bak.tmp"
    other.touch()
    with output(tmp_path / "out.txt") as stream:
        assert not left.exists()
        (at_work,) = tmp_path.glob(".out.txt.*.duizhao.tmp")
        program = (
            "from pathlib import Path; from duizhao.flows.terminal.output import output\n"
            f"with output(Path({str(tmp_path / 'out.txt')!r})) as s: s.write('theirs')"
        )
        subprocess.run([sys.executable, "-c", program], check=True)
        assert at_work.exists()
        stream.write("ours")
    assert (tmp_path / "out.txt").read_text() == "ours"
    assert other.exists()


@pytest.mark.unit
@pytest.mark.skipif(os.name != "posix", reason="named pipes")
def test_devices_and_pipes_without_a_writer_are_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="pipe: a pipe that nothing writes to; give a file"):
        read_lines(pipe)
    with pytest.raises(InputError, match="/dev/zero: this is a device or a socket; give a file"):
        read_lines("/dev/zero")


@pytest.mark.unit
@pytest.mark.skipif(os.name != "posix", reason="named pipes")
def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = "安全理事会通过了决议。\n" * 200_000
    writer = threading.Thread(target=lambda: pipe.write_text(text, encoding="utf-8"))
    writer.start()
    assert read_lines(pipe) == text.splitlines()
    writer.join()


@pytest.mark.unit
def test_a_line_without_an_end_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "endless.txt"
    with file.open("wb") as stream:
        stream.write("联合国大会".encode() * (4 << 20))
    with pytest.raises(InputError, match=r"endless\.txt: a line of more than 16 MB"):
        read_lines(file)
