"""The text of one Word paragraph as a reader sees it.

Revisions are read as accepted: what was inserted or moved here counts, what was deleted or moved
away goes to the ledger. Of a field only its result is text, not its code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from duizhao.corpus.reading.bullets import in_symbol_font
from duizhao.corpus.reading.characters import CLOSE, OPEN, clean
from duizhao.corpus.reading.notes import raised
from duizhao.corpus.reading.word.styles import Style, Styles, W, flag, is_raised

if TYPE_CHECKING:
    from lxml import etree

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
TEXT_BOX = f"{W}txbxContent"
# properties and other elements without text; all others are looked through
_NO_TEXT = {f"{W}{name}" for name in ("pPr", "rPr", "sdtPr", "sdtEndPr", "smartTagPr")}
GONE = {f"{W}del", f"{W}moveFrom"}
_BULLET_FONTS = ("symbol", "wingdings", "webdings")


@dataclass(slots=True)
class Paragraph:
    """A paragraph's raw text (marks between OPEN and CLOSE), and what belongs to it."""

    style: Style
    text: str = ""
    boxes: list[etree._Element] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    placeholders: list[str] = field(default_factory=list)
    ruby: list[str] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)
    bold: int = 0
    letters: int = 0

    @property
    def all_bold(self) -> bool:
        return self.letters > 0 and self.bold == self.letters


class Texts:
    """Reads paragraphs; numbers the footnotes and endnotes as their marks go by."""

    def __init__(self, styles: Styles) -> None:
        self.styles = styles
        self._called: list[tuple[str, str, str]] = []
        self._counts = {"footnote": 0, "endnote": 0}
        self._field: list[str] = []

    def paragraph(self, element: etree._Element) -> Paragraph:
        """The text of a `w:p`."""
        paragraph = Paragraph(self.styles.paragraph(element.find(f"{W}pPr")))
        self._field = []
        self._walk(element, paragraph)
        return paragraph

    def take_notes(self) -> list[tuple[str, str, str]]:
        """(kind, id, mark) of the notes called since the last time this was asked."""
        called, self._called = self._called, []
        return called

    def _walk(self, element: etree._Element, paragraph: Paragraph) -> None:
        for child in element:
            if child.tag == f"{W}r":
                self._run(child, paragraph)
            elif child.tag in GONE:
                paragraph.deleted.append(all_text(child))
            elif is_placeholder(child):
                paragraph.placeholders.append(all_text(child))
            elif child.tag in (f"{MATH}oMath", f"{MATH}oMathPara"):
                paragraph.text += "".join(t.text or "" for t in child.iter(f"{MATH}t"))
            elif child.tag == f"{MC}AlternateContent":
                self._walk(chosen(child), paragraph)
            elif child.tag not in _NO_TEXT:
                self._walk(child, paragraph)

    def _run(self, run: etree._Element, paragraph: Paragraph) -> None:
        properties = run.find(f"{W}rPr")
        style_element = properties.find(f"{W}rStyle") if properties is not None else None
        style = self.styles.get(style_element.get(f"{W}val") if style_element is not None else None)
        text = ""
        for child in run:
            text += self._run_part(child, paragraph)
        if not text:
            return
        if flag(properties, "vanish", style.hidden):
            paragraph.hidden.append(text)
            return
        if is_raised(properties, style.raised) and OPEN not in text:
            text = raised(text)
        if flag(properties, "caps", style.caps):
            text = text.upper()
        if text.strip():
            letters = len(text.strip())
            paragraph.letters += letters
            if flag(properties, "b", style.bold or paragraph.style.bold):
                paragraph.bold += letters
        paragraph.text += text

    def _run_part(self, child: etree._Element, paragraph: Paragraph) -> str:
        tag = child.tag
        if tag == f"{W}fldChar":
            self._field_part(child.get(f"{W}fldCharType", ""))
        if tag in (f"{W}drawing", f"{W}pict", f"{W}object", f"{MC}AlternateContent"):
            self._drawing(child, paragraph)
            return ""
        if "code" in self._field:
            return ""
        if tag == f"{W}t":
            return child.text or ""
        if tag in (f"{W}tab", f"{W}ptab"):
            return "\t"
        if tag in (f"{W}br", f"{W}cr"):
            return "" if child.get(f"{W}type") in ("page", "column") else "\n"
        if tag == f"{W}noBreakHyphen":
            return "-"
        if tag == f"{W}sym":
            return _symbol(child)
        if tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
            return self._note_mark(child)
        if tag == f"{W}ruby":
            paragraph.ruby += [all_text(above) for above in child.findall(f"{W}rt")]
            base = child.find(f"{W}rubyBase")
            return all_text(base) if base is not None else ""
        return ""

    def _field_part(self, kind: str) -> None:
        if kind == "begin":
            self._field.append("code")
        elif kind == "separate" and self._field:
            self._field[-1] = "result"
        elif kind == "end" and self._field:
            self._field.pop()

    def _note_mark(self, element: etree._Element) -> str:
        kind = "footnote" if element.tag == f"{W}footnoteReference" else "endnote"
        note_id = element.get(f"{W}id", "")
        if element.get(f"{W}customMarkFollows") in ("1", "true", "on"):
            # the mark is the text that follows in this run
            following = element.getnext()
            mark = (following.text or "") if following is not None else ""
            self._called.append((kind, note_id, mark.strip()))
            return ""
        self._counts[kind] += 1
        mark = str(self._counts[kind])
        self._called.append((kind, note_id, mark))
        return f"{OPEN}{mark}{CLOSE}"

    def _drawing(self, element: etree._Element, paragraph: Paragraph) -> None:
        """Text boxes of a drawing; of two versions of one drawing, the newer."""
        if element.tag == f"{MC}AlternateContent":
            element = chosen(element)
        found = [
            box
            for box in element.iter(TEXT_BOX)
            if not any(above.tag == TEXT_BOX for above in _between(box, element))
        ]
        paragraph.boxes.extend(_without_fallbacks(found))
        for chart in element.iter():
            if isinstance(chart.tag, str) and chart.tag.endswith("/chart}chart"):
                paragraph.charts.append(next(iter(chart.attrib.values()), ""))


