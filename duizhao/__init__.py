"""Chinese documents in, a Chinese-English parallel corpus out.

    import duizhao

    report = duizhao.read("report.zh.pdf")
    reference = duizhao.read("report.en.docx")
    bitext = duizhao.build(report, reference)
    bitext.to_tmx("report.tmx")

The functions share one implementation and one set of defaults with the commands of the same name,
and store their results in the same cache: a second call with the same input takes no time.

The settings of `duizhao settings` are keyword arguments (``duizhao.build(report, beam=2)``); those
that are not passed come from ``DUIZHAO_*``, ``duizhao.toml`` and the defaults, as for a command.
Errors that the user can fix are subclasses of `DuizhaoError`; their message is one line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

# In a checkout the subpackages are next to this folder; in an installed package, inside it.
_checkout = Path(__file__).resolve().parent.parent
if (_checkout / "pyproject.toml").is_file():
    __path__.append(str(_checkout))

if TYPE_CHECKING:
    from typing import Unpack

    from duizhao.corpus.alignment.bead import Bead
    from duizhao.corpus.bitext import Bitext
    from duizhao.corpus.document import (
        Block,
        Document,
        Language,
        LedgerEntry,
        Sentence,
    )
    from duizhao.corpus.errors import (
        BrokenIdentity,
        DuizhaoError,
        InputError,
        ModelError,
        NotParallel,
    )
    from duizhao.corpus.row import Row
    from duizhao.corpus.translation import Translation
    from duizhao.evaluation.comparison.outcome import Comparison
    from duizhao.evaluation.metrics.translation import Score
    from duizhao.flows.options import Options
    from duizhao.flows.settings import Settings
else:
    _TYPES = {
        "Bead": "duizhao.corpus.alignment.bead",
        "Bitext": "duizhao.corpus.bitext",
        "Block": "duizhao.corpus.document",
        "BrokenIdentity": "duizhao.corpus.errors",
        "Comparison": "duizhao.evaluation.comparison.outcome",
        "Document": "duizhao.corpus.document",
        "DuizhaoError": "duizhao.corpus.errors",
        "InputError": "duizhao.corpus.errors",
        "LedgerEntry": "duizhao.corpus.document",
        "ModelError": "duizhao.corpus.errors",
        "NotParallel": "duizhao.corpus.errors",
        "Row": "duizhao.corpus.row",
        "Score": "duizhao.evaluation.metrics.translation",
        "Sentence": "duizhao.corpus.document",
        "Translation": "duizhao.corpus.translation",
    }

    def __getattr__(name: str) -> object:
        """Import a type when it is first used, so that `import duizhao` is quick."""
        if name not in _TYPES:
            raise AttributeError(f"module 'duizhao' has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(_TYPES[name]), name)

    def __dir__() -> list[str]:
        return __all__


__all__ = [
    "Bead",
    "Bitext",
    "Block",
    "BrokenIdentity",
    "Comparison",
    "Document",
    "DuizhaoError",
    "InputError",
    "LedgerEntry",
    "ModelError",
    "NotParallel",
    "Row",
    "Score",
    "Sentence",
    "Translation",
    "align",
    "build",
    "clean",
    "compare",
    "load",
    "read",
    "score",
    "segment",
    "translate",
]


def read(
    path: str | Path,
    language: Language | None = None,
    *,
    id: str | None = None,
    **options: Unpack[Options],
) -> Document:
    """Read a file of any supported format and split it into blocks and sentences.

    `language` is ``"zh"`` or ``"en"``, by default that of the text. `id` names the
    document in the corpus, by default the file's name without its ending. The result's `ledger`
    lists the text that was left out, such as page numbers. Raises InputError if the file is
    missing, empty, damaged, of an unsupported format or in another language.

        >>> from duizhao.corpus.samples import pair
        >>> report = duizhao.read(pair()[0])
        >>> report.language, len(report.blocks), len(report.sentences)
        ('zh', 86, 146)
        >>> report.ledger[1].reason, report.ledger[1].text
        ('document_symbol', 'A/79/1402')
    """
    from duizhao.flows import api

    return api.read(str(path), language, id, _settings(options))


def segment(text: str) -> list[str]:
    """Split a text into sentences, in Chinese, English or both.

    Only white space between two sentences is dropped. Page numbers and the like are not recognised:
    use `read` for documents.

        >>> duizhao.segment("大会通过了决议。Mr. Ban spoke. He thanked all.")
        ['大会通过了决议。', 'Mr. Ban spoke.', 'He thanked all.']
    """
    from duizhao.corpus.segmentation.sentences import split

    return [text[start:end] for start, end in split(text)]


def translate(sentences: Sequence[str], **options: Unpack[Options]) -> list[Translation]:
    """Translate Chinese sentences with a MarianMT model (OPUS-MT zh-en by default).

    One `Translation` per sentence, in order: `text`; `score`, the mean log-probability of a target
    token (natural logarithm, at most 0); `tokens`, their number; `flags`, possible errors.
    Raises ModelError if the model cannot be loaded.

        >>> [each.text for each in duizhao.translate(["安全理事会", "秘书长的报告"])]
        ['Security Council', 'Report of the Secretary-General']

    Junczys-Dowmunt et al. 2018, Marian; Tiedemann and Thottingal 2020, OPUS-MT.
    """
    if isinstance(sentences, str):
        raise TypeError("translate takes a list of sentences; put the text in a list")
    from duizhao.flows import stages

    return list(stages.translator(_settings(options)).translate(sentences))


def align(
    source: Document | Sequence[str],
    target: Document | Sequence[str],
    translation: Sequence[str] | None = None,
    **options: Unpack[Options],
) -> list[Bead]:
    """Align two texts sentence by sentence, n to m.

    Both are documents (their structure is then used too) or both are lists of sentences.
    `translation` has one text per source sentence; by default it is computed. The beads cover
    every sentence of both sides exactly once, in order; `Bead.source` and `Bead.target` are indexes
    of sentences, counted from 0, `Bead.confidence` is the probability that the bead is right.
    Raises NotParallel if the texts are not translations of each other.

        >>> source = ["安全理事会审议了报告。", "主席感谢各国。", "会议结束。"]
        >>> target = ["The Council considered the report.", "The President thanked the States, and "
        ...           "the meeting was closed."]
        >>> [str(bead) for bead in duizhao.align(source, target)]
        ['[0]:[0]', '[1,2]:[1]']
    """
    from duizhao.corpus.document import Document

    settings = _settings(options)
    texts = None if translation is None else list(translation)
    if isinstance(source, Document) and isinstance(target, Document):
        from duizhao.flows import api

        return api.align(source, target, texts, settings)
    if isinstance(source, Document) or isinstance(target, Document):
        raise TypeError("align takes two documents or two lists of sentences")
    from duizhao.flows.aligning import Request, aligned

    return aligned(Request(source, target, texts, settings, translate=texts is None)).beads


def build(
    report: Document | str | Path,
    reference: Document | str | Path | None = None,
    **options: Unpack[Options],
) -> Bitext:
    """Build a parallel corpus of a Chinese report: the rows and the ledger of `duizhao build`.

    `report` and `reference` are documents or files; `report` may also be the symbol of a UN
    document (``"S/2021/130"``), which is downloaded. With an English `reference` the two are
    aligned (by translation, embeddings, structure and forced decoding) and a row is a bead; without
    one, a row is a sentence and its machine translation. Every sentence of both documents is in
    exactly one row or in the ledger. Raises InputError, ModelError, or NotParallel if the two are
    not translations of each other.

        >>> from duizhao.corpus.samples import pair
        >>> bitext = duizhao.build(*pair(), effort="fast", beam=1)
        >>> bitext
        Bitext(140 rows, 11 ledger entries)
        >>> bitext.rows[3].bead_type, bitext.rows[3].source_ids, bitext.rows[3].target_ids
        ('2-1', (3, 4), (3,))
    """
    from duizhao.flows import api

    return api.build(report, reference, _settings(options))


def score(
    hypotheses: Sequence[str],
    references: Sequence[str],
    *,
    metrics: Sequence[str] = ("bleu", "chrf++", "ter"),
    bootstrap: int = 1000,
    seed: int = 12345,
) -> dict[str, Score]:
    """BLEU, chrF++ and TER of a translation, equal to sacrebleu to the last digit.

    `hypotheses` and `references` have one segment per item. A `Score` has the `value` (0 to 100;
    for TER lower is better), `low` and `high` of the 95% interval over `bootstrap` resamples (None
    with 0) and the `signature` to cite. Raises ValueError for lists of different lengths.

        >>> scores = duizhao.score(["The meeting rose."], ["The meeting was closed."], bootstrap=0)
        >>> round(scores["chrf++"].value, 1)
        49.5

    Papineni et al. 2002; Popović 2015 and 2017; Snover et al. 2006; Post 2018 (sacrebleu); Koehn
    2004 (bootstrap).
    """
    from duizhao.evaluation.metrics.translation import score as scores_of

    found = scores_of(hypotheses, references, metrics=metrics, bootstrap=bootstrap, seed=seed)
    return dict(zip(metrics, found, strict=True))


def compare(
    systems: Mapping[str, Sequence[str]],
    references: Sequence[str],
    *,
    sources: Sequence[str] | None = None,
    metrics: Sequence[str] = ("bleu", "chrf++"),
    seed: int = 12345,
) -> Comparison:
    """Compare translations of the same text; each further system is tested against the first.

    `systems` maps a name to its translations, one segment per item. The result has the `scores` of
    each system, the `p_values` of two paired tests (bootstrap and approximate randomization) and
    `verdicts` in words. Raises InputError for lists of different lengths.

        >>> systems = {"a": ["The meeting rose."] * 20, "b": ["The meeting was closed."] * 20}
        >>> comparison = duizhao.compare(systems, ["The meeting was closed."] * 20)
        >>> comparison.verdicts
        ('b: significantly better than a by BLEU and chrF++.',)
        >>> round(comparison.p_values["b"]["bleu"]["bootstrap"], 3)
        0.001

    Koehn 2004; Riezler and Maxwell 2005; Neubig et al. 2019 (compare-mt).
    """
    from duizhao.evaluation.comparison.outcome import compare_systems

    return compare_systems(systems, references, sources=sources, metrics=metrics, seed=seed)


def clean(corpus: Bitext | str | Path, steps: Sequence[str] | None = None) -> Bitext:
    """Move the rows that the cleaning steps reject to the ledger, as `duizhao clean` does.

    `corpus` is a bitext, or a file or folder for `load`. `steps` are names, with parameters if
    needed (``"length_ratio:high=3"``), in order; by default those that ``duizhao clean --list``
    marks. The ledger entries contain the step and the whole row. Raises InputError for an unknown
    step.

        >>> from dataclasses import replace
        >>> row = duizhao.Row("d-1", "d", "e", (0,), (0,), (0,), (0,), "", "会议结束。",
        ...     "The meeting rose.", "", "human", "1-1", 1.0, 0.9)
        >>> bitext = duizhao.Bitext((row, replace(row, id="d-2", source_ids=(1,), target_ids=(1,))))
        >>> cleaned = duizhao.clean(bitext, ["exact_duplicates"])
        >>> len(cleaned), {entry.reason for entry in cleaned.ledger}
        (1, {'exact_duplicates'})
    """
    from duizhao.corpus.bitext import Bitext
    from duizhao.corpus.cleaning.plan import default_plan, parse_plan
    from duizhao.corpus.cleaning.run import clean as run

    bitext = corpus if isinstance(corpus, Bitext) else load(corpus)
    plan = default_plan() if steps is None else parse_plan(list(steps))
    kept: list[Row] = []
    removed: list[LedgerEntry] = list(bitext.ledger)
    run(lambda: bitext.rows, plan, keep=kept.append, remove=removed.append)
    return Bitext(tuple(kept), tuple(removed))


def load(path: str | Path) -> Bitext:
    """Load a folder written by `duizhao build`, `batch`, `clean` or `apply`, or a corpus file.

    A folder is loaded with its ledger; files are JSON lines or Parquet. Raises InputError if there
    is no corpus. Everything is held in memory, about 2 kB per row.

        >>> duizhao.load("duizhao-demo")  # doctest: +SKIP
        Bitext(140 rows, 11 ledger entries)
    """
    from duizhao.corpus.bitext import Bitext
    from duizhao.corpus.files.read import read_ledger, read_rows

    path = Path(path)
    return Bitext(tuple(read_rows(path)), tuple(read_ledger(path)))


def _settings(options: Mapping[str, Any]) -> Settings:
    from duizhao.flows.settings import resolve

    return resolve(None, **options).settings
