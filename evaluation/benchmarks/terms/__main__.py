"""Recall of the terms of the built-in UN glossary, and the time for a large corpus.

    python -m duizhao.evaluation.benchmarks.terms DATA [--corpus FOLDER] [--repeat ROWS] [--list N]

DATA is the folder with unpc/dev.zh and unpc/dev.en, 4,000 aligned sentences of the UN Parallel
Corpus; with --corpus, the rows of a folder of build or batch are used instead. A glossary term
counts if the corpus has it at least `--least` times beside one of its English forms. It is found if
one of the forms is listed for it. `--repeat` extracts from that many rows, made of these by
repetition. `--list` prints the first terms, to be judged by a reader.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

from duizhao.corpus.files.read import read_rows
from duizhao.corpus.row import Row
from duizhao.evaluation.terms.extract import extract_terms
from duizhao.evaluation.terms.sides import lemma
from duizhao.evaluation.terms.term import BilingualTerm
from duizhao.models.embedding import SpanEmbedder
from duizhao.models.general_text import general_chinese
from duizhao.models.glossary import read_glossary


def rows_of(data: Path) -> list[Row]:
    """The rows of the UN Parallel Corpus' development set."""
    source, target = (
        (data / "unpc" / f"dev.{language}").read_text(encoding="utf-8").splitlines()
        for language in ("zh", "en")
    )
    return [_row(number, *texts) for number, texts in enumerate(zip(source, target, strict=True))]


def _row(number: int, source: str, target: str) -> Row:
    ids = (number,)
    return Row(
        id=f"dev:{number}",
        source_document="dev",
        target_document="dev",
        source_ids=ids,
        target_ids=ids,
        source_blocks=ids,
        target_blocks=ids,
        section="",
        source=source,
        target=target,
        machine_translation="",
        target_kind="human",
        bead_type="1-1",
        alignment_score=0.0,
        confidence=1.0,
    )


def recall(rows: Sequence[Row], terms: Sequence[BilingualTerm], least: int) -> tuple[int, int]:
    """The numbers of glossary terms that are listed, and that occur often enough in the rows."""
    listed = {term.chinese: {_lemmas(form.text) for form in term.english} for term in terms}
    found = known = 0
    for term in read_glossary().terms:
        forms = {_lemmas(form) for form in term.english}
        both = sum(
            any(f" {form} " in f" {_lemmas(row.target)} " for form in forms)
            for row in rows
            if term.chinese in row.source
        )
        if both >= least:
            known += 1
            found += bool(forms & listed.get(term.chinese, set()))
    return found, known


def _lemmas(text: str) -> str:
    return " ".join(map(lemma, text.replace(",", " ").replace(".", " ").split()))


def main() -> None:
    """Run the benchmark."""
    import resource  # POSIX only

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--repeat", type=int, default=0, help="rows to extract from")
    parser.add_argument("--least", type=int, default=3)
    parser.add_argument("--list", type=int, default=0, help="terms to print")
    given = parser.parse_args()
    rows = list(read_rows(given.corpus)) if given.corpus else rows_of(given.data)
    general = general_chinese()
    count = given.repeat or len(rows)
    start = time.perf_counter()
    many = islice(cycle(rows), count)
    terms = extract_terms(many, SpanEmbedder().embed, general, least=given.least)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:,} rows: {len(terms):,} terms in {seconds:.1f} s, {peak:,.0f} MB")
    if not given.repeat:
        found, known = recall(rows, terms, given.least)
        print(f"UN glossary: {found} of {known} terms found ({found / max(1, known):.3f})")
    for term in terms[: given.list]:
        forms = "; ".join(f"{form.text} {form.rows}" for form in term.english)
        print(term.chinese, forms, term.count, term.score, sep="\t")


if __name__ == "__main__":
    main()
