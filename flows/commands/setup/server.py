"""`duizhao server`: the private Prefect server that runs for some minutes after a command."""

from __future__ import annotations

import typer

from duizhao.flows.commands.options import Json, with_output_options
from duizhao.flows.terminal import console
from duizhao.flows.terminal.output import print_json

app = typer.Typer(
    help="The private Prefect server that runs for some minutes after a command (the setting "
    "server_minutes): status, stop.",
    no_args_is_help=True,
)


@app.command("status")
@with_output_options
def status(json: Json = False) -> None:
    """Show the servers of the cache folder: a line (tab-separated) for each.

    Process, port, the commands that use it (process numbers), and its folder.
    """
    from duizhao.corpus import tsv
    from duizhao.flows.runtime.kept import kept_servers

    servers = kept_servers()
    if json:
        print_json(
            [
                {
                    "process": server.process,
                    "port": server.port,
                    "used_by": [user.process for user in users],
                    "folder": str(server.folder),
                }
                for server, users in servers
            ]
        )
        return
    print("process\tport\tused by\tfolder")
    for server, users in servers:
        commands = ", ".join(str(user.process) for user in users) or "nobody"
        print(tsv.line((server.process, server.port, commands, server.folder)))


@app.command("stop")
@with_output_options
def stop(json: Json = False) -> None:
    """End the servers of the cache folder; a server in use ends after its commands."""
    from duizhao.flows.runtime.kept import stop_kept_servers

    ended, later = stop_kept_servers()
    if json:
        print_json({"ended": ended, "in_use": later})
    else:
        text = f"stopped {ended} Prefect server{'s' if ended != 1 else ''}"
        if later:
            text += f"; {later} in use will end after the commands"
        console.current().note(text if ended or later else "no Prefect server is running")
