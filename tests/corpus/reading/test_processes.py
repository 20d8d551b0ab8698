"""The reading process ends with the process that started it, however that one ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
]

STUCK = """
import os, signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored below a shell's background job
from duizhao.corpus.reading.bounds import call
from duizhao.corpus.reading.bounds.limits import Limits
print(call.call("a", os.getpid, limits=Limits()), flush=True)
call.call("b", time.sleep, 600, limits=Limits())
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_of_a_process_that_is_killed(number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", STUCK], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    child = int(process.stdout.readline())
    time.sleep(0.5)
    process.send_signal(number)
    process.wait()
    for _ in range(200):
        if not _alive(child):
            break
        time.sleep(0.1)
    assert not _alive(child)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
