"""The documents of the reading benchmark: one sheet for each layout and language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from duizhao.corpus.document import Language
from duizhao.evaluation.benchmarks.reading.layouts import (
    Item,
    Sheet,
    Style,
    prose,
    sheet,
    texts,
)

LANGUAGES: tuple[Language, ...] = ("zh", "en")
LEADINGS = (12, 14, 16, 18, 21, 24, 28, 32, 36)
GAPS = (12, 18, 24, 36, 48)
BULLETS = {
    "symbol": ("Symbol", "\xb7"),
    "dingbats-square": ("ZapfDingbats", "\x6e"),
    "dingbats-tick": ("ZapfDingbats", "\x34"),
    "dingbats-arrow": ("ZapfDingbats", "\xe4"),
}
CODE = (
    "import sys\n\ndef level(river, hour):\n    if hour not in river:\n"
    "        return None\n    return river[hour] + 0.5\n\nprint(level({6: 2.5}, int(sys.argv[1])))"
)


def sheets() -> Iterator[Sheet]:
    """All sheets of the benchmark."""
    for language in LANGUAGES:
        yield from leadings(language)
        yield from columns(language)
        yield from tables(language)
        yield from others(language)


def leadings(language: Language) -> Iterator[Sheet]:
    """One column at every leading, with and without indent and space, ragged and justified."""
    for leading in LEADINGS:
        # two pages at least: nothing shows that a line of a single page is a running head
        items = prose(language, 24 if leading <= 16 else 12)
        for indent, after in ((2.0, 0.0), (0.0, 0.6), (2.0, 0.5)):
            for justified in (False, True):
                style = Style(leading, indent=indent, after=after, justified=justified, head=True)
                kind = "justified" if justified else "ragged"
                yield sheet(f"leading {leading} indent {indent:g} after {after:g} {kind}",
                            language, style, items, f"leading {leading}")  # fmt: skip


def columns(language: Language) -> Iterator[Sheet]:
    """Two columns at every gap; with headings over both, and notes under each."""
    items = prose(language, 20, every=5)
    headings, _ = texts(language)
    noted = [
        replace(item, note=_note(language, number)) if item.kind == "paragraph" and number % 5 == 2
        else item
        for number, item in enumerate(items)
    ]  # fmt: skip
    called: list[Item] = []
    count = 0
    for item in noted:
        if item.note:
            count += 1
            item = replace(item, note=f"{count} {item.note}")
        called.append(item)
    for gap in GAPS:
        for leading in (12.5, 16.0, 21.0):
            for indent, after in ((2.0, 0.0), (0.0, 0.6)):
                for justified in (False, True):
                    style = Style(leading, size=9.5, indent=indent, after=after, margin=60,
                                  justified=justified, columns=2, gap=gap)  # fmt: skip
                    kind = "justified" if justified else "ragged"
                    name = f"columns gap {gap} leading {leading:g} indent {indent:g} {kind}"
                    yield sheet(name, language, style, items, f"columns, gap {gap}")
        style = Style(13.0, size=9.5, columns=2, gap=gap, margin=60)
        yield sheet(f"columns gap {gap} notes", language, style, called, "columns with notes")
        wide = [Item("wide", headings[0]), *items[:8], Item("wide", headings[1]), *items[8:16]]
        name = f"columns gap {gap} wide headings"
        yield sheet(name, language, style, wide, "columns, wide headings")
    style = Style(13.0, size=9, columns=3, gap=18, margin=50, justified=True)
    yield sheet("three columns", language, style, items)


def pictured(language: Language) -> Iterator[Sheet]:
    """One page each of prose, of two columns, and of a ruled table: what is read as images too."""
    yield sheet("prose", language, Style(16.0, justified=True), prose(language, 5))
    items = prose(language, 7, every=5)
    yield sheet("two columns", language, Style(13.0, size=9.5, columns=2, margin=60), items)
    table = Item("table", rows=table_rows(language, 6, 2))
    items = [*prose(language, 2), table, Item("list_item", items[1].text, "•")]
    items += [Item("list_item", first_sentence(texts(language)[1][3], language), "•")]
    yield sheet("table", language, Style(14.0), items)


def _note(language: Language, number: int) -> str:
    return first_sentence(texts(language)[1][number % 7], language)


def first_sentence(text: str, language: Language) -> str:
    """The first sentence of a paragraph."""
    end = "。" if language == "zh" else ". "
    return text.partition(end)[0] + end.strip()


def table_rows(language: Language, count: int, columns: int) -> tuple[tuple[str, ...], ...]:
    """Rows whose first cell is short and whose other cells are sentences."""
    headings, paragraphs = texts(language)
    return tuple(
        (
            headings[row % len(headings)],
            *(
                first_sentence(paragraphs[(row * columns + column) % len(paragraphs)], language)
                for column in range(columns - 1)
            ),
        )
        for row in range(count)
    )


def tables(language: Language) -> Iterator[Sheet]:
    """Tables of two to four columns, ruled or not, centred or not, over pages."""
    start = prose(language, 3)
    for columns in (2, 3, 4):
        for ruled in (True, False):
            for centred in (True, False):
                style = Style(14.0, centred_cells=centred, ruled=ruled)
                rows = table_rows(language, 6, columns)
                items = [*start, Item("table", rows=rows), *prose(language, 6)[4:]]
                name = f"table {columns} columns{' ruled' if ruled else ''}"
                name += " centred" if centred else ""
                row = "tables, ruled" if ruled else "tables, not ruled"
                yield sheet(name, language, style, items, row)
    items = [*start, Item("table", rows=table_rows(language, 24, 3)), *prose(language, 6)[4:]]
    yield sheet("table over pages", language, Style(14.0), items)


def others(language: Language) -> Iterator[Sheet]:
    """Bullets in symbol fonts, contents, boxes, code, text drawn twice, words without spaces."""
    headings, paragraphs = texts(language)
    short = [first_sentence(text, language) for text in paragraphs]
    for name, bullet in BULLETS.items():
        items = [*prose(language, 2), *(Item("list_item", text, "•") for text in short[:5]),
                 *(Item("list_item", text, "•") for text in paragraphs[3:5]),
                 *prose(language, 4)[2:]]  # fmt: skip
        for style in (Style(14.0, bullet=bullet), Style(21.0, bullet=bullet, indent=2.0)):
            yield sheet(f"bullets {name} leading {style.leading:g}", language, style, items,
                        f"bullets, {name}")  # fmt: skip
    numbered = [Item("list_item", text, f"({chr(97 + n)})") for n, text in enumerate(short[:6])]
    yield sheet("numbered", language, Style(14.0), [*prose(language, 2), *numbered])
    contents = [Item("contents", f"{n + 1}. {text}", str(2 * n + 1)) for n, text in
                enumerate(headings[:6])]  # fmt: skip
    yield sheet("contents", language, Style(16.0), [*contents, *prose(language, 4)])
    boxes = [*prose(language, 2), Item("box", paragraphs[5]), *prose(language, 4)[2:],
             Item("box", paragraphs[6])]  # fmt: skip
    yield sheet("boxes", language, Style(14.0), boxes)
    yield sheet("boxes in columns", language, Style(13.0, size=9.5, columns=2, margin=60), boxes)
    code = [*prose(language, 2), Item("code", CODE), *prose(language, 4)[2:]]
    yield sheet("code", language, Style(14.0), code)
    yield sheet("drawn twice", language, Style(14.0, twice=True), prose(language, 6))
    if language == "en":
        yield sheet("hyphens", language, Style(14.0, hyphens=True, justified=True), prose("en", 12))
        yield sheet("distance only", language, Style(14.0, bare_gaps=True), prose("en", 6))
        style = Style(14.0, bare_gaps=True, justified=True)
        yield sheet("distance only justified", language, style, prose("en", 6))
