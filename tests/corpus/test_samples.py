"""The sample in the package equals its rendered source, and has the difficulties of a real one."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from duizhao.corpus.alignment.bead import check_cover, parse_bead
from duizhao.corpus.samples import pair
from tests.support.paths import DATA

pytestmark = pytest.mark.unit


def test_the_files_are_rendered_from_their_source() -> None:
    """After a change to report.beads: run tests/data/make_report.py and commit what it writes."""
    files = [*pair(), *(DATA / f"report.{x}" for x in ("zh.json", "en.json", "gold"))]
    before = [file.read_bytes() for file in files]
    subprocess.run([sys.executable, DATA / "make_report.py"], check=True)
    assert [file.read_bytes() for file in files] == before


def test_the_beads_cover_both_texts() -> None:
    beads = [parse_bead(line) for line in (DATA / "report.gold").open(encoding="utf-8")]
    counts = [
        sum(len(row["sentences"]) for row in rows if not row["rich"])
        for rows in (
            json.loads((DATA / f"report.{x}.json").read_text(encoding="utf-8"))
            for x in ("zh", "en")
        )
    ]
    check_cover(beads, *counts)
    kinds = {bead.type for bead in beads}
    assert kinds >= {"1-1", "1-2", "2-1", "2-2", "1-3", "3-2", "1-0", "0-1"}


def test_the_chinese_has_the_difficulties_of_a_pdf_text() -> None:
    text = pair()[0].read_text(encoding="utf-8")
    assert re.search(r"^24-99017 \d/\d $", text, re.MULTILINE)
    assert re.search(r"^A/79/1402  $", text, re.MULTILINE)
    assert re.search(r"[^。！？\s]\n\n  \n\nhttps://", text), "a sentence with links inside it"
    assert re.search(r"\S ?\n {1,3}\S", text), "a page break without an empty line"
    assert re.search(r"^ \(a\) ", text, re.MULTILINE)
    assert re.search(r"^• ", text, re.MULTILINE)
    assert "(签名)" in text
