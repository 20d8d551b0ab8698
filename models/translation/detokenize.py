"""Spaces that the model leaves in English around apostrophes, quotation marks and punctuation.

Marian models learn from tokenized text and repeat its spacing: "the mayor ' s office". A rule is
left out where the source itself has such a space, as in code, and where it could change correct
text: dashes, slashes, "5 %", " . . ." and unpaired quotation marks stay as they are.
"""

from __future__ import annotations

import re

VERSION = 1
"""Part of the translation memory's key (`Decoding.key`): raise it with every change of a rule."""

# an apostrophe with a space on at least one side
_APOSTROPHE = r"(?: ['’] ?|['’] )"
_WORD_END = r"(?=[\s.,;:!?)\]\"”–—-]|$)(?! ['’])"
_PRONOUN = r"\b(?:I|you|he|she|it|we|they|who|what|that|there|where)"

_RULES = (
    (re.compile(rf"(?<=\w){_APOSTROPHE}([sS]){_WORD_END}"), r"'\1"),
    (re.compile(rf"(?<=\w) n ?['’] ?t{_WORD_END}"), "n't"),
    (re.compile(rf"(?<=n){_APOSTROPHE}t{_WORD_END}"), "'t"),
    (re.compile(rf"({_PRONOUN}){_APOSTROPHE}(re|ll|ve|d|m){_WORD_END}", re.I), r"\1'\2"),
    (re.compile(rf"\b([oO]){_APOSTROPHE}(?=clock\b)"), r"\1'"),
    (re.compile(r"\b([dDlLO]) ?['’] (?=[A-ZÉ])"), r"\1'"),  # Côte d'Ivoire
    (re.compile(r"\bU\. ?S\. ?(?=\$)|\bU\. S\."), "U.S."),
    (re.compile(r"(?<=U\.S\.)(?=\$)"), " "),
    (re.compile(r"\$ (?=\d)"), "$"),
    (re.compile(r"([(“]) +(?=\S)"), r"\1"),
    (re.compile(r"(?<=\S) +([)”])"), r"\1"),
    (re.compile(r"(?<=[\w)\]\"”%]) ([,;!?])(?=\s|$)"), r"\1"),
    (re.compile(r"(?<=[^\W\d]) (:)(?=\s|$)"), r"\1"),
    (re.compile(r"(?<=[\w)\]\"”%]) \.(?=$| [^.\s])"), "."),
)
_QUOTED = re.compile(r"(?<![^\s(\[])\" *([^\"]*?[^\" ]) *\"(?![^\s.,;:!?)\]'’-])")
_PLURAL_POSSESSIVE = re.compile(r"(?<=[^\W\d_]s) ['’] (?=[^\W\d_])")
_SPACED_APOSTROPHE = re.compile(r"(?:^| )['’]|['’](?= |$)")


def detokenized(source: str, output: str) -> str:
    """The output without the spaces of tokenized text.

    >>> detokenized("去年的报告", "Last year ' s report ( \\" the Plan \\" ) did n't cost $ 5 .")
    'Last year\\'s report ("the Plan") didn\\'t cost $5.'
    """
    for rule, replacement in _RULES:
        if rule.search(output) and not rule.search(source):
            output = rule.sub(replacement, output)
    # with a second one, the two may be quotation marks
    if len(_SPACED_APOSTROPHE.findall(output)) == 1:
        output = _PLURAL_POSSESSIVE.sub("' ", output)
    if output.count('"') % 2 == 0 and '" ' not in source:
        output = _QUOTED.sub(r'"\1"', output)
    return output
