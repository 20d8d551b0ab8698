"""Text files of every shape give the document that a reader sees."""

from __future__ import annotations

import json
import random
import sys
import textwrap
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duizhao.corpus.document import Document, Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.language import check, chinese_share
from duizhao.corpus.reading import furniture, read, read_bytes
from duizhao.corpus.reading.encoding import decode
from duizhao.corpus.reading.layout import Joiner
from duizhao.corpus.samples import pair
from tests.support.paths import DATA

sys.path.insert(0, str(DATA))
from tests.data import make_report

pytestmark = pytest.mark.unit

SAMPLE_ZH, SAMPLE_EN = pair()


def gold(language: Language) -> list[dict[str, Any]]:
    """Gold blocks of the sample, as far as they are in the text files."""
    rows = json.loads((DATA / f"report.{language}.json").read_text(encoding="utf-8"))
    return [row for row in rows if not row["rich"]]


def seen(document: Document) -> list[tuple[str, list[str]]]:
    return [(block.kind, [s.text for s in block.sentences]) for block in document.blocks]


def wanted(language: Language) -> list[tuple[str, list[str]]]:
    return [(row["kind"], row["sentences"]) for row in gold(language)]


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


def test_the_sample_as_a_pdf_gives_it() -> None:
    document, ledger = read(SAMPLE_ZH, "zh")
    assert seen(document) == wanted("zh")
    assert document.metadata["layout"] == "hard-wrapped"
    assert [entry.reason for entry in ledger] == [
        *("link", "document_symbol", "job_number"),
        *("link", "link", "document_symbol", "job_number"),
    ]
    assert {entry.stage for entry in ledger} == {"read"}
    lines = SAMPLE_ZH.read_text(encoding="utf-8").split("\n")
    assert all(lines[entry.line - 1].strip() == entry.text for entry in ledger if entry.line)


def test_the_sample_a_paragraph_a_line() -> None:
    document, ledger = read(SAMPLE_EN, "en")
    assert seen(document) == wanted("en")
    assert not ledger
    assert document.metadata["layout"] == "a paragraph a line"


VARIANTS = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "old Mac": lambda text: text.replace("\n", "\r"),
    "trailing space gone": lambda text: _each_line(text, str.rstrip),
    "leading space gone": lambda text: _each_line(text, str.lstrip),
    "no blank lines": lambda text: _each_line(text, lambda line: line, keep_blank=False),
    "blank lines and trailing space gone": lambda text: _each_line(
        text, str.rstrip, keep_blank=False
    ),
    "a space behind each line": lambda text: _each_line(text, lambda line: line.rstrip() + " "),
    "byte-order mark": lambda text: "\ufeff" + text,
}


def _each_line(text: str, change: Any, keep_blank: bool = True) -> str:
    lines = text.split("\n")
    return "\n".join(change(line) for line in lines if keep_blank or line.strip())


@pytest.mark.parametrize("name", VARIANTS)
def test_the_sample_with_other_white_space(name: str) -> None:
    text = VARIANTS[name](SAMPLE_ZH.read_text(encoding="utf-8"))
    document, ledger = read_bytes(text.encode(), "zh")
    assert seen(document) == wanted("zh")
    assert len(ledger) == 7


