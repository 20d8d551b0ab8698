"""The message catalogue: ``en.json`` and ``zh.json``, and helpers for templates.

Readers, commands and servers report messages in English, which also appear in logs and terminals.
Pages of a server show them in Chinese by ``reported.zh.json``, whose keys are the English messages
with numbered placeholders (`errorText` of messages.js).

A message is a text with ``{placeholders}``, or one text per plural form of its placeholder
``{count}``: ``{"one": "{count} bead", "other": "{count} beads"}``. Text between backticks is shown
as code. The key of a message consists of its group and its name: ``common.skip``.

    text("common.theme_dark", "zh")                 # "深色"
    page_messages("common", "report")               # for the page's script element
    environment.globals.update(template_helpers())  # {{ t("common.skip") }}
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from markupsafe import Markup, escape

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
Message = str | dict[str, str]
Value = str | int | float

FOLDER = Path(__file__).parent
_PLACEHOLDER = re.compile(r"{(\w+)}")
_CODE = re.compile(r"`([^`]+)`")


@cache
def messages(language: Language) -> Mapping[str, Message]:
    """All messages of a language by key."""
    groups = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return {
        f"{group}.{name}": message
        for group, entries in groups.items()
        for name, message in entries.items()
    }


def page_messages(*groups: str) -> dict[str, dict[str, Message]]:
    """The messages of these groups by language and key, for a page's script element."""
    return {
        language: {
            key: message
            for key, message in messages(language).items()
            if key.partition(".")[0] in groups
        }
        for language in LANGUAGES
    }


@cache
def reported_in_chinese() -> Mapping[str, str]:
    """Chinese for the messages that programs report in English: ``"cannot be read: {0}"``."""
    texts: dict[str, str] = json.loads((FOLDER / "reported.zh.json").read_text(encoding="utf-8"))
    return texts


def text(key: str, language: Language = "en", /, **values: Value) -> str:
    """The message with its values; whole numbers are grouped by thousands.

    KeyError if there is no such message or a value is missing.

    >>> text("common.beads", count=1200)
    '1,200 beads'
    """
    message = messages(language)[key]
    if not isinstance(message, str):
        form = "one" if values["count"] == 1 and "one" in message else "other"
        message = message[form]
    return _PLACEHOLDER.sub(lambda found: _shown(values[found[1]]), message)


def placeholders(message: Message) -> set[str]:
    """The names of a message's values."""
    forms = [message] if isinstance(message, str) else list(message.values())
    return {name for form in forms for name in _PLACEHOLDER.findall(form)}


def template_helpers() -> dict[str, Callable[..., Markup]]:
    """`t`, `t_attribute` and `term` for Jinja templates; see their docstrings."""
    return {"t": t, "t_attribute": t_attribute, "term": term}


def t(key: str, tag: str = "span", /, **values: Value) -> Markup:
    """An element with the message in English, which the page's script translates.

    >>> t("common.skip", "p")
    Markup('<p data-t="common.skip">Skip to the content</p>')
    """
    content = _CODE.sub(r"<code>\1</code>", str(escape(text(key, **values))))
    return Markup(f'<{tag} data-t="{key}"{_data(values)}>{content}</{tag}>')


def t_attribute(name: str, key: str, /, **values: Value) -> Markup:
    """An attribute with the message in English, which the page's script translates.

    >>> t_attribute("aria-label", "common.keys")
    Markup('aria-label="Keyboard commands" data-t-aria-label="common.keys"')
    """
    shown = escape(text(key, **values))
    return Markup(f'{name}="{shown}" data-t-{name}="{key}"{_data(values)}')


def term(group: str, name: str) -> Markup:
    """The element with the name of a code in a group (``term("kind", "list_item")``).

    A code that is not in the catalogue is shown with spaces instead of underscores.
    """
    key = f"{group}.{name}"
    return t(key) if key in messages("en") else escape(name.replace("_", " "))


def _data(values: Mapping[str, Value]) -> str:
    return f' data-t-values="{escape(json.dumps(values, ensure_ascii=False))}"' if values else ""


def script() -> str:
    """``messages.js``; the page needs ``<script type="application/json" id="messages">``."""
    return (FOLDER / "messages.js").read_text(encoding="utf-8")


def _shown(value: Value) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
