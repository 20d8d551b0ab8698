"""`duizhao align`: align two files of sentences."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duizhao.corpus import tsv
from duizhao.flows.commands import options
from duizhao.flows.settings import Effort
from duizhao.flows.terminal import console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duizhao.corpus.alignment import Bead


class Form(StrEnum):
    """Output formats."""

    beads = "beads"
    tsv = "tsv"
    jsonl = "jsonl"


def align(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE", help="The source text, one sentence per line; - is standard input."
        ),
    ],
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="The target text, one sentence per line; - is standard input."
        ),
    ],
    mt: Annotated[
        str | None,
        typer.Option(
            "--mt",
            metavar="FILE",
            help="A translation of SOURCE into the target's language, line by line.",
        ),
    ] = None,
    translate: Annotated[
        bool,
        typer.Option(
            "--translate", help="Translate the Chinese side (with --model: SOURCE) first."
        ),
    ] = False,
    signals: Annotated[
        str | None,
        typer.Option(
            "--signals",
            help="The signals to use, separated by commas: overlap (of the translation), copied "
            "(numbers and names), embedding, length, structure, forced (decoding). By default all "
            "that are available.",
        ),
    ] = None,
    effort: Annotated[
        Effort | None,
        typer.Option(
            "--effort",
            help="How many doubtful beads the translation model judges: fast: none; normal: up to "
            "30 per sentence of doubtful text; best: up to 120. [default: normal]",
        ),
    ] = None,
    model: options.Model = None,
    source_lang: Annotated[
        str | None,
        typer.Option("--source-lang", help="Language of SOURCE. [default: zh or en, by its text]"),
    ] = None,
    target_lang: Annotated[
        str | None,
        typer.Option("--target-lang", help="Language of TARGET. [default: zh or en, by its text]"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write to this file instead of standard output."),
    ] = None,
    to: Annotated[
        Form,
        typer.Option(
            "--to",
            help="beads: lines such as [0,1]:[2]; tsv: source and target text, type, confidence, "
            "bead; jsonl: all data of a bead.",
        ),
    ] = Form.beads,
    tsv_bom: options.TsvBom = None,
    tsv_escape: options.TsvEscape = None,
    min_confidence: Annotated[
        float,
        typer.Option(
            "--min-confidence",
            min=0.0,
            max=1.0,
            help="Omit beads below this confidence; they are counted on standard error. In --to "
            "jsonl every bead is written, marked as kept or not.",
        ),
    ] = 0.0,
    check_parallel: Annotated[
        bool,
        typer.Option(
            "--check-parallel/--no-check-parallel",
            help="Fail if the texts are not parallel, or align anyway.",
        ),
    ] = True,
    as_jsonl: options.JsonLines = False,
    config: options.Config = None,
) -> None:
    """Align two texts sentence by sentence, n to m.

    Ids count lines from 0; [3]:[] is a source sentence without a partner, []:[3] a target
    sentence. Lines are sentences; blank lines count but are in no bead. The texts are Chinese
    and English, either way round, or any other pair, for which forced decoding needs --model.
    """
    from duizhao.corpus.alignment.weights import ALL
    from duizhao.corpus.errors import InputError
    from duizhao.flows.aligning import Request, aligned
    from duizhao.flows.settings import resolve
    from duizhao.flows.terminal.output import check_output
    from duizhao.flows.terminal.output import output as lines_out

    check_output(output)
    if mt is not None and translate:
        raise InputError("use only one of --mt and --translate")
    if [source, target, mt].count("-") > 1:
        raise InputError("standard input is one text: only one of the files can be -")
    wanted = set(ALL)
    if signals is not None:
        wanted = {name.strip() for name in signals.split(",") if name.strip()}
        if unknown := sorted(wanted - set(ALL)):
            raise InputError(
                f"--signals: {', '.join(unknown)}: no such signal; use some of {', '.join(ALL)}"
            )
        if not wanted:
            raise InputError(f"--signals: name at least one of {', '.join(ALL)}")
    sources, targets = _lines(source), _lines(target)
    translation = None
    if mt is not None:
        translation = _lines(mt)
        if len(translation) != len(sources):
            raise InputError(
                f"{mt}: {len(translation)} lines, but {source} has {len(sources)}; "
                "give one translation per line"
            )
    if "overlap" not in wanted and (mt is not None or translate):
        given = f"--mt {mt}" if mt is not None else "--translate"
        console.current().warn(f"{given} is not used: overlap is not among the --signals")
        translation, translate = None, False
    of_source, of_target = _with_text(sources), _with_text(targets)
    settings = resolve(
        config, model=model, effort=effort, tsv_bom=tsv_bom, tsv_escape=tsv_escape
    ).settings
    request = Request(
        [sources[place] for place in of_source],
        [targets[place] for place in of_target],
        None if translation is None else [translation[place] for place in of_source],
        settings,
        translate=translate,
        signals=frozenset(wanted),
        languages=(source_lang, target_lang),
        check_parallel=check_parallel,
    )
    done = aligned(request)
    beads = [
        replace(
            bead,
            source=tuple(of_source[number] for number in bead.source),
            target=tuple(of_target[number] for number in bead.target),
        )
        for bead in done.beads
    ]
    kept = [bead.confidence >= min_confidence for bead in beads]
    if as_jsonl or to is Form.jsonl:
        lines = _jsonl(beads, kept, sources, targets)
    elif to is Form.tsv:
        lines = _tsv(beads, kept, sources, targets, settings.tsv_form)
    else:
        lines = [str(bead) for bead, keep in zip(beads, kept, strict=True) if keep]
    with lines_out(output) as stream:
        stream.writelines(line + "\n" for line in lines)
    gaps = sum(not bead.source or not bead.target for bead in beads)
    mean = sum(bead.confidence for bead in beads) / max(len(beads), 1)
    console.current().note(
        f"{len(beads)} beads, {gaps} of them without a partner, mean confidence {mean:.3f}"
        + (f", {kept.count(False)} omitted below {min_confidence}" if min_confidence else "")
        + f"; {', '.join(done.took)}"
    )


def _lines(name: str) -> list[str]:
    """The lines of a file: LF, CR LF or a bare CR ends one, as for `duizhao segment`."""
    from duizhao.corpus.errors import InputError
    from duizhao.corpus.reading.lines import read_lines

    lines = [part for line in read_lines(name) for part in line.split("\r")]
    if not any(line.strip() for line in lines):
        raise InputError(f"{name}: contains no text; expected one sentence per line")
    return lines


def _with_text(lines: Sequence[str]) -> list[int]:
    """The indices of the lines that are not blank."""
    return [place for place, line in enumerate(lines) if line.strip()]


def _jsonl(
    beads: Sequence[Bead], kept: Sequence[bool], sources: Sequence[str], targets: Sequence[str]
) -> list[str]:
    import json

    return [
        json.dumps(
            {
                "source_ids": bead.source,
                "target_ids": bead.target,
                "type": bead.type,
                "score": round(bead.score, 4),
                "confidence": round(bead.confidence, 4),
                "signals": {name: round(value, 4) for name, value in bead.signals.items()},
                "kept": keep,
                "source": [sources[i] for i in bead.source],
                "target": [targets[j] for j in bead.target],
            },
            ensure_ascii=False,
        )
        for bead, keep in zip(beads, kept, strict=True)
    ]


def _tsv(
    beads: Sequence[Bead],
    kept: Sequence[bool],
    sources: Sequence[str],
    targets: Sequence[str],
    form: tsv.Form,
) -> list[str]:
    from duizhao.corpus.script import join

    heading = tsv.line(("source", "target", "type", "confidence", "bead"))
    return [
        f"{tsv.BOM}{heading}" if form.bom else heading,
        *(
            tsv.line(
                (
                    " ".join(join([sources[i] for i in bead.source]).split()),
                    " ".join(join([targets[j] for j in bead.target]).split()),
                    bead.type,
                    f"{bead.confidence:.4f}",
                    str(bead),
                ),
                escaped=form.escaped,
            )
            for bead, keep in zip(beads, kept, strict=True)
            if keep
        ),
    ]
