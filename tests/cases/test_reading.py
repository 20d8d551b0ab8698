"""Regression tests with small inputs and the correct result, named after the case."""

from __future__ import annotations

import pytest

from duizhao.corpus.document import Document, Language, LedgerEntry
from duizhao.corpus.errors import InputError, LimitError
from duizhao.corpus.reading import Limits, read_bytes
from duizhao.corpus.script import has_chinese
from tests.cases.sources import (
    PAIRS,
    ZH,
    docx,
    numbered,
    numbering,
    paragraph,
    pdf,
    shared_case,
    with_shared,
)

pytestmark = pytest.mark.unit

Read = tuple[Document, list[LedgerEntry]]
SMALL = Limits(seconds=20, memory_bytes=500 * 2**20)


def read(data: bytes | str, name: str, language: Language = "zh", limits: Limits = SMALL) -> Read:
    content = data.encode() if isinstance(data, str) else data
    return read_bytes(content, language, name=name, limits=limits)


def texts(result: Read) -> list[str]:
    return [block.text for block in result[0].blocks]


def ledger(result: Read) -> list[tuple[str, str]]:
    return [(entry.reason, entry.text) for entry in result[1]]


def warnings(result: Read) -> str:
    return "\n".join(result[0].metadata.get("warnings", ()))


def test_34_e000_private_use_characters_are_kept() -> None:
    text = "王\ue000先生和李\uf8ff女士向安全理事会提交了报告。"
    files = [
        (f"# 报告\n\n{text}".encode(), "34_e000.md", text),
        (docx(paragraph(text)), "34_e000.docx", text),
        (text.encode(), "34_e000.txt", text),
        (f"<article><p>{text}</p></article>".encode(), "34_e000.html", text),
    ]
    for name in ("34_e000.md", "34_e000.docx"):
        if (theirs := shared_case(name)) is not None:
            files.append((theirs, name, "王\ue000先生向安全理事会提交了报告。"))
    for data, name, expected in files:
        assert texts(read(data, name))[-1] == expected, name


ALTERNATING = "\n".join(f"{zh}\n{en}\n" for zh, en in PAIRS)
SAME_LINE = "\n".join(f"{zh} {en}" for zh, en in PAIRS)
BILINGUAL = [
    ("04_alt.txt", ALTERNATING.encode()),
    ("04_same_line.txt", SAME_LINE.encode()),
    ("04_alt.docx", docx("".join(paragraph(zh) + paragraph(en) for zh, en in PAIRS))),
    ("04.html", "".join(f"<p>{zh}</p><p>{en}</p>" for zh, en in PAIRS).encode()),
    ("04_table.html", ("<table>" + "".join(f"<tr><td>{z}<td>{e}" for z, e in PAIRS)).encode()),
    ("04_after.txt", "\n".join([p[0] for p in PAIRS] + [p[1] for p in PAIRS]).encode()),
]


@pytest.mark.parametrize(("name", "data"), BILINGUAL, ids=[name for name, _ in BILINGUAL])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_04_both_languages_in_one_file_are_two_documents(
    name: str, data: bytes, language: Language
) -> None:
    ours = read(data, name, language)
    assert texts(ours) == [pair[language == "en"] for pair in PAIRS]
    assert warnings(ours).endswith("read as two documents")
    left_out = [text for reason, text in ledger(ours) if reason == "other_language"]
    assert left_out == [pair[language == "zh"] for pair in PAIRS]
    if (theirs := shared_case(name)) is not None:
        blocks = [texts(read(theirs, name, each)) for each in ("zh", "en")]
        assert len(blocks[0]) == len(blocks[1]) == (7 if name == "04.html" else 6)
        assert all(map(has_chinese, blocks[0]))
        assert not any(map(has_chinese, blocks[1]))


def test_04_a_chinese_text_with_some_english_is_one_document() -> None:
    quotation = "决议原文为“The Council decides to extend the mandate of the Mission for a year”。"
    names = "与会者：John Smith、Mary Jones、World Health Organization、Food Board。"
    result = read("\n".join([ZH * 3] * 6 + [quotation, names]), "report.txt")
    assert len(result[0].blocks) == 8


