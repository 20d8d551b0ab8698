"""The CTranslate2 engine with the real default model, and how texts are packed and split."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duizhao.corpus.errors import ModelError, ModelSettingError
from duizhao.models.cores import usable_cores
from duizhao.models.guards.check import UNKNOWN
from duizhao.models.translation.batching import bound, halve, pack, padded, rejoin, split_to_fit
from duizhao.models.translation.engine import Decoding, Engine
from duizhao.models.translation.load import load_engine
from tests.support.paths import ROOT

TEXTS = [
    "安全理事会第 2532(2020)号决议要求秘书长提出报告。",
    "大会。",
    "",
    "10. 委员会商定在第五十八届会议上就以下专题组织五次互动讨论:",
    "  ",
    "联合国阿富汗援助团继续支持选举机构。",
]
GREEDY = Decoding(beam=1)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.mark.model
def test_each_text_has_its_translation_in_its_place(engine: Engine) -> None:
    made = engine.translate(TEXTS, GREEDY)
    assert len(made) == len(TEXTS)
    assert "Security Council" in made[0].text
    assert made[1].text == "General Assembly."
    assert (made[2].text, made[2].score, made[2].tokens) == ("", 0.0, 0)
    assert made[4].text == ""
    assert "electoral" in made[5].text
    assert all(-1.5 < each.score < 0 for each in made if each.text)
    assert engine.translate([], GREEDY) == []


@pytest.mark.model
def test_the_score_is_the_mean_log_probability_by_forced_decoding(engine: Engine) -> None:
    source = TEXTS[3]
    made = engine.translate([source], GREEDY)[0]
    forced = engine.score([source], [made.text])[0]
    assert forced.tokens == made.tokens
    # both choose among the same English pieces
    assert forced.log_probability / forced.tokens == pytest.approx(made.score, abs=0.02)
    whole = load_engine(english_only=False)
    same = whole.translate([source], GREEDY)[0]
    assert same.text == made.text
    # the English pieces have the 4 or 5% that Chinese ones would take
    score = whole.score([source], [made.text])[0]
    assert 0 < (forced.log_probability - score.log_probability) / forced.tokens < 0.1


@pytest.mark.model
def test_the_end_of_the_source_is_added_once(engine: Engine) -> None:
    """Twice costs two BLEU; never makes the model loop (FACTS; the model's config.json says)."""
    made = engine.translate(["委员会通过了该决议草案。"], GREEDY)[0]
    assert made.tokens < 15
    assert made.score > -0.6


@pytest.mark.model
def test_batches_come_in_order_and_are_taken_as_needed(engine: Engine) -> None:
    taken = []

    def batches() -> list[list[str]]:
        for number in range(20):
            taken.append(number)
            yield [f"第{number}号决议。", f"第{number}次会议。"]

    stream = engine.translate_batches(batches(), GREEDY)
    first = next(stream)
    assert len(taken) < 20, "an endless stream of batches must not be read to its end"
    assert len(first) == 2
    rest = list(stream)
    assert [batch[1].text.lower().count(str(i)) for i, batch in enumerate([first, *rest])] == [
        1
    ] * 20


@pytest.mark.model
def test_a_long_text_is_split_and_every_clause_is_there(engine: Engine) -> None:
    years = range(1946, 2014)
    text = "".join(f"大会在{year}年通过了一项关于裁军的决议，" for year in years)
    assert engine.lengths([text])[0] > 512
    made = engine.translate([text], GREEDY)[0]
    missing = [year for year in years if str(year) not in made.text]
    assert len(missing) <= 1, f"lost: {missing}"
    assert made.tokens > 400


@pytest.mark.model
def test_progress_counts_every_text_and_token(engine: Engine) -> None:
    seen = [0, 0]

    def progress(texts: int, tokens: int) -> None:
        seen[0] += texts
        seen[1] += tokens

    made = engine.translate(TEXTS, GREEDY, progress)
    assert seen == [len(TEXTS), sum(each.tokens for each in made)]


@pytest.mark.model
def test_what_the_model_does_not_know_is_flagged_and_never_written_as_unk(engine: Engine) -> None:
    """Was "A statement was made by Mr. <unk>ukasz." with no flag."""
    sources = ["李麃麃先生(Mr. Łukasz)发言。", "安全理事会。", "● 安全理事会。", "他说😀谢谢。"]
    made = engine.translate(sources, GREEDY)
    assert [each.flags for each in made] == [(UNKNOWN,), (), (), (UNKNOWN,)]
    assert "<unk>" not in "".join(each.text for each in made)
    assert "unknown=never" in GREEDY.key(), "outputs of before must not be taken from the memory"


@pytest.mark.model
def test_a_device_or_arithmetic_that_is_not_there_is_wrong_usage() -> None:
    import ctranslate2

    with pytest.raises(ModelSettingError, match="unknown device 'foo'; use one of auto, cpu, cuda"):
        load_engine(device="foo")
    with pytest.raises(ModelSettingError, match="compute type bfloat16: this cpu supports"):
        load_engine(device="cpu", compute_type="bfloat16")
    if not ctranslate2.get_cuda_device_count():
        with pytest.raises(ModelSettingError, match="finds no GPU; use cpu or auto"):
            load_engine(device="cuda")
        assert ModelSettingError.exit_code == 2


@pytest.mark.model
def test_an_error_of_ctranslate2_at_work_is_one_line(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Result:
        def result(self) -> None:
            raise RuntimeError("std::bad_alloc\nat some place")

    class Translator:
        def translate_batch(self, batch: list[object], **_options: object) -> list[Result]:
            return [Result() for _ in batch]

    monkeypatch.setattr(engine, "_translator", Translator())
    with pytest.raises(ModelError, match=r"bad_alloc; .*--batch-tokens 256") as caught:
        engine.translate(["大会。"], GREEDY)
    assert "\n" not in str(caught.value)


@pytest.mark.model
def test_a_very_long_line_is_packed_in_parts(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """100,000 characters were one call with 430 parts."""
    calls = []

    class Result(NamedTuple):
        hypotheses: tuple[list[str], ...] = (["▁Word", ".", "</s>"],)
        scores: tuple[float, ...] = (-0.1,)

        def result(self) -> Result:
            return self

    class Translator:
        def translate_batch(self, batch: list[list[str]], **_options: object) -> list[Result]:
            # without the filler and the ends of sentences
            calls.append((len(batch) - 1) * (max(map(len, batch)) - 1))
            return [Result() for _ in batch]

    monkeypatch.setattr(engine, "_translator", Translator())
    text = "".join(f"大会在{i}年通过了一项关于裁军的决议,并请秘书长提出报告。" for i in range(3500))
    assert len(text) > 100_000
    made = engine.translate([text, "大会。"], GREEDY)
    assert max(calls) <= engine.batch_tokens
    assert len(calls) > 20
    assert made[0].text.count("Word") > 300
    assert made[1].text == "Word."


@pytest.mark.unit
def test_few_texts_are_packed_so_that_every_worker_has_some() -> None:
    lengths = [30] * 30
    packed = pack([(length,) for length in lengths], bound(lengths, 2048, workers=2))
    assert 4 <= len(packed) <= 6
    assert bound([30] * 100_000, 2048, workers=2) == 2048
    assert bound([5], 2048, workers=16) >= 64
    assert bound(lengths, 2048, workers=1) == 2048


@pytest.mark.model
def test_threads_share_one_engine_and_get_their_own_results(engine: Engine) -> None:
    assert load_engine() is engine
    texts = [f"第{number}段。" for number in range(24)]
    alone = [engine.translate([text], GREEDY)[0].text for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: engine.translate([text], GREEDY)[0].text, texts))
    assert together == alone


@pytest.mark.model
def test_a_damaged_model_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"no model")
    (tmp_path / "source.spm").write_bytes(b"no model")
    with pytest.raises(ModelError, match=r"cannot be loaded by CTranslate2|damaged"):
        load_engine(str(tmp_path))
    with pytest.raises(ModelError, match="unknown engine 'marian'"):
        load_engine(None, "marian")  # type: ignore[arg-type]


@pytest.mark.unit
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=60), st.integers(1, 400)
)
def test_packing_keeps_every_text_once_within_the_bound(
    lengths: list[tuple[int, int]], bound: int
) -> None:
    sizes = [(padded(one), padded(other)) for one, other in lengths]
    batches = pack(sizes, bound)
    assert sorted(i for batch in batches for i in batch) == list(range(len(sizes)))
    for batch in batches:
        assert len({sizes[i] for i in batch}) == 1
        assert len(batch) == 1 or len(batch) * max(sizes[batch[0]]) <= bound
    order = [max(sizes[batch[0]]) for batch in batches]
    assert order == sorted(order, reverse=True)


