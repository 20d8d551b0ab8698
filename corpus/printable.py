"""Make text safe to show: no control characters, and no passwords in addresses."""

from __future__ import annotations

import re

# control characters except tab and line feed, those that change the direction of writing, and
# surrogates (undecodable bytes of a file name)
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_PASSWORD = re.compile(r"(?<=://)[^\s/?#\"'<>]*@")


def printable(text: str) -> str:
    r"""The text with control characters escaped, so that a file name cannot control the terminal.

    >>> print(printable("\x1b[2Ja.txt"))
    \x1b[2Ja.txt
    """
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def printable_json(text: str) -> str:
    r"""JSON with control characters inside its strings escaped: it has the same value.

    >>> print(printable_json('"\x9b2J"'))
    "\u009b2J"
    """
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def printable_line(text: str) -> str:
    r"""As `printable`, in one line.

    >>> print(printable_line("a\nb.txt: no such file"))
    a\nb.txt: no such file
    """
    return printable(text).replace("\n", "\\n")


def without_passwords(text: str) -> str:
    """The text with names and passwords in addresses replaced.

    >>> without_passwords("cannot send to https://me:secret@hub.example/api")
    'cannot send to https://***@hub.example/api'
    """
    return _PASSWORD.sub("***@", text) if "://" in text else text
