"""Sentence splitting on real text, compared with libraries.

    python -m duizhao.evaluation.benchmarks.segmentation [--data ../shared/data] [--errors N]

Four tables, each printed with its settings:

- ``unpc/dev``: the lines that end in a terminator, joined ten to a paragraph and split again; a
  boundary is right where a line ended;
- the same lines joined two and fifty to a paragraph, for those that lose their way in long text;
- ``un-documents``: the lines (sentences of real documents in order) of the same kind, likewise;
- the seed: sentences found in each language.

Boundaries are positions in the text without white space, so a splitter may strip or normalise
spaces. Paragraph ends are not counted, because every splitter has them.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from duizhao.corpus.document import Language

Splitter = Callable[[str], Sequence[str]]
TERMINATED: dict[Language, re.Pattern[str]] = {
    "zh": re.compile(r"[。！？][”’\"'」』）)】]*$"),
    "en": re.compile(r"[.!?][”’\"')\]]*$"),
}
# "IV." on a line by itself is the number of a heading, separated from it in the file
LABEL = re.compile(r"(?:[IVXLC]+|[A-Z]|\d+)\.")
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Figures:
    """Boundaries right, predicted and expected, and the speed by CPU time."""

    right: int
    found: int
    expected: int
    characters_per_second: float

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.expected if self.expected else 1.0

    @property
    def f1(self) -> float:
        both = self.found + self.expected
        return 2 * self.right / both if both else 1.0


def splitters(language: Language) -> dict[str, Splitter]:
    """The splitters compared, by name with version; those not installed are left out."""
    from importlib.metadata import PackageNotFoundError, version

    from duizhao.corpus.segmentation.sentences import split

    found: dict[str, Splitter] = {
        "duizhao": lambda text: [text[start:end] for start, end in split(text)]
    }
    for name, make in {"pysbd": _pysbd, "sentencex": _sentencex}.items():
        try:
            found[f"{name} {version(name)}"] = make(language)
        except (ImportError, PackageNotFoundError):
            print(f"{name} is not installed: pip install -e '.[dev]'", file=sys.stderr)
    found["regex [.!?。！？]"] = lambda text: re.split(r"(?<=[.!?])\s+|(?<=[。！？])", text)
    return found


def _pysbd(language: Language) -> Splitter:
    import pysbd

    segmenter = pysbd.Segmenter(language=language, clean=False)
    return lambda text: list(segmenter.segment(text))


def _sentencex(language: Language) -> Splitter:
    import sentencex

    return lambda text: list(sentencex.segment(language, text))


def paragraphs_of(lines: Iterable[str], language: Language, size: int) -> list[list[str]]:
    """The lines that end in a terminator, `size` to a paragraph."""
    chosen = [
        line.strip()
        for line in lines
        if TERMINATED[language].search(line.strip()) and not LABEL.fullmatch(line.strip())
    ]
    return [chosen[start : start + size] for start in range(0, len(chosen), size)]


def measure(split: Splitter, paragraphs: Sequence[Sequence[str]], language: Language) -> Figures:
    """Join each paragraph, split it, compare."""
    glue = "" if language == "zh" else " "
    texts = [glue.join(paragraph) for paragraph in paragraphs]
    start = time.process_time()
    pieces = [split(text) for text in texts]
    seconds = time.process_time() - start
    right = found = expected = 0
    for paragraph, own in zip(paragraphs, pieces, strict=True):
        gold, ours = boundaries(paragraph), boundaries(own)
        right += len(gold & ours)
        found += len(ours)
        expected += len(gold)
    return Figures(right, found, expected, sum(map(len, texts)) / seconds)


def boundaries(pieces: Sequence[str]) -> set[int]:
    """Positions of the inner boundaries in the text without white space."""
    places, place = set(), 0
    for piece in pieces:
        place += len("".join(piece.split()))
        places.add(place)
    places.discard(place)
    places.discard(0)
    return places


def errors_of(
    split: Splitter, paragraphs: Sequence[Sequence[str]], language: Language
) -> Iterable[str]:
    """Each wrong boundary in its surroundings: ``+`` too many, ``-`` missing."""
    glue = "" if language == "zh" else " "
    for paragraph in paragraphs:
        gold, ours = boundaries(paragraph), boundaries(split(glue.join(paragraph)))
        text = glue.join(paragraph)
        places = [number for number, char in enumerate(text) if not char.isspace()]
        for place in sorted(gold ^ ours):
            at = places[place]
            sign = "+" if place in ours else "-"
            yield f"{sign} {text[max(0, at - 45) : at]}◆{text[at : at + 35]}"


def _print_table(title: str, rows: Sequence[tuple[str, Figures]]) -> None:
    print(f"\n{title}")
    print(f"  {'splitter':<22}{'precision':>10}{'recall':>10}{'F1':>10}{'chars/CPU s':>14}")
    for name, figures in rows:
        print(
            f"  {name:<22}{figures.precision:>10.4f}{figures.recall:>10.4f}{figures.f1:>10.4f}"
            f"{figures.characters_per_second:>14,.0f}"
        )


def _read(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _run(data: Path, sizes: Sequence[int], errors: int) -> None:
    print("settings: a line counts that ends in a terminator and closers:")
    for language, pattern in TERMINATED.items():
        glue = "nothing" if language == "zh" else "a space"
        print(f"  {language}: {pattern.pattern}, joined with {glue}")
    print("  pysbd: Segmenter(language, clean=False); sentencex: segment(language, text)")
    for language in LANGUAGES:
        tools = splitters(language)
        lines = _read(data / "unpc" / f"dev.{language}")
        for size in sizes:
            paragraphs = paragraphs_of(lines, language, size)
            count = sum(map(len, paragraphs))
            rows = [(name, measure(tool, paragraphs, language)) for name, tool in tools.items()]
            _print_table(f"unpc/dev.{language}: {count} lines, {size} to a paragraph", rows)
        if errors:
            found = list(errors_of(tools["duizhao"], paragraphs_of(lines, language, 10), language))
            print(f"\n  first {min(errors, len(found))} of {len(found)} errors, 10 to a paragraph")
            print("\n".join(f"    {error}" for error in found[:errors]))
        texts = sorted((data / "un-documents").glob(f"*.{language}"))
        documents = [
            paragraph for path in texts for paragraph in paragraphs_of(_read(path), language, 10)
        ]
        rows = [(name, measure(tool, documents, language)) for name, tool in tools.items()]
        count = sum(map(len, documents))
        _print_table(f"un-documents/*.{language}: {count} lines, 10 to a paragraph", rows)
        if errors:
            found = list(errors_of(tools["duizhao"], documents, language))
            print(f"\n  first {min(errors, len(found))} of {len(found)} errors")
            print("\n".join(f"    {error}" for error in found[:errors]))
        _print_seed(data / "seed" / f"S-2021-130.{language}.txt", language, tools)


def _print_seed(path: Path, language: Language, tools: dict[str, Splitter]) -> None:
    from duizhao.corpus.reading import read

    document, _ = read(path, language)
    print(f"\n{path.name}: {len(document.blocks)} blocks, sentences in them by")
    for name, tool in tools.items():
        count = sum(
            len([piece for piece in tool(block.text) if piece.strip()]) for block in document.blocks
        )
        print(f"  {name:<22}{count:>6}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Sentence splitting, side by side.")
    shared = Path(os.environ.get("DUIZHAO_SHARED", "../shared"))
    parser.add_argument("--data", type=Path, default=shared / "data", help="folder of the texts")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 2, 50])
    parser.add_argument("--errors", type=int, default=0, help="print so many of our errors")
    options = parser.parse_args()
    if not (options.data / "unpc").is_dir():
        sys.exit(f"{options.data}: no folder unpc in it; say where the texts lie with --data")
    _run(options.data, options.sizes, options.errors)


if __name__ == "__main__":
    main()