SRT = "\n\n".join(
    f"{n}\n00:00:{n:02},000 --> 00:00:{n + 1:02},500\n<i>{zh[:4]}</i>\n{zh[4:]}"
    for n, (zh, _) in enumerate(PAIRS, 1)
)
VTT = "WEBVTT\n\nNOTE made by hand\n\n" + "\n\n".join(
    f"00:{n:02}.000 --> 00:{n + 1:02}.000 align:start\n<v Speaker>{zh}</v>"
    for n, (zh, _) in enumerate(PAIRS, 1)
)


@pytest.mark.parametrize(("name", "text"), [("05_zh.srt", SRT), ("05_zh.vtt", VTT)])
def test_05_subtitles_are_read_as_captions(name: str, text: str) -> None:
    result = read(text, name)
    assert [s.text for s in result[0].sentences] == [zh for zh, _ in PAIRS]
    assert read(text, "subtitles.txt")[0].sentences == result[0].sentences
    if (theirs := shared_case(name)) is not None:
        sentences = [s.text for s in read(theirs, name)[0].sentences]
        assert len(sentences) == 6
        assert not any("-->" in s or s.isdigit() for s in sentences)


ONE, TWO = PAIRS[0][1], PAIRS[1][1]
PAIR_FILES = [
    ("05.json", f'[{{"text": "{ONE}"}}, {{"text": "{TWO}"}}]'),
    ("05.jsonl", f'{{"text": "{ONE}"}}\n{{"text": "{TWO}"}}\n'),
    ("lists.json", f'[["一", "{ONE}"], ["二", "{TWO}"]]'),
    ("pairs.jsonl", f'{{"zh": "一", "en": "{ONE}"}}\n{{"zh": "二", "en": "{TWO}"}}'),
    ("ours.jsonl", f'{{"source": "一", "target": "{ONE}"}}\n{{"source": "二", "target": "{TWO}"}}'),
    (
        "hub.json",
        f'{{"data": [{{"translation": {{"zh": "一", "en": "{ONE}"}}}}, {{"en": "{TWO}"}}]}}',
    ),
    ("05.csv", f'zh,en\n"一",{ONE}\n二,"{TWO}"\n'),
    ("semicolons.csv", f'一,二;"{ONE}"\n三,四;"{TWO}"\n'),
]


@pytest.mark.parametrize(("name", "text"), PAIR_FILES, ids=[name for name, _ in PAIR_FILES])
def test_05_json_and_csv_give_the_texts_of_a_language(name: str, text: str) -> None:
    result = read(text, name, "en")
    assert [s.text for s in result[0].sentences] == [ONE, TWO]


@pytest.mark.parametrize(
    ("name", "language"),
    [("05_en.json", "en"), ("05_zh.jsonl", "zh"), ("05_pairs.csv", "zh"), ("05_pairs.tsv", "en")],
)
def test_05_shared_files(name: str, language: Language) -> None:
    data = shared_case(name)
    if data is None:
        pytest.skip("shared data is not on this machine")
    sentences = [s.text for s in read(data, name, language)[0].sentences]
    assert len(sentences) == 6
    assert not any(mark in s for s in sentences for mark in '{}[]"')


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.yaml", b"text: hello"), ("a.po", b'msgid "a"\nmsgstr "b"'), ("a.tex", b"\\section{a}"),
        ("a.ass", b"[Script Info]"), ("a.py", b"print('hello')"), ("a.xml", b"<a>text</a>"),
        ("a.eml", b"From: me"), ("a.xyz", b"Some text."), ("a.json", b"{broken"),
        ("a.json", b'{"a": 1}'), ("a.srt", b"No captions."),
        ("a.txt", b"<?xml version='1.0'?><a/>"),
    ],
)  # fmt: skip
def test_05_other_kinds_of_files_are_refused_in_one_line(name: str, data: bytes) -> None:
    with pytest.raises(InputError) as error:
        read(data, name, "en")
    assert str(error.value).startswith(name)
    assert "\n" not in str(error.value)


