"""The libraries that are compared, each in a separate process."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.draft import Source
from duizhao.corpus.reading.parsing import parse
from duizhao.corpus.segmentation.sentences import split
from duizhao.evaluation.benchmarks.reading import worker

PEERS = tuple(name for name in worker.READERS if name != "duizhao")
PACKAGES = "pdf-oxide kreuzberg pdftext pdfplumber 'markitdown[pdf]'"
# An entry of a table of contents counts without the dots and the page number behind it
_LEADER = re.compile(r"\s*(?:[.．·…]\s*){4,}\d*\s*$")


@dataclass(frozen=True, slots=True)
class Reading:
    """The blocks and sentences of a reader for a file, with seconds and memory."""

    blocks: tuple[str, ...]
    sentences: tuple[str, ...]
    seconds: float
    peak_mb: float
    error: str = ""


class Reader:
    """A library that reads files, one after the other, in a process that runs until the end."""

    def __init__(self, name: str, python: str = sys.executable) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [python, worker.__file__, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def read(self, path: Path, language: Language) -> Reading:
        """Read a file; a reader that ended without an answer has an error."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            request = {"path": str(path), "language": language}
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            return Reading((), (), 0.0, 0.0, f"{self.name} ended without an answer")
        return _reading(json.loads(line), language)


def missing(python: str) -> list[str]:
    """The peers that the interpreter `python` cannot import."""
    modules = {name: worker.READERS[name][2].partition(".")[0] for name in PEERS}
    code = (
        "import importlib.util, sys\n"
        "print(*[name for name in sys.argv[1:] if not importlib.util.find_spec(name)])"
    )
    command = [python, "-c", code, *modules.values()]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    gone = done.stdout.split()
    return [name for name, module in modules.items() if module in gone]


def _reading(answer: Mapping[str, Any], language: Language) -> Reading:
    """The blocks of an answer.

    Text or Markdown from other libraries is read by duizhao's reader of such files, which joins
    broken lines and removes page numbers, so that the figures measure the order and the lines of
    the library rather than its output format.
    """
    cost = answer["seconds"], answer["peak_mb"]
    if "error" in answer:
        return Reading((), (), *cost, answer["error"])
    if answer["format"] == "blocks":
        blocks = [text for _, text, _ in answer["content"]]
        sentences = [sentence for _, _, each in answer["content"] for sentence in each]
        return Reading(tuple(blocks), tuple(sentences), *cost)
    suffix = ".md" if answer["format"] == "markdown" else ".txt"
    source = Source(f"peer{suffix}", answer["content"].encode("utf-8", "replace"))
    try:
        document, _ = parse(source, language, "source", "peer")
    except InputError as error:
        return Reading((), (), *cost, str(error))
    texts = [_LEADER.sub("", block.text) for block in document.blocks]
    return Reading(tuple(texts), tuple(sentences_of(texts)), *cost)


def sentences_of(blocks: list[str]) -> list[str]:
    """The sentences of blocks of text."""
    return [text[start:end] for text in blocks for start, end in split(text)]
