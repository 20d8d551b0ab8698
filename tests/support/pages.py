"""The pages of the documentation and the code blocks on them.

A page's blocks in ``sh``, ``console`` and ``python`` are run by tests/docs/test_commands.py, one
after another, in one working directory. A comment in front of a block changes that:

    <!-- not run: needs the token of an account -->
    <!-- exit code: 1 -->
    <!-- in the background until: http://127.0.0.1 -->

The last starts the block's command, waits for the text in its output, and goes on with the next
block; the command is interrupted at the end of the page.

In a ``console`` block the lines that begin with ``$`` are the commands and the others are their
output; ``...`` stands for any lines, and ``…`` for any text within a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

SHELL = ("sh", "console")

_DIRECTIVES = "not run|exit code|in the background until"

_FENCE = re.compile(
    rf"(?:^<!-- (?P<directive>{_DIRECTIVES}): (?P<value>[^>]*) -->\n)?"
    r"^(?P<indent> *)```(?P<language>\w+)[^\n]*\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One code block of a page."""

    page: str
    line: int
    language: str
    text: str
    not_run: str = ""
    exit_code: int = 0
    background_until: str = ""

    @property
    def place(self) -> str:
        """Where the block is, for messages."""
        return f"{self.page}:{self.line}"

    @property
    def commands(self) -> str:
        """The shell commands of the block, without the output that a console block shows."""
        if self.language != "console":
            return self.text
        lines: list[str] = []
        inside = False
        for line in self.text.splitlines():
            if line.startswith("$ ") or inside:
                lines.append(line.removeprefix("$ "))
                inside = line.endswith("\\")
        return "\n".join(lines) + "\n"

    @property
    def output(self) -> list[str]:
        """The lines of output that a console block shows."""
        if self.language != "console":
            return []
        lines: list[str] = []
        inside = False
        for line in self.text.splitlines():
            if not (line.startswith("$ ") or inside):
                lines.append(line)
                continue
            inside = line.endswith("\\")
        return [line for line in lines if line.strip()]


def pages() -> list[Path]:
    """README and every Markdown page of the documentation that people write."""
    written = [p for p in (ROOT / "docs").rglob("*.md") if p.parent.name != "reference"]
    roots = [ROOT / name for name in ("README.md", "README.zh.md", "CONTRIBUTING.md")]
    return [*roots, *sorted(written)]


def name_of(page: Path) -> str:
    """The page's path within the repository."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """The code blocks of a page, in order."""
    text = page.read_text("utf-8")
    return list(_blocks(name_of(page), text))


def _blocks(page: str, text: str) -> Iterator[Block]:
    for match in _FENCE.finditer(text):
        indent = len(match["indent"])
        directive, value = match["directive"], (match["value"] or "").strip()
        yield Block(
            page=page,
            line=text.count("\n", 0, match.start("language")) + 1,
            language=match["language"],
            text="".join(line[indent:] for line in match["text"].splitlines(keepends=True)),
            not_run=value if directive == "not run" else "",
            exit_code=int(value) if directive == "exit code" else 0,
            background_until=value if directive == "in the background until" else "",
        )


def commands(block: Block) -> list[str]:
    """The commands of a shell block, one a line, with continued lines joined."""
    joined = re.sub(r"\\\n\s*", " ", block.commands)
    without = re.sub(r"<<'?(\w+)'?\n.*?^\1$", "", joined, flags=re.MULTILINE | re.DOTALL)
    return [line for line in without.splitlines() if line.strip() and not line.startswith("#")]
