"""No text of a document, a file name or a server can control the terminal."""

from __future__ import annotations

import io
import json
import logging
import os
import pty
import subprocess
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.table import Table

from duizhao.corpus.printable import printable, printable_json, printable_line, without_passwords
from duizhao.flows.terminal import safe
from duizhao.flows.terminal.console import TerminalConsole
from duizhao.flows.terminal.output import print_json, print_table
from tests.support.paths import ROOT

EVIL = "\x1b]0;owned\x07\x1b[31m\x9b2J\r\u202eA\udcff"
ESCAPED = r"\x1b]0;owned\x07\x1b[31m\x9b2J\r\u202eA\udcff"
PASSWORD = "s3:cr@et"
"""With the characters that separate the parts of an address."""


@pytest.mark.unit
def test_control_characters_are_escaped_and_text_is_kept() -> None:
    assert printable(EVIL) == ESCAPED
    plain = "第七十届会议 é 😀 a\tb\nc \u200b"
    assert printable(plain) == plain
    assert printable_line("a\nduizhao: done") == r"a\nduizhao: done"
    value = {"name": EVIL + "\n"}
    text = printable_json(json.dumps(value, ensure_ascii=False))
    assert text.isprintable()
    assert json.loads(text) == value


@pytest.mark.unit
def test_passwords_in_addresses_are_hidden() -> None:
    for user in (f"me:{PASSWORD}", "hf_token", f":{PASSWORD}"):
        text = f'cannot send to "https://{user}@hub.example:80/a@b" (refused)'
        assert without_passwords(text) == (
            'cannot send to "https://***@hub.example:80/a@b" (refused)'
        )
    for plain in ("write to a@b.example", "https://host/a?b=c@d", "s3://bucket/a@b"):
        assert without_passwords(plain) == plain


@pytest.mark.unit
def test_whatever_is_written_inside_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    with safe.guarded():
        safe.escape_everything()
        print(EVIL)
        print_json({EVIL: f"https://me:{PASSWORD}@host"})
        print_table(f"[/x] {EVIL}", [(EVIL, f"[/x] {EVIL}")])
        sys.stdout.writelines([EVIL])
        print(EVIL, file=sys.stderr)
        logging.StreamHandler().emit(
            logging.LogRecord("x", logging.WARNING, "", 0, EVIL, None, None)
        )
        # what showwarning writes; pytest collects warnings themselves
        sys.stderr.write(warnings.formatwarning(EVIL, UserWarning, EVIL, 1))
        console = TerminalConsole()
        console.note(EVIL)
        console.done(f"[/x]{EVIL}", f"[/x]{EVIL}", 1.0, False)
    for stream in (out, err):
        written = stream.getvalue()
        assert written.replace("\n", "").isprintable()
        assert "owned" in written
        assert "cr@et" not in written


@pytest.mark.unit
def test_rich_formats_foreign_text_that_cannot() -> None:
    stream = io.StringIO()
    shown = safe.rich_console()
    shown.file = stream
    shown._color_system = None
    table = Table(title=f"[bold]{EVIL}")
    table.add_row(f"[red]{EVIL}")
    shown.print(table)
    assert stream.getvalue().replace("\n", "").isprintable()
    assert "[red]" in stream.getvalue()


def in_terminal(arguments: Sequence[object], cwd: Path, cache: Path) -> bytes:
    """What a terminal receives from a command."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "duizhao", *map(str, arguments)],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DUIZHAO_CACHE": str(cache),
            "HF_ENDPOINT": f"http://me:{PASSWORD}@127.0.0.1:9",
            "HF_TOKEN": "hf_x",
            "NO_PROXY": "127.0.0.1",
            "TERM": "xterm-256color",
        },
    )
    os.close(theirs)
    received = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        received += part
    process.wait()
    os.close(ours)
    return received


FILE = "\x1b]0;owned\x07\x1b[31m[red].zh.txt"


@pytest.mark.system
@pytest.mark.parametrize(
    "arguments",
    [
        ["inspect", FILE],
        ["inspect", FILE, "--json"],
        ["inspect", FILE, "--html", "\x1b]0;owned\x07.html"],
        ["segment", FILE],
        ["segment", "none" + FILE],
        ["build", "none" + FILE],
        ["batch", "none" + FILE, "--out", "out"],
        ["settings", "--config", "none" + FILE],
        ["\x1b]0;owned\x07\x1b[31mx"],
        ["segment", FILE, "\x1b]0;owned\x07\x1b[31mx"],
        ["inspect", FILE, "--lang", "\x1b]0;owned\x07\x1b[31mx"],
        ["memory", "import", FILE],
        ["status", FILE],
        ["push", FILE, "me/x"],
        ["stats", FILE],
        ["search", FILE, "x"],
        ["report", FILE],
        ["apply", FILE],
        ["clean", FILE, "--out", "\x1b]0;owned\x07"],
    ],
)
def test_a_hostile_name_or_text_does_not_reach_the_terminal(
    arguments: list[str], tmp_path: Path
) -> None:
    (tmp_path / FILE).write_text("安全理事会\x1b]0;owned\x07审议了报告。\n", encoding="utf-8")
    received = in_terminal(arguments, tmp_path, tmp_path / "cache")
    assert b"\x1b]0" not in received, received
    assert b"\x1b[31mx" not in received
    assert b"\x1b[31m[red]" not in received
    assert b"\x07" not in received
    assert b"Traceback" not in received
    assert received


@pytest.mark.system
def test_help_is_formatted_in_a_terminal(tmp_path: Path) -> None:
    received = in_terminal(["segment", "--help"], tmp_path, tmp_path / "cache")
    assert b"\x1b[1m" in received
    assert rb"\x1b" not in received