@pytest.mark.unit
@given(st.integers(1, 1000))
def test_a_text_is_padded_little_and_to_few_sizes(length: int) -> None:
    size = padded(length)
    assert length <= size < length + max(8, length // 2)
    assert padded(size) == size


@pytest.mark.model
@pytest.mark.parametrize("beam", [1, 4])
def test_a_sentence_is_translated_alike_in_any_company(engine: Engine, beam: int) -> None:
    """To the last bit of the score; batches of sentences sorted by length fail this."""
    report = ROOT / "corpus/samples/report.zh.txt"
    texts = [line.strip() for line in report.read_text("utf-8").splitlines() if line.strip()][:14]
    decoding = Decoding(beam=beam)
    together = engine.translate(texts, decoding)
    for few in (1, 5):
        parts = [texts[at : at + few] for at in range(0, len(texts), few)]
        assert [one for part in parts for one in engine.translate(part, decoding)] == together


@pytest.mark.model
def test_a_pair_is_scored_alike_in_any_company(engine: Engine) -> None:
    samples = ROOT / "corpus/samples"
    source, target = (
        [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()][:24]
        for path in (samples / "report.zh.txt", samples / "report.en.txt")
    )
    together = engine.score(source, target)
    alone = [engine.score([one], [other])[0] for one, other in zip(source, target, strict=True)]
    assert alone == together


@pytest.mark.unit
@given(st.text("大会议决，。；、 a1", max_size=120), st.integers(1, 20))
def test_splitting_loses_nothing_and_fits(text: str, limit: int) -> None:
    parts = split_to_fit(text, limit, len)
    assert "".join(parts) == text
    assert all(len(part) <= limit for part in parts)
    assert "".join(halve(text)) == text


@pytest.mark.unit
def test_a_text_is_split_at_its_best_marks() -> None:
    assert split_to_fit("甲乙丙，丁。戊己，庚。", 7, len) == ["甲乙丙，丁。", "戊己，庚。"]
    assert split_to_fit("甲乙丙丁；戊己，庚辛", 8, len) == ["甲乙丙丁；", "戊己，庚辛"]
    assert halve("甲乙丙丁，戊己庚辛") == ["甲乙丙丁，", "戊己庚辛"]
    assert halve("甲") == ["甲"]


@pytest.mark.unit
def test_clauses_that_fit_only_apart_are_split() -> None:
    # SentencePiece often takes fewer tokens for the clauses than for the whole text
    def count(text: str) -> int:
        return len(text) + 2 * text[:-1].count("，")

    assert split_to_fit("甲乙丙，丁戊己。", 9, count) == ["甲乙丙，", "丁戊己。"]


@pytest.mark.unit
def test_parts_are_joined_with_the_mark_of_the_source() -> None:
    assert rejoin(["甲，", "乙。"], ["First.", "Second."]) == "First, Second."
    assert rejoin(["First. ", "Second."], ["第一。", "第二。"]) == "第一。第二。"


@pytest.mark.unit
def test_cores_are_those_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert usable_cores() >= 1
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # as Dask sets it in its workers
    assert usable_cores() == 1
