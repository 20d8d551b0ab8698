"""`duizhao translate`: translate sentences, one per line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duizhao.corpus import tsv
from duizhao.flows.commands import options
from duizhao.flows.terminal import console

if TYPE_CHECKING:
    from duizhao.corpus.reading.lines import Lines
    from duizhao.corpus.translation import Translation
    from duizhao.models.translation.translator import Statistics, Translator


class Form(StrEnum):
    """Output formats."""

    txt = "txt"
    tsv = "tsv"
    jsonl = "jsonl"


def translate(
    file: Annotated[
        str,
        typer.Argument(
            metavar="[FILE]",
            help="Chinese sentences, one per line. [default: standard input]",
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
            help="txt: the translation; tsv: with its score (mean log-probability of a token, "
            "empty for an empty line) and flags; jsonl: the same with the source.",
        ),
    ] = Form.txt,
    as_jsonl: options.JsonLines = False,
    model: options.Model = None,
    engine: options.EngineName = None,
    beam: options.Beam = None,
    threads: options.Threads = None,
    device: options.DeviceName = None,
    compute_type: options.Precision = None,
    batch_tokens: options.BatchTokens = None,
    memory: options.Memory = None,
    guards: Annotated[
        bool,
        typer.Option(
            "--guards/--no-guards",
            help="Flag translations that look wrong, retry them and keep the better one.",
        ),
    ] = True,
    glossary: Annotated[
        str | None,
        typer.Option(
            "--glossary",
            metavar="FILE",
            help="Report how many terms of this TSV file (zh, en) the translations contain; "
            "un: our United Nations terms.",
        ),
    ] = None,
    config: options.Config = None,
) -> None:
    """Translate sentences, one per line; an empty line gives an empty line.

    The same command continues where it stopped: finished lines are in the translation memory.
    """
    from duizhao.corpus.reading.lines import Lines
    from duizhao.flows import stages
    from duizhao.flows.settings import resolve
    from duizhao.flows.terminal.output import check_output
    from duizhao.flows.terminal.output import output as lines_out

    settings = resolve(
        config,
        model=model,
        engine=engine,
        beam=beam,
        threads=threads,
        device=device,
        compute_type=compute_type,
        batch_tokens=batch_tokens,
        memory=memory,
    ).settings
    check_output(output)
    terms = _Terms(glossary) if glossary else None
    lines = Lines(file)
    if not settings.model:
        from duizhao.corpus.language import check

        check(lines.sample, "zh", lines.name)
    shown = console.current()
    with shown.stage("model"):
        translator = stages.translator(settings, guards=guards)
    form = Form.jsonl if as_jsonl else to
    try:
        with lines_out(output) as stream, shown.stage("translating"):
            for source, translation in _translated(translator, lines):
                print(_line(source, translation, form), file=stream)
                if terms is not None:
                    terms.count(source, translation.text)
    except BrokenPipeError:  # the reading end of the pipe was closed, as by `head`
        sys.stderr.close()
        return
    shown.note(_summary(translator.statistics))
    if terms is not None:
        shown.note(terms.summary())


class _Terms:
    """Term accuracy, counted translation by translation."""

    def __init__(self, name: str) -> None:
        from duizhao.models.glossary import read_glossary

        self._glossary = read_glossary(Path(name))
        self._used = self._matched = 0

    def count(self, source: str, output: str) -> None:
        """Look for the terms of one sentence."""
        uses = self._glossary.check(source, output)
        self._used += len(uses)
        self._matched += sum(use.found for use in uses)

    def summary(self) -> str:
        """Such as ``terms: 40 of 43 as in the glossary (93.0%)``."""
        if not self._used:
            return "terms: no line contains a term of the glossary"
        share = 100 * self._matched / self._used
        return f"terms: {self._matched} of {self._used} as in the glossary ({share:.1f}%)"


def _translated(translator: Translator, lines: Lines) -> Iterator[tuple[str, Translation]]:
    """Each line and its translation."""
    from collections import deque

    waiting: deque[str] = deque()

    def reported() -> Iterator[str]:
        for line in lines:
            waiting.append(line)
            yield line

    for translation in translator.translate(reported(), console.translating(lines.count)):
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
    parts = [
        f"{statistics.texts} line" + "s" * (statistics.texts != 1),
        f"{statistics.translated} translated ({rate:.0f} tokens/s)",
        f"{statistics.saved} saved ({statistics.remembered} from the memory, "
        f"{statistics.repeated} repeated)",
    ]
    if statistics.copied:
        parts.append(f"{statistics.copied} of them copied, as they have no Chinese character")
    if statistics.flagged:
        flags = ", ".join(f"{name} {count}" for name, count in statistics.flags.most_common())
        parts.append(f"{statistics.flagged} flagged: {flags}")
    return "; ".join(parts)
