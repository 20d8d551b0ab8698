"""`duizhao settings`: every setting, its value and its origin."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from duizhao.flows.commands import options


def settings(
    config: Annotated[Path | None, typer.Option("--config", help="TOML file of settings.")] = None,
    json: options.Json = False,
) -> None:
    """Show every setting: its value, the origin of the value, and its meaning.

    The first of these that has a value wins: the command's option, the environment
    (DUIZHAO_BEAM=2), a TOML file (--config, DUIZHAO_CONFIG, ./duizhao.toml, the user's
    config.toml), the default.
    """
    from duizhao.corpus.paths import cache_folder
    from duizhao.flows.settings import Settings, resolve
    from duizhao.flows.terminal.output import print_json

    resolved = resolve(config)
    values = resolved.settings.model_dump(mode="json")
    if json:
        print_json(
            {
                name: {"value": value, "from": resolved.origins[name]}
                for name, value in values.items()
            }
        )
        return
    from rich.table import Table

    from duizhao.flows.terminal.safe import rich_console

    table = Table("setting", "value", "from", "meaning")
    for name, field in Settings.model_fields.items():
        value = values[name]
        shown = ",".join(value) if isinstance(value, list) else str(value)
        table.add_row(name, shown, resolved.origins[name], field.description)
    rich_console().print(table)
    print(f"cache folder (DUIZHAO_CACHE): {cache_folder()}")
