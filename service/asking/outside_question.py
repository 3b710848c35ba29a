"""The smallest question that could be asked elsewhere, where this collection has no answer.

Nothing here sends it. What tells of its asker is left out by rules: sentences that ask nothing,
clauses that say for whom and why, names of people whom the asker knows, and what
``private_details`` finds; public names stay, for without them nothing would be asked. What it does
not recognise stays, too; where it cannot take out what it does recognise, there is none. Where a
language's file has no ``[personal]``, nothing can be told of people, and there is no question.
"""

import re
from collections.abc import Iterable, Sequence
from functools import partial

from pinakes.ingest.text.sentences import sentence_spans
from pinakes.service.asking.personal_rules import CAPITAL, NAME, PersonalRules, personal_rules
from pinakes.service.asking.private_details import PrivateDetail, private_details
from pinakes.service.reading.words import words_of
from pinakes.service.types import LeftOut, OutsideQuestion

__all__ = ["outside_question"]

_MARKS = ("?", "？", "؟")
_ONE = "\N{ROMAN NUMERAL ONE}"
# Of what was said before, so many of the last messages, and so much of each.
_MOST_SAID = 20
_LONGEST_SAID = 2_000


def outside_question(
    question: str, asked: str, said: Sequence[str], language: str
) -> OutsideQuestion | None:
    """What could be asked elsewhere; None where nothing is left, or the language has no rules.

    ``question`` stands alone; ``asked`` is what was typed, ``said`` what its asker said before.
    """
    rules = personal_rules(language)
    if rules is None:
        return None
    question = rules.numeral.sub(lambda found: f"{found[1]} {_ONE}", question)
    own = [question, asked, *(text[:_LONGEST_SAID] for text in said[-_MOST_SAID:])]
    is_personal = any(rules.speaker.search(text) for text in (question, asked))
    introduced = [rules.introduced, rules.tied, *([rules.titled] if is_personal else [])]
    names = {name for pattern in introduced for text in own for name in _names(text, pattern)}
    told = [one for text in own for one in _sentences(text, language)]
    kept_back = _not_to_be_named(told, language, rules)
    # Of what is not asked, a verb would be taken for a name and be missed there.
    kept_back |= {found[1] for text in (question, asked) for found in rules.uncapped.finditer(text)}
    about_asker = [one for one in told if rules.speaker.search(one)]
    left_out: list[LeftOut] = []
    kept = _asking_sentences(question, language, rules, left_out)
    cleaned = []
    for sentence in kept:
        text = _without_clauses(sentence, rules, left_out)
        text = _without_names(text, names, language, rules, left_out)
        text = _without_details(text, language, rules, left_out, is_personal, about_asker)
        cleaned.append(_tidied(rules.owner.sub(_impersonal, text)))
    text = " ".join(part for part in cleaned if part).replace(_ONE, "I")
    if not _matter(text, language, rules) or _is_told(names | kept_back, text, language, rules):
        return None
    if any(f" {article} {rules.someone}" in text for article in words_of(language).articles):
        return None  # it was no name there, or part of one
    return OutsideQuestion(text, tuple(left_out))


def _matter(text: str, language: str, rules: PersonalRules) -> list[str]:
    """The words that are asked about."""
    empty = words_of(language).stop_words | {rules.someone}
    return [
        word
        for word in re.findall(r"\w[\w’'-]+", text)
        if word.casefold() not in empty and not rules.asks.fullmatch(word)
    ]


def _sentences(text: str, language: str) -> list[str]:
    return [text[start:end].strip() for start, end in sentence_spans(text, language=language)]


def _asking_sentences(
    text: str, language: str, rules: PersonalRules, left_out: list[LeftOut]
) -> list[str]:
    """The sentences that ask; all where none does."""
    sentences = _sentences(text, language)
    asking = [one for one in sentences if one.endswith(_MARKS) or rules.asks.match(one)]
    if not asking:
        wishes = [one for one in sentences if rules.lead_in.match(one)]
        asking = wishes or sentences
    left_out += [LeftOut("sentence", one) for one in sentences if one not in asking]
    return asking


def _without_clauses(text: str, rules: PersonalRules, left_out: list[LeftOut]) -> str:
    """Without what stands before and behind the question itself and speaks of its asker."""
    if found := rules.lead_in.match(text):
        left_out.append(LeftOut("clause", found[1].strip()))
        text = text[found.end(1) :]
    for pattern in (rules.reason, rules.relative):
        for found in reversed([*pattern.finditer(text)]):
            left_out.append(LeftOut("clause", found[0].strip()))
            text = text[: found.start()] + text[found.end() :]
    return text


def _names(text: str, introduced: re.Pattern[str]) -> Iterable[str]:
    """Names of people and firms that the asker presents as known to them."""
    for found in introduced.finditer(text):
        name = next((group for group in found.groups() if group), "")
        yield name.removesuffix("'s").removesuffix("’s")
        yield from (part for part in name.split() if len(part) > 2 and part[0].isupper())


