"""Wrong translations of every kind that the guards must flag, and good ones that they must not.

Each broken output is made from a good one by hand. tests/models/guards/test_guards.py and
`python -m duizhao.evaluation.benchmarks.translation --guards` use them.
"""

from __future__ import annotations

from duizhao.models.guards.check import (
    DATE,
    EMPTY,
    NUMBER,
    REPETITION,
    SYMBOL,
    TOO_LONG,
    TOO_SHORT,
    UNKNOWN,
    UNTRANSLATED,
)

# Lines (from 0) of unpc/dev whose flags are right, checked by hand: numbers or dates that are left
# out or wrong, truncated sources or targets
WRONG_INDEED = {
    "dev.opus-mt.en": frozenset(
        {809, 1261, 1580, 1621, 2217, 2386, 3329, 3370, 3409, 3514, 3692}
    ),
    "dev.en": frozenset(
        {191, 343, 554, 1261, 1482, 1561, 1599, 1736, 1953, 2039, 2210, 2314, 2322, 2340, 2386,
         2969, 2970, 3484, 3543, 3692, 3834}
    ),
}  # fmt: skip

# Sources and good translations, written for this set, from which the wrong outputs were made
PAIRS = {
    "resolution": (
        "安全理事会在其第 2532(2020)号决议中要求所有局势立即全面停止敌对行动。",
        "In its resolution 2532 (2020), the Security Council demanded a general and immediate "
        "cessation of hostilities in all situations.",
    ),
    "letter": (
        "2021年2月10日秘书长给安全理事会主席的信(S/2021/130)",
        "Letter dated 10 February 2021 from the Secretary-General addressed to the President of "
        "the Security Council (S/2021/130)",
    ),
    "aid": (
        "自1月以来,该方案向三十五万名儿童和12 500名妇女提供了援助,费用为2.3亿美元。",
        "Since January, the programme has provided assistance to 350,000 children and 12,500 "
        "women, at a cost of $230 million.",
    ),
    "share": (
        "百分之四十的国家没有答复,三分之二的答复是匿名的。",
        "Forty per cent of countries did not reply, and two thirds of the replies were anonymous.",
    ),
    "session": (
        "大会第七十五届会议于二〇二〇年九月十五日开幕。",
        "The seventy-fifth session of the General Assembly opened on 15 September 2020.",
    ),
    "meeting": (
        "会议定于2015年3月6日星期五下午3时30分在第二会议室举行。",
        "The meeting will be held on Friday, 6 March 2015, at 3.30 p.m. in Conference Room 2.",
    ),
    "symbols": (
        "委员会面前有秘书长的报告(A/75/836和Add.1)以及第70/1号决议。",
        "The Committee had before it the report of the Secretary-General (A/75/836 and Add.1) and "
        "resolution 70/1.",
    ),
    "women": (
        "缔约国应确保农村妇女能够获得土地、信贷和基本保健服务,并参与影响其生活的决策。",
        "The State party should ensure that rural women have access to land, credit and basic "
        "health services and participate in decisions that affect their lives.",
    ),
    "climate": (
        "气候变化威胁着小岛屿发展中国家的生存,国际社会必须采取更有力的行动。",
        "Climate change threatens the very existence of small island developing States, and the "
        "international community must take stronger action.",
    ),
    "century": (
        "自20世纪90年代以来,该国人口增加了一倍,达到一千二百万。",
        "Since the 1990s the population of the country has doubled and now stands at 12 million.",
    ),
    "officers": (
        "报告所述期间,五名维和人员丧生,十二人受伤。",
        "During the reporting period, five peacekeepers lost their lives and twelve were injured.",
    ),
    "budget": (
        "2014-2015两年期预算为1 234 500美元,比上一个两年期减少8.5%。",
        "The budget for the biennium 2014-2015 amounts to $1,234,500, a decrease of 8.5 per cent "
        "from the previous biennium.",
    ),
}

