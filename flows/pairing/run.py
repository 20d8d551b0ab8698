"""Run the pairing flow, for the commands and the studio."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duizhao.flows.pairing.output import PairingRecord
    from duizhao.flows.settings import Settings


def run(sources: Sequence[str], out: Path, settings: Settings) -> PairingRecord:
    """Run the flow; paths that do not exist are reported before a server starts."""
    from duizhao.flows.pairing.output import unpaired_file
    from duizhao.flows.pairing.pile import files_of
    from duizhao.flows.runtime import session as runtime
    from duizhao.flows.terminal import console
    from duizhao.flows.terminal.output import check_output

    files_of(sources, (out, unpaired_file(out)))
    check_output(out)
    with runtime.session(settings.server_minutes) as connect:
        from duizhao.flows.pairing.flow import pair_documents

        with console.current().stage("start Prefect"):
            connect()
        record: PairingRecord = pair_documents(list(sources), str(out), settings.reading)
    return record
