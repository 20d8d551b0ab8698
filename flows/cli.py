"""The command line: one module per command below `flows/commands`, one line each here.

Heavy libraries are imported inside the commands, so that ``duizhao --help`` stays quick.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from duizhao.corpus.errors import exit_code, is_expected, one_line
from duizhao.corpus.printable import printable_line
from duizhao.flows.commands.corpora import (
    batch,
    build,
    clean,
    demo,
    export,
    fetch,
    pair,
    push,
    stats,
    status,
    terms,
)
from duizhao.flows.commands.options import with_output_options
from duizhao.flows.commands.pages import apply, inspect, report, review, search, studio
from duizhao.flows.commands.setup import adapt, memory, model, server, settings
from duizhao.flows.commands.stages import (
    align,
    compare,
    evaluate_alignment,
    score,
    segment,
    translate,
)
from duizhao.flows.terminal.console import use
from duizhao.flows.terminal.progress_file import command_console
from duizhao.flows.terminal.safe import escape_everything, guarded

LONGEST_COMMAND = 500
"""Most characters of the command line in a message."""


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


COMMANDS: dict[str, Callable[..., None]] = {
    "adapt": adapt.adapt,
    "align": align.align,
    "apply": apply.apply,
    "build": build.build,
    "batch": batch.batch,
    "status": status.status,
    "clean": clean.clean,
    "compare": compare.compare,
    "demo": demo.demo,
    "evaluate-alignment": evaluate_alignment.evaluate_alignment,
    "export": export.export,
    "fetch": fetch.fetch,
    "inspect": inspect.inspect,
    "pair": pair.pair,
    "push": push.push,
    "report": report.report,
    "review": review.review,
    "settings": settings.settings,
    "score": score.score,
    "search": search.search,
    "segment": segment.segment,
    "stats": stats.stats,
    "terms": terms.terms,
    "studio": studio.studio,
    "translate": translate.translate,
}
for name, command in COMMANDS.items():
    app.command(name)(with_output_options(command))
app.add_typer(model.app, name="model")
app.add_typer(memory.app, name="memory")
app.add_typer(server.app, name="server")


def _context(error: BaseException) -> str:
    """For an unexpected error, the command, and how to report it."""
    if is_expected(error):
        return ""
    words = " ".join(sys.argv[1:])[:LONGEST_COMMAND]
    return f" in `duizhao {words}`; report this line and the traceback that --verbose shows"


def main() -> None:
    """Run the command line; exit codes: 0 done, 1 work failed, 2 wrong usage or input."""
    terminal = command_console()
    with guarded():
        try:
            with use(terminal), terminal.whole_run():
                app()
        except (Exception, KeyboardInterrupt) as error:
            escape_everything()
            if terminal.verbose:
                import traceback

                traceback.print_exc()
                # the traceback of the process that reads documents
                print(getattr(error, "details", ""), file=sys.stderr)
            print(printable_line(f"duizhao: {one_line(error)}{_context(error)}"), file=sys.stderr)
            sys.exit(exit_code(error))