MISSING: dict[str, list[tuple[str, str, str]]] = {
    SYMBOL: [
        ("resolution", "2532 (2020)", "2352 (2020)"),
        ("resolution", "2532 (2020)", "2532"),
        ("resolution", "In its resolution 2532 (2020), the", "The"),
        ("letter", "S/2021/130", "S/2021/13"),
        ("letter", " (S/2021/130)", ""),
        ("letter", "S/2021/130", "A/2021/130"),
        ("letter", "S/2021/130", "S/2021/1302"),
        ("symbols", "A/75/836", "A/75/386"),
        ("symbols", "A/75/836 and", ""),
        ("symbols", "70/1", "70/2"),
        ("symbols", " and resolution 70/1", ""),
    ],
    DATE: [
        ("letter", "10 February 2021", "February 2021"),
        ("letter", "10 February 2021", "10 February 2012"),
        ("letter", "10 February", "10 March"),
        ("letter", " dated 10 February 2021", ""),
        ("aid", "Since January, the", "The"),
        ("session", "15 September 2020", "September 2020"),
        ("session", "15 September", "5 September"),
        ("session", " 2020", ""),
        ("meeting", "Friday", "Thursday"),
        ("meeting", "6 March 2015", "6 March"),
        ("meeting", "6 March", "16 March"),
    ],
    NUMBER: [
        ("budget", "2014-2015", "2014"),
        ("aid", "350,000", "35,000"),
        ("aid", "350,000 children and ", ""),
        ("aid", "12,500", "2,500"),
        ("aid", "$230 million", "$2.3 million"),
        ("aid", "$230 million", "$23 billion"),
        ("share", "Forty", "Fourteen"),
        ("share", "Forty per cent of", "Some"),
        ("share", "two thirds of the", "the"),
        ("session", "seventy-fifth", "seventh"),
        ("session", "seventy-fifth ", ""),
        ("meeting", "3.30 p.m.", "5.30 p.m."),
        ("meeting", ", at 3.30 p.m.", ""),
        ("century", "1990s", "1980s"),
        ("century", "12 million", "1.2 million"),
        ("century", " and now stands at 12 million", ""),
        ("officers", "five", "nine"),
        ("officers", "twelve", "several"),
        ("budget", "$1,234,500", "$1,324,500"),
        ("budget", "8.5", "8"),
        ("budget", ", a decrease of 8.5 per cent from the previous biennium", ""),
    ],
}

PLANTED: list[tuple[str, str, str]] = [
    *[(EMPTY, name, output) for name, output in zip(PAIRS, ["", " ", "...", "—", "\n"])],  # noqa: B905
    *[(UNKNOWN, "women", PAIRS["women"][1].replace("land", bad)) for bad in
      ("<unk>", "l<unk>d", "⁇", " ⁇ land", "l\ufffdnd")],
    (UNTRANSLATED, "women", PAIRS["women"][0]),
    (UNTRANSLATED, "women", PAIRS["women"][1].replace("rural women", "农村妇女")),
    (UNTRANSLATED, "climate", PAIRS["climate"][1].replace("States", "国家")),
    (UNTRANSLATED, "aid", PAIRS["aid"][1].replace("million", "亿")),
    (UNTRANSLATED, "session", PAIRS["session"][1].replace("General Assembly", "大会")),
    (REPETITION, "women", "The State party should ensure " + "that rural women have access " * 6),
    (REPETITION, "women", "The State party should should should should should ensure access."),
    (REPETITION, "women", "The State party, the State party, the State party should ensure land."),
    (REPETITION, "climate", PAIRS["climate"][1].replace(" must", " must take action and must take "
     "action and must take action and must")),
    (REPETITION, "climate", "Climate change " + "of the Committee, of the Committee, " * 8),
    (REPETITION, "climate", PAIRS["climate"][1] + " " + PAIRS["climate"][1]),
    (REPETITION, "officers", "In the reporting period, five five five five twelve were injured."),
    (REPETITION, "officers", "In the reporting period, five lalalalalalala twelve were injured."),
    (REPETITION, "resolution", PAIRS["resolution"][1][:-1] + " and in all situations" * 5),
    (TOO_SHORT, "women", "The State party should ensure that."),
    (TOO_SHORT, "women", "Yes."),
    (TOO_SHORT, "climate", "Climate change threatens."),
    (TOO_SHORT, "resolution", "Resolution 2532 (2020)."),
    (TOO_SHORT, "symbols", "A/75/836 and Add.1, 70/1"),
    (TOO_SHORT, "officers", "Five and 12."),
    (TOO_LONG, "women", f"{PAIRS['women'][1]} {PAIRS['climate'][1]} {PAIRS['share'][1]}"),
    (TOO_LONG, "climate", f"{PAIRS['climate'][1]} {PAIRS['women'][1]} {PAIRS['aid'][1]}"),
    (TOO_LONG, "officers", f"{PAIRS['officers'][1]} {PAIRS['women'][1]} {PAIRS['climate'][1]}"),
    (TOO_LONG, "session", f"{PAIRS['session'][1]} {PAIRS['women'][1]} {PAIRS['symbols'][1]}"),
    *[
        (flag, name, PAIRS[name][1].replace(good, bad))
        for flag, cases in MISSING.items()
        for name, good, bad in cases
    ],
]  # fmt: skip

