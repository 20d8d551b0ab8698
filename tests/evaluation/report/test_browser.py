"""The page in a real browser: every control used, from disk, without network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from duizhao.evaluation.report import write_report
from duizhao.evaluation.report.page import ASSETS
from duizhao.evaluation.report.screenshots import shoot
from tests.support.browser import browser, open_page, problems, wait_until
from tests.support.report_folders import (
    make_batch,
    make_folder,
    make_large,
    make_terms,
    write_folder,
)

pytestmark = pytest.mark.system

__all__ = ["browser", "problems"]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of 600 beads."""
    return write_report(write_folder(tmp_path_factory.mktemp("report"), make_large(600)))


@pytest.fixture
def page(browser: Any, report: Path, problems: list[str]) -> Iterator[Any]:
    """The page, opened from disk; at the end it must have no errors and no requests."""
    page = open_page(browser, report, problems)
    yield page
    page.context.close()
    assert problems == []


def keys(page: Any) -> list[str]:
    return page.eval_on_selector_all(".bead", "all => all.map(bead => bead.dataset.key)")


def test_only_the_beads_in_sight_are_in_the_page(page: Any) -> None:
    assert page.text_content("#count") == "600 beads"
    assert 3 < len(keys(page)) < 40
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    wait_until(page, "document.querySelector('[aria-posinset=\"600\"]')")
    assert len(keys(page)) < 40


