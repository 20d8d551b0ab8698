"""A private Prefect API server for one run.

Started as ``python -m duizhao.flows.runtime.server FD PARENT FOLDER``.

It serves on the listening socket FD that its parent opened, keeps its database in FOLDER, and
ends by itself, taking FOLDER with it, as soon as PARENT is gone, however that ended: a run that
is killed with SIGKILL leaves no server behind. (Prefect's own ephemeral server stays.)
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import sqlite3
import sys
import threading
import time
from pathlib import Path

from duizhao.flows.runtime.processes import end_with_parent

DATABASE = "prefect.db"
LOCK = "lock"
PID = "pid"
TEMPLATE_VARIABLE = "DUIZHAO_PREFECT_TEMPLATE"


def main() -> None:
    """Serve until the parent process is gone."""
    descriptor, parent, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    lock = (folder / LOCK).open("a")
    fcntl.flock(lock, fcntl.LOCK_EX)
    (folder / PID).write_text(str(os.getpid()))
    end_with_parent(parent, lambda: shutil.rmtree(folder, ignore_errors=True))

    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app(ephemeral=True, final=True)
    config = uvicorn.Config(app, log_level="critical", lifespan="on", access_log=False)
    server = uvicorn.Server(config)
    threading.Thread(target=_keep_template, args=(server, folder), daemon=True).start()
    server.run(sockets=[socket.socket(fileno=descriptor)])
    shutil.rmtree(folder, ignore_errors=True)


def _keep_template(server: object, folder: Path) -> None:
    """Keep the database as the migrations left it, so that the next run starts from a copy."""
    template = os.environ.get(TEMPLATE_VARIABLE)
    if not template or Path(template).exists():
        return
    while not getattr(server, "started", False):
        time.sleep(0.05)
    fresh = Path(f"{template}.{os.getpid()}")
    with sqlite3.connect(folder / DATABASE) as source, sqlite3.connect(fresh) as target:
        source.backup(target)
    target.close()
    fresh.replace(template)


if __name__ == "__main__":
    main()