# (flag, source, output): cases that are difficult to detect
FOUND_SINCE = [
    (NUMBER, "三分之二的国家没有答复。", "One third of the countries did not reply."),
    (NUMBER, "五分之三的妇女", "Two in five women"),
    (NUMBER, "两名维和人员丧生。", "Nine peacekeepers were killed."),
    (NUMBER, "一名维和人员丧生。", "Nine peacekeepers were killed."),
    (NUMBER, "二个省份受灾。", "Seven provinces were affected."),
    (NUMBER, "双方举行了两轮会谈。", "The sides held six rounds of talks."),
    (NUMBER, "第二委员会审议了该项目。", "The Fifth Committee considered the item."),
    (NUMBER, "人民币伍拾万元整。", "RMB 5 yuan."),
    (NUMBER, "10名男子和10名妇女被捕。", "10 men and women were arrested."),
    (NUMBER, "增长率为40%,令人满意。", "The growth was 40, which is satisfactory."),
    (NUMBER, "百分之四十的国家没有答复。", "40 countries did not reply."),
    (NUMBER, "2亿5千万美元", "$2.5 million"),
    (NUMBER, "第2、3和4段", "Paragraphs 2 and 3"),
    (DATE, "2014年,该国举行了选举。", "In 2015, the country held elections the same year."),
    (DATE, "2014年12月和2015年1月", "In December 2014 and January 2014"),
    (DATE, "9·11事件", "The attacks of 12 October"),
    (SYMBOL, "秘书长的报告(A/75/836)", "Report of the Secretary-General (A/75/836/Add.1)"),
    (REPETITION, "会议于2020年举行。", "It was held in 2020 2020 2020 2020 2020."),
    (REPETITION, "缔约国应确保妇女获得土地。", "The State party should ensure , , , , , land."),
    (REPETITION, "缔约国应确保妇女获得土地。", "The State party should ensure land......"),
    (REPETITION, "缔约国应确保妇女获得土地。", "The State party should ensure the the the land."),
    (NUMBER, "35. 应当维持和解协议。", "65. The agreement should be maintained."),
    (DATE, "通报情况(2002年12月18日；2014年12月9日)。",
     "Briefings (18 March 2002; 9 December 2014)."),
    (REPETITION, "委员会审议了报告,通过了决议。", "The report and the report and the report"),
    (UNTRANSLATED, "委员会审议了报告,通过了决议。", "The Committee considered it、and adopted it."),
    (UNTRANSLATED, "委员会审议了报告,通过了决议。", "The Committee considered it and adopted it。"),
    (UNTRANSLATED, "委员会审议了报告,通过了决议。", "The Committee considered ⺀ and adopted it."),
    (UNTRANSLATED, "委员会审议了报告,通过了决议。", "The Committee considered ⼀ and adopted it."),
    (NUMBER, "评分：★★★★☆", "Rating: Zenium"),
    (NUMBER, "评分：★★★☆☆", "Rating: ★★★★☆"),
    (NUMBER, "主队以3比2获胜。", "The home team won 3-1."),
    (NUMBER, "主队以三比二获胜。", "The home team won."),
    (NUMBER, "最后比分为2：1。", "The final score was 2 points to 3, after 1 hour."),
]  # fmt: skip

