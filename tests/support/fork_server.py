"""Runs commands of duizhao without the time that a new interpreter takes to import everything.

`python -m tests.support.fork_server SOCKET` imports what the commands need and waits. A client
(`python -S -E fork_client.py SOCKET ARGUMENT...`) sends its arguments, folder, environment and the
three standard streams; the server forks, the child takes them over and runs the command line, and
the client ends with its exit code.
"""

from __future__ import annotations

import array
import json
import os
import signal
import socket
import sys
import traceback
from pathlib import Path

PRELOADED = (
    "ctranslate2",
    "duizhao.corpus.alignment.compiled",
    "duizhao.flows.batch.flow",
    "duizhao.flows.build.flow",
    "duizhao.flows.cli",
    "lxml.html",
    "numba",
    "prefect",
    "pyarrow.parquet",
    "sacrebleu",
    "sentencepiece",
)

CLIENT = """
import array, json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect(sys.argv[1])
    call = {"arguments": sys.argv[2:], "folder": os.getcwd(), "environment": dict(os.environ)}
    streams = array.array("i", [0, 1, 2])
    data = json.dumps(call).encode()
    server.sendmsg(
        [len(data).to_bytes(8, "big")],
        [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)],
    )
    server.sendall(data)
    answer = server.recv(4)
sys.exit(int.from_bytes(answer, "big", signed=True) if answer else 1)
"""


def serve(path: str) -> None:
    """Answer calls until this process is ended."""
    from importlib import import_module

    for name in PRELOADED:
        import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path + ".new")
        listening.listen()
        Path(path + ".new").rename(path)
        while True:
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                _answer(connection)
            connection.close()


def _answer(connection: socket.socket) -> None:
    """In a child: run one command in a child of its own, and send its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, rights, *_ = connection.recvmsg(8, socket.CMSG_SPACE(3 * array.array("i").itemsize))
    streams = array.array("i", rights[0][2])
    data = b""
    while len(data) < int.from_bytes(size, "big"):
        data += connection.recv(65536)
    call = json.loads(data)
    child = os.fork()
    if child == 0:
        connection.close()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        _run(call["arguments"], call["folder"], call["environment"])
    for stream in streams:
        os.close(stream)
    _, status = os.waitpid(child, 0)
    connection.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))
    os._exit(0)


def _run(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    from duizhao.flows.cli import main

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["duizhao", *arguments]
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])
