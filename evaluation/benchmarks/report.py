"""Speed of the report page with many beads, measured in Chromium.

    python -m duizhao.evaluation.benchmarks.report --beads 20000

The beads are invented text of the length of UN sentences. Measured: writing the page; opening it
from disk until every control works; scrolling through it; searching, filtering, sorting and
jumping, until the list is drawn again.

A machine without a graphics card paints in software, and a busy one draws fewer frames for any
page. So scrolling is measured in two ways: the time between frames, compared with that of two
controls (the same loop without scrolling; a plain page of text scrolled as far), and what the
page itself costs a frame (script, style, layout: Chromium's own Performance.getMetrics).
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from duizhao.corpus.bitext import Row
from duizhao.corpus.files.formats import writer
from duizhao.evaluation.report import write_report
from duizhao.evaluation.report.browser import chromium

CHINESE = "供水 预算 委员会 报告 区域 村庄 儿童 学校 安全 增加 建议 访问 情况 项目 道路 决议"
ENGLISH = (
    "water supply budget committee report region village children school security increase the "
    "of and to in recommend visit situation project road annual survey office training resolution"
)

SCROLL = """(step) => new Promise((done) => {
  const gaps = [];
  let last = performance.now();
  let y = document.getElementById("bitext")?.offsetTop ?? 0;
  const next = (now) => {
    gaps.push(now - last);
    last = now;
    y += step;
    if (step) scrollTo(0, y);
    if (gaps.length < 240) requestAnimationFrame(next);
    else done(gaps.slice(2));
  };
  requestAnimationFrame(next);
})"""

SCROLLS = {"wheel, 150 pixels a frame": 150, "scroll bar, 5000 pixels a frame": 5000}
STILL = "control: the page at rest"
PLAIN = "control: plain text, 150 pixels a frame"
FRAMES = 238
COSTS = {
    "ScriptDuration": "script",
    "RecalcStyleDuration": "style",
    "LayoutDuration": "layout",
    "TaskDuration": "main thread in all",
}
"""Chromium's metrics, and their names in the table."""

ACT = """(act) => new Promise((done) => {
  const start = performance.now();
  const { press, id, value, click } = act;
  if (press) document.dispatchEvent(new KeyboardEvent("keydown", { key: press, bubbles: true }));
  if (click) document.querySelector(click).click();
  if (id) {
    const element = document.getElementById(id);
    element.value = value;
    element.dispatchEvent(new Event(element.tagName === "SELECT" ? "change" : "input"));
  }
  const before = document.getElementById("count").textContent;
  const settle = () => requestAnimationFrame(() => requestAnimationFrame(() =>
    done(performance.now() - start)));
  const wait = () => document.getElementById("count").textContent === before && id === "search"
    ? setTimeout(wait, 5) : settle();
  wait();
})"""

ACTS: dict[str, dict[str, str]] = {
    "search, with its pause for typing": {"id": "search", "value": "19999"},
    "show all again": {"press": "Escape"},
    "filter: low confidence": {"click": "[data-kind=low]"},
    "filter off": {"click": "[data-kind=all]"},
    "sort by chrF": {"id": "sort", "value": "chrf"},
    "sort by document": {"id": "sort", "value": "order"},
    "jump to the last bead": {"press": "G"},
    "jump to the first bead": {"press": "g"},
}


def make_folder(path: Path, beads: int, seed: int = 1) -> None:
    """A folder like that of a build with `beads` rows of invented text."""
    draw = random.Random(seed)
    rows = []
    for number in range(beads):
        english = draw.choices(ENGLISH.split(), k=draw.randint(8, 40))
        reference = [word for word in english if draw.random() > 0.2]
        rows.append(
            Row(
                id=f"large-{number + 1:06d}",
                source_document="large",
                target_document="large.en",
                source_ids=(number,),
                target_ids=(number,),
                source_blocks=(number,),
                target_blocks=(number,),
                section=f"第{number * 40 // beads + 1}章",
                source=f"{number}."
                + "".join(draw.choices(CHINESE.split(), k=draw.randint(5, 25)))
                + "。",
                target=f"{number}. {' '.join(reference)}.",
                machine_translation=f"{number}. {' '.join(english)}.",
                target_kind="human",
                bead_type="1-1",
                alignment_score=draw.uniform(0, 5),
                confidence=draw.betavariate(12, 1),
                signals={"overlap": draw.uniform(0, 3), "length": draw.uniform(-1, 1)},
                mt_score=-draw.uniform(0.1, 1.5),
                mt_flags=("number_mismatch",) if draw.random() < 0.02 else (),
            )
        )
    with (path / "corpus.jsonl").open("wb") as file:
        writer("jsonl")(rows, file)
    segments = [{"id": row.id, "chrf++": draw.betavariate(6, 3) * 100} for row in rows]
    (path / "scores.json").write_text(json.dumps({"segments": segments}), encoding="utf-8")


