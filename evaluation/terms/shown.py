"""The terms that the page shows: the most characteristic ones, with links to their beads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from duizhao.corpus.row import Row
from duizhao.evaluation.terms.term import BilingualTerm

LEAST_ROWS = 60
"""Least rows of a document: a shorter one has too few repetitions of its terms."""
MOST_ROWS = 5_000
"""Most rows: time grows with them, and is about 1.5 s for this number."""
CANDIDATES = 400
"""Most Chinese candidates to match; `duizhao terms` prints the whole list."""
SHOWN = 50


def page_terms(rows: Sequence[Row]) -> list[BilingualTerm]:
    """The first terms of the rows with a human translation; [] if there are too few rows."""
    human = list(islice((row for row in rows if row.target_kind == "human"), MOST_ROWS))
    if len(human) < LEAST_ROWS:
        return []
    from duizhao.evaluation.terms.extract import extract_terms
    from duizhao.models.embedding import SpanEmbedder
    from duizhao.models.general_text import general_chinese

    found = extract_terms(human, SpanEmbedder().embed, general_chinese(), most=CANDIDATES)
    return found[:SHOWN]


def term_entries(terms: Sequence[BilingualTerm]) -> list[dict[str, Any]]:
    """The values of the terms for the template: `row` is the first bead of a form."""
    return [
        {
            "chinese": term.chinese,
            "count": term.rows,
            "row": term.english[0].examples[0],
            "forms": [
                {"text": form.text, "count": form.rows, "row": form.examples[0]}
                for form in term.english
            ],
        }
        for term in terms
    ]
