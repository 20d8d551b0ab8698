"""`duizhao settings`: what is set, by whom, and what it means."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def settings(
    config: Annotated[
        Path | None, typer.Option("--config", help="TOML file with settings to look at.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show every setting: its value, where that comes from, and what it does.

    A setting is taken from the command's option, else from the environment (DUIZHAO_BEAM=2), else
    from a TOML file (--config, DUIZHAO_CONFIG, ./duizhao.toml, the user's config.toml).
    """
    from duizhao.corpus.paths import cache_folder
    from duizhao.flows.settings import Settings, resolve

    resolved = resolve(config)
    values = resolved.settings.model_dump(mode="json")
    if json:
        import json as json_module

        told = {
            name: {"value": value, "from": resolved.origins[name]} for name, value in values.items()
        }
        print(json_module.dumps(told, ensure_ascii=False, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("setting", "value", "from", "what it does")
    for name, field in Settings.model_fields.items():
        value = values[name]
        shown = ",".join(value) if isinstance(value, list) else str(value)
        table.add_row(name, shown, resolved.origins[name], field.description)
    Console(highlight=False).print(table)
    print(f"cache folder (DUIZHAO_CACHE): {cache_folder()}")
