"""Small batches for tests: generated documents, and their results."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.cli import Cli
from tests.support.paths import ROOT

SENTENCES = (
    (
        "安全理事会决定继续处理此案。",
        "The Security Council decided to remain seized of the matter.",
    ),
    ("会议于2021年3月4日在日内瓦举行。", "The meeting was held in Geneva on 4 March 2021."),
    (
        "秘书长感谢东道国的款待。",
        "The Secretary-General thanked the host country for its hospitality.",
    ),
    ("委员会通过了该报告。", "The Committee adopted the report."),
    ("大会请秘书长提交报告。", "The General Assembly requested the Secretary-General to report."),
    ("各国代表发了言。", "Statements were made by the representatives of States."),
    ("预算为1 200万美元。", "The budget amounts to $12 million."),
    ("工作组将在明年开会。", "The Working Group will meet next year."),
)


def make_documents(folder: Path, count: int, broken: bool = True) -> Path:
    """Pairs of five sentences, each a little different, and some documents that fail."""
    folder.mkdir(parents=True)
    for number in range(count):
        chinese = [f"第{number}号文件。"]
        english = [f"Document No. {number}."]
        for step in range(4):
            zh, en = SENTENCES[(number * 3 + step) % len(SENTENCES)]
            chinese.append(zh)
            english.append(en)
        (folder / f"d{number:02d}.zh.txt").write_text("\n".join(chinese) + "\n", encoding="utf-8")
        (folder / f"d{number:02d}.en.txt").write_text("\n".join(english) + "\n", encoding="utf-8")
    if broken:
        (folder / "empty.zh.txt").write_text("")
        (folder / "swapped.zh.txt").write_bytes((folder / "d01.en.txt").read_bytes())
        (folder / "binary.zh.txt").write_bytes(bytes(range(256)) * 30)
        report = (ROOT / "corpus/samples/report.zh.txt").read_text(encoding="utf-8")
        lines = report.splitlines()[:60]
        (folder / "unlike.zh.txt").write_text("\n".join(lines), encoding="utf-8")
        other = (ROOT / "LICENSE").read_text(encoding="utf-8").split("\n\n")[4:14]
        (folder / "unlike.en.txt").write_text("\n\n".join(other), encoding="utf-8")
        (folder / "endless.zh.txt").write_text("字" * 30_000, encoding="utf-8")
    return folder


def heed_ctrl_c() -> None:
    """For a child: a shell's background jobs ignore Ctrl-C, and so would what tests start there."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def command(*arguments: object) -> list[str]:
    """The command line of `duizhao` with these arguments."""
    return [sys.executable, "-m", "duizhao", *map(str, arguments)]


QUICK = ("--beam", "1", "--effort", "fast")
"""Options of a batch in a test that is not about translation or alignment."""


def batch(
    environment: dict[str, str],
    *arguments: object,
    code: int = 1,
    quick: Sequence[object] = QUICK,
) -> tuple[dict[str, Any], str]:
    """Run a batch to its end; returns its record and what it printed on standard error."""
    cli = Cli(Path(environment["DUIZHAO_CACHE"]), environment)
    done = cli("batch", *arguments, *quick, "--json")
    assert done.code == code, done.err
    record: dict[str, Any] = json.loads(done.out) if done.out else {}
    return record, done.err


def contents(out: Path) -> dict[str, str]:
    """Hash of each file of a corpus, without the account of the run."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".duizhao" not in path.parts and path.name != "batch.json"
    }


def processes(word: str, ancestor: int) -> list[int]:
    """Ids of processes with `word` in their command line that descend from `ancestor`."""
    parents: dict[int, int] = {}
    words: dict[int, str] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text()
            words[int(entry.name)] = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])

    def descends(process: int) -> bool:
        while process in parents:
            process = parents[process]
            if process == ancestor:
                return True
        return False

    return [
        one for one, line in words.items() if word in line and one != os.getpid() and descends(one)
    ]
