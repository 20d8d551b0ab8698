"""`duizhao translate`: sentences in, one a line; their translations out, one a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duizhao.corpus import tsv
from duizhao.flows.settings import MOST_BEAM, Device, Engine

if TYPE_CHECKING:
    from duizhao.corpus.translation import Translation
    from duizhao.models.translation.translator import Statistics


class Form(StrEnum):
    """What is written for each line."""

    txt = "txt"
    tsv = "tsv"
    jsonl = "jsonl"


def translate(
    file: Annotated[
        str,
        typer.Argument(
            metavar="[FILE]", help="Chinese sentences, one a line; - or none: standard input."
        ),
    ] = "-",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write to this file instead of standard output."),
    ] = None,
    to: Annotated[
        Form,
        typer.Option(
            "--to",
            help="txt: the translation; tsv: with its score (mean log-probability a token, "
            "nothing for an empty line) and flags; jsonl: the same with the source.",
        ),
    ] = Form.txt,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            help="A folder with a Marian model or a Hugging Face name; none: the default model.",
        ),
    ] = None,
    engine: Annotated[
        Engine,
        typer.Option("--engine", help="What runs the model; auto is ctranslate2."),
    ] = "auto",
    beam: Annotated[
        int | None,
        typer.Option(
            "--beam", min=1, max=MOST_BEAM, help="Beam size: 1 is fastest, 4 a little better."
        ),
    ] = None,
    threads: Annotated[
        int | None, typer.Option("--threads", min=1, help="Cores to use; none: all there are.")
    ] = None,
    device: Annotated[
        Device, typer.Option("--device", help="auto takes a GPU if there is one.")
    ] = "auto",
    compute_type: Annotated[
        str,
        typer.Option(
            "--compute-type",
            help="Arithmetic: int8, float32, bfloat16 (transformers), float16 (GPU) ...; auto is "
            "what pays on the device.",
        ),
    ] = "auto",
    batch_tokens: Annotated[
        int | None,
        typer.Option("--batch-tokens", min=1, help="Source tokens in a batch, padding counted."),
    ] = None,
    memory: Annotated[
        bool,
        typer.Option("--memory/--no-memory", help="Use the memory that all your runs share."),
    ] = True,
    guards: Annotated[
        bool,
        typer.Option(
            "--guards/--no-guards",
            help="Flag what looks wrong, try it again and keep the better one.",
        ),
    ] = True,
    glossary: Annotated[
        str | None,
        typer.Option(
            "--glossary",
            metavar="FILE",
            help="Count how many terms of this TSV file (zh, en) the translations have; "
            "un: our United Nations terms.",
        ),
    ] = None,
) -> None:
    """Translate sentences, one a line in, one a line out; an empty line gives an empty line.

    Killed half-way it goes on where it stopped: what is translated is in the memory.
    """
    from duizhao.flows.terminal.fetching import fetching
    from duizhao.flows.terminal.output import Lines, check_output
    from duizhao.flows.terminal.output import output as lines_out
    from duizhao.models.translation.engine import Decoding
    from duizhao.models.translation.load import load_engine
    from duizhao.models.translation.memory import Memory
    from duizhao.models.translation.translator import Translator

    check_output(output)
    terms = _Terms(glossary) if glossary else None
    lines = Lines(file)
    if model is None:
        from duizhao.corpus.language import check

        check(lines.sample, "zh", lines.name)
    with fetching() as progress:
        loaded = load_engine(
            model,
            engine,
            device=device,
            compute_type=compute_type,
            threads=threads,
            batch_tokens=batch_tokens,
            progress=progress,
        )
    translator = Translator(
        loaded,
        Decoding(beam=beam) if beam else Decoding(),
        Memory() if memory else None,
        guards=guards,
    )
    try:
        with lines_out(output) as stream:
            for source, translation in _translated(translator, lines):
                print(_line(source, translation, to), file=stream)
                if terms is not None:
                    terms.count(source, translation.text)
    except BrokenPipeError:  # the reader of the pipe has had enough, as `head` does
        sys.stderr.close()
        return
    print(_summary(translator.statistics), file=sys.stderr)
    if terms is not None:
        print(terms.summary(), file=sys.stderr)


class _Terms:
    """Term accuracy, counted as the translations come."""

    def __init__(self, name: str) -> None:
        from duizhao.models.glossary import read_glossary

        self._glossary = read_glossary(Path(name))
        self._used = self._found = 0

    def count(self, source: str, output: str) -> None:
        """Look for the terms of one sentence."""
        uses = self._glossary.check(source, output)
        self._used += len(uses)
        self._found += sum(use.found for use in uses)

    def summary(self) -> str:
        """Such as ``terms: 40 of 43 as in the glossary (93.0%)``."""
        if not self._used:
            return "terms: the lines have none of the glossary"
        share = 100 * self._found / self._used
        return f"terms: {self._found} of {self._used} as in the glossary ({share:.1f}%)"


def _translated(translator: object, lines: object) -> Iterator[tuple[str, Translation]]:
    """Each line and its translation, with a progress bar."""
    from collections import deque

    from duizhao.flows.terminal.output import Lines
    from duizhao.flows.terminal.translating import progress_bar
    from duizhao.models.translation.translator import Translator

    assert isinstance(lines, Lines)
    assert isinstance(translator, Translator)
    waiting: deque[str] = deque()

    def taken() -> Iterator[str]:
        for line in lines:
            waiting.append(line)
            yield line

    with progress_bar(lines.count) as report:
        for translation in translator.translate(taken(), report):
            yield waiting.popleft(), translation


def _line(source: str, translation: Translation, to: Form) -> str:
    if to is Form.txt:
        return translation.text
    flags = list(translation.flags)
    score = translation.score if translation.tokens else None
    if to is Form.tsv:
        return tsv.line((translation.text, "" if score is None else score, ",".join(flags)))
    row = {
        "source": source,
        "mt": translation.text,
        "mt_score": score,
        "flags": flags,
    }
    return json.dumps(row, ensure_ascii=False)


def _summary(statistics: Statistics) -> str:
    rate = statistics.tokens / statistics.seconds if statistics.seconds else 0.0
    said = [
        f"{statistics.texts} line" + "s" * (statistics.texts != 1),
        f"{statistics.translated} translated ({rate:.0f} tokens/s)",
        f"{statistics.saved} saved ({statistics.remembered} from the memory, "
        f"{statistics.repeated} repeated)",
    ]
    if statistics.flagged:
        flags = ", ".join(f"{name} {count}" for name, count in statistics.flags.most_common())
        said.append(f"{statistics.flagged} flagged: {flags}")
    return "; ".join(said)
