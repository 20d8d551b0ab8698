"""Addresses of remote files: accepted ones, and the effect of others on a batch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from duizhao.corpus.errors import InputError
from duizhao.flows.addresses import check_address, wrong_address
from duizhao.flows.batch.fingerprints import fingerprints
from duizhao.flows.storage import Place, bytes_of, read_anywhere
from tests.support.batches import batch, make_documents
from tests.support.cli import Cli

ODD = (
    "zip://x::file:///etc/passwd",
    "tar://x::file:///etc/passwd",
    "file://zip://x::file:///etc/passwd",
    "simplecache::s3://bucket/a.txt",
    "s3://bucket/a.txt::zip://b",
    "s3://bucket/zip://b",
    "ftp://host/a.txt",
    "github://",
    "://",
    "http://host/a.txt",
    "HTTPS://host/a.txt",
    "S3://bucket/a.txt",
    "reference://a",
    "sftp://me:secret@host/a.txt",
)


@pytest.mark.unit
@pytest.mark.parametrize("address", ODD)
def test_an_address_of_another_kind_is_named_and_never_opened(address: str) -> None:
    for use in (bytes_of, read_anywhere, Place.of):
        with pytest.raises(InputError) as refused:
            use(address)
        message = str(refused.value)
        assert message.startswith(address.removeprefix("file://").replace("me:secret", "***"))
        assert "not supported" in message
        assert "\n" not in message
    assert fingerprints([address]).by_path == {address: ""}


@pytest.mark.unit
@pytest.mark.parametrize("address", ["s3://bucket/a b.txt", "gs://b/a", "az://b/a", "a::b", "x"])
def test_object_stores_and_local_paths_are_accepted(address: str) -> None:
    assert wrong_address(address) == ""
    check_address(address)


@pytest.mark.unit
def test_a_local_folder_with_colons_is_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Place.of("zip::out").write("a.txt", b"a")
    assert (tmp_path / "zip::out" / "a.txt").read_bytes() == b"a"


@pytest.mark.unit
@pytest.mark.parametrize("command", ["build", "status", "batch"])
def test_every_command_refuses_them_in_one_line(cli: Cli, tmp_path: Path, command: str) -> None:
    more = ["--out", tmp_path / "out"] if command != "status" else []
    done = cli(command, "zip://x::file:///etc/passwd", *more)
    assert (done.code, done.err.count("\n")) == (2, 1), done.err
    assert done.err.startswith("duizhao: zip://x::file:///etc")
    assert "zip:// is not supported" in done.err
    if command == "batch":
        done = cli(command, tmp_path, "--out", "github://")
        assert (done.code, done.err.count("\n")) == (2, 1), done.err


@pytest.mark.system
def test_an_odd_address_fails_its_own_document_and_the_corpus_names_no_local_path(
    environment: dict[str, str], tmp_path: Path
) -> None:
    documents = make_documents(tmp_path / "in", 1, broken=False)
    (tmp_path / "in" / "empty.zh.txt").touch()
    lines = ["id,source,reference", f"good,{documents}/d00.zh.txt,{documents}/d00.en.txt"]
    lines += [f"odd{number},{address}," for number, address in enumerate(ODD)]
    lines += [f"half,{documents}/d00.zh.txt,github://", "empty,in/empty.zh.txt,"]
    (tmp_path / "list.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    out = tmp_path / "out"
    told, err = batch(environment, tmp_path / "list.csv", "--out", out)
    assert (told["counts"]["done"], told["counts"]["failed"]) == (1, len(ODD) + 2)
    assert "Traceback" not in err
    for name, stage, reason in told["failed"]:
        assert stage == "read", name
        assert "not supported" in reason or name == "empty", reason
    seal = json.dumps(json.loads((out / "batch.json").read_text("utf-8")))
    assert str(tmp_path) not in seal
    assert "secret" not in seal
    status = Cli(tmp_path / "cache", environment)("status", out)
    assert "odd0 (read): zip://x::file:///etc/passwd: zip:// is not supported" in status.out
    assert "secret" not in status.out
