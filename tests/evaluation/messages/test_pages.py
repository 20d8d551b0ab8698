"""Pages take every text from the catalogue: keys exist, none is unused, nothing is left over."""

from __future__ import annotations

import ast
import errno
import os
import re
from pathlib import Path
from typing import get_args

import pytest

from duizhao.corpus.alignment.weights import ALL as SIGNALS
from duizhao.corpus.document import BlockKind
from duizhao.corpus.files.formats import FORMATS
from duizhao.corpus.reading import furniture
from duizhao.corpus.reading.web.elements import LEFT_OUT
from duizhao.evaluation.messages.catalogue import messages, reported_in_chinese
from duizhao.evaluation.review.edits import OPERATIONS
from duizhao.models.guards.flags import FLAGS
from tests.support.paths import ROOT

pytestmark = pytest.mark.unit

CODES = ("reason", "flag", "signal", "kind", "operation", "stage", "side", "retry", "format")
"""Groups of names of codes; a code without a name appears as it is."""
TEXT_ATTRIBUTES = ("aria-label", "title", "placeholder", "alt")
FILES = (".py", ".js", ".html", ".json", ".css", ".pdf", ".docx", ".txt", ".tmx")
NOT_TRANSLATED = {"duizhao", "chrF++", "%"}


def sources(*endings: str) -> dict[Path, str]:
    """The texts of the pages' files."""
    return {
        path: path.read_text(encoding="utf-8")
        for folder in ("evaluation", "flows")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.name.endswith(endings) and "vendor" not in path.parts
    }


def used() -> tuple[set[str], set[str]]:
    """The keys that pages name, and the beginnings of keys that they put together."""
    keys, beginnings = set(), set()
    names = re.compile(r"""["'`]([a-z]+\.[a-z]\w*[a-z0-9])["'`]""")
    parts = re.compile(r"""`([a-z]+\.\w*)\$\{|["']([a-z]+\.\w*)["'] ~|f"([a-z]+\.\w*)\{""")
    for text in sources(".js", ".jinja", ".py").values():
        keys |= set(names.findall(text))
        beginnings |= {"".join(found) for found in parts.findall(text)}
    return keys, beginnings


def test_every_message_is_used() -> None:
    keys, beginnings = used()
    unused = [
        key
        for key in messages("en")
        if key not in keys
        and key.partition(".")[0] not in CODES
        and not any(key.startswith(beginning) for beginning in beginnings)
    ]
    assert unused == []


def test_every_key_of_a_page_has_a_message() -> None:
    groups = {key.partition(".")[0] for key in messages("en")}
    keys, _ = used()
    missing = {key for key in keys if key.partition(".")[0] in groups} - set(messages("en"))
    assert {key for key in missing if not key.endswith(FILES)} == set()


def test_codes_of_the_program_have_names() -> None:
    reasons = set(furniture.FULL) | set(LEFT_OUT.values())
    for path in (ROOT / "corpus" / "reading").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in ("LeftOut", "_leave_out"):
                    reasons.add(node.args[0].value)
    wanted = {
        *(f"reason.{reason}" for reason in reasons),
        *(f"flag.{flag}" for flag in FLAGS),
        *(f"signal.{signal}" for signal in SIGNALS),
        *(f"kind.{kind}" for kind in get_args(BlockKind)),
        *(f"format.{name}" for name in FORMATS),
        *(f"{group}.{name}" for group in ("operation", "edit") for name in OPERATIONS),
    }
    assert wanted - set(messages("en")) == set()


def test_templates_have_no_text_of_their_own() -> None:
    own = []
    for path, template in sources(".jinja").items():
        text = re.sub(r"(?s)\{#.*?#\}|<(script|style)\b.*?</\1>|<kbd.*?</kbd>", "", template)
        for name in TEXT_ATTRIBUTES:
            own += [(path.name, value) for value in re.findall(rf' {name}="([^"{{]+)"', text)]
        text = re.sub(r'(?s)<[^>]*lang="zh[^>]*>.*?<', "<", text)
        text = re.sub(r"(?s)\{\{.*?\}\}|\{%.*?%\}", "", text)
        words = re.findall(r">([^<]*\w[^<]*)<", re.sub(r"(?s)<!.*?>", "", text))
        own += [(path.name, word) for word in words if word.strip() not in NOT_TRANSLATED]
    # examples of symbols and dates need no translation
    assert [(name, text) for name, text in own if re.search(r"[a-z]{2}", text)] == []


def texts_of_programs() -> set[str]:
    """Every text in our code, with ``{}`` for its values, and the errors of the system."""
    found = {os.strerror(number) for number in errno.errorcode}
    for folder in ("corpus", "models", "evaluation", "flows"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
                if isinstance(node, ast.JoinedStr):
                    parts = [getattr(part, "value", "") for part in node.values]
                    found.add("".join(part if isinstance(part, str) else "{}" for part in parts))
    scripts = "".join(sources(".js").values())
    return found | {
        re.sub(r"\$\{[^}]*\}", "{}", text) for text in re.findall(r"`([^`]+)`", scripts)
    }


def test_what_is_translated_is_what_programs_report() -> None:
    known = texts_of_programs()
    known |= {text.partition(": ")[2] for text in known}
    stale = [
        english
        for english in reported_in_chinese()
        if (text := re.sub(r"\{\d\}", "{}", english)) not in known
        and not any(one.endswith(f": {text}") for one in known)
    ]
    assert stale == []


def test_values_of_what_programs_report_have_their_numbers() -> None:
    for english, chinese in reported_in_chinese().items():
        numbers = re.findall(r"\{(\d)\}", english)
        assert numbers == [str(place) for place in range(len(numbers))], english
        assert set(re.findall(r"\{(\d)\}", chinese)) <= set(numbers), english
