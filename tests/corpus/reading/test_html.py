"""Web pages: the article and nothing of the navigation, in every encoding."""

from __future__ import annotations

from pathlib import Path

import pytest

from duizhao.corpus.errors import InputError
from duizhao.corpus.reading import read, read_bytes

pytestmark = pytest.mark.unit

NAVIGATION = [
    "高级搜索", "Weibo", "打印电子邮件", "订阅", "联系我们", "隐私政策", "相关新闻", "往日新闻",
    "主页",
    "媒体资讯", "Kiswahili", "Español", "就业机会", "Skip to", "autocomplete", "iOS", "相关链接",
    "区域办事处", "©",
]  # fmt: skip

PAGE = """<!DOCTYPE html>
<html><head><meta charset="{charset}"><title>安理会新闻</title>
<script>var navigation = "脚本里的字";</script><style>p {{ color: red }}</style></head>
<body>
<div class="site-header"><ul class="menu"><li><a href="/">首页</a></li>
<li><a href="/x">关于</a></li></ul></div>
<div id="page"><div class="left sidebar"><h3>热门</h3>
<p><a href="/1">另一篇文章的标题在这里</a></p></div>
<div class="text field--label-hidden">
<h1>安全理事会通过决议</h1>
<p>安全理事会今天一致通过第2532号决议。<br>决议要求<b>立即</b>停止敌对行动。</p>
<p>第一点：<br><br>第二段在两个换行之后开始。</p>
<ol start="3"><li>各方应遵守决议；</li><li>秘书长应提出报告。</li></ol>
<ul><li>人道主义准入。</li></ul>
<table><tr><th>国家</th><th>票数</th></tr><tr><td>中国</td><td>1</td></tr></table>
<p>会议于当地时间十时开始<sup><a href="#fn1">1</a></sup>，历时两小时。</p>
<p style="display:none">看不见的字</p>
<div class="share-links"><p>分享到微博。</p></div>
<p id="fn1" class="footnote"><sup>1</sup> 见会议记录。</p>
</div></div>
<footer>版权所有</footer></body></html>"""


def test_blocks_of_a_page_in_their_order() -> None:
    document, ledger = read_bytes(PAGE.format(charset="utf-8").encode(), "zh", name="page.html")
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "安全理事会通过决议"),
        ("paragraph", "安全理事会今天一致通过第2532号决议。决议要求立即停止敌对行动。"),
        ("paragraph", "第一点："),
        ("paragraph", "第二段在两个换行之后开始。"),
        ("list_item", "3. 各方应遵守决议；"),
        ("list_item", "4. 秘书长应提出报告。"),
        ("list_item", "• 人道主义准入。"),
        ("table_cell", "国家"),
        ("table_cell", "票数"),
        ("table_cell", "中国"),
        ("table_cell", "1"),
        ("paragraph", "会议于当地时间十时开始，历时两小时。"),
        ("footnote", "见会议记录。"),
    ]
    left_out = " ".join(entry.text for entry in ledger)
    for words in ("首页", "热门", "分享到微博。", "版权所有"):
        assert words in left_out
    assert "脚本" not in left_out


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-16", "big5"])
@pytest.mark.parametrize("charset", ["gb2312", "utf-8"])
def test_the_bytes_determine_the_encoding_and_not_the_declaration(
    encoding: str, charset: str
) -> None:
    page = PAGE.format(charset=charset)
    if encoding == "big5":
        # the traditional characters that Big5 has
        page = "".join(char for char in page if _has(char, "big5"))
    document, _ = read_bytes(page.encode(encoding), "zh", name="page.html")
    assert any("2532" in block.text for block in document.blocks)
    assert not any("\ufffd" in block.text for block in document.blocks)


def _has(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def test_a_saved_news_page(shared: Path) -> None:
    document, ledger = read(shared / "un-files" / "UN_News_2023.zh.html", "zh")
    texts = [block.text for block in document.blocks]
    assert texts[0] == "秘书长古特雷斯：联合国坚定地与性少数群体站在一起"
    assert texts[-1].endswith("不因其工作收到酬劳。")
    assert [block.kind for block in document.blocks].count("heading") == 6
    assert not [word for word in NAVIGATION for text in texts if word in text]
    assert any("相关新闻" in entry.text for entry in ledger)


def test_a_saved_fact_sheet(shared: Path) -> None:
    document, _ = read(shared / "un-files" / "WHO_factsheet.zh.html", "zh")
    texts = [block.text for block in document.blocks]
    assert texts[:2] == ["更年期", "重要事实"]
    assert any("（ST/ESA/SER.A/430）" in text for text in texts)
    assert not [word for word in NAVIGATION for text in texts if word in text]


def test_the_message_for_a_page_built_by_script_has_the_remedy() -> None:
    page = b"<html><body><div id='root'></div><script>render()</script></body></html>"
    with pytest.raises(InputError, match="no article in this page"):
        read_bytes(page, "zh", name="app.html")


def test_a_page_under_another_name() -> None:
    document, _ = read_bytes(PAGE.format(charset="utf-8").encode(), "zh", name="page.txt")
    assert document.metadata["media_type"] == "text/html"