def _not_to_be_named(sentences: Iterable[str], language: str, rules: PersonalRules) -> set[str]:
    """What cannot be told apart or replaced: places of the asker's own, names beside "my son".

    With "Where was Tim born, my son?" any name in the sentence may be the one that is meant.
    """
    kept_back = set()
    for sentence in sentences:
        for found in rules.placed.finditer(sentence):
            kept_back |= {group for group in found.groups() if group}
        is_told = rules.place_told.search(sentence) and not sentence.endswith(_MARKS)
        if is_told or rules.apposed.search(sentence):
            kept_back |= set(re.findall(rf"\b{NAME}", sentence))
    no_names = words_of(language).stop_words | words_of(language).months
    return {
        name
        for name in kept_back
        if name.casefold() not in no_names and not rules.asks.fullmatch(name)
    }


def _is_told(names: Iterable[str], text: str, language: str, rules: PersonalRules) -> bool:
    """Whether one of the names stands in ``text``, but as a part of a longer one."""
    return any(
        before is None or not _matter(before, language, rules)
        for name in names
        for before in (
            found["before"] for found in re.finditer(_as_named(name), text, re.IGNORECASE)
        )
    )


def _as_named(name: str) -> str:
    """A pattern of a name that no other follows, and of what other stands before it."""
    capital = f"(?-i:{CAPITAL})"
    behind = rf"(?! (?:(?:de|von|van|the) )?{capital}\w)(?!\w)"
    return rf"(?:\b(?P<before>{capital}\w+) )?(?<!\w){re.escape(name)}{behind}"


def _without_names(
    text: str, names: Iterable[str], language: str, rules: PersonalRules, left_out: list[LeftOut]
) -> str:
    """A relation alone, where the name stands behind one; else somebody.

    A name stays where little but it is asked about: then there is no question for elsewhere.
    """

    def somebody(found: re.Match[str]) -> str:
        before = found["before"]
        if before is None:
            return rules.someone
        # A part of a longer name, which is somebody else's.
        return found[0] if _matter(before, language, rules) else f"{before} {rules.someone}"

    for name in sorted(names, key=len, reverse=True):
        without = rules.introduced.sub(partial(_relation_alone, name), text)
        without = re.sub(_as_named(name), somebody, without, flags=re.IGNORECASE)
        if without != text and len(_matter(without, language, rules)) > 1:
            left_out.append(LeftOut("name", name))
            text = without
    return text


def _relation_alone(name: str, found: re.Match[str]) -> str:
    """My friend, for "my friend Anna"."""
    whole, start = found[0], found.start()
    for number in range(1, found.re.groups + 1):
        if found[number] and name in found[number]:
            before = whole[: found.start(number) - start].rstrip(" ,")
            owned = "'s" if found[number].endswith(("'s", "’s")) else ""
            return before + owned + whole[found.end(number) - start :]
    return whole


def _without_details(
    text: str,
    language: str,
    rules: PersonalRules,
    left_out: list[LeftOut],
    of_somebody: bool,
    about_asker: Sequence[str],
) -> str:
    """Without addresses, numbers and their like, and the words that only lead to them.

    What stands in ``about_asker``, too, is of somebody wherever it stands.
    """
    months = words_of(language).months

    def found_in(text: str) -> list[PrivateDetail]:
        return [*private_details(text, months, of_somebody=True)]

    said = [
        _numbers(one[detail.start : detail.end]) for one in about_asker for detail in found_in(one)
    ]
    always = [*private_details(text, months, of_somebody=of_somebody)]
    again = [
        detail
        for detail in found_in(text)
        if (numbers := _numbers(text[detail.start : detail.end]))
        and any(numbers <= others or others <= numbers for others in said if others)
    ]
    for detail in sorted({*always, *again}, key=lambda one: one.start, reverse=True):
        left_out.append(LeftOut(detail.kind, text[detail.start : detail.end]))
        before = re.sub(rules.dangling, "", text[: detail.start], flags=re.IGNORECASE)
        text = before.rstrip() + " " + text[detail.end :].lstrip()
    return text


def _numbers(text: str) -> set[int]:
    """By which a date is the same in another form."""
    return {int(number) for number in re.findall(r"\d+", text)}


def _impersonal(found: re.Match[str]) -> str:
    """A dog for "my dog", dogs for "my dogs"."""
    noun = found[1]
    if noun.endswith("s") and not noun.endswith("ss"):
        return noun
    return f"{'an' if noun[0].casefold() in 'aeiou' else 'a'} {noun}"


def _tidied(text: str) -> str:
    text = re.sub(r"\(\s*\)", "", text)
    text = re.sub(r"\s+", " ", re.sub(r"\s+([?!.,;:])", r"\1", text))
    text = re.sub(r"[,;:]+(?=[?!.])", "", text).strip(" ,;:-–—")
    return text[:1].upper() + text[1:]