def scroll(page: Any, name: str, step: int) -> dict[str, float]:
    """Scroll by `step` pixels per frame: time between frames, and the page's own work per frame."""
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable")

    def costs() -> dict[str, float]:
        figures = client.send("Performance.getMetrics")["metrics"]
        return {one["name"]: 1000 * one["value"] for one in figures if one["name"] in COSTS}

    before = costs()
    gaps = sorted(page.evaluate(SCROLL, step))
    after = costs()
    client.detach()
    result = {
        f"{name}: median between frames": statistics.median(gaps),
        f"{name}: 95th percentile": gaps[int(0.95 * len(gaps))],
        f"{name}: longest": gaps[-1],
    }
    for cost, word in COSTS.items():
        result[f"{name}: {word} a frame"] = (after[cost] - before[cost]) / FRAMES
    return result


def plain_page(path: Path) -> Path:
    """A page of text without a script, to measure the machine itself."""
    draw = random.Random(1)
    text = "".join(f"<p>{' '.join(draw.choices(ENGLISH.split(), k=60))}</p>" for _ in range(2000))
    path.write_text(f"<!doctype html><meta charset='utf-8'><title>plain</title>{text}", "utf-8")
    return path


def measure(page_file: Path, plain_file: Path, browser: Any) -> dict[str, float]:
    """Open the page once and use it; milliseconds by name."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(page_file.resolve().as_uri(), wait_until="commit")
    page.wait_for_selector("html[data-ready]", state="attached", timeout=120_000)
    result = {
        name: float(page.evaluate(f"performance.getEntriesByName('{mark}')[0].startTime"))
        for name, mark in (
            ("open, until every control works", "ready"),
            ("open, until all plots are drawn", "drawn"),
        )
    }
    paint = page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"
    )
    result["open, first text on the screen"] = float(paint)
    result |= scroll(page, STILL, 0)
    for how, step in SCROLLS.items():
        result |= scroll(page, how, step)
    for name, act in ACTS.items():
        result[name] = float(page.evaluate(ACT, act))
    result["elements in the page"] = float(page.evaluate("document.querySelectorAll('*').length"))
    page.close()
    plain = browser.new_page(viewport={"width": 1440, "height": 900})
    plain.goto(plain_file.resolve().as_uri())
    result |= scroll(plain, PLAIN, 150)
    plain.close()
    return result


def main() -> None:
    """Make the folder, write its page, measure it, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--beads", type=int, default=20_000, help="beads of the page (20000)")
    parser.add_argument("--repeat", type=int, default=3, help="times to open it (3)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_folder(folder, arguments.beads)
        start = time.perf_counter()
        page_file = write_report(folder)
        written = time.perf_counter() - start
        plain_file = plain_page(folder / "plain.html")
        with chromium() as browser:
            version = browser.version
            runs = [measure(page_file, plain_file, browser) for _ in range(arguments.repeat)]
        size = page_file.stat().st_size
    table = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    figures = {
        "beads": arguments.beads,
        "repeat": arguments.repeat,
        "chromium": version,
        "write_seconds": round(written, 2),
        "megabytes": round(size / 1e6, 2),
        "median": {key: round(value, 1) for key, value in table.items()},
    }
    if arguments.json:
        print(json.dumps(figures, indent=2))
        return
    print(f"{arguments.beads} beads, Chromium {version}, median of {arguments.repeat}")
    print(f"written in {written:.2f} s, {size / 1e6:.2f} MB")
    for key, value in table.items():
        digits = 2 if key.endswith("a frame") else 0
        print(f"  {key:62} {value:8.{digits}f}{'' if key.startswith('elements') else ' ms'}")


if __name__ == "__main__":
    main()
