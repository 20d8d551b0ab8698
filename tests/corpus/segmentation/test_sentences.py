"""Sentences end where a reader of UN documents would end them; `|` marks ends in the examples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duizhao.corpus.document import Language
from duizhao.corpus.segmentation.sentences import split
from duizhao.evaluation.benchmarks.segmentation import measure, paragraphs_of
from tests.support.paths import DATA

pytestmark = pytest.mark.unit

ENGLISH = [
    # titles, initials and abbreviations
    "Mr. Ban Ki-moon thanked Ms. Egian and Dr. Tedros.|He then left.",
    "H.E. Mr. Salovaara spoke.|The meeting rose.",
    "Lt. Gen. Prem Chand and Maj. Gen. Lund reported.|The Council took note.",
    "The book by J. R. R. Tolkien was cited.|It is long.",
    "John F. Kennedy spoke in 1961.|He was brief.",
    "H. L. A. Hart answered.|Austin did not.",
    "Some bodies, e.g. UNICEF, i.e. the Fund, agreed.|Others did not.",
    "See Nicaragua v. United States of America and cf. annex II.|The Court ruled.",
    "The case of Georgia vs. Russian Federation was recalled.|No action was taken.",
    # numbers of things
    "See document No. 5 and Nos. 6 and 7.|The answer was no.|The matter was closed.",
    "See para. 4, paras. 5 and 6, art. 2, sect. III, chap. VII and vol. 75.|It applies.",
    "She supported music and the arts.|Perspectives differed.",
    "See Official Records, Supplement No. 53A (A/77/53/Add.1), chap. III, sect. A.|See also E/5.",
    "The text is in annex I.|Likewise, the plan is in section V.|From another angle, it is new.",
    "It was issued as A/75/6/Add. 1 and Rev. 1.|The Committee met.",
    "It grew by 3.5 per cent, to $1.2 million.|In 2020 it fell.",
    "The session ended in 1995.|The next began in 1996.",
    "Likes stand at 26,000.|The Security Council expresses concern.",
    "It was signed on September 19, 2014.|To this end, more is needed.",
    "Resolution S/RES/2532 (2020) was adopted.|It had taken months.",
    # abbreviations that may be last
    "The U.S. Government and the U.K. Mission agreed.|They signed.",
    "She lives in the U.S.|However, she works in Geneva.",
    "The office is in Washington, D.C.|It opened in 1990.",
    "The meeting was held at 10 a.m.|Representatives of 17 organizations attended.",
    "It met at 3 p.m. New York time.|It rose at 6 p.m.|The next meeting is at 10 a.m. on Monday.",
    "It will meet at 10 a.m. Monday.|All are invited.",
    "They have drones, radar equipment, etc.|28. The Committee notes the enrolment.",
    "Richard Mills, Jr. The Ambassador of Peace was there.".replace(". The", ".|The"),
    "Acme Inc. Board members met.|They voted.",
    "Smith et al. found this.|Others did not.",
    "Ibid.|United Nations, Treaty Series, vol. 2515, No. 44910.",
    # quotations and brackets
    "He said: “We went blind.”|Nobody answered.",
    "“Why?” he asked.|“Because I say so.”|She left.",
    '"This is a quotation." The speaker sat down.'.replace('." ', '."|'),
    "The Council met (see S/2020/1).|It adopted the text.",
    "The Council met.|(See also document S/2020/1.)|It adopted the text.",
    "The company (founded by A. Smith. Now closed) was sued.|It lost.",
    "Can the Region Turn the Tide in 2023? (United Nations publication, 2023).|It is on sale.",
    "What impact did it have?|Are there alternatives that should be explored?",
    "It is what it is!|So be it.",
    # numbered paragraphs, items and notes
    "1. The Committee met.|2. It adopted the agenda.",
    "The text was closed.|61. In the past five years, much has changed.",
    "12. A. Background of the matter.|It is long.",
    "It has three aims: 1. Peace; 2. Security; 3. Rights.|It has means.",
    "The Committee decided as follows.|(a) To meet again.|(b) To report.",
    "All must leave the territory.|a Represents the highest level.|b Includes support.",
    "The report was welcomed.12 The Committee agreed.".replace("12 ", "12|"),
    "Information is online.|https://hlpf.un.org/inputs.",
    "It rose.|• It fell.|– It stood.|o It went.|b. It came.",
    'He left.|" We agree " was all.',
    "IV.G. Operational activities for development.|They go on.",
    # no space, no sentence
    "See www.un.org and A/75/6/Add.1 for details of Rev.2 and 3.5.1.|Done.",
    "It was so … or so it seemed.|Who knows.",
]

CHINESE = [
    "委员会举行了会议。|会议通过了议程。",
    "安理会为何失败？|原因很多！|必须改进。",
    "一是预防；二是应对；三是恢复。|三者缺一不可。",
    "他说：“我们看不见了。”|没有人回答。",
    "“我们不是预报错了。”他说。|会议结束。",
    "他提出了“怎么办？”的问题。|没有人回答。",
    "委员会决定将“会议应当公开。”改为“会议可以公开。”|没有异议。",
    "《谁来负责？》一书已经出版。|该书共三章。",
    "请参看报告(见附件)。|报告已分发(S/2020/172)。",
    "安理会通过了决议。（见附件。）|会议结束。".replace("。（", "。|（"),
    "他使用了“会议无休无止”和“议程不堪重负”的说法。|与会者表示同意。",
    '"系基于主权平等之原则"已经确立。|"因此，委员会能够核查。"|其他原则也已确立。',
    "增长率为3.5%，达到1.2亿美元。|2020年有所下降。",
    "10. 委员会商定举行讨论。|11. 委员会通过了议程。",
    "一. 导言。|二. 背景。",
    "第五节．资源使用情况",
    "委员会决定：(a) 审议报告；(b) 通过决议；(c) 结束会议。|会议结束。",
    "《宪章》提出的首要目标是免后世再遭.战祸。|各国同意。",
    "他走了.|然后她也走了.",  # a text that knows no other full stop
    "第2532(2020)号决议获得通过。|COVID-19 疫情仍在继续。",
    "这是真的吗？！|谁也不知道。",
    "为什么?|因为见https://un.org/页面?id=5即可!|会议结束。",
    "他说……然后沉默了。|会议继续。",
    "报告已提交。¹|委员会表示注意。",
    "报告已提交。[12]|委员会表示注意。",
    "项目(是否继续？尚未决定)已经暂停。|委员会表示遗憾。",
    "授权秘书长“将其所认为可能威胁国际和平之任何事件，提请安全理事会注意”。|秘书长照办。",
    "会议（第1次。）结束。|委员会同意。",
    "会议结束。|（见附件。）|委员会同意。",
    "（一）会议通过了议程。|（二）会议选举了主席。",
]


@pytest.mark.parametrize("example", ENGLISH)
def test_english_sentences(example: str) -> None:
    _check(example, "en", glue=" ")


@pytest.mark.parametrize("example", CHINESE)
def test_chinese_sentences(example: str) -> None:
    _check(example, "zh", glue="")


def test_english_inside_chinese_has_english_rules() -> None:
    text = "Mr. Smith 出席了会议。The Council met. It rose. 会议结束。"
    wanted = ["Mr. Smith 出席了会议。", "The Council met.", "It rose.", "会议结束。"]
    assert [text[start:end] for start, end in split(text)] == wanted


def _check(example: str, language: Language, glue: str) -> None:
    wanted = example.split("|")
    text = glue.join(wanted)
    assert [text[start:end] for start, end in split(text)] == wanted


@pytest.mark.parametrize("language", ["zh", "en"])
def test_gold_sentences_of_the_sample_report(language: Language) -> None:
    for block in json.loads((DATA / f"report.{language}.json").read_text(encoding="utf-8")):
        text = block["text"]
        assert [text[start:end] for start, end in split(text)] == block["sentences"]


MARKS = "。！？；，、.!?:;\"'“”‘’()（）《》…\n\f\t \u3000¹🌍𠮷"
WORDS = ["Mr.", "U.S.", "No. 5", "(a)", "1.", "A.", "a.m.", "安理会", "The Council", "met", "2020"]
PIECES = st.sampled_from([*MARKS, *WORDS, "。”", ".”", "……", "https://un.org", "[1]"])


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join), st.sampled_from(["zh", "en"]))
def test_splitting_loses_nothing(text: str, language: Language) -> None:
    _check_lossless(text, language)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["zh", "en"]))
def test_splitting_any_text_loses_nothing(text: str, language: Language) -> None:
    _check_lossless(text, language)


def _check_lossless(text: str, language: Language) -> None:
    end = 0
    for start, stop in split(text):
        assert end <= start < stop <= len(text)
        assert not text[end:start].strip()
        assert text[start:stop] == text[start:stop].strip() != ""
        end = stop
    assert not text[end:].strip()


@given(st.lists(st.sampled_from(["委员会举行了会议。", "为什么？", "（见附件。）"]), max_size=8))
def test_whole_chinese_sentences_stay_whole(parts: list[str]) -> None:
    text = "".join(parts)
    assert [text[start:end] for start, end in split(text)] == parts


def test_an_empty_line_ends_a_sentence() -> None:
    text = "Annex I\n\nThe Council met"
    assert [text[start:end] for start, end in split(text)] == ["Annex I", "The Council met"]


def test_a_long_block_is_split_in_linear_time() -> None:
    """Forty thousand sentences in a block: quadratic work would take minutes."""
    text = '他说："好。"(见附件)。' * 20_000
    assert len(split(text)) == 40_000


@pytest.mark.parametrize(("language", "least"), [("zh", 0.995), ("en", 0.985)])
@pytest.mark.parametrize("size", [2, 10, 50])
def test_lines_of_the_un_corpus_joined_and_split(
    shared: Path, language: Language, least: float, size: int
) -> None:
    """What the project promises, and that no tuning for ten to a paragraph was needed."""
    lines = (shared / "unpc" / f"dev.{language}").read_text(encoding="utf-8").splitlines()
    paragraphs = paragraphs_of(lines, language, size)
    figures = measure(lambda t: [t[a:b] for a, b in split(t)], paragraphs, language)
    assert figures.f1 >= least