def test_06_multi_variants_and_inline_codes_of_tmx_are_in_the_ledger() -> None:
    text = """<tmx version="1.4"><header/><body><tu>
<tuv xml:lang="zh-CN"><seg>任务区<ph>{0}</ph>平静<bpt i="1">&lt;b></bpt>。<ept i="1"/></seg></tuv>
<tuv xml:lang="en-US"><seg>The color is<sub>a footnote</sub> red.</seg></tuv>
<tuv xml:lang="fr"><seg>La couleur.</seg></tuv>
<tuv xml:lang="en-GB"><seg>The colour is red.</seg></tuv></tu></body></tmx>"""
    chinese, english = read(text, "a.tmx"), read(text, "a.tmx", "en")
    assert texts(chinese) == ["任务区平静。"]
    assert ledger(chinese) == [("inline_code", "{0}"), ("inline_code", "<b>")]
    assert texts(english) == ["The color is red."]
    assert ledger(english) == [
        ("inline_code", "a footnote"),
        ("second_variant", "The colour is red."),
    ]
    if (theirs := shared_case("06_multi.tmx")) is not None:
        assert ("second_variant", "A unit with two Englishes, colour.") in ledger(
            read(theirs, "06_multi.tmx", "en")
        )


def test_missing_page_the_others_are_read() -> None:
    ours = pdf([f"{PAIRS[0][1]} {PAIRS[1][1]}", None, PAIRS[2][1]])
    for data in with_shared(ours, "missing_page.pdf"):
        result = read(data, "missing_page.pdf", "en")
        assert texts(result)
        assert "page 2 cannot be loaded" in warnings(result)
        assert [(entry.reason, entry.page) for entry in result[1]] == [("unreadable_page", 2)]


def test_recform_a_form_that_calls_itself_ends_within_its_bounds() -> None:
    ours = pdf([PAIRS[0][1]], form_calls_itself=True)
    for data in with_shared(ours, "recform.pdf"):
        with pytest.raises(LimitError, match=r"^recform\.pdf: ") as error:
            read(data, "recform.pdf", "en", Limits(seconds=15, memory_bytes=300 * 2**20))
        assert "\n" not in str(error.value)
    # and the next document is read as if nothing had happened
    assert texts(read(PAIRS[0][1], "next.txt", "en")) == [PAIRS[0][1]]


@pytest.mark.parametrize("start", ["9" * 13, "9" * 24, "99999999", "-5", "x", "", "²"])
@pytest.mark.parametrize("type", ["1", "a", "A", "i", "I"])
def test_ol_roman_and_ol_start_are_read(start: str, type: str) -> None:
    page = f'<html><body><ol start="{start}" type="{type}"><li>{ZH}</li></ol></body></html>'
    (text,) = texts(read(page, "ol.html"))
    assert text.endswith(ZH)
    assert len(text) < len(ZH) + 10


@pytest.mark.parametrize("name", ["ol_roman.html", "ol_start.html"])
def test_shared_ol_files(name: str) -> None:
    if (data := shared_case(name)) is None:
        pytest.skip("shared data is not on this machine")
    for text in texts(read(data, name)):
        assert text.endswith("安全理事会欢迎秘书长的报告。各国代表表示支持。")


@pytest.mark.parametrize(
    ("start", "format", "label"),
    [
        ("9999999999999", "upperRoman", ""),
        ("x", "decimal", ""),
        ("4", "lowerRoman", "iv. "),
        ("40000", "upperRoman", "40000. "),
        ("3", "lowerLetter", "c. "),
        ("2147483647", "lowerLetter", "2147483647. "),
    ],
)
def test_numbering_roman_a_label_as_word_shows_it_or_none(
    start: str, format: str, label: str
) -> None:
    data = docx(paragraph(ZH, numbered()), numbering=numbering(start, format))
    assert texts(read(data, "numbering_roman.docx")) == [f"{label}{ZH}"]


