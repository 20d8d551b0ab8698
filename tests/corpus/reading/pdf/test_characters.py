"""Characters that PDFium gives in parts, turned, or guesses; text across the page; labels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pypdfium2
import pytest

from duizhao.corpus.document import Document, Language, LedgerEntry
from duizhao.corpus.reading.bullets import in_symbol_font
from duizhao.corpus.reading.draft import Source
from duizhao.corpus.reading.parsing import parse
from duizhao.corpus.reading.pdf.page.text import Page, Piece, read_page
from duizhao.corpus.reading.pdf.page.unmapped import resolved
from duizhao.corpus.reading.scan.plausible import fault_of
from tests.support.raw_pdf import HELVETICA, raw_pdf, to_unicode

pytestmark = pytest.mark.unit

SENTENCE = "The river rose by a metre in a single night, as the gauge shows."
PLAIN = f"BT /F1 12 Tf 72 700 Td ({SENTENCE}) Tj ET\n"
# no character map, and names of glyphs that no list has: what PDFium gives is the code
NUMBERED = (
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica"
    "/Encoding<</Type/Encoding/Differences[3/g3 28/g28 30/g30/g31]>>>>"
)
# two bytes for each character, which are the number of the glyph
IDENTITY = (
    "<</Type/Font/Subtype/Type0/BaseFont/Arial/Encoding/Identity-H/DescendantFonts[<<"
    "/Type/Font/Subtype/CIDFontType2/BaseFont/Arial/CIDSystemInfo<</Registry(Adobe)"
    "/Ordering(Identity)/Supplement 0>>/DW 500/FontDescriptor<</Type/FontDescriptor"
    "/FontName/Arial/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 900/Descent -200"
    "/CapHeight 700/StemV 80>>>>]>>"
)


def read(data: bytes, language: Language = "en") -> tuple[Document, list[LedgerEntry]]:
    return parse(Source("a.pdf", data, ocr="never"), language, "source", "x")


def texts(data: bytes, language: Language = "en") -> list[str]:
    return [block.text for block in read(data, language)[0].blocks]


def test_characters_beyond_the_basic_plane_are_whole() -> None:
    font = HELVETICA.replace(">>", "/ToUnicode 100 0 R>>")
    data = raw_pdf(
        ["BT /F1 12 Tf 72 700 Td (ABCDE) Tj ET"],
        fonts={"F1": font},
        objects={100: to_unicode(dict(zip(b"ABCDE", "\U00020bb7野家的𝑥", strict=True)))},
    )
    assert texts(data, "zh") == ["\U00020bb7野家的𝑥"]


def test_an_accent_drawn_over_a_letter_is_a_part_of_it() -> None:
    # as TeX does: the accent, back by its width and half of what the letter is wider, the letter
    draw = r"BT /F1 12 Tf 72 700 Td [(Universit\264)444(e de Gen\350ve; the 20 \264 sign)]TJ ET"
    assert texts(raw_pdf([draw])) == ["Université de Genève; the 20 ´ sign"]


def test_a_negative_type_size_turns_the_letters() -> None:
    draw = f"BT /F1 -12 Tf -1 0 0 -1 72 700 Tm ({SENTENCE}) Tj ET"
    assert texts(raw_pdf([draw])) == [SENTENCE]


def test_a_stamp_across_the_page_is_not_mixed_with_the_text() -> None:
    stamp = "BT /F1 60 Tf 0.7 0.7 -0.7 0.7 150 500 Tm (DRAFT) Tj ET"
    document, ledger = read(raw_pdf([PLAIN + stamp]))
    assert [block.text for block in document.blocks] == [SENTENCE]
    assert [(entry.reason, entry.text) for entry in ledger] == [("figure", "DRAFT")]


@pytest.mark.parametrize(
    ("drawn", "meant"),
    [
        (r"The con\037rmed cases", "The confirmed cases"),
        (r"A di\036erent sta\036", "A different staff"),
        (r"From 12 \0030.94 on", "From 12 \ufffd0.94 on"),
        (r"\034 The end of it \034", "The end of it"),
    ],
)
def test_ligatures_are_found_by_the_words_and_other_signs_are_marked(
    drawn: str, meant: str
) -> None:
    draw = f"BT /F1 12 Tf 72 700 Td ({drawn}) Tj ET"
    document, _ = read(raw_pdf([draw], fonts={"F1": NUMBERED}))
    assert [block.text for block in document.blocks] == [meant]
    # also where the signs are left out, at the ends of a line
    assert any("U+FFFD" in line for line in document.metadata.get("warnings", ())) == (
        "\ufffd" in meant or r"\034" in drawn
    )


def test_the_symbols_of_tex_are_known_by_their_codes() -> None:
    draw = "BT /F1 12 Tf 72 700 Td (The level is ) Tj /F2 12 Tf (\\024 ) Tj /F1 12 Tf (12 m.) Tj ET"
    symbols = NUMBERED.replace("Helvetica", "ABCDEF+CMSY10").replace("[3", "[20/g20 3")
    data = raw_pdf([draw], fonts={"F1": HELVETICA, "F2": symbols})
    assert texts(data) == ["The level is ≤ 12 m."]


def test_an_unknown_sign_of_a_formula_is_no_bullet() -> None:
    assert in_symbol_font("\ufffd", "ABCDEF+Symbol") == "\ufffd"
    assert in_symbol_font("\ufffd", "ABCDEF+Wingdings") == "•"


@pytest.mark.parametrize(
    ("meant", "fault"),
    [(SENTENCE, None), ("Qzxj vbkw lpqr mnzt xkcd wqrt zzpl bdfk.", "wrong_characters")],
)
def test_a_font_that_numbers_its_glyphs_is_read_if_that_gives_words(
    meant: str, fault: str | None
) -> None:
    codes = "".join(f"{ord(character) - 29:04X}" for character in meant)
    pdf = pypdfium2.PdfDocument(
        raw_pdf([f"BT /F1 12 Tf 72 700 Td <{codes}> Tj ET"], fonts={"F1": IDENTITY})
    )
    page = read_page(pdf, 1)
    assert fault_of(page, "en") == fault
    assert (" ".join(piece.text for piece in page.pieces) == meant) == (fault is None)


def drawn_in_codes(text: str, distance: int) -> str:
    """What is read of a text whose codes are those of ASCII less the distance."""
    codes = "".join(f"{ord(character) - distance:04X}" for character in text)
    data = raw_pdf([f"BT /F1 12 Tf 72 700 Td <{codes}> Tj ET"], fonts={"F1": IDENTITY})
    return " ".join(piece.text for piece in read_page(pypdfium2.PdfDocument(data), 1).pieces)


@pytest.mark.parametrize("text", ["Introduction", "ANNUAL REPORT OF THE COUNCIL", "Annex II"])
def test_a_font_that_numbers_its_glyphs_is_read_also_if_it_has_few_words(text: str) -> None:
    assert drawn_in_codes(text, 29) == text


def test_one_unknown_word_in_a_font_that_numbers_its_glyphs_is_not_guessed() -> None:
    assert set(drawn_in_codes("Qzxjvbkw", 29)) == {"\ufffd"}


@pytest.mark.parametrize(
    "text", ["127 581 680 2000", "6,0 6,7 7,1 7,3", "10% (b) x=2.5", "Annual rate of GDP"]
)
def test_numbers_and_words_in_the_codes_of_ascii_are_not_moved(text: str) -> None:
    # moved by 29 "127" would be "NOT"
    assert drawn_in_codes(text, 0) == text


def test_an_abbreviation_alone_is_not_moved_to_a_word() -> None:
    assert "dam" not in drawn_in_codes("GDP", 0)


def test_an_accent_in_a_font_without_a_character_map_joins_its_letter() -> None:
    draw = r"BT /F1 12 Tf 72 700 Td [(Universit\264)444(e)]TJ ET"
    font = NUMBERED.replace("[3", "[180/g180 3")
    assert texts(raw_pdf([draw], fonts={"F1": font})) == ["Université"]


def test_accents_beside_letters_of_a_scaled_page_are_signs() -> None:
    draw = "0.1 0 0 0.1 0 0 cm BT /F1 120 Tf 720 7000 Td (run `a script` and `echo`) Tj ET"
    assert texts(raw_pdf([draw])) == ["run `a script` and `echo`"]


class Counted(list[str]):
    """Characters that count how often they are looked at."""

    count = 0

    def __getitem__(self, index: Any) -> Any:
        self.count += len(range(len(self))[index]) if isinstance(index, slice) else 1
        return super().__getitem__(index)


def test_a_long_run_of_unknown_characters_is_not_read_again_for_each_of_them() -> None:
    characters = Counted(2000 * ["\x01", "\x02"])
    found = resolved(characters, range(len(characters)), lambda index: "F1")
    assert set(found.values()) == {"\ufffd"}
    assert characters.count < 300 * len(characters)


def page_of(text: str) -> Page:
    piece = Piece(text, 72, 500, 700, 12, False, "", None, False, False, 0)
    return Page(1, 595, 842, (piece,))


def test_words_of_other_scripts_are_quotations() -> None:
    assert fault_of(page_of(f"{SENTENCE} It is called Днепр, and its mouth лиман."), "en") is None
    assert fault_of(page_of(f"{SENTENCE} dОes еvery wоrd look rіght? Nо, іt dоes nоt."), "en")


def test_single_letters_of_rare_scripts_are_wrong_punctuation() -> None:
    """A font that numbers its glyphs: its dash and quotation marks have codes of other letters."""
    assert fault_of(page_of(f"{SENTENCE} In 2015ߟ2016 it rose."), "en")
    quoted = tuple(replace(page_of(part).pieces[0]) for part in (SENTENCE, "the letter", "ש", "is"))
    assert fault_of(Page(1, 595, 842, quoted), "en") is None


def test_chinese_of_rare_characters_is_no_text() -> None:
    usual = "河水一夜之间上涨了一米，两个家庭被送到学校。" * 6
    assert fault_of(page_of(usual), "zh") is None
    wrong = "".join(
        chr(ord(character) + 7) if character >= "\u4e00" else character for character in usual
    )
    assert fault_of(page_of(wrong), "zh") == "wrong_characters"


@pytest.mark.parametrize(("space", "fault"), [("", "wrong_characters"), ("real", None)])
def test_signs_that_no_font_explains_are_symbols_unless_they_are_in_words(
    space: str, fault: str | None
) -> None:
    parts = f"{SENTENCE} or \ufffd anges mel \ufffd ons gra \ufffd pes".rsplit(" ", 9)
    pieces = tuple(replace(page_of(part).pieces[0], space=space) for part in parts)
    assert fault_of(Page(1, 595, 842, pieces), "en") == fault


def test_chinese_with_other_signs_for_its_marks_is_no_text() -> None:
    usual = "河水一夜之间上涨了一米，两个家庭被送到学校。船夫、渔民、农民都在帮忙，没有人受伤。" * 3
    assert fault_of(page_of(usual), "zh") is None
    # a font that numbers its glyphs: the first mark is the first code, and so on
    wrong = usual.translate(str.maketrans("，。、", '!"#'))
    assert fault_of(page_of(wrong), "zh") == "wrong_characters"
    mixed = usual.translate(str.maketrans("，。、", ",$#"))
    assert fault_of(page_of(mixed), "zh") == "wrong_characters"
    # the punctuation of ASCII, and signs that the text quotes
    ascii_marks = usual.translate(str.maketrans("，。、", ",.,")) + '村长说"好"的时候!大家笑了'
    assert fault_of(page_of(ascii_marks), "zh") is None
    assert fault_of(page_of(usual + "井号#和美元$都是符号"), "zh") is None
    # terms in straight quotation marks, and hardly a mark: prose, and the lines of a table
    quoted = '发展"河港联运"事业，执行"防洪三年"计划，改进"船闸管理"制度'
    assert fault_of(page_of(quoted), "zh") is None
    lines = ('河港的"联合运输"与"防洪"工作', '船闸的"三级管理"及"检修"制度')
    rows = [replace(page_of(line).pieces[0], y=700 - 20 * n) for n, line in enumerate(lines * 4)]
    assert fault_of(Page(1, 595, 842, tuple(rows)), "zh") is None
    # the same sign in lines of their own, which pairs with no other
    odd = [replace(row, text='河港联合运输"防洪工作') for row in rows]
    assert fault_of(Page(1, 595, 842, tuple(odd)), "zh") == "wrong_characters"


def test_a_font_of_marks_without_a_character_map_is_not_taken_for_ascii() -> None:
    han = dict(zip(b"ABCDEFGHIJ", "河水上涨了一米船夫人", strict=True))
    draw = "BT /F1 12 Tf 40 700 Td " + "".join(
        f"(ABCDEFG) Tj /F2 12 Tf <{sign}> Tj /F1 12 Tf "
        for sign in ("0021", "0023", "0021", "0022", "0023", "0021")
    )
    font = HELVETICA.replace(">>", "/ToUnicode 100 0 R>>")
    data = raw_pdf(
        [draw + "(HIJ) Tj ET"], fonts={"F1": font, "F2": IDENTITY}, objects={100: to_unicode(han)}
    )
    assert fault_of(read_page(pypdfium2.PdfDocument(data), 1), "zh") == "wrong_characters"


def test_a_letter_with_a_wrong_width_does_not_cut_its_word() -> None:
    widths = "120 " + "250 " * 76 + "760 " + "250 " * 13
    font = HELVETICA.replace(">>", f"/FirstChar 32/LastChar 122/Widths[{widths}]>>")
    draw = "BT /F1 12 Tf 72 700 Td [(The m)-75(ean of all m)-75(easurem)-75(ents)]TJ ET"
    assert texts(raw_pdf([draw], fonts={"F1": font})) == ["The mean of all measurements"]