def all_text(element: etree._Element) -> str:
    """All text in an element, deleted text included."""
    return "".join(t.text or "" for t in element.iter(f"{W}t", f"{W}delText", f"{MATH}t"))


def chosen(alternatives: etree._Element) -> etree._Element:
    """Of several versions of the same content the newest."""
    choices = [child for child in alternatives if child.tag == f"{MC}Choice"]
    return (choices or list(alternatives) or [alternatives])[0]


def is_placeholder(element: etree._Element) -> bool:
    """Whether this is a form field that still shows its prompt ("Click here to enter text")."""
    if element.tag != f"{W}sdt":
        return False
    showing = element.find(f"{W}sdtPr/{W}showingPlcHdr")
    return showing is not None and showing.get(f"{W}val", "1") not in ("0", "false", "off")


def _between(element: etree._Element, top: etree._Element) -> list[etree._Element]:
    out = []
    for above in element.iterancestors():
        if above is top:
            break
        out.append(above)
    return out


def _without_fallbacks(boxes: list[etree._Element]) -> list[etree._Element]:
    return [
        box
        for box in boxes
        if not any(
            above.tag == f"{MC}Fallback"
            and (parent := above.getparent()) is not None
            and any(child.tag == f"{MC}Choice" for child in parent)
            for above in box.iterancestors()
        )
    ]


def _symbol(element: etree._Element) -> str:
    """A character of a symbol font: a bullet if it is in the private use area."""
    try:
        code = int(element.get(f"{W}char", ""), 16)
    except ValueError:
        return ""
    font = element.get(f"{W}font", "")
    if 0xF000 <= code <= 0xF0FF:
        if font.lower().startswith(_BULLET_FONTS) or code < 0xF020:
            return in_symbol_font(chr(code), font)
        code -= 0xF000
    return clean(chr(code)) if 0x20 <= code <= 0x10FFFF else ""
