"""Folders as `duizhao build` leaves them, small and without a model, for report and review."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.bitext import make_bitext
from duizhao.corpus.document import Block, Document, Language, LedgerEntry, Sentence
from duizhao.corpus.files.alignment_file import Work, write_work
from duizhao.corpus.files.formats import writer
from duizhao.corpus.files.jsonl import write_ledger
from duizhao.corpus.translation import Translation

SENTENCES = [
    ("一、导言", "I. Introduction"),
    (
        "本报告介绍该区域的供水情况。",
        "This report describes the water supply of the region in 2020.",
    ),
    ("报告涵盖2020年。", "The committee visited twelve villages."),
    ("委员会访问了十二个村庄。", "The visits took three weeks."),
    ("二、结论", "II. Conclusion"),
    ("建议增加预算。", "It recommends a larger budget."),
]
TRANSLATIONS = [
    "I. Introduction",
    "The present report describes the region's water supply.",
    "The report covers 2020.",
    "The Commission visited 12 villages.",
    "II. Conclusion",
    "It is recommended that the budget be increased.",
]
BEADS = [
    Bead((0,), (0,), 3.0, 0.99, {"overlap": 2.0, "length": 1.0}),
    Bead((1,), (1,), 2.5, 0.97, {"overlap": 1.7, "length": 0.8}),
    Bead((2,), (), 0.1, 0.6),
    Bead((3,), (2,), 0.4, 0.31, {"overlap": 0.6, "length": -0.2}),
    Bead((), (3,), 0.0, 0.7),
    Bead((4, 5), (4, 5), 1.1, 0.66, {"overlap": 0.9, "length": 0.2}),
]


ZH_WORDS = "供水 预算 委员会 报告 区域 村庄 儿童 学校 安全 增加 建议 访问 情况 项目 道路"
EN_WORDS = (
    "water supply budget committee report region village children school security increase "
    "recommend visit situation project road annual survey office training"
)


def document(name: str, language: Language, texts: Sequence[str], headings: set[int]) -> Document:
    """A document with one sentence per block."""
    blocks = []
    section = None
    for number, text in enumerate(texts):
        section = number if number in headings else section
        sentence = Sentence(number, number, 0, len(text), text)
        kind = "heading" if number in headings else "paragraph"
        blocks.append(Block(number, kind, text, (sentence,), section=section))  # type: ignore[arg-type]
    made = Document(name, language, tuple(blocks))
    made.check()
    return made


def make_work(min_confidence: float = 0.0) -> Work:
    """The small pair above, with its alignment."""
    flags = {3: ("number_mismatch",)}
    translations = [
        Translation(text, -0.2 - 0.1 * place, 8, flags.get(place, ()))
        for place, text in enumerate(TRANSLATIONS)
    ]
    work = Work(
        document("report", "zh", [zh for zh, _ in SENTENCES], {0, 4}),
        document("reference", "en", [en for _, en in SENTENCES], {0}),
        translations,
        BEADS,
        min_confidence,
    )
    work.check()
    return work


def make_folder(path: Path, min_confidence: float = 0.0) -> Path:
    """Write a folder of the small pair."""
    return write_folder(path, make_work(min_confidence))


def make_large(count: int, seed: int = 7) -> Work:
    """A pair of about `count` beads of invented text, most of them 1-1."""
    draw = random.Random(seed)
    zh_words = ZH_WORDS.split()
    en_words = EN_WORDS.split()
    source: list[str] = []
    target: list[str] = []
    translations: list[Translation] = []
    beads: list[Bead] = []

    def add_source(number: int) -> None:
        source.append(f"{number}. " + "".join(draw.choices(zh_words, k=draw.randint(6, 20))) + "。")
        words = draw.choices(en_words, k=draw.randint(10, 30))
        text = f"{number}. The {' '.join(words)}."
        flags = ("number_mismatch",) if draw.random() < 0.02 else ()
        translations.append(Translation(text, -draw.uniform(0.1, 1.2), len(words), flags))

    for number in range(count):
        kind = draw.choices(["1-1", "2-1", "1-2", "1-0", "0-1"], [90, 4, 3, 2, 1])[0]
        sources, targets = int(kind[0]), int(kind[2])
        first, second = len(source), len(target)
        for _ in range(sources):
            add_source(number)
        for _ in range(targets):
            base = translations[-1].text.split() if sources else ["Additional", "text."]
            target.append(" ".join(w for w in base if draw.random() > 0.15) + f" {number}.")
        sure = draw.betavariate(12, 1) if draw.random() < 0.95 else draw.random() * 0.5
        ids = tuple(range(first, len(source))), tuple(range(second, len(target)))
        shares = {"overlap": draw.uniform(0, 3), "length": draw.uniform(-1, 1)}
        beads.append(Bead(*ids, sum(shares.values()), sure, shares))
    headings = set(range(0, len(source), max(1, len(source) // 12)))
    work = Work(
        document("long-report", "zh", source, headings),
        document("long-reference", "en", target, {0}),
        translations,
        beads,
    )
    return work


def make_terms() -> Work:
    """A pair of 96 sentences with four terms; a quarter of the English has a second form of one."""
    bodies = (
        ("成员国", "Member States"),
        ("秘书长", "the Secretary-General"),
        ("水资源委员会", "the Water Commission"),
        ("专家组", "the Panel of Experts"),
    )
    actions = (
        ("审议了年度预算", "considered the annual budget"),
        ("访问了三个村庄", "visited three villages"),
        ("提出了若干建议", "made several proposals"),
        ("感谢东道国的支持", "thanked the host country for its support"),
        ("推迟了下一次会议", "postponed the next meeting"),
        ("没有答复这封信", "did not answer the letter"),
        ("同意修改草案", "agreed to amend the draft"),
        ("听取了农民的意见", "heard the views of farmers"),
    )
    times = (("今年", "this year"), ("五月", "in May"), ("昨天", "yesterday"))
    pairs = [
        (f"{when}，{who}{does}。", f"{end[0].upper()}{end[1:]}, {body} {act}.")
        for number, (does, act) in enumerate(actions)
        for who, one in bodies
        for when, end in times
        for body in [one if number % 4 or who != "成员国" else "member countries"]
    ]
    targets = [target for _, target in pairs]
    return Work(
        document("terms", "zh", [source for source, _ in pairs], set()),
        document("terms.en", "en", targets, set()),
        [Translation(text, -0.2, 8) for text in targets],
        [Bead((number,), (number,), 2.0, 0.9) for number in range(len(pairs))],
    )


def write_folder(path: Path, work: Work) -> Path:
    """Write what `duizhao build` would for this work, but for Parquet."""
    path.mkdir(parents=True, exist_ok=True)
    bitext = make_bitext(
        work.source,
        work.target,
        work.translations,
        work.beads,
        min_confidence=work.min_confidence,
    )
    for name in ("jsonl", "tsv", "tmx"):
        with (path / f"corpus.{name}").open("wb") as file:
            writer(name)(bitext.rows, file)
    furniture = LedgerEntry("report", "source", "read", "document_symbol", "X/2026/1", line=1)
    with (path / "ledger.jsonl").open("wb") as file:
        write_ledger([furniture, *bitext.ledger], file)
    write_work(work, path / "alignment.json")
    run = {
        "model": "opus-mt-zh-en",
        "engine": "ctranslate2",
        "finished": "2026-11-23T12:00:00+00:00",
    }
    (path / "run.json").write_text(json.dumps(run), encoding="utf-8")
    return path


def make_batch(path: Path) -> Path:
    """A folder as `duizhao batch` leaves it: two documents in shards of two splits."""
    for name, split in (("one", "train"), ("two", "test")):
        folder = make_folder(path / "work" / name)
        for kind, file in (("jsonl", f"{split}-00000.jsonl"), ("ledger", f"{name}.jsonl")):
            (path / kind).mkdir(exist_ok=True)
            own = folder / ("corpus.jsonl" if kind == "jsonl" else "ledger.jsonl")
            text = own.read_text(encoding="utf-8").replace('"report', f'"{name}')
            text = text.replace('"reference', f'"{name}.en')
            (path / kind / file).write_text(text, encoding="utf-8")
    shutil.rmtree(path / "work")
    return path