def test_numbering_bad_is_read_without_a_label() -> None:
    ours = docx(paragraph(ZH, numbered("x", "-1")), numbering=numbering("x", "decimal", "x"))
    assert texts(read(ours, "numbering_bad.docx")) == [ZH]
    for name in ("numbering_bad.docx", "numbering_roman.docx"):
        if (theirs := shared_case(name)) is not None:
            assert texts(read(theirs, name)) == ["安全理事会欢迎秘书长的报告。各国代表表示支持。"]


UNCLOSED = {
    "unclosed_b.html": "<b>{}<br><br>",
    "unclosed_div.html": "<div><p>{}</p>",
    "unclosed_font.html": "<font><p>{}</p>",
    "unclosed_li.html": "<ul><li>{}",
    "unclosed_blockquote.html": "<blockquote>{}<br><br>",
    "unclosed_table.html": "<table><tr><td>{}",
}


@pytest.mark.parametrize("name", UNCLOSED)
@pytest.mark.parametrize("count", [400, 3000])
def test_unclosed_every_paragraph_is_read(name: str, count: int) -> None:
    page = "<html><body>" + "".join(UNCLOSED[name].format(f"第{n}段：{ZH}") for n in range(count))
    for data in with_shared(page.encode(), name) if count == 400 else [page.encode()]:
        found = texts(read(data, name))
        assert len(found) == count
        assert all(f"第{n}段：" in text for n, text in enumerate(found))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("quotes.md", "> " * 400 + ZH),
        ("lists.md", "".join(f"{'  ' * n}- 第{n}项：{ZH}\n" for n in range(150))),
        ("deep.html", "<div>" * 5000 + f"<p>{ZH}</p>"),
        ("deep.tmx", '<tmx><body><tu><tuv xml:lang="zh"><seg>' + "<hi>" * 1000 + ZH
         + "</hi>" * 1000 + "</seg></tuv></tu></body></tmx>"),
    ],
)  # fmt: skip
def test_md_nest_nested_text_is_read_to_its_full_depth(name: str, text: str) -> None:
    found = texts(read(text, name))
    assert len(found) == (150 if name == "lists.md" else 1)
    assert found[-1].endswith(ZH)


def test_md_nest_shared() -> None:
    if (data := shared_case("md_nest.md")) is None:
        pytest.skip("shared data is not on this machine")
    letters = data.decode().replace(">", "").replace(" ", "").replace("\n", "")
    assert "".join(texts(read(data, "md_nest.md"))).replace(" ", "") == letters


def test_hdr_zh_prose_in_a_header_is_read() -> None:
    first = "鉴于对人人固有尊严的承认是世界自由、正义与和平的基础。"
    page = (
        "<!doctype html><html><body><header><nav><a href='/'>首页</a></nav></header>"
        f"<h1>宣言</h1><header><h2>序言</h2><p>{first}</p></header>"
        f"<section><h2>第一条</h2><p>{ZH}</p></section></body></html>"
    )
    result = read(page, "hdr_zh.html")
    assert texts(result) == ["宣言", "序言", first, "第一条", ZH]
    assert ledger(result) == [("page_furniture", "首页")]
    if (theirs := shared_case("hdr_zh.html")) is not None:
        assert len(texts(read(theirs, "hdr_zh.html"))) == 5


NOTES = """<html><body><article>
<p>秘书长提交了报告。<a href="#_ftn1" name="_ftnref1"><sup>[1]</sup></a>双方对此表示欢迎。</p>
<p>监察队进行了八次视察<sup id="r2"><a href="#n2">2</a></sup>，面积为5 km<sup>2</sup>。</p>
<p>没有注释的标记。<sup>[3]</sup>双方继续谈判。</p>
<hr><div id="ftn1"><p><a href="#_ftnref1" name="_ftn1">[1]</a> 见上述报告。</p></div>
<ol><li id="n2">同上，第3段。<a href="#r2">↩</a></li></ol></article></body></html>"""