def test_without_any_clue_the_sentences_are_the_same() -> None:
    """All white space at both ends gone: some paragraphs merge, no sentence is hurt."""
    text = _each_line(SAMPLE_ZH.read_text(encoding="utf-8"), str.strip, keep_blank=False)
    document, _ = read_bytes(text.encode(), "zh")
    assert [s.text for s in document.sentences] == [
        s for row in gold("zh") for s in row["sentences"]
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("glue", ["\n", "\n\n"])
def test_a_paragraph_a_line(language: Language, glue: str) -> None:
    text = glue.join(row["text"] for row in gold(language))
    document, ledger = read_bytes(text.encode(), language)
    assert seen(document) == wanted(language)
    assert not ledger


@pytest.mark.parametrize("width", [60, 72, 80, 100])
@pytest.mark.parametrize("spaced_out", [False, True])
def test_english_wrapped_by_a_program(width: int, spaced_out: bool) -> None:
    """With empty lines between paragraphs, or between all lines and a space where one ends."""
    glue = "\n\n" if spaced_out else "\n"
    end = " " if spaced_out else ""
    paragraphs = [
        glue.join(textwrap.wrap(row["text"], width, break_long_words=False)) + end
        for row in gold("en")
    ]
    document, _ = read_bytes("\n\n".join(paragraphs).encode(), "en")
    assert texts(document) == [row["text"] for row in gold("en")]


def test_the_users_report(shared: Path) -> None:
    document, ledger = read(shared / "seed" / "S-2021-130.zh.txt", "zh")
    assert (len(document.blocks), len(document.sentences)) == (133, 348)
    link = ("link", "https://undocs.org/ch/S/RES/2532(2020)")
    assert [(entry.reason, entry.text) for entry in ledger] == [
        *(link, link, link, link),
        ("document_symbol", "S/2021/130"),
        ("job_number", "21-01922 6/14"),
    ]
    whole = "\n".join(texts(document))
    assert "关于 COVID-19 的第 2532(2020)号决议" in whole
    assert "这位发言者将气候变化比作没有疫苗可用时缓慢蔓延的 COVID-19 病株" in whole
    assert "因为决议谈判可能困难重重且耗时长久。" in whole
    assert "既包括在安理会的活动，也包括本国的外交努力" in whole
    assert "于 2020 年 11 月 12 日和 13 日为" in whole
    kinds = [block.kind for block in document.blocks]
    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == {
        "heading": 30,
        "list_item": 22,
        "name_list": 28,
        "paragraph": 50,
        "signature": 3,
    }
    assert [block.page for block in document.blocks][::132] == [1, 14]


def test_the_users_report_and_its_english_version_have_the_same_blocks(shared: Path) -> None:
    documents = [read(shared / "seed" / f"S-2021-130.{x}.txt", x)[0] for x in ("zh", "en")]
    source, target = ([block.kind for block in document.blocks] for document in documents)
    assert source == target


@pytest.mark.parametrize("change", ["rstrip", "lstrip", "plain", "crlf"])
def test_the_users_report_in_other_forms(shared: Path, change: str) -> None:
    original = (shared / "seed" / "S-2021-130.zh.txt").read_text(encoding="utf-8")
    whole, _ = read_bytes(original.encode(), "zh")
    text = {
        "rstrip": _each_line(original, str.rstrip),
        "lstrip": _each_line(original, str.lstrip),
        "plain": "\n".join(texts(whole)),
        "crlf": original.replace("\n", "\r\n"),
    }[change]
    document, _ = read_bytes(text.encode(), "zh")
    assert texts(document) == texts(whole)


def test_footnotes_of_a_pdftotext_file_stand_at_the_end() -> None:
    body = "委员会审议了这一问题并注意到各国政府在执行方面取得的进展和遇到的困难以及今后的计划"
    page = [
        *(f"    {n}. {body}\n并通过了有关的决定。" for n in range(1, 9)),
        "    9. 重点人群1 的需求尤其令人关切。大会确定了全球目标，2 如今各国在筹集资源方面遇到了困",
    ]
    text = "\n".join(page) + (
        "\n\n__________________\n"
        "1 重点人群包括移民。\n"
        "2 见大会第 70/1 号决议。\n\n"
        "21-04320 2/22\n\fA/75/836\n难。\n"
    )
    document, ledger = read_bytes(text.encode(), "zh")
    assert document.blocks[-3].text.endswith("在筹集资源方面遇到了困难。")
    assert "重点人群的需求尤其令人关切。大会确定了全球目标，如今各国" in document.blocks[-3].text
    assert [(b.kind, b.mark, b.text) for b in document.blocks[-2:]] == [
        ("footnote", "1", "重点人群包括移民。"),
        ("footnote", "2", "见大会第 70/1 号决议。"),
    ]
    assert [e.reason for e in ledger if e.reason == "footnote_mark"] == ["footnote_mark"] * 2


def a_full_document(lines_a_page: int, head_first: bool) -> str:
    """The Chinese sample with masthead, a head and a foot on each page, and a footnote."""
    printed: list[str] = []
    for row in gold("zh"):
        lead = {"heading": "  ", "paragraph": " "}.get(row["kind"], "")
        lines = make_report.wrap(row["text"], 34)
        printed += [lead + lines[0], *lines[1:]]
        printed[-1] += " "
    starts = range(0, len(printed), lines_a_page)
    pages = [printed[start : start + lines_a_page] for start in starts]
    out = ["A/79/1402 ", "联 合 国 ", "大 会 ", "Distr.: General ", "14 March 2024 "]
    out += ["Chinese ", "Original: English "]
    for number, page in enumerate(pages, 1):
        out += ["A/79/1402 "] if number > 1 and head_first else []
        out += page if number == 1 else [" " + page[0], *page[1:]]
        if number == 2:
            out += [
                "__________________ ",
                " 1 见大会第 69/283 号决议，附件二；另见委员会年度报",
                "告。 ",
            ]
        out.append(f"{number}/{len(pages)} 24-99017 " if number % 2 else f"24-99017 {number}/9 ")
    return "\n\n".join(out)


@pytest.mark.parametrize("lines_a_page", [30, 37, 41])
@pytest.mark.parametrize("head_first", [False, True])
@pytest.mark.parametrize("stripped", [False, True])
def test_a_document_with_everything_on_its_pages(
    lines_a_page: int, head_first: bool, stripped: bool
) -> None:
    text = a_full_document(lines_a_page, head_first)
    text = _each_line(text, str.rstrip) if stripped else text
    document, ledger = read_bytes(text.encode(), "zh")
    assert seen(document)[:-1] == wanted("zh")
    note = document.blocks[-1]
    assert (note.kind, note.mark) == ("footnote", "1")
    assert note.text == "见大会第 69/283 号决议，附件二；另见委员会年度报告。"
    reasons = [entry.reason for entry in ledger]
    assert set(reasons) == {"document_symbol", "masthead", "job_number", "separator"}
    assert reasons.count("masthead") == 6


def test_an_amount_is_no_footnote_mark() -> None:
    """Behind a note 2 the amount $1.2 million and the symbol Add.2 stay whole."""
    body = (
        "The Council met and took note of the report of the Secretary-General on the matter and\n"
    )
    text = (
        body * 9
        + "spent $1.2 million on it, see A/75/6/Add.2 and others.\n\n__________________\n"
        + "1 See annex I.\n2 See annex II.\n\n21-04320 2/22\n"
    )
    document, _ = read_bytes(text.encode(), "en")
    assert document.blocks[0].text.endswith(
        "spent $1.2 million on it, see A/75/6/Add.2 and others."
    )
    assert [block.mark for block in document.blocks[1:]] == ["1", "2"]


def test_form_feeds_and_running_heads() -> None:
    """A head that is on every page is furniture; the sentence across the page is whole."""
    months = ["一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月"]
    lines = [
        f"委员会在{month}举行的会议上审议了关于议程项目十二的报告并就此通过了若干决定"
        for month in months
    ]
    pages = ["年度报告摘要\n" + "\n".join(lines[at : at + 2]) for at in range(0, 8, 2)]
    document, ledger = read_bytes(("\f".join(pages) + "。\n").encode(), "zh")
    assert texts(document) == ["".join(lines) + "。"]
    assert [entry.reason for entry in ledger] == ["running_head"] * 4


def test_a_list_of_symbols_is_text() -> None:
    lines = ["委员会通过了报告。"] * 30 + ["S/2020/1", "S/2020/2", "1/2", "会议结束。"]
    document, ledger = read_bytes("\n".join(lines).encode(), "zh")
    assert texts(document) == lines
    assert not ledger


def test_an_address_that_the_sentence_needs_is_text() -> None:
    text = "报告全文见\nhttps://www.un.org/zh/ga\n会议结束。\nhttps://undocs.org/zh/A/75/1\n"
    document, ledger = read_bytes(text.encode(), "zh")
    assert "https://www.un.org/zh/ga" in "\n".join(texts(document))
    assert [entry.text for entry in ledger] == ["https://undocs.org/zh/A/75/1"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("S/2021/130", "document_symbol"),
        ("A/C.3/75/L.1/Rev.1", "document_symbol"),
        ("S/RES/2532(2020)", "document_symbol"),
        ("A/75/6 (Sect. 13)", "document_symbol"),
        ("21-01922 6/14", "job_number"),
        ("6/14 21-01922", "job_number"),
        ("2 21-04320 /22", "job_number"),
        ("21-01922 (C) 080221 090221", "job_number"),
        ("*2101922*", "barcode"),
        ("- 6 -", "page_number"),
        ("第 6 页", "page_number"),
        ("Page 6 of 14", "page_number"),
        ("https://undocs.org/ch/S/RES/2532(2020)", "link"),
        ("__________________", "separator"),
        ("S/2021/130 was adopted", None),
        ("and/or", None),
        ("2020 年", None),
        ("10 000", None),
        ("第一场会议", None),
    ],
)
def test_furniture(line: str, reason: str | None) -> None:
    assert furniture.reason(line) == reason


