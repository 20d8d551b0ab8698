"""What kind of block a text is: heading, paragraph, list item, signature, name list.

    >>> kinds(["附件", "委员会举行了会议。", "(a) 审议；"], "zh")
    ['heading', 'paragraph', 'list_item']

Judged by the text and its neighbours alone, so that it is the same for every format; a reader
that knows more (a style, a font) overrules it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from duizhao.corpus.document import BlockKind, Language
from duizhao.corpus.reading.bullets import BULLETS
from duizhao.corpus.script import HAN, simplified

LIST_MARK = re.compile(
    r"(?P<mark>[(（](?:[a-zA-Z]{1,2}|[ivxlIVXL]{1,5}|\d{1,3}|[一二三四五六七八九十]{1,3})[)）]"
    r"|(?:[a-z]|[ivx]{1,4}|\d{1,2})[)）]"
    r"|[①-⑳⑴-⒇]"
    rf"|[{BULLETS.replace('·', '')}]"
    r"|[*–—·-](?=\s))\s*(?=\S)"
)
NUMBERED = re.compile(
    r"(?:\d{1,3}(?:[.．]\d{1,3})*[.．、]?|[IVXLC]{1,6}[.．]|[A-Z][.．]|[一二三四五六七八九十]{1,3}[.．、])\s*\S"
)
# What a sentence, a clause or an introduction ends with; a heading ends with none of these.
ENDS_TEXT = re.compile(r"[。！？；：，、…!?;:,.．]['\"”’」』）)】\]]*(?:[¹²³⁰-⁹]+|\[\d{1,3}\])?$")
ENDS_WITH_ABBREVIATION = re.compile(r"(?:\b[A-Z]\.|\bJr\.|\bInc\.|\bLtd\.|\bNo\.)$")
HEADING_LONGEST: dict[Language, int] = {"zh": 80, "en": 220}

SIGNED = re.compile(r"[(（]\s*(?:签名|签字|Signed|signed)\s*[)）]")
SIGNATURE_LONGEST: dict[Language, int] = {"zh": 40, "en": 110}
SIGNATURE_LINES = 5

PERSON_TITLE_ZH = re.compile(
    r"(?:代表|代办|大使|公使|参赞|协调员|特使|司长|处长|局长|部长|署长|主任|主席|副主席|秘书长|秘书|顾问|"
    r"教授|博士|先生|女士|阁下|专员|干事|总裁|行长|总理|总统|首相|法官|检察官|研究员|报告员|观察员|"
    r"主持人|专家|校长|院长|理事|上校|将军|总干事|负责人)(?:[(（][^)）]{1,20}[)）])?$"
)
PERSON_NAME_ZH = re.compile(rf"[{HAN}]{{1,8}}(?:·[{HAN}]{{1,8}}){{1,4}}")
PERSON_TITLE_EN = re.compile(
    r"^(?:Ambassador|Mr\.|Mrs\.|Ms\.|Dr\.|Professor|Prof\.|H\.\s?E\.|His Excellency|Her Excellency|"
    r"General|Judge|Sir|Dame)\s+[A-Z]"
    r"|^(?:[A-Z][\w’'-]*\s+){0,4}(?:Representative|Ambassador|Coordinator|Envoy|Director|Minister|"
    r"Secretary-General|Secretary|Adviser|Advisor|Professor|Counsellor|"
    r"Chargé d’affaires|Chef de Cabinet|"
    r"Commissioner|Rapporteur|Observer|Officer|Chief|Head)\b(?:\s+(?:of|to|for|on|at|in|with|ad)\b.*)?$"
)
PERSON_NAME_EN = re.compile(
    r"[A-Z][\w’'.-]+(?:\s+(?:[A-Z][\w’'.-]*|d[aeiou]s?|van|von|bin|al|el)){1,4},?(?:\s(?:Jr|Sr)\.)?"
)
ROLE = re.compile(
    r"(?:主持人|评论员|讨论者|发言者|主讲人|主旨发言人|与会者|出席|成员|主席|报告员|嘉宾)[:：]?"
    r"|(?:Moderators?|Commentators?|Discussants?|Speakers?|Panell?ists?|Participants|Members|Chairs?|"
    r"Co-Chairs|Facilitators?|Rapporteurs?|Keynote speakers?)[:：]?"
)


def list_mark(text: str) -> str | None:
    """The label of a list item, such as ``(a)`` or ``•``; None where there is none."""
    match = LIST_MARK.match(text)
    return match["mark"] if match else None


def ends_like_text(text: str) -> bool:
    """Does it end as a sentence or a clause does (with a stop of any kind)?"""
    text = text.rstrip()
    return bool(ENDS_TEXT.search(text)) and not ENDS_WITH_ABBREVIATION.search(text)


def is_role(text: str) -> bool:
    """Is this the heading over a name, such as ``主持人`` or ``Moderator``?"""
    return bool(ROLE.fullmatch(text))


def kinds(texts: Sequence[str], language: Language) -> list[BlockKind]:
    """The kind of each block of a document, in order."""
    texts = [simplified(text) for text in texts]
    found: list[BlockKind] = [_alone(text, language) for text in texts]
    _mark_signatures(found, texts, language)
    _mark_names(found, texts, language)
    return found


def _alone(text: str, language: Language) -> BlockKind:
    if list_mark(text):
        return "list_item"
    if ends_like_text(text) or len(text) > HEADING_LONGEST[language]:
        return "paragraph"
    return "heading"


def _short(text: str, language: Language) -> bool:
    return len(text) <= SIGNATURE_LONGEST[language] and not ends_like_text(text)


def _mark_signatures(found: list[BlockKind], texts: Sequence[str], language: Language) -> None:
    """A line with ``(Signed)`` and the title lines right before and after it."""
    for number, text in enumerate(texts):
        if not SIGNED.search(text) or len(text) > 3 * SIGNATURE_LONGEST[language]:
            continue
        found[number] = "signature"
        for step in (-1, 1):
            place = number + step
            while (
                0 <= place < len(texts)
                and abs(place - number) < SIGNATURE_LINES
                and found[place] == "heading"
                and _belongs_to_signature(texts[place], language, before=step < 0)
            ):
                found[place] = "signature"
                place += step


def _belongs_to_signature(text: str, language: Language, *, before: bool) -> bool:
    if not _short(text, language) or NUMBERED.match(text):
        return False
    return before or is_person(text, language)


def is_person(text: str, language: Language) -> bool:
    """A person's title, or a name that shows itself as one."""
    if not _short(text, language) or is_role(text):
        return False
    if language == "zh":
        return bool(PERSON_TITLE_ZH.search(text) or PERSON_NAME_ZH.fullmatch(text))
    return bool(PERSON_TITLE_EN.search(text))


def _mark_names(found: list[BlockKind], texts: Sequence[str], language: Language) -> None:
    """Runs of titles and names, one a line: at least two lines, or one under a role."""
    number = 0
    while number < len(texts):
        if found[number] != "heading" or not is_person(texts[number], language):
            number += 1
            continue
        end = number + 1
        while end < len(texts) and found[end] == "heading" and _goes_on(texts, end, language):
            end += 1
        under_role = number > 0 and (is_role(texts[number - 1]))
        if end - number > 1 or under_role:
            found[number:end] = ["name_list"] * (end - number)
        number = end


def _goes_on(texts: Sequence[str], number: int, language: Language) -> bool:
    text = texts[number]
    if is_person(text, language):
        return True
    if is_role(text):
        return False
    # in English only its place behind a title tells a name from a heading in title case
    previous = texts[number - 1]
    return (
        language == "en"
        and bool(PERSON_NAME_EN.fullmatch(text))
        and bool(PERSON_TITLE_EN.search(previous))
        and not previous.startswith(("Ambassador", "Mr.", "Ms.", "Mrs.", "Dr.", "H.E."))
    )
