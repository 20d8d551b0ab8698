"""The sample report set by Typst: justified, hyphenated and numbered as books are."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import typst

from duizhao.corpus.document import Document, Language
from duizhao.corpus.reading import read
from duizhao.corpus.samples import pair

FONTS: dict[Language, str] = {"zh": "Noto Serif CJK SC", "en": "Libertinus Serif"}
NOTES: dict[Language, tuple[str, ...]] = {
    "zh": ("同上，第17段。", "秘书处的估计，不包括海上运输的费用。", "《水文公报》，第4期。"),
    "en": (
        "See the annual report, which contains all of the data and the opinions of all members.",
        "Estimate without the costs of maritime transport.",
        "Published by the secretariat.",
    ),
}


@dataclass(frozen=True)
class Layout:
    """Typst settings of a page and its paragraphs.

    `notes`: every seventh paragraph has one; `table`: list items are rows of a table with borders.
    """

    page: str = "margin: 2.5cm"
    paragraph: str = "justify: true, first-line-indent: (amount: 2em, all: true)"
    size: float = 11
    notes: bool = False
    table: bool = False
    before: str = ""
    first: str = ""


PLAIN = Layout()
COLUMNS = Layout("margin: 2cm, columns: 2", notes=True, size=10)
NARROW = Layout(
    "width: 9cm, margin: 1.5cm",
    before="#set text(hyphenate: false)\n#show heading: set par(justify: false)",
)
NUMBERED = replace(PLAIN, before='#set par.line(numbering: "1")')
TABLE = Layout(paragraph="justify: false", table=True)
CONTENTS = replace(PLAIN, first="#outline()\n#pagebreak()")


def sample(language: Language) -> Document:
    return read(pair()[language == "en"], language)[0]


def print_sample(layout: Layout, language: Language, path: Path, *, tags: bool = False) -> Path:
    """Write the sample report as a PDF and return its path."""
    lines = [
        f'#set page({layout.page}, numbering: "— 1 —")',
        f'#set text(font: "{FONTS[language]}", size: {layout.size}pt, lang: "{language}")',
        f"#set par({layout.paragraph})",
        layout.before,
        layout.first,
    ]
    for number, block in enumerate(sample(language).blocks):
        text = _escaped(block.text)
        if block.kind == "heading":
            text = f"#heading[{text}]"
        elif layout.table and block.kind == "list_item":
            text = f"#table(columns: (2em, 60%, 1fr), [№], [{text}], [])"
        elif layout.notes and number % 7 == 3:
            notes = NOTES[language]
            text += f"#footnote[{_escaped(notes[number // 7 % len(notes)])}]"
        lines += [text, ""]
    source = path.with_suffix(".typ")
    source.write_text("\n".join(lines), encoding="utf-8")
    typst.compile(str(source), output=str(path), pdf_tags=tags)
    return path


def _escaped(text: str) -> str:
    marked = re.sub(r"([\\#$*_`<>@\[\]~\"'/=+\-])", r"\\\1", text)
    return re.sub(r"^(\d+)\.", r"\1\\.", marked)
