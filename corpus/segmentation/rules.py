"""The rules of `segmentation.sentences` about full stops as data, each with an example beside it.

Abbreviations are written in lower case and without the last full stop. The table of an abbreviation
determines what must follow for its full stop not to end a sentence.
"""

from __future__ import annotations

# Marks that end a sentence by themselves, in either language.
CHINESE_STOPS = "。！？｡"
# Marks that close a quotation or a bracket and stay with the sentence before them.
CLOSERS = "\"'”’」』）)】〕》〉］]}»›｣"
# What follows a stop that is inside a sentence: “……。”，他说
GOES_ON = "，、；：,;:.。！？—…" + "”’」』）)】〕》〉］]}»›｣"

# A name follows: never the end of a sentence.
TITLES = {
    "mr": "Mr. Guterres",
    "mrs": "Mrs. Robinson",
    "ms": "Ms. Landgren",
    "mss": "Mss. A and B",
    "messrs": "Messrs. A and B",
    "mme": "Mme. Diop",
    "dr": "Dr. Tedros",
    "drs": "Drs. A and B",
    "prof": "Prof. Pellet",
    "gen": "Gen. Dallaire",
    "lt": "Lt. Gen. Prem Chand",
    "maj": "Maj. Gen. Lund",
    "brig": "Brig. Gen. Lund",
    "capt": "Capt. Ivanov",
    "cmdr": "Cmdr. Smith",
    "sgt": "Sgt. Smith",
    "hon": "the Hon. Minister",
    "amb": "Amb. Salovaara",
    "sen": "Sen. Mitchell",
    "gov": "Gov. Brown",
    "pres": "Pres. Obama",
    "st": "St. Petersburg",
    "ste": "Ste. Anne",
    "mt": "Mt. Kenya",
    "h.e": "H.E. Mr. Ban",
    "s.e": "S.E. M. Ban",
    "h.r.h": "H.R.H. Prince Zeid",
}

# They introduce or compare the text that follows: never the end of a sentence.
INTRODUCING = {
    "e.g": "e.g. Mali",
    "i.e": "i.e. the Council",
    "cf": "cf. annex II",
    "viz": "viz. the Council",
    "ca": "ca. 1990",
    "approx": "approx. 40",
    "vs": "Georgia vs. Russian Federation",
    "v": "Nicaragua v. United States",
    "incl": "incl. staff",
    "excl": "excl. staff",
    "resp": "resp. the Chair",
    "eds": "eds. A and B",
    "dist": "Dist. General",
    "distr": "Distr. General",
    "orig": "Orig. English",
}

# A number, a letter or a symbol follows; before anything else the sentence ends, because many of
# them are also words: "No. 5" / "The answer was no. The", "arts. 2" / "the arts. The".
NUMBERED = {
    "no": "No. 5",
    "nos": "Nos. 5 and 6",
    "para": "para. 4",
    "paras": "paras. 4-6",
    "par": "par. 4",
    "pt": "pt. II",
    "art": "art. 2",
    "arts": "arts. 2 and 3",
    "sect": "sect. III",
    "sects": "sects. III and IV",
    "sec": "Sec. 4",
    "secs": "Secs. 4 and 5",
    "subsect": "subsect. A",
    "subpara": "subpara. (a)",
    "subparas": "subparas. (a) and (b)",
    "vol": "vol. 75",
    "vols": "vols. I and II",
    "ch": "ch. VII",
    "chap": "chap. VII",
    "chaps": "chaps. I-III",
    "fig": "fig. 3",
    "figs": "figs. 3 and 4",
    "p": "p. 12",
    "pp": "pp. 12-14",
    "ann": "ann. II",
    "app": "app. II",
    "add": "A/75/6/Add. 1",
    "corr": "A/75/6/Corr. 1",
    "rev": "A/75/6/Rev. 1",
    "suppl": "Suppl. No. 2",
    "supp": "Supp. 5",
    "doc": "doc. A/75/6",
    "docs": "docs. A/75/6 and A/75/7",
    "res": "res. 70/1",
    "ed": "2nd ed. 1990",
    "ver": "ver. 2",
    "tel": "Tel. 212",
    "ext": "ext. 34",
    "op": "op. 4",
    "min": "min. 5",
    "max": "max. 5",
    "avg": "avg. 5",
    "est": "est. 1945",
    "jan": "Jan. 5",
    "feb": "Feb. 5",
    "mar": "Mar. 5",
    "apr": "Apr. 5",
    "aug": "Aug. 5",
    "sept": "Sept. 5",
    "sep": "Sep. 5",
    "oct": "Oct. 5",
    "nov": "Nov. 5",
    "dec": "Dec. 5",
}

