"""Pages in a browser: every text comes from the catalogue, in the language that was chosen."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from duizhao.evaluation.report import write_report
from tests.support.browser import browser, open_page, problems, wait_until
from tests.support.report_folders import make_folder

__all__ = ["browser", "problems"]

pytestmark = pytest.mark.system

MESSAGES = re.compile(r'(?s)(<script type="application/json" id="messages">)(.*?)(</script>)')
OWN_TEXTS = """() => {
  const data = "script, style, noscript, [data-t], code, kbd, h1, .seal, .brand-name, .plot," +
    "#language, .lead, [lang=en] q," + // the lead is a message in parts, with links between
    "[lang=zh-Hans] q, .cell p[lang], .facts dd, .tooltip-text, .signatures dt, .row-link, option";
  const found = [];
  const look = (text, where) => {
    let left = text;
    for (let before = ""; before !== left;) {
      before = left;
      left = left.replace(/⟦[^⟦⟧]*⟧/g, "");
    }
    left = left.replace(/chrF\\+\\+|s\\d+|t\\d+/g, "");
    if (/[a-z]{2}/i.test(left)) found.push(`${where}: ${text}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!element.closest(data)) look(node.data, element.tagName + "." + element.className);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      look(element.getAttribute(name), `${element.tagName} ${name}`);
    }
  }
  return found;
}"""


def marked(page: str) -> str:
    """The page with each message between brackets, in both languages."""

    def mark(found: re.Match[str]) -> str:
        catalogue: dict[str, Any] = json.loads(found[2])
        for messages in catalogue.values():
            for key, message in messages.items():
                forms = {"": message} if isinstance(message, str) else message
                messages[key] = {form: f"⟦{text}⟧" for form, text in forms.items()}
                messages[key] = messages[key].get("", messages[key])
        return found[1] + json.dumps(catalogue) + found[3]

    return MESSAGES.sub(mark, page)


def test_no_text_of_the_report_is_outside_the_catalogue(
    browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    report = write_report(make_folder(tmp_path))
    report.write_text(marked(report.read_text("utf-8")), encoding="utf-8")
    page = open_page(browser, report, problems)
    assert page.evaluate(OWN_TEXTS) == []
    page.keyboard.press("?")
    page.focus(".bead .confidence")
    assert page.evaluate(OWN_TEXTS) == []
    page.context.close()
    assert problems == []


def test_the_browsers_language_is_chosen_and_the_button_changes_it(
    browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    page = open_page(browser, write_report(make_folder(tmp_path)), problems, locale="zh-CN")
    assert page.get_attribute("html", "lang") == "zh-Hans"
    assert page.text_content("#bitext-title") == "双语对照"
    assert page.text_content("#count") == "6 个对齐单元"
    assert page.text_content("#language") == "English"
    page.click("#language")
    assert page.get_attribute("html", "lang") == "en"
    assert page.text_content("#bitext-title") == "The bitext"
    assert page.text_content("#count") == "6 beads"
    assert page.title() == "report · duizhao report"
    assert page.locator(".bead .missing").first.text_content() == "Nothing in the reference"
    # remembered
    page.reload()
    wait_until(page, "document.documentElement.dataset.ready")
    assert page.text_content("#language") == "中文"
    page.context.close()
    assert problems == []
