"""What `corpus.sentences` knows about full stops, as data: each with the reason beside it."""

from __future__ import annotations

# Marks that end a sentence by themselves, in either language.
CJK_TERMINATORS = "。！？｡"
# Marks that close a quotation or a bracket and stay with the sentence before them.
CLOSERS = "\"'”’」』）)】〕》〉］]}»›｣"
OPENERS = "\"'“‘「『（(【〔《〈［[{«‹｢"

# Abbreviations that something always follows: the full stop after them ends nothing.
# Lower case here; the text is compared in lower case, without the last full stop.
NEVER_LAST = {
    # titles, before a name
    "mr": "Mr. Guterres",
    "mrs": "Mrs. Robinson",
    "ms": "Ms. Landgren",
    "mss": "Mss. A and B, plural of Ms.",
    "messrs": "Messrs. A and B",
    "mme": "Mme. Diop",
    "dr": "Dr. Tedros",
    "drs": "Drs. A and B",
    "prof": "Prof. Pellet",
    "gen": "Gen. Dallaire",
    "lt": "Lt. Gen.",
    "maj": "Maj. Gen.",
    "brig": "Brig. Gen.",
    "col": "Col. Mustafa",
    "capt": "Capt. N. Ivanov",
    "cmdr": "Cmdr. Smith",
    "sgt": "Sgt. Smith",
    "hon": "the Hon. Minister",
    "amb": "Amb. Salovaara",
    "sen": "Sen. Mitchell",
    "gov": "Gov. Brown",
    "pres": "Pres. Obama",
    "fr": "Fr. Lombardi",
    "st": "St. Petersburg",
    "ste": "Ste. Anne",
    "mt": "Mt. Kenya",
    "ft": "Ft. Lauderdale",
    "h.e": "H.E. Mr. Ban Ki-moon",
    # before a number or a letter that names a part of a document
    "no": "No. 5 (and the sentence 'No.', told by what follows it)",
    "nos": "Nos. 5 and 6",
    "para": "para. 4",
    "paras": "paras. 4-6",
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
    "add": "A/75/6/Add. 1",
    "corr": "A/75/6/Corr. 1",
    "suppl": "Suppl. No. 2",
    "doc": "doc. A/75/6",
    "docs": "docs. A/75/6 and A/75/7",
    "res": "res. 70/1",
    "ed": "ed. John Smith",
    "eds": "eds. A and B",
    "trans": "trans. A. Smith",
    "rev": "Rev. 1, and the Rev. Smith",
    "ver": "ver. 2",
    "tel": "Tel. 212",
    "ext": "ext. 34",
    # before what they introduce
    "e.g": "e.g. Mali",
    "i.e": "i.e. the Council",
    "cf": "cf. annex II",
    "viz": "viz. the Council",
    "ca": "ca. 1990",
    "approx": "approx. 40",
    "vs": "Bosnia v. Serbia, vs. Serbia",
    "v": "Nicaragua v. United States",
    "incl": "incl. staff",
    "excl": "excl. staff",
    "resp": "resp. the Chair",
    "al-h": "Arabic names with initials",
}

# Abbreviations that can be last: they end a sentence when a word follows that starts sentences.
MAY_BE_LAST = {
    "u.s": "in the U.S. However, ... / the U.S. Government",
    "u.k": "the U.K. Government",
    "u.n": "the U.N. Charter",
    "u.s.a": "in the U.S.A. The",
    "e.u": "the E.U. Commission",
    "d.c": "Washington, D.C. The ... / Washington, D.C. Office",
    "n.y": "New York, N.Y. 10017",
    "a.m": "at 10 a.m. The / 10 a.m. Monday",
    "p.m": "at 3 p.m. The",
    "jr": "Richard Mills, Jr. The",
    "sr": "John Smith, Sr. The",
    "inc": "Acme, Inc. The",
    "ltd": "Acme, Ltd. The",
    "co": "Acme & Co. The",
    "corp": "Acme Corp. The",
    "bros": "Bros. The",
    "etc": "offices, etc. The",
    "et al": "et al. The",
    "al": "Smith et al. The / Smith et al. Journal",
    "ibid": "Ibid. The",
    "op. cit": "op. cit. The",
    "cit": "op. cit. The",
    "ph.d": "a Ph.D. The",
    "m.a": "an M.A. The",
    "b.a": "a B.A. The",
    "ll.m": "an LL.M. The",
    "ll.b": "an LL.B. The",
    "dept": "Dept. of",
    "univ": "Univ. of",
    "govt": "Govt. of",
    "est": "est. 1945",
    "max": "max. 5",
    "min": "min. 5",
    "avg": "avg. 5",
    "dist": "Dist. General",
    "distr": "Distr.: General, Distr. General",
    "orig": "Orig. English",
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
    "bull": "Bull. 5",
    "supp": "Supp. 5",
    "int'l": "Int'l. Law",
    "nat'l": "Nat'l. Law",
    "ave": "First Ave. The",
    "blvd": "Blvd. The",
    "rd": "Rd. The",
}

# Words that start an English sentence far more often than they follow an abbreviation.
STARTERS = frozenset(  # noqa: SIM905
    """a according accordingly additionally after all also although among an and another any as at
    based because before both but by certain consequently despite during each each finally
    following for four further furthermore given hence he her here his how however i if in indeed
    instead it its it's last lastly let many meanwhile moreover most much nevertheless next no none
    nonetheless nor not now of on once one only or other others our over overall several she
    should similarly since so some such that the their then there thereafter therefore these they
    this those three through thus to today together two under unless until up we what when where
    whereas whether which while who why with within without would yet you your""".split()
)
