"""The text of a PDF page with positions: runs of characters as the file sets them.

PDFium gives characters with their boxes. A `Piece` is the characters of one text object on one
baseline without a wide gap, which is as far as one can go without knowing the layout.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Any

from duizhao.corpus.reading.bullets import in_symbol_font
from duizhao.corpus.reading.characters import upright
from duizhao.corpus.reading.pdf.page.characters import characters_of
from duizhao.corpus.reading.pdf.page.drawings import Drawings, read_drawings
from duizhao.corpus.reading.pdf.page.extras import with_fields
from duizhao.corpus.reading.pdf.page.frames import Box, borders
from duizhao.corpus.reading.pdf.page.looks import OBLIQUE, Look, look_of
from duizhao.corpus.reading.pdf.page.overprints import drawn_once, without_emphasis
from duizhao.corpus.script import EAST_ASIAN_CHARACTER

# a gap in em that always ends a piece: wider than the space of a justified line
WIDE_GAP = 0.8
# A distance of fewer em is none between words: it is behind a letter with a wrong width
NARROWEST = 0.08
# A page with so much of its text in columns of characters is set vertically
MOSTLY = 0.6
# A superior digit is so far above the baseline, in em, and smaller than so many em
SUPERIOR, SUPERIOR_SIZE = 0.2, 0.6
# How far a Chinese character is above the baseline, in em
ASCENT = 0.85
# white space of every kind; the wide Chinese space is an indent, not a letter
SPACES = frozenset("\t\n\r \xa0\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))))
_HYPHENS = re.compile("\u2011|-\u00ad?\u2010")


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of one text object on one line.

    Lengths in points; `y` is the baseline, from the page's foot. `tag` is the marked-content id
    (None: not tagged), `artifact` what PDF calls furniture. `space` is the white space before it:
    "" none, "real" a space character, "inner" one within the same text object, "object" one in a
    text object of its own, "gap" only a distance, "stretched" one of a justified line.
    `fixed`: in a typeface of equally wide letters. `foot` is the baseline of the last line of a
    stack of letters.
    """

    text: str
    left: float
    right: float
    y: float
    size: float
    bold: bool
    space: str
    tag: int | None
    artifact: bool
    invisible: bool
    angle: int
    fixed: bool = False
    foot: float | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Pieces of a page in the file's order, and what is drawn on it.

    `rules` are thin horizontal lines (left, right, y), `walls` thin vertical ones (x, bottom,
    top), `figures` boxes (left, bottom, right, top) of drawings such as charts, `dots` the
    middles of small round or square drawings, as bullets are. `image_share` is the share of the
    page that pictures cover, `covered` the share of its text that a picture hides. `outside` is
    text beyond the edges of the page, which no reader sees. `turned` is by how
    many degrees, counter-clockwise, the page as it is shown has to be turned so that the text is
    as in `pieces`. `unreadable`: PDFium cannot load it.
    """

    number: int
    width: float
    height: float
    pieces: tuple[Piece, ...]
    rules: tuple[tuple[float, float, float], ...] = ()
    walls: tuple[tuple[float, float, float], ...] = ()
    figures: tuple[tuple[float, float, float, float], ...] = ()
    dots: tuple[tuple[float, float], ...] = ()
    image_share: float = 0.0
    covered: float = 0.0
    outside: str = ""
    turned: int = 0
    unreadable: bool = False


def read_page(pdf: Any, number: int) -> Page:
    """Page `number` (from 1) of a `pypdfium2.PdfDocument`."""
    import pypdfium2

    try:
        page = pdf[number - 1]
    except pypdfium2.PdfiumError:
        return Page(number, 0.0, 0.0, (), unreadable=True)
    try:
        # the text's own space: what /Rotate says is how the page is shown
        left, bottom, right, top = page.get_bbox()
        width, height = right - left, top - bottom
        pieces, seen = _pieces(page)
        drawn = read_drawings(page, width * height, seen)
        with with_fields(pdf, page, number) as filled:
            if filled is not None:
                pieces, _ = _pieces(filled)
        on_its_side = _main_angle(pieces)
        pieces = _with_vertical(_with_spaces(pieces, drawn.spaces))
        turned = _main_angle(pieces)
        if turned:
            if turned != 180:
                width, height = height, width
            origin = {90: (-bottom, right), 180: (right, top), 270: (top, -left)}[turned]
            pieces = [_moved(p, *origin, (p.angle - turned) % 360) for p in pieces]
            if turned == on_its_side:
                drawn = drawn.turned(turned, *origin)
            else:
                # lines between columns of characters are no rules of a table
                drawn = Drawings(images=drawn.images, covered=drawn.covered)
        elif left or bottom:
            pieces = [_moved(piece, -left, -bottom, piece.angle) for piece in pieces]
            drawn = drawn.moved(-left, -bottom)
        words = (_box(piece) for piece in pieces if piece.angle == 0)
        for box in borders(drawn.boxes, drawn.blanks, words):
            drawn.walls += [(box[0], box[1], box[3]), (box[2], box[1], box[3])]
            drawn.rules += [(box[0], box[2], box[1]), (box[0], box[2], box[3])]
        pieces = without_emphasis(drawn_once(pieces))
        inside = [piece for piece in pieces if _is_inside(piece, width, height)]
        outside = " ".join(p.text for p in pieces if not _is_inside(p, width, height))
        return Page(
            number, width, height, tuple(inside), tuple(drawn.rules), tuple(drawn.walls),
            tuple(drawn.figures), tuple(drawn.dots), drawn.images, drawn.covered, outside,
            (page.get_rotation() - turned) % 360,
        )  # fmt: skip
    finally:
        page.close()


def _with_vertical(pieces: list[Piece]) -> list[Piece]:
    """Chinese set in columns from right to left as text turned to its side, which it is read as.

    A file has such a column as one piece that is one character wide, or as a piece a character.
    """
    letters = sum(len(piece.text) for piece in pieces)
    stacked: set[int] = set()
    for number, piece in enumerate(pieces):
        if piece.angle or not EAST_ASIAN_CHARACTER.match(piece.text):
            continue
        if len(piece.text) > 1 and piece.right - piece.left < 0.5 * len(piece.text) * piece.size:
            stacked.add(number)
        elif len(piece.text) == 1 and number and _is_below(pieces[number - 1], piece):
            stacked |= {number - 1, number}
    if sum(len(pieces[number].text) for number in stacked) < MOSTLY * letters:
        return pieces
    out: list[Piece] = []
    for piece in pieces:
        if EAST_ASIAN_CHARACTER.match(piece.text) and not piece.angle:
            piece = _on_its_side(piece)
            # a mark stands in a corner of its square
            if out and abs(out[-1].right - piece.left) <= piece.size >= abs(out[-1].y - piece.y):
                piece = replace(piece, y=out[-1].y)
        out.append(piece)
    return out


def _is_below(upper: Piece, piece: Piece) -> bool:
    """Whether a character is directly below another one."""
    middles = (upper.left + upper.right) / 2, (piece.left + piece.right) / 2
    near = abs(middles[0] - middles[1]) <= 0.5 * piece.size
    single = len(upper.text) == 1 and not upper.angle
    return single and near and 0.5 * piece.size <= upper.y - piece.y <= 2 * piece.size


def _on_its_side(piece: Piece) -> Piece:
    """An upright piece of a column as if it were turned by 270 degrees with the column."""
    start = -(piece.y + ASCENT * piece.size)
    end = start + len(piece.text) * piece.size
    return replace(piece, left=start, right=end, y=piece.left, space="", angle=270)


def _is_inside(piece: Piece, width: float, height: float) -> bool:
    """Whether some of a piece is on the page, and not all beyond an edge of it."""
    left, bottom, right, top = _box(piece)
    if piece.angle:
        return True
    return left < width and right > 0 and bottom < height and top > 0


def _box(piece: Piece) -> Box:
    return (piece.left, piece.y - 0.2 * piece.size, piece.right, piece.y + 0.8 * piece.size)


def _pieces(page: Any) -> tuple[list[Piece], set[int]]:
    """The pieces of a page, and the addresses of the text objects that they came from."""
    import pypdfium2.raw as raw

    text_page = page.get_textpage()
    seen: set[int] = set()
    try:
        return list(_join(raw, text_page.raw, seen)), seen
    finally:
        text_page.close()


def _with_spaces(pieces: list[Piece], spaces: dict[int, list[float]]) -> list[Piece]:
    """Gaps made by a space character known as such.

    PDFium leaves out a text object that is nothing but a space and reports a gap, which may as
    well be the quarter of an em that Word puts between Chinese and digits.
    """
    if not spaces:
        return pieces
    out = pieces[:1]
    for before, piece in pairwise(pieces):
        if piece.space == "gap":
            room = max(before.size, piece.size)
            end = piece.left + 1 if abs(piece.y - before.y) < room / 2 else before.right + room
            base = round(before.y)
            if any(
                before.right - 0.3 * room <= x <= end
                for y in (base - 1, base, base + 1)
                for x in spaces.get(y, ())
            ):
                piece = replace(piece, space="object")
        out.append(piece)
    return out


def _join(raw: Any, text_page: Any, seen: set[int]) -> Iterator[Piece]:
    """Characters to pieces. The loop is the reader's hot spot: 3,000 rounds a page.

    A text object stands on one baseline, so that is asked once an object.
    """
    box_of = raw.FPDFText_GetLooseCharBox
    object_of = _address_function(raw)
    pointer = ctypes.cast(text_page, ctypes.c_void_p)
    box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    box_pointer = ctypes.byref(box)
    looks: dict[int, Look] = {}
    look: Look | None = None
    current = 0
    characters: list[str] = []
    left = right = base = 0.0
    space = next_space = ""
    raised = False
    for index, character in enumerate(characters_of(raw, text_page)):
        key = object_of(pointer, index)
        if not key:
            # white space that PDFium puts in where it sees a distance
            next_space = next_space or "gap"
            continue
        if character in SPACES:
            # one without width PDFium has put in for a distance
            box_of(text_page, index, box_pointer)
            turned = look is not None and look.angle % 180 != 0
            width = box.top - box.bottom if turned else box.right - box.left
            next_space = "real" if width > 0.01 else next_space or "gap"
            continue
        if not character:
            seen.add(key)
            continue
        box_of(text_page, index, box_pointer)
        if key != current or look is None:
            if characters and look is not None:
                yield _piece(characters, left, right, base, space, look, raised)
            current, space, raised = key, next_space, False
            look = looks.get(key)
            if look is None:
                handle = raw.FPDFText_GetTextObject(text_page, index)
                look = looks[key] = look_of(raw, text_page, index, handle)
            raw.FPDFText_GetCharOrigin(text_page, index, x, y)
            start, end, base = _along(look.angle, box, x.value, y.value)
            characters, left = [], start
        else:
            start, end = box.left, box.right
            if look.angle:
                start, end, _ = _along(look.angle, box, 0.0, 0.0)
            gap = start - right
            if (
                gap > WIDE_GAP * look.size
                or gap < -2 * look.size
                # room that another object may fill, as a quotation mark of another font
                or (gap > 0.3 * look.size and next_space != "real")
            ):
                yield _piece(characters, left, right, base, space, look, raised)
                characters, left = [], start
                space = "inner" if next_space == "real" else next_space
            elif next_space == "real":
                characters.append(" ")
            elif next_space and gap > NARROWEST * look.size:
                characters.append("\u200a")
        superior = "0" <= character <= "9" and _is_superior(raw, text_page, index, base, look)
        if superior != raised:
            if characters:
                yield _piece(characters, left, right, base, space, look, raised)
                characters, left, space = [], start, next_space
            raised = superior
        next_space = ""
        if look.font or "\uf000" <= character <= "\uf0ff":
            character = in_symbol_font(character, look.font)
        characters.append(character)
        right = end
    if characters and look is not None:
        yield _piece(characters, left, right, base, space, look, raised)
    seen.update(looks)


def _is_superior(raw: Any, text_page: Any, index: int, base: float, look: Look) -> bool:
    """Whether a digit is drawn above the baseline: a figure of the typeface for marks of notes."""
    if look.angle or look.invisible:
        return False
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(text_page, index, left, right, bottom, top)
    low, height = bottom.value - base, top.value - bottom.value
    return low > SUPERIOR * look.size and 0 < height < SUPERIOR_SIZE * look.size


@cache
def _address_function(raw: Any) -> Any:
    """FPDFText_GetTextObject as a function that gives a plain address: no object a character."""
    address = ctypes.cast(raw.FPDFText_GetTextObject, ctypes.c_void_p).value
    prototype = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
    return prototype(address or 0)


def _along(angle: int, box: Any, x: float, y: float) -> tuple[float, float, float]:
    """(start, end, baseline) of a character, as it stands once its text is upright."""
    if angle in (0, OBLIQUE):
        return box.left, box.right, y
    if angle == 90:
        return box.bottom, box.top, -x
    if angle == 270:
        return -box.top, -box.bottom, x
    return -box.right, -box.left, -y


def one_hyphen(text: str) -> str:
    """The text with plain hyphens.

    Fonts give the glyph of the hyphen as the one that is never broken, also at a line's end, or
    as two or three characters.
    """
    return _HYPHENS.sub("-", text) if not text.isascii() else text


def _piece(
    characters: list[str],
    left: float,
    right: float,
    y: float,
    space: str,
    look: Look,
    raised: bool,
) -> Piece:
    size = look.size
    if raised:
        y, size = y + SUPERIOR * size, SUPERIOR_SIZE * size
    text = one_hyphen(upright("".join(characters)))
    if look.font.rpartition("+")[2].startswith("symbol") and re.fullmatch("[A-Za-z]", text):
        # a program may give the drawing in a font of symbols the code of a letter
        text = "•"
    return Piece(
        text, left, right, y, size, look.bold, space,
        look.tag, look.artifact, look.invisible, look.angle, look.fixed,
    )  # fmt: skip


def _main_angle(pieces: list[Piece]) -> int:
    """The angle at which most of the page's text stands, 0 for an ordinary page."""
    count: dict[int, int] = {}
    for piece in pieces:
        if piece.angle != OBLIQUE:
            count[piece.angle] = count.get(piece.angle, 0) + len(piece.text)
    return max(count, key=lambda angle: count[angle]) if count else 0


def _moved(piece: Piece, x: float, y: float, angle: int) -> Piece:
    return Piece(
        piece.text, piece.left + x, piece.right + x, piece.y + y, piece.size, piece.bold,
        piece.space, piece.tag, piece.artifact, piece.invisible, angle, piece.fixed,
    )  # fmt: skip
