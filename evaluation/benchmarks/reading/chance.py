"""Documents whose layout is drawn by chance: measures and structures that nobody chose.

The other rows of the benchmark have round measures. Here a seed decides type size, leading,
indent, space between paragraphs, columns and their gap, margins, justification, hyphenation, and
which headings, items, tables and paragraphs of the sample report follow each other.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from duizhao.corpus.document import Language
from duizhao.evaluation.benchmarks.reading.layouts import Item, Sheet, Style, sheet, texts
from duizhao.evaluation.benchmarks.reading.sheets import first_sentence

SIZES = (8, 9, 9.5, 10, 10.5, 11, 12, 13, 14)
# With three columns, lines of larger type would have few words
SMALL = 10.0
LABELS = ("•", "–", "(a)", "1.")
ROW = "layouts by chance"


def by_chance(language: Language, seeds: range) -> Iterator[Sheet]:
    """One document for each seed."""
    for seed in seeds:
        choose = random.Random(seed)
        style = style_by_chance(choose, language)
        items = items_by_chance(choose, language, tables=style.columns == 1)
        yield sheet(f"seed {seed}", language, style, items, ROW)


def style_by_chance(choose: random.Random, language: Language) -> Style:
    """Measures of a document; paragraphs have an indent or space between them."""
    columns = choose.choice((1, 1, 1, 2, 2, 3))
    size = choose.choice(SIZES)
    size = min(size, SMALL) if columns == 3 else size
    leading = size * choose.uniform(1.05, 1.6 if columns == 3 else 2.6)
    indent = choose.choice((0.0, 0.0, 1.0, 1.5, 2.0, 2.0, 3.0))
    after = choose.choice((0.0, 0.0, 0.2, 0.5, 0.8, 1.0)) if indent else choose.uniform(0.35, 1.2)
    return Style(
        leading,
        size,
        indent,
        after,
        justified=choose.random() < 0.6,
        columns=columns,
        gap=choose.uniform(12, 50),
        margin=choose.uniform(45, 90),
        ruled=choose.random() < 0.6,
        centred_cells=choose.random() < 0.4,
        twice=choose.random() < 0.05,
        hyphens=language == "en" and choose.random() < 0.25,
        bare_gaps=choose.random() < 0.2,
    )


def items_by_chance(choose: random.Random, language: Language, *, tables: bool) -> list[Item]:
    """Ten to thirty blocks: mostly paragraphs, with headings, lists and tables between them."""
    headings, paragraphs = texts(language)
    shortened = [first_sentence(text, language) for text in paragraphs]
    items: list[Item] = []
    for _ in range(choose.randint(10, 30)):
        kind = choose.random()
        if kind < 0.2 and (not items or items[-1].kind != "heading"):
            items.append(Item("heading", choose.choice(headings)))
        elif kind < 0.3:
            label = choose.choice(LABELS)
            for number in range(choose.randint(2, 5)):
                mark = {"(a)": f"({'abcde'[number]})", "1.": f"{number + 1}."}.get(label, label)
                items.append(Item("list_item", choose.choice([*shortened, *paragraphs]), mark))
        elif kind < 0.36 and tables:
            width = choose.randint(1, 3)
            rows = tuple(
                (choose.choice(headings), *(choose.choice(shortened) for _ in range(width)))
                for _ in range(choose.randint(2, 8))
            )
            items += [Item("table", rows=rows), Item("paragraph", choose.choice(paragraphs))]
        else:
            items.append(Item("paragraph", choose.choice([*paragraphs, choose.choice(shortened)])))
    return [*items, Item("paragraph", paragraphs[0])]
