"""A file with a text and its translation is two documents; a Chinese report stays one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from duizhao.corpus.document import Document, Language
from duizhao.corpus.errors import OtherLanguage
from duizhao.corpus.reading import read_bytes
from duizhao.corpus.reading.bilingual import recognise
from duizhao.corpus.reading.bilingual.pieces import pieces
from duizhao.corpus.reading.draft import Draft
from tests.support import bilingual
from tests.support.bilingual import CAPTIONS, CELLS, TERMS, Pairs, pairs

pytestmark = pytest.mark.unit

PARAGRAPHS = "alternating paragraphs"
EACH = "both languages in each paragraph"
TABLE = "a column for each language"
FILES: list[tuple[str, Callable[[str], bytes], str, str]] = [
    ("a.txt", bilingual.text, "alternating", PARAGRAPHS),
    ("a.txt", bilingual.text, "english first", PARAGRAPHS),
    ("a.txt", bilingual.text, "same line", EACH),
    ("a.txt", bilingual.text, "after", "one language after the other"),
    ("a.html", bilingual.html, "alternating", PARAGRAPHS),
    ("a.html", bilingual.html, "line break", EACH),
    ("a.html", bilingual.html, "table", TABLE),
    ("a.docx", bilingual.docx, "alternating", PARAGRAPHS),
    ("a.docx", bilingual.docx, "line break", EACH),
    ("a.docx", bilingual.docx, "table", TABLE),
    ("a.pdf", bilingual.pdf, "alternating", PARAGRAPHS),
    ("a.pdf", bilingual.pdf, "pages", "alternating pages"),
]


def read(data: bytes, name: str, language: Language) -> Document:
    return read_bytes(data, language, name=name, document_id=name)[0]


def squeezed(texts: list[str]) -> list[str]:
    return ["".join(text.split()) for text in texts]


@pytest.mark.parametrize(
    ("name", "make", "layout", "arrangement"),
    FILES,
    ids=[f"{layout} {name}" for name, _, layout, _ in FILES],
)
def test_each_arrangement_becomes_two_documents(
    name: str, make: Callable[[str], bytes], layout: str, arrangement: str
) -> None:
    data = make(layout)
    for side, language in enumerate[Language](("zh", "en")):
        document = read(data, name, language)
        assert document.metadata["arrangement"] == arrangement
        texts = squeezed([block.text for block in document.blocks])
        assert texts == squeezed([pair[side] for pair in pairs()])
    groups = document.metadata["groups"]
    expected = [] if layout in ("after", "pages") else [[n, n] for n in range(len(pairs()))]
    assert groups == expected


def test_a_paragraph_that_goes_on_after_a_page_in_the_other_language_is_one() -> None:
    pages = bilingual.pdf("pages")
    assert {block.page for block in read(pages, "a.pdf", "zh").blocks} == {1, 3, 5}
    assert {block.page for block in read(pages, "a.pdf", "en").blocks} == {2, 4, 6}


def test_a_table_of_a_pdf_with_a_column_for_each_language() -> None:
    data = bilingual.pdf("table")
    for side, language in enumerate[Language](("zh", "en")):
        document = read(data, "a.pdf", language)
        texts = squeezed([block.text for block in document.blocks])
        assert texts == squeezed([pair[side] for pair in CELLS])
        assert document.metadata["arrangement"] == TABLE


@pytest.mark.parametrize("english_first", [False, True])
@pytest.mark.parametrize("captions_apart", [False, True])
def test_bilingual_subtitles(english_first: bool, captions_apart: bool) -> None:
    data = bilingual.srt(english_first=english_first, captions_apart=captions_apart)
    for side, language in enumerate[Language](("zh", "en")):
        document = read(data, "talk.srt", language)
        assert [block.text for block in document.blocks] == [pair[side] for pair in CAPTIONS]
        assert document.metadata["arrangement"] == "bilingual subtitles"
        assert [len(block.sentences) for block in document.blocks] == [1] * len(CAPTIONS)


def chinese_report(extra: Pairs | list[str]) -> bytes:
    lines = [z for z, _ in pairs(20)]
    return "\n\n".join([lines[0], *map(str, extra), *lines[1:]]).encode()


def test_a_chinese_paper_with_an_english_abstract_stays_one_document() -> None:
    abstract = " ".join(e for _, e in pairs(3))
    document = read(chinese_report([abstract]), "paper.txt", "zh")
    assert "arrangement" not in document.metadata
    assert abstract in [block.text for block in document.blocks]


def test_a_chinese_report_with_quotations_and_addresses_stays_one_document() -> None:
    extra = [
        "The Council decides to extend the mandate of the Mission for one year.",
        "UN Plaza, New York, NY 10017",
        "World Health Organization (WHO)",
    ]
    document = read(chinese_report(extra), "report.txt", "zh")
    assert "arrangement" not in document.metadata
    assert len(document.blocks) == 20 + len(extra)


def test_an_english_file_read_as_chinese_is_another_language() -> None:
    english = "\n\n".join(e for _, e in pairs())
    with pytest.raises(OtherLanguage, match="the text is English, not Chinese"):
        read(english.encode(), "a.txt", "zh")


def texts_of(text: str) -> list[tuple[str, str]]:
    found = pieces(Draft("paragraph", text), 0, "zh")
    return [(piece.language, piece.draft.text) for piece in found]


def test_a_block_is_cut_where_sentences_change_their_language() -> None:
    assert texts_of("会议结束。 The meeting ended. 各方离开。 The parties left.") == [
        ("zh", "会议结束。"),
        ("en", "The meeting ended."),
        ("zh", "各方离开。"),
        ("en", "The parties left."),
    ]
    assert texts_of("Report / 报告") == [("en", "Report"), ("zh", "报告")]
    for mark in ("/", "|", "／", "｜", " — ", "\t"):
        assert texts_of(f"会议记录{mark}Record of the meeting") == [
            ("zh", "会议记录"),
            ("en", "Record of the meeting"),
        ]
        assert texts_of(f"Record of the meeting{mark}会议记录") == [
            ("en", "Record of the meeting"),
            ("zh", "会议记录"),
        ]
    assert texts_of("会议记录（Record of the meeting）") == [
        ("zh", "会议记录"),
        ("en", "Record of the meeting"),
    ]
    assert texts_of("Record of the 4th meeting. (第四次会议记录。)") == [
        ("en", "Record of the 4th meeting."),
        ("zh", "第四次会议记录。"),
    ]
    assert texts_of("第一章 总则 Chapter 1 General Provisions") == [
        ("zh", "第一章 总则"),
        ("en", "Chapter 1 General Provisions"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "委员会审议了 COVID-19",
        "世卫组织（World Health Organization）发表了报告。",
        "决议原文为“The Council decides to extend the mandate”，各国表示欢迎。",
        "WHO于3月4日发表了报告。",
        "2021年3月4日",
    ],
)
def test_names_and_quotations_stay_in_their_sentence(text: str) -> None:
    assert texts_of(text) == [("zh", text)]


PUNCTUATION = ("；", ";", "; ", "：", ": ", "，", "、", "／", " / ", "|", " | ", "｜", " = ", "→")
DASHES = (" – ", "—", " - ", " · ")
BRACKETS = ("（）", "()", "[]", "【】")


@pytest.mark.parametrize("mark", [*PUNCTUATION, *DASHES, *BRACKETS, " ", "\n"])
@pytest.mark.parametrize("first", [0, 1], ids=["Chinese first", "English first"])
def test_a_mark_between_the_languages_of_most_lines_parts_them_in_all(
    mark: str, first: int
) -> None:
    opening, closing = mark if mark in BRACKETS else (mark, "")
    lines = [f"{pair[first]}{opening}{pair[1 - first]}{closing}" for pair in TERMS]
    # a title and a line in one language alone are no obstacle
    found = recognise(
        [Draft("paragraph", text) for text in ("词汇表", *lines, "Annex of the list")]
    )
    assert found is not None
    assert found.arrangement == EACH
    sides = [
        [piece.draft.text for piece in found.pieces if piece.language == language]
        for language in ("zh", "en")
    ]
    assert sides[0] == ["词汇表", *(z for z, _ in TERMS)]
    assert sides[1] == [*(e for _, e in TERMS), "Annex of the list"]


def test_marks_that_end_both_texts_stay() -> None:
    found = recognise(
        [
            Draft("list_item", "图书馆于三月开放；The library opened in March;"),
            Draft("list_item", "每个星期一闭馆；It is closed on Mondays;"),
            Draft("list_item", "读者可以借阅五本书。Readers may borrow five books."),
        ]
    )
    assert found is not None
    assert [piece.draft.text for piece in found.pieces] == [
        *("图书馆于三月开放；", "The library opened in March;"),
        *("每个星期一闭馆；", "It is closed on Mondays;"),
        *("读者可以借阅五本书。", "Readers may borrow five books."),
    ]


def test_a_long_block_of_chinese_with_many_english_words_is_read_in_linear_time() -> None:
    (one,) = pieces(Draft("paragraph", "委员会审议了 Alpha 的报告，" * 20_000), 0, "zh")
    assert one.language == "zh"


@pytest.mark.parametrize("name", ["a.pdf", "a.txt"])
def test_short_lines_in_both_languages_are_not_joined(name: str) -> None:
    lines = [f"{z}；{e}" for z, e in TERMS]
    data = bilingual.lines_pdf(lines) if name == "a.pdf" else "\n\n".join(lines[-4:]).encode()
    expected = TERMS if name == "a.pdf" else TERMS[-4:]
    for side, language in enumerate[Language](("zh", "en")):
        texts = [block.text for block in read(data, name, language).blocks]
        assert squeezed(texts) == squeezed([pair[side] for pair in expected])


def test_titles_of_chapters_are_not_joined() -> None:
    titles = [
        ("第一章 总则", "Chapter 1 General Provisions"),
        ("第二章 借阅规则", "Chapter 2 Borrowing Rules"),
        ("第三章 开放时间", "Chapter 3 Opening Hours"),
        ("附则", "Supplementary Provisions"),
    ]
    document = read("\n\n".join(f"{z} {e}" for z, e in titles).encode(), "a.txt", "zh")
    assert [block.text for block in document.blocks] == [z for z, _ in titles]


@pytest.mark.parametrize("ending", ["html", "docx"])
def test_both_languages_in_each_cell_of_a_table(ending: str) -> None:
    lines = [f"{e}；{z}" for z, e in TERMS]
    data = bilingual.cells_html(lines) if ending == "html" else bilingual.cells_docx(lines)
    for side, language in enumerate[Language](("zh", "en")):
        document = read(data, f"a.{ending}", language)
        assert [block.text for block in document.blocks] == [pair[side] for pair in TERMS]


@pytest.mark.parametrize(
    "lines",
    [
        [  # a list of organisations with their abbreviations
            "世界卫生组织（WHO）",
            "联合国儿童基金会（UNICEF）",
            "国际电信联盟（ITU）",
            "世界知识产权组织（WIPO）",
        ],
        [  # keywords, addresses and names in a Chinese text
            "本报告由秘书处编写，经委员会审议后提交大会。",
            "关键词 Keywords",
            "联系地址：First Avenue, New York",
            "各国代表表示欢迎，并请秘书长继续提出报告。",
            "撰稿人 John Smith",
            "会议于下午六时结束，下次会议日期另行通知。",
        ],
        [  # commands of a program
            "单击“文件”，选择 Save",
            "单击“编辑”，选择 Undo",
            "系统将自动保存全部未完成的工作，然后返回主界面。",
            "如需帮助，请按下键盘左上角的功能键并等待提示出现。",
        ],
    ],
)
def test_names_at_the_end_of_chinese_lines_do_not_part_them(lines: list[str]) -> None:
    assert recognise([Draft("paragraph", line) for line in lines]) is None


@pytest.mark.parametrize(
    "lines",
    [
        ["姓名：Mary Hill", "国籍：New Zealand", "邮箱：mary@hill.org", "电话：+64 21 555"],
        ["姓名 Mary Hill", "国籍 New Zealand", "单位 River Board", "职务 Senior Officer"],
        ["组长：Peter Hill", "副组长：Ana Stone", "秘书：Tom Baker", "代表：Susan Lake"],
        ["型号：Alpha 7", "处理器：Beta Core", "内存：Gamma", "硬盘：Delta Disk 9"],
        ["用户 read only", "用户 read and write", "用户 none", "管理员 all", "管理员 read only"],
        ["张三. 农村供水. 2019.", "Hill P. Rural supply. 2018.", "王五. 水质. 2020.",
         "Lake A. Quality. 2017.", "李四. 节水. 2016.", "Stone M. Saving. 2015."],
    ],
    ids=["colons", "spaces", "people", "parts", "repeated", "references"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["paragraph", "table_cell"])
def test_values_of_a_form_are_no_translations_of_its_labels(lines: list[str], kind: str) -> None:
    assert recognise([Draft(kind, line) for line in lines]) is None  # type: ignore[arg-type]
    in_columns = [part for line in lines for part in re.split("[： ]", line, maxsplit=1)]
    if lines[0][:2] == "姓名":
        assert recognise([Draft("table_cell", part) for part in in_columns]) is None


@pytest.mark.parametrize(
    "lines",
    [
        ["姓名：Name", "国籍：Nationality", "邮箱：E-mail", "电话：Telephone number"],
        ["部长 Minister", "局长 Director General", "处长 Head of Division", "秘书 Secretary"],
        ["2019年计划：Plan for 2019", "二〇二〇年计划：Plan for 2020", "第三章：Chapter 3"],
    ],
    ids=["labels", "titles", "numbers"],
)  # fmt: skip
def test_labels_and_titles_with_their_translations_are_bilingual(lines: list[str]) -> None:
    found = recognise([Draft("paragraph", line) for line in lines])
    assert found is not None
    assert found.arrangement == EACH


@pytest.mark.parametrize("mark", ["；", "; ", ", ", "、", "/", "\t"])
@pytest.mark.parametrize("inside", [" ", "：", " - "])
@pytest.mark.parametrize("at_once", [2, 6])
def test_several_terms_on_a_line_are_parted(mark: str, inside: str, at_once: int) -> None:
    terms = [
        ("水资源", "water resources"), ("供水", "water supply"), ("灌溉", "irrigation"),
        ("水库", "reservoir"), ("地下水", "groundwater"), ("水质标准", "quality standard"),
    ]  # fmt: skip
    items = [f"{chinese}{inside}{english}" for chinese, english in terms]
    lines = [mark.join(items[at : at + at_once]) for at in range(0, len(items), at_once)]
    found = recognise([Draft("paragraph", line) for line in lines])
    assert found is not None
    assert [piece.draft.text for piece in found.pieces] == [text for pair in terms for text in pair]


def test_names_of_bodies_in_a_sentence_are_no_list_of_terms() -> None:
    text = "本报告由世界卫生组织 WHO, 联合国粮食及农业组织 FAO, 儿童基金会 UNICEF 共同编写"
    assert len(pieces(Draft("paragraph", text), 0, "zh")) == 1
