"""Pages are recognised: upright or not, in both languages, with their places and certainty."""

from __future__ import annotations

import difflib
import io
import re
import zipfile
from functools import cache
from pathlib import Path

import pytest

from duizhao.corpus.document import Document, Language
from duizhao.corpus.reading import read_bytes
from tests.support import rendering, scans

pytest.importorskip("rapidocr")
pytestmark = pytest.mark.model


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path / "cache"))


def letters(text: str) -> str:
    return re.sub(r"\W", "", text)


def sentences(document: Document) -> set[str]:
    return {letters(sentence.text) for sentence in document.sentences}


def first_page(language: Language, **options: float) -> Document:
    data = scans.pages(language, **options)[0]  # type: ignore[arg-type]
    return read_bytes(data, language, name="page.png", document_id="page")[0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_text_and_blocks_of_a_page(language: Language) -> None:
    document = first_page(language)
    wanted = [letters(row.text) for row in rendering.rows(language)]
    found = [letters(block.text) for block in document.blocks]
    # the last block of the page goes on behind it
    equal = sum(text in wanted for text in found)
    assert equal >= 0.9 * (len(found) - 1)
    assert all(s.confidence is not None and s.confidence > 0.9 for s in document.sentences)


@cache
def upright_page() -> Document:
    """The page that the others are compared with."""
    return first_page("en", dpi=150)


@pytest.mark.parametrize("angle", [2.0, -1.0, 90.0, 180.0, 270.0])
def test_a_page_askew_or_on_its_side_is_read_alike(angle: float) -> None:
    straight, turned = upright_page(), first_page("en", dpi=150, angle=angle)
    texts = ["".join(letters(b.text) for b in each.blocks) for each in (straight, turned)]
    assert difflib.SequenceMatcher(None, *texts, autojunk=False).ratio() > 0.98


def test_pictures_in_an_archive_are_one_document() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, data in enumerate(scans.pages("zh", dpi=120)[:2], start=1):
            archive.writestr(f"scan-{number}.png", data)
    document, ledger = read_bytes(buffer.getvalue(), "zh", name="scans.zip")
    assert {block.page for block in document.blocks if block.kind != "footnote"} == {1, 2}
    assert document.metadata["pages"] == 2
    assert {entry.reason for entry in ledger} >= {"page_number"}


def test_a_garbled_text_layer_is_replaced(shared: Path) -> None:
    garbled, sound = (
        read_bytes((shared / "cases" / name).read_bytes(), "zh", name=name)[0]
        for name in ("20_nouni.pdf", "20_ok.pdf")
    )
    assert sentences(garbled) == sentences(sound)
    assert [block.text for block in garbled.blocks] == [block.text for block in sound.blocks]


def test_a_page_is_recognised_once(tmp_path: Path) -> None:
    data = scans.pages("en", dpi=100)[0]
    first, _ = read_bytes(data, "en", name="a.png", document_id="x")
    (file,) = (tmp_path / "cache").rglob("*.json.gz")
    written = file.stat().st_mtime_ns
    second, _ = read_bytes(data, "en", name="b.png", document_id="x")
    assert first.blocks == second.blocks
    assert file.stat().st_mtime_ns == written
