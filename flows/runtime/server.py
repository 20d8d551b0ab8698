"""A private Prefect API server, for one run or for several.

Started as ``python -m duizhao.flows.runtime.server FD PARENT FOLDER``.

It serves on the listening socket FD that its parent opened, and stores its database in FOLDER. The
first line of standard input is the secret that each request must have (on Windows the socket
follows it). As soon as PARENT has ended, the server removes FOLDER and ends: unlike with Prefect's
own ephemeral server, a killed run leaves no server behind. If PARENT is 0, the server ends when no
command has used it for some minutes (users.py).
"""

from __future__ import annotations

import gc
import os
import shutil
import socket
import sys
import threading
import time
from pathlib import Path

from filelock import FileLock

from duizhao.flows.runtime.guard import Guard
from duizhao.flows.runtime.processes import IS_WINDOWS, end_with_parent
from duizhao.flows.runtime.template import save_template
from duizhao.flows.runtime.users import DATABASE, wait_until_idle

LOCK = "lock"
PID = "pid"
TEMPLATE_VARIABLE = "DUIZHAO_PREFECT_TEMPLATE"


def main() -> None:
    """Serve until the parent process is gone, or for some minutes after the last command."""
    # Prefect creates thousands of classes that stay: collecting garbage meanwhile would take a
    # third of the server's start
    gc.disable()
    descriptor, parent, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    lock = FileLock(folder / LOCK)
    lock.acquire()
    (folder / PID).write_text(str(os.getpid()))
    if parent:
        end_with_parent(parent, lambda: shutil.rmtree(folder, ignore_errors=True))
    else:
        threading.Thread(target=_end_when_idle, args=(folder,), daemon=True).start()

    secret = sys.stdin.buffer.readline().decode().strip()
    os.environ["PREFECT_SERVER_API_AUTH_STRING"] = secret
    listener = _listener(descriptor)

    import uvicorn
    from prefect.server.api.server import create_app

    if not parent:
        os.chdir(folder.parent)  # the folder of the command may be deleted
    gc.freeze()  # create_app collects
    app = Guard(create_app(ephemeral=True, final=True), secret, listener.getsockname()[1])
    gc.enable()
    config = uvicorn.Config(app, log_level="critical", lifespan="on", access_log=False)
    server = uvicorn.Server(config)
    threading.Thread(target=_keep_template, args=(server, folder), daemon=True).start()
    server.run(sockets=[listener])
    shutil.rmtree(folder, ignore_errors=True)


def _end_when_idle(folder: Path) -> None:
    try:
        wait_until_idle(folder, folder.parent / LOCK)
    finally:  # a server must end in any case
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)


def _listener(descriptor: int) -> socket.socket:
    if not IS_WINDOWS:
        return socket.socket(fileno=descriptor)
    fromshare = socket.fromshare  # type: ignore[attr-defined,unused-ignore]
    listener: socket.socket = fromshare(sys.stdin.buffer.read())
    return listener


def _keep_template(server: object, folder: Path) -> None:
    """Save the migrated database, so that the next run starts from a copy of it."""
    template = os.environ.get(TEMPLATE_VARIABLE)
    if not template or Path(template).exists():
        return
    while not getattr(server, "started", False):
        time.sleep(0.05)
    save_template(folder / DATABASE, Path(template))


if __name__ == "__main__":
    main()