# good translations with other forms of numbers and dates
CLEAN = [
    ("二十一世纪", "The twenty-first century"),
    ("他在十年前离开。", "He left a decade ago."),
    ("半个多世纪以来,五十年", "For half a century"),
    ("第七章", "Chapter VII"),
    ("77国集团和中国", "The Group of 77 and China"),
    ("20国集团", "G20"),
    ("双方于7-8月会晤。", "The two sides met in July and August."),
    ("6个月内", "Within six months"),
    ("约3.5亿人", "Some 350 million people"),
    ("数百万儿童", "Millions of children"),
    ("几十个国家", "Dozens of countries"),
    ("这十分重要。", "This is very important."),
    ("一方面,千方百计", "On the one hand, by every possible means"),
    ("三方协议", "Tripartite agreement"),
    ("1 500名难民", "1,500 refugees"),
    ("一千五百名难民", "Fifteen hundred refugees"),
    ("2.5万吨", "25,000 tons"),
    ("156 734千克", "156,734 kg"),
    ("15时举行会议。", "The meeting will be held at 3 p.m."),
    ("凌晨3时,士兵受伤。", "At 0300 hours, a soldier was wounded."),
    ("2010/11学年", "The school year 2010/11"),
    ("2012-13年", "2012-13"),
    ("20世纪90年代", "The 1990s"),
    ("九十年代初", "In the early nineties"),
    ("三分之一", "One third"),
    ("五分之三的妇女", "Three in five women"),
    ("千分之五", "Five per thousand"),
    ("百分之九十以上", "More than 90 per cent"),
    ("37. 请秘书长提交报告。", "Requests the Secretary-General to submit a report."),
    ("艾滋病毒/艾滋病", "HIV/AIDS"),
    ("第29(2013)号一般性建议", "General recommendation No. 29"),
    ("1540 (2004)号决议", "Resolution 1540(2004)"),
    ("第九条第二款", "Article 9 (2)"),
    ("第三委员会", "The Third Committee"),
    ("2014年,该国举行了选举。", "That year, the country held elections."),
    ("十二月三十一日", "31 December"),
    ("同意!同意!同意!同意!", "Agreed! Agreed! Agreed! Agreed!"),
    ("表1:0 0 0 0 0", "Table 1: 0 0 0 0 0"),
    ("15-64岁的妇女", "Women aged 1564 years"),
    ("COVID-19大流行病", "The COVID-19 pandemic"),
    ("2019冠状病毒病(COVID-19)疫苗", "Coronavirus disease (COVID-19) vaccines"),
    ("2亿5千万美元", "$250 million"),
    ("四分之三的国家", "75 per cent of countries"),
    ("三分之二的国家", "67 per cent of countries"),
    ("第1、2和3段", "Paragraphs 1-3"),
    ("第1、2、3和4段", "Paragraphs 1 to 4"),
    ("七国集团", "G7"),
    ("七国集团", "The Group of Seven"),
    ("24小时服务", "Round-the-clock service"),
    ("48小时内", "Within two days"),
    ("12个月", "One year"),
    ("9·11事件", "The attacks of 11 September"),
    ("“9·11”事件", "9/11"),
    ("三位一体", "Trinity"),
    ("第四委员会主席", "The Chair of the Committee"),
    ("两国领导人会晤。", "The leaders of both countries met."),
    ("两国关系", "Bilateral relations"),
    ("图二描述一个模式。", "40. Figure II illustrates a model."),
    ("各有10名男子和10名妇女", "10 men and women each"),
    ("10名男子和10名妇女", "10 men and ten women"),
    ("60岁或60岁以上的人", "Persons aged 60 or over"),
    ("5%和10%的增长", "Growth of 5 and 10 per cent"),
    ("由于……", "Because of ..."),
    ("目录……………5", "Contents ............... 5"),
    ("委员会(A/75/836-S/2021/130)", "Committee (A/75/836–S/2021/130)"),
    ("见A75/10/Add.4号文件", "See document A75/10 Add.4"),
    ("6 克罗地亚在《京都议定书》下承诺减排。", "Croatia commits to reductions under the Protocol."),
    ("20142015两年期", "The biennium 2014-2015"),
    ("基于2011-2012年报告", "Based on reports for 20112012"),
    ("2014年12月和2015年1月", "In December 2014 and January"),
    ("四年期", "The quadrennium"),
    ("3月3日、4日和5日", "3, 4 and 5 March"),
    ("1月27日至2月5日", "From 27 January to 5 February"),
    ("5月3日", "May 3rd"),
    ("(十二)", "(xii)"),
    ("第七条第一款第9项", "Article 7 (1) (i)"),
    ("第一章，A节", "Chap. I, sect. A"),
    ("(单位：10亿美元)", "(Billions of United States dollars)"),
    ("非洲经委会", "ECA"),
    ("图五百分比略有不同。", "Percentages differ slightly from those in figure V."),
    ("评分：★★★★☆", "Rating: ★★★★☆"),
    ("评分：★★★★☆", "Rating: 4/5"),
    ("★★★★☆酒店", "Four-star hotel"),
    ("主队以3比2获胜。", "The home team won 3-2."),
    ("主队以三比二获胜。", "The home team won by three goals to two."),
    ("客队2：3告负。", "The visitors lost 3–2."),
    ("比例为十比一。", "The ratio is ten to one."),
    ("会议于14:30开始。", "The meeting started at 2.30 p.m."),
    ("", ""),
    ("——", ""),
]


def broken() -> list[tuple[str, str, str]]:
    """Every planted error: the flag that it must have, source and wrong output."""
    return [(flag, PAIRS[name][0], output) for flag, name, output in PLANTED] + FOUND_SINCE
