"""`duizhao inspect`: the blocks as lines, and as a page beside images of the PDF."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support import rendering, scans, typesetting
from tests.support.browser import browser  # noqa: F401
from tests.support.cli import Cli


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "report.zh.pdf"
    path.write_bytes(typesetting.untagged_pdf("zh"))
    return path


@pytest.mark.unit
def test_lines_for_other_programs(cli: Cli, pdf: Path) -> None:
    result = cli("inspect", pdf)
    assert result.code == 0
    rows = [line.split("\t") for line in result.out.splitlines()]
    assert {len(row) for row in rows} == {7}
    blocks = [row for row in rows if row[0] == "block"]
    assert [row[6] for row in blocks] == [row.text for row in rendering.rows("zh")]
    assert next(row[3] for row in rows if row[6] == "A/79/1402") == "document_symbol"
    assert "103 blocks" in result.err


@pytest.mark.unit
def test_the_language_is_detected_if_it_is_not_named(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "report.docx"
    path.write_bytes(rendering.docx("en"))
    result = cli("inspect", path)
    assert result.code == 0
    assert "Seventy-ninth session" in result.out


@pytest.mark.system
def test_a_page_with_a_box_around_every_line(cli: Cli, pdf: Path, tmp_path: Path, browser) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    out = tmp_path / "report.html"
    result = cli("inspect", pdf, "--lang", "zh", "--html", out)
    assert result.code == 0, result.err
    text = out.read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href)=["']https?:""", text)
    assert "Content-Security-Policy" in text
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(out.as_uri())
    pages = page.query_selector_all("section.leaf")
    assert len(pages) >= 4
    for view in pages:
        picture = view.query_selector(".picture")
        frame = picture.bounding_box()
        assert frame["height"] > 1.2 * frame["width"]
        for box in view.query_selector_all(".picture i"):
            place = box.bounding_box()
            assert place["x"] >= frame["x"] - 1
            assert place["x"] + place["width"] <= frame["x"] + frame["width"] + 1
            assert place["y"] + place["height"] <= frame["y"] + frame["height"] + 1
    # the box of a heading lies on dark pixels, not beside them
    block = page.query_selector(".block.heading")
    number = block.get_attribute("data-block")
    block.hover()
    assert page.query_selector(f'.picture i.on[data-block="{number}"]') is not None
    shown = page.evaluate(
        """number => { const a = document.querySelector(`.picture i[data-block="${number}"]`);
        const image = a.parentElement.querySelector("img"), c = document.createElement("canvas");
        c.width = image.naturalWidth; c.height = image.naturalHeight;
        const g = c.getContext("2d"); g.drawImage(image, 0, 0);
        const s = n => parseFloat(a.style[n]) / 100;
        const d = g.getImageData(s("left") * c.width, s("top") * c.height,
                                 s("width") * c.width, s("height") * c.height).data;
        let dark = 0; for (let i = 0; i < d.length; i += 4) dark += d[i] < 128;
        return dark / (d.length / 4); }""",
        number,
    )
    assert shown > 0.03
    assert problems == []
    page.close()


@pytest.mark.system
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_a_scan(cli: Cli, tmp_path: Path, browser, scheme: str) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    pytest.importorskip("rapidocr")
    from axe_playwright_python.sync_playwright import Axe

    path, out = tmp_path / "page.png", tmp_path / "page.html"
    path.write_bytes(scans.pages("en", dpi=100)[0])
    result = cli("inspect", path, "--lang", "en", "--html", out)
    assert result.code == 0, result.err
    page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda told: problems.append(told.text) if told.type == "error" else None)
    page.goto(out.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    words = page.query_selector_all(".block .w")
    assert len(words) > 100
    assert re.fullmatch(r"\d+ %", words[0].get_attribute("title"))
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert problems == []
    page.close()


@pytest.mark.unit
def test_a_file_without_pages_is_a_list(cli: Cli, tmp_path: Path) -> None:
    path, out = tmp_path / "report.html", tmp_path / "seen.html"
    path.write_text(rendering.html_page("en"), encoding="utf-8")
    result = cli("inspect", path, "--lang", "en", "--html", out)
    assert result.code == 0, result.err
    text = out.read_text(encoding="utf-8")
    assert "Seventy-ninth session" in text
    assert "page furniture" in text


@pytest.mark.unit
def test_a_missing_file_is_one_line(cli: Cli, tmp_path: Path) -> None:
    result = cli("inspect", tmp_path / "none.pdf")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert "no such file" in result.err
