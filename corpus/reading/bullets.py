"""Bullets: the characters that begin a list item, and what symbol fonts draw for other codes.

One table for the PDF and the Word reader. Symbol fonts put their drawings at the codes of Latin
letters, or at U+F000 and above, where no other font has anything.

    >>> in_symbol_font("\\uf0d8", "Wingdings"), in_symbol_font("n", "ABCDEF+Wingdings")
    ('➢', '■')
"""

from __future__ import annotations

BULLETS = "•◦▪▫■□●○‣⁃∙·►▸▶➢➤✓✔◆◇❖★☆☐☑"

_WINGDINGS = {
    "l": "●", "m": "○", "n": "■", "o": "□", "p": "□", "q": "□", "r": "□", "s": "◆", "t": "◆",
    "u": "◆", "v": "❖", "w": "◆", "x": "☐", "\x9f": "•", "\xa0": "▪", "\xa7": "▪", "\xa8": "□",
    "\xaa": "★", "\xab": "★", "\xd8": "➢", "\xe0": "→", "\xe8": "➔", "\xf0": "⇨",
    "\xfb": "✗", "\xfc": "✓", "\xfd": "☒", "\xfe": "☑",
}  # fmt: skip
_DINGBATS = {
    "3": "✓", "4": "✔", "l": "●", "m": "❍", "n": "■", "o": "❏", "p": "❐", "q": "❑", "r": "❒",
    "s": "▲", "t": "▼", "u": "◆", "v": "❖", "H": "★", "\xd4": "➔", "\xd8": "➢", "\xe4": "➤",
    "\xfa": "➢",
}  # fmt: skip
_SYMBOL = {
    "\xb7": "•", "\xb0": "°", "\xb1": "±", "\xa3": "≤", "\xb3": "≥", "\xb4": "×", "\xae": "→",
    "\xa8": "◆", "\xd7": "·", "\xe0": "◊", "\xa5": "∞", "\xb9": "≠", "\xb8": "÷", "\xd6": "√",
}  # fmt: skip
_FONTS = (("wingdings", _WINGDINGS), ("webdings", _WINGDINGS), ("dingbats", _DINGBATS),
          ("symbol", _SYMBOL))  # fmt: skip


def in_symbol_font(character: str, font: str) -> str:
    """What a character of a font looks like, as Unicode; itself in a font of letters.

    An unknown drawing is taken for a bullet, except of Symbol, which has the signs of formulas.
    """
    code = ord(character)
    private = 0xF000 <= code <= 0xF0FF
    table = next((table for name, table in _FONTS if name in font.lower()), None)
    if table is None and not private:
        return character
    if table is not None and character == "\ufffd":
        return character if table is _SYMBOL else "•"
    key = chr(code - 0xF000) if private else character
    if table is None:
        # Word writes the code of Symbol or Wingdings without naming the font
        return _SYMBOL.get(key) or _WINGDINGS.get(key) or "•"
    if key in table:
        return table[key]
    if private or (table is _WINGDINGS and code < 0x100 and not key.isspace()):
        return "•"
    return character