JOINS = [
    ("zh", "在纽约举行", "的会议", "在纽约举行的会议"),
    ("zh", "通过了关于", "COVID-19 的", "通过了关于 COVID-19 的"),
    ("zh", "11 月 12", "日和", "11 月 12 日和"),
    ("zh", "病(COVID-", "19)大流行", "病(COVID-19)大流行"),
    ("zh", "包括 A3+1(三个", "非洲成员", "包括 A3+1(三个非洲成员"),
    ("zh", "the Security", "Council 的", "the Security Council 的"),
    ("zh", "第一，", "2020 年", "第一，2020 年"),
    ("en", "the Security", "Council", "the Security Council"),
    ("en", "decision-", "making", "decision-making"),
    ("en", "and/", "or", "and/or"),
    ("en", "Secretary-", "General", "Secretary-General"),
]


@pytest.mark.parametrize(("language", "first", "second", "joined"), JOINS)
def test_lines_are_joined_as_the_document_writes(
    language: Language, first: str, second: str, joined: str
) -> None:
    lines = ["于 2020 年 11 月", "第 2532 号", "decision-making is hard"]
    assert Joiner.of(lines, language).join(first, second) == joined


def test_a_document_without_spaces_gets_none() -> None:
    assert Joiner.of(["于2020年11月", "第2532号"], "zh").join("关于", "COVID-19") == "关于COVID-19"