def test_thousands_of_beads_open_and_any_jump_shows_its_bead(
    browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    path = write_report(write_folder(tmp_path, make_large(6_000)))
    page = open_page(browser, path, problems)
    assert page.text_content("#count") == "6,000 beads"

    def in_sight() -> list[int]:
        """Places of the beads in the window, from above; each must follow the one before."""
        return page.evaluate(
            """() => [...document.querySelectorAll(".bead")]
              .map((bead) => [bead.ariaPosInSet, bead.getBoundingClientRect()])
              .filter(([, box]) => box.bottom > 0 && box.top < innerHeight)
              .map(([place, box], at, all) =>
                at && Math.abs(box.top - all[at - 1][1].bottom) > 1 ? -1 : Number(place))"""
        )

    def current() -> int:
        return int(page.get_attribute(".bead.is-current", "aria-posinset"))

    for place in (1, 3_000, 5_999, 2_333):
        key = page.evaluate(
            f"JSON.parse(document.getElementById('data').textContent).beads[{place - 1}][0]"
        )
        page.goto(f"{path.resolve().as_uri()}#bead={key}")
        wait_until(page, f"document.querySelector('.is-current[data-key=\"{key}\"]')")
        assert current() == place
        assert place in in_sight()
    page.keyboard.press("G")
    assert current() == 6_000
    assert in_sight()[-1] == 6_000
    page.keyboard.press("g")
    assert current() == 1
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    wait_until(page, "Number([...document.querySelectorAll('.bead')].at(-1).ariaPosInSet) > 2400")
    places = in_sight()
    assert places == list(range(places[0], places[0] + len(places)))
    for _ in range(30):
        page.mouse.wheel(0, -700)
    page.wait_for_timeout(300)
    places = in_sight()
    assert len(places) > 2
    assert places == list(range(places[0], places[0] + len(places)))
    fresh = open_page(browser, f"{path.resolve().as_uri()}#bead={key}", problems)
    assert fresh.get_attribute(".bead.is-current", "aria-posinset") == "2333"
    fresh.context.close()
    page.context.close()
    assert problems == []


def test_heights_are_summed_right(browser: Any) -> None:
    source = (ASSETS / "js" / "heights.js").read_text(encoding="utf-8")
    page = browser.new_page()
    wrong = page.evaluate(
        """(source) => {
          const Heights = eval(`${source}; Heights`);
          const wrong = [];
          for (const count of [0, 1, 2, 7, 64, 1000]) {
            const sizes = Array.from({ length: count }, (_, place) => 1 + ((place * 7919) % 97));
            const heights = new Heights(sizes);
            for (let turn = 0; turn < Math.min(count, 50); turn += 1) {
              const place = (turn * 31) % count;
              sizes[place] = 1 + ((turn * 53) % 89);
              heights.set(place, sizes[place]);
            }
            let sum = 0;
            sizes.forEach((size, place) => {
              if (heights.before(place) !== sum) wrong.push(["before", count, place]);
              if (heights.at(sum) !== place) wrong.push(["at", count, place]);
              if (heights.at(sum + size - 0.5) !== place) wrong.push(["end", count, place]);
              sum += size;
            });
            if (heights.total !== sum) wrong.push(["total", count]);
            if (heights.at(-5) !== 0 && count) wrong.push(["above", count]);
            if (heights.at(sum + 5) !== Math.max(0, count - 1)) wrong.push(["below", count]);
          }
          return wrong;
        }""",
        source,
    )
    page.close()
    assert wrong == []


def test_a_wild_address_shows_everything(browser: Any, report: Path, problems: list[str]) -> None:
    wild = "#document=length&section=constructor&sort=__proto__&show=low%20x&chrf=a%20b"
    page = open_page(browser, f"{report.resolve().as_uri()}{wild}", problems)
    assert page.text_content("#count").endswith("of 600 beads")
    assert page.get_attribute("[data-kind=low]", "aria-pressed") == "true"
    page.context.close()
    assert problems == []


def test_a_held_key_walks_on_where_the_browser_refuses_the_address(page: Any) -> None:
    page.evaluate("void (history.replaceState = () => { throw new DOMException('no'); })")
    for _ in range(12):
        page.keyboard.press("j")
    assert page.get_attribute(".bead.is-current", "aria-posinset") == "12"


def test_long_texts_are_marked_when_there_is_time(
    browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    import json

    folder = make_folder(tmp_path)
    lines = (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    rows[0]["target"] = " ".join(f"right{number}" for number in range(500))
    rows[0]["machine_translation"] = " ".join(f"left{number}" for number in range(500))
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    page = open_page(browser, write_report(folder), problems)
    place = "document.querySelectorAll('.bead')[1].getBoundingClientRect().top + scrollY"
    wait_until(page, "document.querySelector('.bead .translation mark.only')")
    gap = page.evaluate(
        "(() => { const [a, b] = document.querySelectorAll('.bead');"
        "return b.getBoundingClientRect().top - a.getBoundingClientRect().bottom; })()"
    )
    assert abs(gap) < 1, f"marks change no height: {page.evaluate(place)}"
    page.context.close()
    assert problems == []


def test_printing_draws_the_beads_and_no_blank_sheets(page: Any) -> None:
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(keys(page)) == 600
    box = "document.getElementById('list').getBoundingClientRect()"
    last = "document.querySelector('[aria-posinset=\"600\"]').getBoundingClientRect()"
    assert abs(page.evaluate(f"{box}.bottom - {last}.bottom")) < 2
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert len(keys(page)) < 40


def test_what_is_said_is_seen_too(page: Any) -> None:
    page.keyboard.press("g")
    page.keyboard.press("k")
    wait_until(page, "getComputedStyle(document.getElementById('announce')).opacity === '1'")
    assert page.text_content("#announce") == "No earlier bead."


def test_search_finds_in_all_three_texts_and_marks(page: Any) -> None:
    page.keyboard.press("/")
    page.keyboard.type("123. THE")
    wait_until(page, "document.getElementById('count').textContent.includes(' of ')")
    assert 1 <= int(page.text_content("#count").split()[0]) <= 3
    assert "123. The" in page.text_content(".bead")
    assert page.evaluate("CSS.highlights.get('search').size") >= 2
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.text_content("#count") == "600 beads"


def test_a_search_without_result_offers_the_way_back(page: Any) -> None:
    page.fill("#search", "zzzz")
    page.wait_for_selector("#empty:visible")
    page.click("#empty button")
    assert page.text_content("#count") == "600 beads"
    assert page.input_value("#search") == ""


@pytest.mark.parametrize("kind", ["low", "flagged", "other", "left"])
def test_each_filter_shows_its_beads(page: Any, kind: str) -> None:
    page.click(f"[data-kind={kind}]")
    shown = int(page.text_content(f"[data-kind={kind}] .chip-count"))
    assert page.text_content("#count") == f"{shown} of 600 beads"
    assert page.get_attribute(f"[data-kind={kind}]", "aria-pressed") == "true"
    first = page.locator(".bead").first
    match kind:
        case "low":
            assert float(first.locator(".meter-text").text_content()) < 0.5
        case "flagged":
            assert first.locator(".note.flag").text_content() == "number mismatch"
        case "other":
            assert first.locator(".type").text_content() != "1–1"
        case "left":
            assert first.locator(".note.left").text_content().startswith("Left out: no partner")
    assert f"show={kind}" in page.url
    page.click("[data-kind=all]")
    assert page.text_content("#count") == "600 beads"


def test_sections_narrow_the_list_from_the_menu_and_the_table(page: Any) -> None:
    page.select_option("#section", index=3)
    narrowed = page.text_content("#count")
    assert narrowed.endswith("of 600 beads")
    page.select_option("#section", "")
    page.locator("#sections-table button").nth(2).click()
    assert page.text_content("#count") == narrowed


def test_sorting_puts_the_least_sure_first(page: Any) -> None:
    page.select_option("#sort", "confidence")
    sure = [float(text) for text in page.locator(".meter-text").all_text_contents()]
    assert sure[:8] == sorted(sure[:8])
    for value in ("chrf", "mt", "ratio", "long", "order"):
        page.select_option("#sort", value)
    assert page.get_attribute(".bead", "aria-label").startswith("Bead 1,")


def test_keyboard_walks_the_beads(page: Any) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    current = page.locator(".bead.is-current")
    assert current.get_attribute("aria-posinset") == "2"
    assert page.evaluate("document.activeElement.classList.contains('bead')")
    page.keyboard.press("k")
    assert current.get_attribute("aria-posinset") == "1"
    page.keyboard.press("n")
    assert current.locator(".note, .fill.low").count() > 0
    page.keyboard.press("G")
    wait_until(
        page, "document.querySelector('.is-current')?.getAttribute('aria-posinset') === '600'"
    )
    page.keyboard.press("g")
    wait_until(page, "document.querySelector('.is-current')?.getAttribute('aria-posinset') === '1'")
    page.keyboard.press("?")
    assert page.is_visible("#keys")
    page.keyboard.press("Escape")
    assert not page.is_visible("#keys")


def test_signals_show_on_hover_and_by_keyboard(page: Any) -> None:
    page.hover(".bead .confidence")
    assert "shared words" in page.text_content("#tooltip")
    page.mouse.move(0, 0)
    assert not page.is_visible("#tooltip")
    page.keyboard.press("j")
    page.keyboard.press("i")
    assert page.is_visible("#tooltip")
    assert "Score of the search" in page.text_content("#tooltip")


def test_a_permalink_opens_at_its_bead(
    page: Any, report: Path, browser: Any, problems: list[str]
) -> None:
    page.keyboard.press("G")
    page.wait_for_selector(".bead.is-current")
    key = page.get_attribute(".bead.is-current", "data-key")
    assert page.url.endswith(f"#bead={key}")
    other = open_page(browser, f"{report.resolve().as_uri()}#bead={key}", problems)
    other.wait_for_selector(f'.bead.is-current[data-key="{key}"]')
    box = other.locator(".bead.is-current").bounding_box()
    assert 0 <= box["y"] < 900
    other.click(".bead.is-current .number")
    other.context.close()


def test_terms_lead_to_their_beads(browser: Any, tmp_path: Path, problems: list[str]) -> None:
    page = open_page(browser, write_report(write_folder(tmp_path, make_terms())), problems)
    page.get_by_role("link", name="水资源委员会", exact=True).click()
    wait_until(page, "document.querySelector('#count').textContent.startsWith('24 of')")
    page.get_by_role("link", name="countries", exact=True).click()
    wait_until(page, "document.querySelector('.bead.is-current')")
    current = page.locator(".bead.is-current")
    assert "member countries" in current.inner_text()
    page.context.close()
    assert problems == []


def test_words_that_differ_are_marked(page: Any) -> None:
    assert page.locator("mark.only.mt").count() > 0
    marked = page.locator(".bead").filter(has=page.locator("mark.only.mt")).first
    word = marked.locator("mark.only.mt").first.text_content().split()[0]
    assert word.lower() not in marked.locator(".target p").text_content().lower().split()


def test_plots_are_drawn_and_lead_to_beads(page: Any) -> None:
    for name in ("position", "histogram", "map", "confidence"):
        painted = page.evaluate(
            """name => {
              const canvas = document.querySelector(`#plot-${name} canvas`);
              const { width, height } = canvas;
              const pixels = canvas.getContext("2d").getImageData(0, 0, width, height);
              return new Set(new Uint32Array(pixels.data.buffer)).size;
            }""",
            name,
        )
        assert painted > 10, name
        assert page.get_attribute(f"#plot-{name}", "aria-label")
        page.click(f"#card-{name} .figures summary")
        assert page.locator(f"#card-{name} tbody tr").count() > 1
    bar = page.locator("#plot-confidence .u-over").bounding_box()
    page.mouse.move(bar["x"] + bar["width"] * 0.95, bar["y"] + bar["height"] * 0.9)
    assert "Confidence 0.999 to 1" in page.text_content("#tooltip")
    page.mouse.click(bar["x"] + bar["width"] * 0.95, bar["y"] + bar["height"] * 0.9)
    assert page.text_content("[data-kind=range]").startswith("Confidence from 0.999")
    page.click("[data-kind=range]")
    assert page.text_content("#count") == "600 beads"
    plot = page.locator("#plot-map .u-over")
    plot.scroll_into_view_if_needed()
    area = plot.bounding_box()
    page.mouse.click(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    page.wait_for_selector(".bead.is-current")


def test_the_lead_links_to_what_needs_attention(page: Any) -> None:
    page.click("#lead a >> nth=0")
    assert page.get_attribute("[data-kind=low]", "aria-pressed") == "true"
    page.click("#lead a >> nth=1")
    assert page.get_attribute("[data-kind=flagged]", "aria-pressed") == "true"


def test_colours_follow_the_system_or_the_button(
    browser: Any, report: Path, problems: list[str]
) -> None:
    page = open_page(browser, report, problems, color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(paper)
    page.click("#theme")
    light = page.evaluate(paper)
    assert dark != light
    page.keyboard.press("t")
    assert page.evaluate(paper) == dark
    assert page.text_content("#theme-name") == "Dark"
    page.context.close()
    assert problems == []


@pytest.mark.parametrize("width", [360, 820, 1440])
def test_nothing_is_wider_than_the_screen(
    browser: Any, report: Path, problems: list[str], width: int
) -> None:
    page = open_page(browser, report, problems, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("document.getElementById('bitext').scrollIntoView()")
    assert page.locator(".bead .cell.target p").first.is_visible()
    page.context.close()
    assert problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_against_accessibility(
    browser: Any, report: Path, problems: list[str], scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(browser, report, problems, color_scheme=scheme)
    page.add_style_tag(content="* { transition: none !important }")
    found = Axe().run(page)
    told = [
        (entry["id"], entry["help"], entry["nodes"][0]["html"][:200])
        for entry in found.response["violations"]
    ]
    page.context.close()
    assert told == []


def test_small_and_odd_corpora_have_a_page_too(
    browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    folder = make_folder(tmp_path / "small")
    page = open_page(browser, write_report(folder), problems)
    assert page.locator(".bead").count() == 6
    page.context.close()
    for name in ("corpus.jsonl", "ledger.jsonl"):
        (folder / name).write_text("")
    page = open_page(browser, write_report(folder), problems)
    assert page.is_visible("#empty")
    assert "no beads" in page.text_content("#lead")
    page.context.close()
    assert problems == []


def test_many_documents_are_chosen_from_the_menu_and_the_table(
    browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    page = open_page(browser, write_report(make_batch(tmp_path)), problems)
    assert page.text_content("#sections-title") == "By document"
    assert not page.is_visible("#section")
    assert page.text_content("#count") == "12 beads"
    page.select_option("#document", index=2)
    assert page.text_content("#count") == "6 of 12 beads"
    assert page.text_content("#sections-title") == "By section"
    assert page.is_visible("#section")
    page.select_option("#document", "")
    page.locator("#sections-table button").first.click()
    assert page.input_value("#document") == "0"
    page.context.close()
    assert problems == []


def test_without_a_reference_the_page_shows_what_there_is(
    browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    import json

    folder = make_folder(tmp_path)
    lines = (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    machine = {"target_kind": "machine", "target_ids": [], "target_document": None}
    rows = [json.loads(line) | machine for line in lines]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "ledger.jsonl").write_text("")
    page = open_page(browser, write_report(folder), problems)
    assert "no reference" in page.text_content("#lead")
    assert page.locator(".bead .cell.target").count() == 0
    assert page.locator("#plot-histogram canvas").count() == 1
    page.context.close()
    assert problems == []


def test_screenshots_at_three_widths_light_and_dark(
    browser: Any, tmp_path: Path, report: Path
) -> None:
    taken = shoot(browser, report, tmp_path)
    assert len(taken) == 12
    assert all(path.stat().st_size > 5000 for path in taken)
