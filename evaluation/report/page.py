"""Write the page: one HTML file with its styles, scripts, fonts and data inside."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from duizhao.corpus.errors import writing
from duizhao.corpus.replacing import replacing
from duizhao.evaluation.messages import catalogue
from duizhao.evaluation.report.data import page_data
from duizhao.evaluation.report.folder import read_folder
from duizhao.evaluation.report.summary import check_scores
from duizhao.evaluation.terms.term import BilingualTerm

if TYPE_CHECKING:
    from jinja2 import Environment

ASSETS = Path(__file__).parent / "assets"

MESSAGES = (
    "report",
    "key",
    "signal",
    "flag",
    "retry",
    "reason",
    "operation",
    "side",
    "stage",
    "explain",
    "consistency",
    "terms",
)
"""The groups of messages of the report; a review has more."""

# concatenated in this order into one script
LIBRARIES = ("uPlot.iife.min.js", "diff.min.js")
SCRIPTS = (
    "theme.js",
    "elements.js",
    "base.js",
    "words.js",
    "tooltip.js",
    "bead.js",
    "view.js",
    "heights.js",
    "list.js",
    "chart.js",
    "plots.js",
    "confidence.js",
    "summary.js",
    "keyboard.js",
    "token.js",
    "review.js",
    "review-panel.js",
    "pairs.js",
    "main.js",
)
FONTS = {
    "Inter": "inter-latin-wght-normal.woff2",
    "Source Serif 4": "source-serif-4-latin-wght-normal.woff2",
}


def write_report(folder: Path, terms: Sequence[BilingualTerm] | None = None) -> Path:
    """Write ``report.html`` for a folder made by ``duizhao build``; returns its path.

    `terms` are those of `page_terms`, if already computed. InputError if the folder has no readable
    corpus or its scores are damaged.
    """
    contents = read_folder(folder)
    check_scores(contents)
    html = render_page(page_data(contents, terms))
    path = contents.path / "report.html"
    with writing(path), replacing(path) as temporary:
        temporary.write_text(html, encoding="utf-8")
    return path


def render_page(data: Mapping[str, Any]) -> str:
    """The page for the data of `page_data`; `data["review"]` adds the review controls,
    `data["home"]` a link to the studio.
    """
    review = bool(data.get("review"))
    template = page_environment(ASSETS).get_template("page.html.jinja")
    return template.render(
        data=data,
        data_json=json_for_html(data),
        messages_json=messages_json(
            *MESSAGES, *(("review", "edit", "format") if review else ()), reported=review
        ),
        style=page_style(),
        script=_script(),
        review=review,
        home=data.get("home", ""),
    )


def page_environment(folder: Path) -> Environment:
    """Jinja for the templates of a folder, with the macros of ``frame.html.jinja`` and messages."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([folder, ASSETS]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(catalogue.template_helpers())
    return environment


def messages_json(*groups: str, reported: bool = False) -> str:
    """The messages of these groups in both languages, for `catalogue()` of ``frame.html.jinja``.

    With `reported`, also the Chinese for messages that programs report in English.
    """
    messages: dict[str, Any] = catalogue.page_messages("common", *groups)
    if reported:
        messages["zh"]["reported"] = catalogue.reported_in_chinese()
    return json_for_html(messages)


def page_script(*names: str, own: str = "") -> str:
    """One script: ``messages.js``, these of assets/js in this order, and the page's `own`."""
    shared = [_read(f"js/{name}") for name in names]
    return "\n".join(["(() => {", '"use strict";', catalogue.script(), *shared, own, "})();"])


def json_for_html(data: Mapping[str, Any]) -> str:
    """JSON for a script element, without ``<``, which could end it or open a comment.

    >>> json_for_html({"text": "</script>"})
    '{"text":"\\\\u003c/script>"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # older JavaScript engines treat U+2028 and U+2029 as line ends
    for character in ("<", "\u2028", "\u2029"):
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


@cache
def page_style() -> str:
    """The styles of all pages, with their fonts inside."""
    faces = "".join(
        f'@font-face{{font-family:"{family}";font-weight:200 900;font-display:swap;'
        f"src:url(data:font/woff2;base64,{_base64(name)}) format('woff2')}}"
        for family, name in FONTS.items()
    )
    parts = [_read("vendor/uPlot.min.css"), *(_read(f"{name}.css") for name in ("page", "review"))]
    return faces + "\n".join(parts)


@cache
def _script() -> str:
    libraries = "\n".join(_read(f"vendor/{name}") for name in LIBRARIES)
    return f"{libraries}\n{page_script(*SCRIPTS)}"


def _read(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def _base64(name: str) -> str:
    return base64.b64encode((ASSETS / "vendor" / name).read_bytes()).decode("ascii")