def test_words_broken_by_hyphenation_are_mended() -> None:
    lines = ["the imple-", "mentation of the govern-", "ment policy on implementation"]
    joiner = Joiner.of(lines, "en")
    assert joiner.join("the imple-", "mentation of") == "the implementation of"
    assert joiner.join("the govern-", "ment policy") == "the government policy"


HYPHENS = [
    # a half that is no word was broken off, however seldom the document does it
    ("the hydrol-", "ogists saw", "the hydrologists saw"),
    ("our neigh-", "bouring States", "our neighbouring States"),
    ("five sem-", "inars later", "five seminars later"),
    # both halves are words, or one is a prefix
    ("peace-", "building is", "peace-building is"),
    ("socio-", "economic rights", "socio-economic rights"),
    ("a Shenzhen-", "based company", "a Shenzhen-based company"),
    ("a UNICEF-", "supported school", "a UNICEF-supported school"),
    ("by e-", "commerce and", "by e-commerce and"),
    ("the superi-", "or courts", "the superior courts"),
    ("gender-", "responsive budgets", "gender-responsive budgets"),
    ("short-", "and long-term plans", "short- and long-term plans"),
]


@pytest.mark.parametrize(("first", "second", "joined"), HYPHENS)
def test_a_hyphen_at_the_end_of_a_line_is_judged_by_its_halves(
    first: str, second: str, joined: str
) -> None:
    lines = ["a line of a document", "that seldom breaks words"] * 40
    assert Joiner.of([*lines, first, second], "en").join(first, second) == joined


