"""Read and profile every file of a pile, in threads, each once for all runs.

The profile of a file is a result in the store (flows/results.py): a run that was killed continues
where it stopped, and an unreadable file is not tried again until it changes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TYPE_CHECKING

from duizhao.corpus.document import Language, Side
from duizhao.corpus.errors import (
    DuizhaoError,
    LimitError,
    OtherLanguage,
    Retry,
    one_line,
    retry_of,
)
from duizhao.corpus.language import LEAST_CHINESE, chinese_share
from duizhao.flows import reading, results, stages
from duizhao.flows.batch.folder_manifest import is_utf8, shown
from duizhao.flows.bilingual import is_bilingual
from duizhao.flows.pairing.stored import array_text, pack, vectors_of
from duizhao.flows.reading import ReadOptions
from duizhao.flows.results import SURVEY, VECTORS, Facts, Key, ReadResult, StoredVectors, Surveyed
from duizhao.flows.storage import bytes_of
from duizhao.flows.terminal import console
from duizhao.models.cores import usable_cores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ENGLISH_NAME = re.compile(r"(?:^|[\W_])(?:en|eng|english)(?=[\W_]|$)|英文|英语", re.IGNORECASE)
SIDES: dict[Language, Side] = {"zh": "source", "en": "target"}


def survey(paths: Sequence[str], how: ReadOptions) -> list[Surveyed]:
    """The profile of each file, or its error, in order."""
    found: dict[str, Surveyed] = {}
    show = console.current()
    for path, one in _in_threads(paths, how):
        found[path] = one
        show.progress(f"{len(found):,} of {len(paths):,} documents", len(found), len(paths))
    return [found[path] for path in paths]


def _in_threads(paths: Sequence[str], how: ReadOptions) -> Iterator[tuple[str, Surveyed]]:
    """Files as they are finished; few are queued, so that an interrupted run ends at once."""
    cores = usable_cores()
    todo = iter(paths)
    with ThreadPoolExecutor(cores) as threads:
        running: dict[Future[Surveyed], str] = {}
        try:
            while True:
                for path in islice(todo, 2 * cores - len(running)):
                    running[threads.submit(survey_one, path, how)] = path
                if not running:
                    return
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(done), done.result()
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise


def survey_one(path: str, how: ReadOptions) -> Surveyed:
    """The profile of a file, or its error as text; never raises an error of the file."""
    if not is_utf8(path):
        return Surveyed(shown(path), problem="the name is not UTF-8; rename it")
    try:
        digest = hashlib.sha256(bytes_of(path, how.limits)).hexdigest()
        key = SURVEY.key(digest, path, *reading.key_parts(how))
        return results.load(results.once(key, lambda _facts: _survey(path, how)))
    except DuizhaoError as error:  # it may be read another time, or with other limits
        return Surveyed(path, problem=one_line(error))


def _survey(path: str, how: ReadOptions) -> Surveyed:
    from duizhao.corpus.pairing import make_profile

    try:
        key = read_either(path, how)
    except LimitError:
        raise
    except DuizhaoError as error:
        if retry_of(error) is not Retry.NEVER:
            raise
        return Surveyed(path, problem=one_line(error))
    read = results.load(key)
    furniture = [entry.text for entry in read.ledger if entry.reason == "document_symbol"]
    profile = make_profile(read.document, path, stages.embedder().embed, furniture)
    metadata = read.document.metadata
    units = "translation units" if metadata.get("bilingual") else ""
    arrangement = str(metadata.get("arrangement") or units)
    return Surveyed(path, pack(profile), arrangement=arrangement)


def read_either(path: str, how: ReadOptions) -> Key[ReadResult]:
    """The document in the language of its text; a file in both languages is read as Chinese."""
    first: tuple[Language, Language] = ("zh", "en")
    if _ENGLISH_NAME.search(path.replace("\\", "/").rpartition("/")[2]):
        first = ("en", "zh")
    try:
        key = _read(path, first[0], how)
    except OtherLanguage:
        return _read(path, first[1], how)
    return _read(path, "zh", how) if first[0] == "en" and _has_chinese(key) else key


def _has_chinese(key: Key[ReadResult]) -> bool:
    document = results.load(key).document
    text = "\n".join(block.text for block in document.blocks)
    return is_bilingual(document) or chinese_share(text) >= LEAST_CHINESE


def _read(path: str, language: Language, how: ReadOptions) -> Key[ReadResult]:
    return reading.read_silently(path, language, SIDES[language], how=how)


def sentence_vectors(path: str, language: Language, how: ReadOptions) -> NDArray[np.float16]:
    """The embeddings of all sentences of a document that has been surveyed."""
    from duizhao.corpus.pairing.profile import LONGEST

    read = _read(path, language, how)
    sentences = results.load(read).document.sentences

    def make(_facts: Facts) -> StoredVectors:
        import numpy as np

        texts = [sentence.text[:LONGEST] for sentence in sentences]
        return StoredVectors(array_text(stages.embedder().embed(texts).astype(np.float16)))

    def fits(stored: StoredVectors) -> bool:
        return len(vectors_of(stored.vectors)) == len(sentences)

    return vectors_of(results.load(results.once(VECTORS.key(str(read)), make, fits)).vectors)
