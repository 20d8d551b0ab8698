"""Options that several commands share: one name, one help text and one meaning."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from duizhao.corpus.units import Unit
from duizhao.flows.settings import (
    ComputeType,
    Device,
    Effort,
    Engine,
    Ocr,
    Translate,
    config_option,
    option,
)
from duizhao.flows.terminal import console, safe

Model = Annotated[str | None, option("model", metavar="NAME|PATH")]
EngineName = Annotated[Engine | None, option("engine")]
TranslateWhat = Annotated[Translate | None, option("translate")]
Beam = Annotated[int | None, option("beam", min=1)]
DeviceName = Annotated[Device | None, option("device")]
Precision = Annotated[ComputeType | None, option("compute_type")]
BatchTokens = Annotated[int | None, option("batch_tokens", min=1)]
MinConfidence = Annotated[float | None, option("min_confidence")]
EffortName = Annotated[Effort | None, option("effort")]
OcrMode = Annotated[Ocr | None, option("ocr")]
KeepContents = Annotated[bool | None, option("keep_contents")]
Threads = Annotated[int | None, option("threads", min=1)]
Glossary = Annotated[str | None, option("glossary", metavar="FILE")]
Memory = Annotated[bool | None, option("memory")]
Licence = Annotated[str | None, option("licence", metavar="CODE|NAME|URL")]
Origin = Annotated[str | None, option("origin")]
Tags = Annotated[str | None, option("tags", metavar="TAG,...")]
Formats = Annotated[str | None, option("formats", metavar="FORMAT,...")]
UnitName = Annotated[Unit | None, option("unit")]
TsvBom = Annotated[bool | None, option("tsv_bom")]
TsvEscape = Annotated[bool | None, option("tsv_escape")]
Report = Annotated[bool | None, option("report")]
Config = Annotated[Path | None, config_option()]
Details = Annotated[
    bool, typer.Option("--details", help="Print all tables, not only the main figures.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
JsonLines = Annotated[bool, typer.Option("--json", help="The same as --to jsonl.")]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print only the result, warnings and errors.")
]
Verbose = Annotated[
    bool, typer.Option("--verbose", help="Print Prefect's log and the traceback of an error.")
]


def formats_of(flag: str, given: Sequence[str]) -> list[str]:
    """The names of corpus formats in options such as ``--to xlsx,tmx --to html``.

    Raises InputError for an unknown name, or if there is none.
    """
    from duizhao.corpus.errors import InputError
    from duizhao.corpus.files.formats import FORMATS

    names = [name.strip() for part in given for name in part.split(",") if name.strip()]
    for name in names:
        if name not in FORMATS:
            raise InputError(f"{flag}: {name!r} is not one of {', '.join(FORMATS)}")
    if not names:
        raise InputError(f"{flag}: names no format; use one or more of {', '.join(FORMATS)}")
    return list(dict.fromkeys(names))


def with_output_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options --quiet and --verbose, which change the current console."""

    @functools.wraps(command)
    def run(*, quiet: bool, verbose: bool, **values: Any) -> None:
        safe.escape_everything()
        shown = console.current()
        if isinstance(shown, console.TerminalConsole):
            shown.quiet, shown.verbose = quiet, verbose
        if verbose:
            os.environ.setdefault("PREFECT_LOGGING_LEVEL", "INFO")
        command(**values)

    signature = inspect.signature(command, eval_str=True)
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=kind)
        for name, kind in (("quiet", Quiet), ("verbose", Verbose))
    ]
    parameters = [*signature.parameters.values(), *added]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run