def test_a_hyphen_sign_that_ends_lines_alone_is_no_part_of_words() -> None:
    lines = ["a doc‐", "ument on decision‐", "making"]
    joiner = Joiner.of(lines, "en")
    assert joiner.join("a doc‐", "ument on") == "a document on"
    assert joiner.join("some‐", "times") == "sometimes"
    others = Joiner.of(["a well‐known case of decision‐", "making"], "en")
    assert others.join("decision‐", "making") == "decision‐making"


ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "big5"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "text", [SAMPLE_ZH.read_text(encoding="utf-8"), "安全理事会的决定\n", "联合国"]
)
def test_encodings_are_detected(encoding: str, text: str) -> None:
    data = text.encode(encoding, errors="ignore")
    decoded = decode(data, "a.txt")
    assert decoded.text == data.decode(encoding)
    names = {"utf-8-sig": "utf-8", "gbk": "gb18030", "utf-16": "utf-16-le"}
    assert decoded.encoding == names.get(encoding, encoding)
    assert decoded.bom == (encoding in ("utf-8-sig", "utf-16"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings_of_english(encoding: str) -> None:
    text = SAMPLE_EN.read_text(encoding="utf-8")
    assert decode(text.encode(encoding), "a.txt").text == text


def test_the_encoding_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    file.write_bytes(SAMPLE_ZH.read_text(encoding="utf-8").encode("gb18030"))
    document, _ = read(file, "zh")
    assert document.metadata["encoding"] == "gb18030"
    assert document.id == "report"
    assert seen(document) == wanted("zh")


def test_damaged_utf8_is_read_with_a_warning() -> None:
    data = SAMPLE_ZH.read_bytes()
    document, _ = read_bytes(data[:300] + b"\xff" + data[300:], "zh", name="a.txt")
    assert "damaged UTF-8" in document.metadata["warnings"][0]


BAD = {
    "empty": (b"", "empty"),
    "white space": ("\ufeff \n\u3000\n".encode(), "empty"),
    "a BOM and little else": (b"\xff\xfe\x00\x01\x02", "binary"),
    "zero bytes": (b"\x00\x01\x02\x03" * 64, "binary"),
    "noise": (random.Random(7).randbytes(4096), "binary"),
    "a program": (b"\x7fELF\x02\x01\x01" + bytes(200) + b"text" * 9, "binary"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(64), "damaged picture"),
    "an archive": (b"\x1f\x8b\x08" + bytes(64), "gzip"),
}


@pytest.mark.parametrize("name", BAD)
def test_files_that_are_no_text(name: str) -> None:
    data, said = BAD[name]
    with pytest.raises(InputError, match=said) as error:
        read_bytes(data, "zh", name="report.txt")
    assert str(error.value).startswith("report.txt: ")
    assert "\n" not in str(error.value)


def test_missing_files_and_directories(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "none.txt", "zh")
    with pytest.raises(InputError, match="is a directory"):
        read(tmp_path, "zh")


SPOKEN = {
    "English": "The Security Council met in New York and adopted the resolution unanimously.",
    "Chinese": "安全理事会昨天在纽约开会，一致通过了这项决议。",
    "French": "Le Conseil de sécurité s’est réuni hier à New York et a adopté la résolution.",
    "Spanish": "El Consejo de Seguridad se reunió ayer en Nueva York y aprobó la resolución.",
    "Russian": "Совет Безопасности собрался вчера в Нью-Йорке и принял резолюцию единогласно.",
    "Japanese or Korean": "安全保障理事会は昨日ニューヨークで会合を開き、決議を採択した。",
}


@pytest.mark.parametrize("name", SPOKEN)
def test_another_language_is_refused(name: str) -> None:
    for language, own in (("zh", "Chinese"), ("en", "English")):
        if name == own:
            check(SPOKEN[name], language, "a.txt")
        else:
            with pytest.raises(InputError, match=name):
                check(SPOKEN[name], language, "a.txt")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("A/RES/70/1", "en"),
        ("A/RES/70/1", "zh"),
        ("安全理事會昨天在紐約開會，一致通過了這項決議。", "zh"),
        ("机构包括 UNDP, UNICEF, UNFPA, UN-Women, WFP, WHO, ILO, FAO, UNESCO 和 ITU 等。", "zh"),
        (
            "Mr. Wang Yi (王毅) and Ms. Hua Chunying (华春莹) attended the Belt and Road Forum.",
            "en",
        ),
        ("Ambassador Sven Jürgenson\nAmbassador Nicolas de Rivière\nMoussa Maman Sani", "en"),
    ],
)
def test_real_text_with_much_of_another_script_passes(text: str, language: Language) -> None:
    check(text, language, "a.txt")


