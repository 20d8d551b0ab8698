"""The command line: one module a command in `flows/commands`, one line each here.

Heavy libraries are imported inside the commands, so that ``duizhao --help`` stays quick.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from duizhao.corpus.errors import exit_code, is_expected, one_line
from duizhao.flows.commands import (
    align,
    apply,
    batch,
    build,
    clean,
    compare,
    demo,
    evaluate_alignment,
    fetch,
    inspect,
    memory,
    model,
    push,
    report,
    review,
    score,
    search,
    segment,
    settings,
    stats,
    status,
    translate,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"duizhao {version('duizhao')}")
        raise typer.Exit


app = typer.Typer(
    name="duizhao",
    help="Chinese UN documents in, a trustworthy Chinese-English parallel corpus out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Chinese UN documents in, a trustworthy Chinese-English parallel corpus out."""


app.command("align")(align.align)
app.command("apply")(apply.apply)
app.command("build")(build.build)
app.command("batch")(batch.batch)
app.command("status")(status.status)
app.command("clean")(clean.clean)
app.command("compare")(compare.compare)
app.command("demo")(demo.demo)
app.command("evaluate-alignment")(evaluate_alignment.evaluate_alignment)
app.command("fetch")(fetch.fetch)
app.command("inspect")(inspect.inspect)
app.command("push")(push.push)
app.command("report")(report.report)
app.command("review")(review.review)
app.command("settings")(settings.settings)
app.command("score")(score.score)
app.command("search")(search.search)
app.command("segment")(segment.segment)
app.command("stats")(stats.stats)
app.command("translate")(translate.translate)
app.add_typer(model.app, name="model")
app.add_typer(memory.app, name="memory")


def main() -> None:
    """Run the command line; exit codes: 0 done, 1 work failed, 2 wrong usage or input."""
    try:
        app()
    except (Exception, KeyboardInterrupt) as error:
        if not is_expected(error):
            raise
        print(f"duizhao: {one_line(error)}", file=sys.stderr)
        sys.exit(exit_code(error))