def test_14b_note_marks_are_no_text() -> None:
    result = read(NOTES, "14b.html")
    assert [(block.kind, block.mark, block.text) for block in result[0].blocks] == [
        ("paragraph", None, "秘书长提交了报告。双方对此表示欢迎。"),
        ("paragraph", None, "监察队进行了八次视察，面积为5 km2。"),
        ("paragraph", None, "没有注释的标记。双方继续谈判。"),
        ("footnote", "1", "见上述报告。"),
        ("footnote", "2", "同上，第3段。"),
    ]
    assert [entry for entry in ledger(result) if entry[0] == "footnote_mark"] == [
        ("footnote_mark", "1"),
        ("footnote_mark", "2"),
        ("footnote_mark", "3"),
    ]
    if (theirs := shared_case("14b.html")) is not None:
        blocks = read(theirs, "14b.html")[0].blocks
        assert [block.kind for block in blocks] == ["paragraph"] * 2 + ["footnote"] * 2
        assert blocks[0].text == "秘书长向安全理事会提交了报告。安理会对此表示欢迎。"


def test_20_a_plain_page() -> None:
    page = f"<html><body><h1>报告</h1><p>{ZH}</p><p>{ZH}{ZH}</p></body></html>"
    for data in with_shared(page.encode(), "20.html"):
        result = read(data, "20.html")
        assert result[0].blocks
        assert not result[1]


UNSEEN = (
    "The Coun\u200bcil wel\u200d\u200ccomed the re\u2060port of the Secre\u00adtary\ufeff-General."
)
SEEN = "The Council welcomed the report of the Secretary-General."


def test_21_zw_the_same_text_from_every_reader() -> None:
    tmx = f'<tmx><body><tu><tuv xml:lang="en"><seg>{UNSEEN}</seg></tuv></tu></body></tmx>'
    files: list[tuple[str, bytes]] = [
        ("21_zw.txt", UNSEEN.encode()),
        ("21_zw.html", f"<article><p>{UNSEEN}</p></article>".encode()),
        ("entities.html", f"<p>{SEEN[:8]}&#8203;{SEEN[8:20]}&shy;{SEEN[20:]}</p>".encode()),
        ("21_zw.docx", docx(paragraph(UNSEEN))),
        ("21_zw.md", UNSEEN.encode()),
        ("21_zw.tmx", tmx.encode()),
        ("21_zw.tsv", f"en\n{UNSEEN}\n".encode()),
        ("21_zw.json", f'["{UNSEEN}"]'.encode()),
        ("21_zw.srt", f"1\n00:00:01,000 --> 00:00:02,000\n{UNSEEN}\n".encode()),
    ]
    for name, data in files:
        result = read(data, name, "en")
        assert texts(result) == [SEEN], name
        assert "invisible characters removed" in warnings(result), name
    for name in ("21_zw.txt", "21_zw.html", "21_zw.docx"):
        if (theirs := shared_case(name)) is not None:
            assert texts(read(theirs, name, "en"))[0] == (
                "The Council welcomed the Secretary-General’s report on non-proliferation."
            )


def test_40_delrow_a_deleted_row_is_in_the_ledger() -> None:
    deleted = (
        '<w:tr><w:trPr><w:del w:id="1"/></w:trPr><w:tc><w:p><w:del w:id="2"><w:r>'
        "<w:delText>删去的行</w:delText></w:r></w:del></w:p></w:tc></w:tr>"
    )
    cell = f"<w:tc><w:tcPr><w:cellDel/></w:tcPr>{paragraph('删去的格')}</w:tc>"
    kept = f"<w:tr><w:tc>{paragraph('留下的行')}</w:tc>{cell}</w:tr>"
    ours = docx(paragraph(ZH) + f"<w:tbl>{deleted}{kept}</w:tbl>")
    result = read(ours, "40_delrow.docx")
    assert texts(result) == [ZH, "留下的行"]
    assert ledger(result) == [("deleted_revision", "删去的行"), ("deleted_revision", "删去的格")]
    if (theirs := shared_case("40_delrow.docx")) is not None:
        assert ledger(read(theirs, "40_delrow.docx")) == [("deleted_revision", "删去的行")]