# May be last: the sentence ends where the next word is one that starts sentences (`STARTERS`).
MAY_BE_LAST = {
    "jr": "Richard Mills, Jr. The / Jr. Ambassador",
    "sr": "John Smith, Sr. The",
    "inc": "Acme, Inc. The / Acme Inc. Board",
    "ltd": "Acme, Ltd. The",
    "co": "Acme & Co. The",
    "corp": "Acme Corp. The",
    "bros": "Acme Bros. The",
    "al": "Smith et al. The",
    "cit": "op. cit. The",
    "ph.d": "a Ph.D. The / Ph.D. Programme",
    "dept": "Dept. Head",
    "univ": "Univ. Press",
    "govt": "Govt. House",
    "int'l": "Int'l. Law",
    "nat'l": "Nat'l. Law",
    "ave": "First Ave. The",
    "blvd": "Blvd. The",
    "col": "Col. Mustafa / the second col. The",
    "ft": "Ft. Lauderdale / 200 ft. The",
    "fr": "Fr. Lombardi",
    "trans": "trans. Smith",
    "sq": "5 sq. km / Sq. The",
}

# Mostly last: the sentence ends before any capital letter, except before these words.
MOSTLY_LAST = {
    "a.m": "at 10 a.m. Representatives / 10 a.m. Monday",
    "p.m": "at 3 p.m. The / 3 p.m. New York time",
    "etc": "drones, radar equipment, etc. Member States",
    "ibid": "Ibid. United Nations, Treaty Series, ...",
    "loc": "at the same loc. The",
}
AFTER_A_TIME = frozenset(
    {
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        *("gmt", "utc", "est", "edt", "cet", "cest", "eastern", "central", "pacific", "local"),
        *("new", "geneva", "vienna", "nairobi"),  # New York time, Geneva time
    }
)

# The name of a part: a letter or Roman numeral after it is not an initial ("annex I. The").
PARTS = frozenset(
    {
        *("annex", "annexes", "appendix", "article", "articles", "attachment", "box", "category"),
        *("categories", "chapter", "chapters", "chap", "chaps", "class", "cluster", "column"),
        *("committee", "enclosure", "exhibit", "figure", "figures", "fig", "goal", "group"),
        *("groups", "hepatitis", "influenza", "item", "level", "list", "model", "module", "option"),
        *("panel", "paragraph", "part", "parts", "phase", "pillar", "protocol", "protocols"),
        *("resolution", "rule", "scenario", "schedule", "schedules", "sect", "sects", "section"),
        *("sections", "session", "stage", "step", "table", "tables", "tier", "title", "track"),
        *("type", "variant", "vitamin", "vol", "volume", "volumes", "war", "workstream", "zone"),
    }
)

# Words that start an English sentence far more often than they follow an abbreviation.
STARTERS = frozenset(
    {
        *("a", "an", "the", "this", "that", "these", "those", "there", "it", "its", "he", "his"),
        *("she", "her", "they", "their", "we", "our", "you", "your", "i", "who", "what", "which"),
        *("when", "where", "whereas", "whether", "while", "why", "how", "in", "on", "at", "by"),
        *("for", "from", "to", "with", "within", "without", "of", "under", "until", "upon", "up"),
        *("after", "before", "during", "since", "between", "among", "through", "throughout"),
        *("if", "unless", "although", "though", "because", "as", "but", "and", "or", "nor", "so"),
        *("yet", "also", "however", "moreover", "furthermore", "therefore", "thus", "hence"),
        *("nevertheless", "nonetheless", "meanwhile", "instead", "indeed", "similarly", "finally"),
        *("lastly", "further", "accordingly", "consequently", "additionally", "according"),
        *("based", "given", "despite", "following", "regarding", "concerning", "such", "some"),
        *("several", "many", "most", "much", "more", "other", "others", "another", "all", "both"),
        *("each", "every", "any", "no", "none", "not", "only", "one", "two", "three", "four"),
        *("once", "now", "then", "thereafter", "today", "together", "overall", "last", "next"),
        *("let", "would", "should", "will", "is", "are", "was", "were", "has", "have", "do"),
        *("see", "members", "participants", "countries", "recently"),
    }
)

# The speaker after a quotation: “……。”他说。 By itself it would be a sentence of two characters:
# speaker, manner (a few characters), verb, full stop.
SPEAKERS = (
    *("他", "她", "他们", "她们", "我", "我们", "有人", "主席", "主持人", "秘书长", "发言者"),
    *(r"一[位名个]\w{1,5}", r"\w{1,6}(?:先生|女士|大使|代表|部长|博士|教授)"),
)
LONGEST_MANNER = 4
SPEAKING = (
    *("说", "说道", "问", "问道", "答", "答道", "指出", "补充道", "补充说", "写道", "表示", "强调"),
    *("喊道", "回答", "回答说", "解释道", "解释说", "总结道", "总结说"),
)
# Text that makes a quotation part of its own sentence: “……？”的问题, 将“……。”改为“……。”
AFTER_A_QUOTED_QUESTION = (
    *("的", "等", "之类", "与", "和", "及", "或", "以及", "为题", "为主题", "改为", "作为"),
    *("这一", "这个", "这种", "这些", "这类", "这样", "这两"),
    *("一词", "一语", "一句", "一文", "一书", "一节", "一问"),
)
AFTER_A_QUOTED_SENTENCE = (
    *("的", "等", "之类", "为题", "为主题", "改为", "改成", "替换"),
    *("一词", "一语", "一句", "一段", "一文", "一书"),
)
