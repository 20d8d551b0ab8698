"""Terms that a translation should use; their use is measured, never forced.

A glossary is a TSV file: Chinese, English, and in further columns other acceptable English forms
(``安理会``, ``Security Council``, ``the Council``); lines that begin with # are comments. A dash
instead of English means that a word is not a term although it contains one (``扩大会议``, ``-``:
not 大会). Without a file, a small glossary of United Nations terms and bodies, written for duizhao,
is used.

Terms are not forced. CTranslate2 accepts the beginning of an output (`target_prefix`) and sequences
to avoid (`suppress_sequences`), but not a term that must appear; and replacing words in the output
requires knowing which of them translate the term.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path

from duizhao.corpus import tsv
from duizhao.corpus.errors import GlossaryError

_ARTICLES = {"the", "a", "an"}
_NO_TERM = ("-",)


@dataclass(frozen=True, slots=True)
class Term:
    """A Chinese term and its English forms, the preferred one first."""

    chinese: str
    english: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TermUse:
    """A term in a source, and whether its translation has one of its forms."""

    term: Term
    found: bool


@dataclass(frozen=True, slots=True)
class TermReport:
    """Term accuracy of many translations: `found` of `used` terms have the right translation.

    A term counts once per sentence. `missed` counts the misses of each Chinese term.
    """

    used: int
    found: int
    missed: Mapping[str, int]

    @property
    def accuracy(self) -> float | None:
        """The share of terms with the right translation; None if no source had any."""
        return self.found / self.used if self.used else None


@dataclass(frozen=True)
class Glossary:
    """Terms to look for; the longest one at each place of a source counts.

    >>> glossary = Glossary((Term("安全理事会", ("Security Council",)),))
    >>> [use.found for use in glossary.check("安全理事会决议", "a resolution of the council")]
    [False]
    """

    terms: tuple[Term, ...]

    @cached_property
    def _by_chinese(self) -> dict[str, Term]:
        return {_chinese(term.chinese): term for term in self.terms}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self._by_chinese, key=lambda text: (-len(text), text))
        return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def check(self, source: str, output: str) -> list[TermUse]:
        """Each term of the source, once, in order, and whether the output has it.

        Case, plurals, articles, hyphens and the possessive make no difference.
        """
        in_source = dict.fromkeys(self._pattern.findall(_chinese(source)))
        words = _english(output)
        english = f" {_without_articles(words)} "
        whole = f" {words} "

        def has(form: str) -> bool:
            # the article counts here: "the Council" is not the Safety Council
            if form.startswith("the "):
                return f" {_english(form)} " in whole
            return f" {_without_articles(_english(form))} " in english

        terms = (self._by_chinese[chinese] for chinese in in_source)
        return [
            TermUse(term, any(map(has, term.english))) for term in terms if term.english != _NO_TERM
        ]

    def report(self, pairs: Iterable[tuple[str, str]]) -> TermReport:
        """Term accuracy over (source, output) pairs."""
        missed: Counter[str] = Counter()
        used = 0
        for source, output in pairs:
            for use in self.check(source, output):
                used += 1
                if not use.found:
                    missed[use.term.chinese] += 1
        return TermReport(used, used - missed.total(), dict(missed.most_common()))


def read_glossary(path: Path | None = None) -> Glossary:
    """The glossary in a TSV file, or that of UN terms (None or "un")."""
    if path is None or str(path) == "un":
        shipped = resources.files("duizhao.models") / "data" / "un_terms.tsv"
        return _parsed(shipped.read_text(encoding="utf-8"), "un_terms.tsv")
    try:
        return _parsed(path.read_text(encoding="utf-8-sig"), str(path))
    except OSError as error:
        raise GlossaryError(
            f"{path}: the glossary cannot be read: {error.strerror}; give a TSV file of Chinese "
            "and English terms"
        ) from error
    except UnicodeDecodeError as error:
        raise GlossaryError(f"{path}: the glossary is not UTF-8; save it as UTF-8") from error


def _parsed(text: str, name: str) -> Glossary:
    terms: dict[str, Term] = {}
    for number, (chinese, *english) in tsv.listed(text):
        forms = tuple(form for form in english if form)
        if not chinese or not forms:
            raise GlossaryError(
                f"{name}, line {number}: needs a Chinese term, a tab and an English term"
            )
        known = terms.get(chinese)
        terms[chinese] = Term(chinese, (*known.english, *forms) if known else forms)
    if not terms:
        raise GlossaryError(f"{name}: the glossary has no terms; give Chinese, a tab, English")
    return Glossary(tuple(terms.values()))


def _chinese(text: str) -> str:
    """Chinese text for comparison: NFKC, no white space."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


_IRREGULAR = {"gases": "gas", "women": "woman", "men": "man", "children": "child"}


@lru_cache(maxsize=65536)
def singular(word: str) -> str:
    """The word without a plural ending, by simple rules that are the same for both sides."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=4096)
def _english(text: str) -> str:
    """English text for comparison: words in lower case and the singular."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"['’]s\b|['’]", "", text)
    return " ".join(map(singular, re.findall(r"[^\W_]+", text)))


def _without_articles(words: str) -> str:
    return " ".join(word for word in words.split() if word not in _ARTICLES)