def test_share_of_chinese() -> None:
    assert chinese_share("联合国") == 1.0
    assert chinese_share("United Nations") == 0.0
    assert chinese_share("2021") == 0.0


LINES = st.text(alphabet="安理会。，（)A1 \t\f\u3000•-/", max_size=30)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, max_size=30))
def test_every_character_is_in_a_block_or_in_the_ledger(lines: list[str]) -> None:
    text = "安理会通过了决议。\n" + "\n".join(lines)
    document, ledger = read_bytes(text.encode(), "zh")
    document.check()
    kept = "".join(texts(document)) + "".join(entry.text for entry in ledger)
    lost = Counter("".join(text.split())) - Counter("".join(kept.split()))
    # in a text in both languages, marks between a text and its translation belong to neither
    may_go = set("/-（)") if "arrangement" in document.metadata else set()
    assert set(lost) <= may_go
    assert not Counter("".join(kept.split())) - Counter("".join(text.split()))


def test_the_mark_between_a_text_and_its_translation_belongs_to_neither() -> None:
    document, ledger = read_bytes("安理会通过了决议。\nA\nA/会".encode(), "zh")
    assert texts(document) == ["安理会通过了决议。", "会"]
    assert [(entry.reason, entry.text) for entry in ledger] == [("other_language", "A")] * 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("和执行秘书在其职权范围内进一步加强流域各观测站之间的合作", "并就此向委员会于"),
        ("责成执行秘书在其职权范围内进一步加强流域各国各观测站的合作关系", "同时就此向委员会"),
    ],
)
def test_one_wrapped_paragraph_on_one_page_is_made_whole(first: str, second: str) -> None:
    """Nine lines of text, one paragraph of three lines, with the page's furniture inside it."""
    lines = [
        "S/2021/9",
        "关于洪水预警的报告",
        "导言",
        "1. 会议于2021年3月4日在日内瓦举行。",
        "2. 与会者欢迎河流域各国为改善洪水预警而采取的各项措施，并请各国政府",
        first,
        "21-01922 1/2",
        "S/2021/9",
        second + "提出一份书面报告。",
        "结论",
        "3. 会议通过了两项决定。",
        "4. 会议感谢东道国的盛情款待。",
    ]
    document, ledger = read_bytes("\n".join(lines).encode(), "zh")
    assert lines[4] + first + second + "提出一份书面报告。" in texts(document)
    assert len(document.blocks) == 7
    assert len(ledger) == 3


def test_a_short_text_of_whole_paragraphs_stays_as_it_is() -> None:
    lines = [
        "秘书长关于塔伦河流域洪水预警和应急准备工作的报告",
        "导言",
        "1. 会议于2021年3月4日在日内瓦举行，河流域各国均派代表出席。",
        "委员会今后的工作安排",
        "2. 会议通过了两项决定。",
        "3. 会议感谢东道国的盛情款待。",
        "执行秘书",
        "张三",
    ]
    document, _ = read_bytes("\n".join(lines).encode(), "zh")
    assert texts(document) == lines
    assert document.metadata["layout"] == "a paragraph a line"