def test_40_prompts_and_ruby_of_word_are_in_the_ledger() -> None:
    prompt = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
    run = "<w:r><w:t>单击此处</w:t></w:r>"
    ruby = (
        "<w:p><w:r><w:ruby><w:rt><w:r><w:t>hàn</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>汉字</w:t>"
        "</w:r></w:rubyBase></w:ruby></w:r><w:r><w:t>注音。</w:t></w:r></w:p>"
    )
    body = prompt.format(paragraph("输入文字")) + f"<w:p>{prompt.format(run)}</w:p>" + ruby
    result = read(docx(body + paragraph(ZH)), "a.docx")
    assert texts(result) == ["汉字注音。", ZH]
    assert ledger(result) == [
        ("placeholder", "输入文字"),
        ("placeholder", "单击此处"),
        ("ruby", "hàn"),
    ]


def test_40_hidden_text_and_ruby_of_a_page_are_in_the_ledger() -> None:
    page = (
        f"<article><p>{ZH}<span style='display:none'>暗一</span></p><p hidden>暗二</p>"
        f"<div style='visibility:hidden'><p>暗三</p></div><dialog><p>暗四</p></dialog>"
        f"<noscript>暗五</noscript><p><ruby>汉<rp>(</rp><rt>hàn</rt><rp>)</rp></ruby>字。"
        f"<del>删</del><button>提交</button></p></article>"
    )
    result = read(page, "a.html")
    assert texts(result) == [ZH, "汉字。"]
    reasons: dict[str, list[str]] = {}
    for reason, text in ledger(result):
        reasons.setdefault(reason, []).append(text)
    assert reasons == {
        "hidden_text": ["暗一", "暗二", "暗三", "暗四", "暗五"],
        "ruby": ["hàn"],
        "deleted_revision": ["删"],
        "form_control": ["提交"],
    }


def test_15_nul_zh_stray_control_characters_do_not_make_a_text_binary() -> None:
    for encoding in ("utf-8", "gb18030", "utf-16"):
        text = f"{ZH}\n秘书长\x00感谢各方\x07的支持。\n{ZH}"
        result = read(text.encode(encoding), "15_nul_zh.txt")
        assert texts(result) == [ZH, "秘书长感谢各方的支持。", ZH], encoding
        assert "2 invisible characters removed" in warnings(result)
    if (theirs := shared_case("15_nul_zh.txt")) is not None:
        result = read(theirs, "15_nul_zh.txt")
        assert texts(result)[0] == "秘书长向安全理事会提交了报告。"
        assert "invisible characters removed" in warnings(result)
    with pytest.raises(InputError, match="binary"):
        read(bytes(range(256)) * 20, "15.txt")


def test_esc_escape_codes_never_reach_the_text() -> None:
    ours = f"\x1b]0;PWNED\x07\x1b[2J{ZH}\x1b[31m{ZH}\x1b(B".encode()
    for data in with_shared(ours, "esc.txt"):
        result = read(data, "esc.txt")
        assert all(text.startswith("安全理事会") for text in texts(result))
        assert not any("\x1b" in text or "[" in text or "PWNED" in text for text in texts(result))
        assert "escape sequence" in warnings(result)


def test_surrogate_unpaired_surrogates_are_refused_or_marked() -> None:
    ours = f"{ZH}\ud800。".encode("utf-8", "surrogatepass") * 3
    for data in with_shared(ours, "surrogate.txt"):
        with pytest.raises(InputError, match=r"surrogate\.txt: in no known encoding"):
            read(data, "surrogate.txt")
    assert texts(read('["安理会\\ud800通过决议。"]', "a.json")) == ["安理会\ufffd通过决议。"]
