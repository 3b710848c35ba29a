"""Whether a sentence is what was asked: about the same, and with something of the expected type.

That it is true is not asked here. Knows nothing of sources.
"""

import re
from collections.abc import Iterator, Sequence

from pinakes.ingest.text.scripts import WORD
from pinakes.service.reading.measured import Measured, measured_in_text
from pinakes.service.reading.question import Question
from pinakes.service.reading.telling_passages import passage_weights

__all__ = ["answers", "is_of_type", "quotation_answers"]

# So much of the question, by idf, a sentence that is about it repeats, or its page is called so.
_ABOUT = 0.2
# "In July 1799.": so few words are about whatever was asked.
_BARE_WORDS = 3
# The least cosine of a source's own sentence with the question: of 208 labelled by hand 45 of the
# 94 above it answer, and 15 of the others (bench.quality.shown_sentences).
_LEAST_COSINE = 0.6
_WORD = re.compile(WORD)
_DATED_BRACKET = re.compile(r"\([^()]*\d")


def answers(question: Question, sentence: str, title: str = "", *, is_agreed: bool = False) -> bool:
    """Whether ``sentence`` is about what is asked, and says something of the expected type.

    ``title``: of the page that supports it, which names its subject: "The wall fell in 1989." Where
    the question has names, one of them stands in either. ``is_agreed``: it says what a reader finds
    for the question, and so is about it.
    """
    if not is_of_type(question, sentence):
        return False
    said = frozenset(question.analyze(sentence))
    is_bare = len(said) <= _BARE_WORDS
    if not is_bare and _tells_other_dates(question, sentence):
        return False
    if is_agreed or is_bare or _refers_back(question, sentence):
        return True
    about = said | frozenset(question.analyze(title))
    names = _names(question)
    return (not names or bool(names & about)) and question.share(about) >= _ABOUT


def quotation_answers(question: Question, sentence: str, title: str) -> bool:
    """Whether a source's own ``sentence`` is what was asked: it is near to it in meaning, too.

    It was not written to answer: most of those about the same, with something of the expected type,
    tell something else. Cosines are looked at where they are of the encoder that is known.
    """
    if not answers(question, sentence, title):
        return False
    if passage_weights().side(question.encoder) != "with vectors":
        return True
    cosines = question.cosines([sentence])
    return cosines is None or cosines[0] >= _LEAST_COSINE


def is_of_type(question: Question, text: str) -> bool:
    """Whether ``text`` holds a word of the type expected that the question itself does not hold.

    What a question gives to choose from ("Bach or Mozart?") it may hold. A number measures what is
    asked for: of how many it is a count, and neither a date nor so many metres.
    """
    new = [*_new_words(question, text)]
    if question.expected.type == "number" or question.expected.measures:
        return _gives_number(question, text, new)
    if question.expected.type == "time":
        return _gives_time(question, text, new)
    return any(_is_of_type(question, before, word) for before, word in new)


def _gives_number(question: Question, text: str, new: Sequence[tuple[str, str]]) -> bool:
    expected, known = question.expected, question.words
    numbers = _new_numbers(question, text)
    if not numbers:  # "it has none"
        denies = not known.negations.isdisjoint(word.casefold() for word in _WORD.findall(text))
        return denies or any(
            word.casefold() in known.numbers or word.casefold() in known.scales for _, word in new
        )
    wanted = expected.measures
    # A number alone may be in the unit that a table's heading names.
    allowed = wanted if wanted <= {"count"} else wanted | {"count"}
    return any(
        (number.kind in allowed if wanted else number.kind != "date")
        and not (expected.of_whole and number.is_part)
        for number in numbers
    )


def _gives_time(question: Question, text: str, new: Sequence[tuple[str, str]]) -> bool:
    known = question.words
    if any(word.casefold() in known.months for _, word in new):
        return True
    numbers = _new_numbers(question, text)
    return any(
        number.kind in ("date", "time") or (number.kind == "count" and not number.is_counted)
        for number in numbers
    ) or (not numbers and any(word.casefold() in known.scales for _, word in new))


def _new_numbers(question: Question, text: str) -> list[Measured]:
    """The numbers of ``text`` that the question does not hold."""
    asked = {number.text for number in measured_in_text(question, question.text)}
    return [one for one in measured_in_text(question, text) if one.text not in asked]


def _tells_other_dates(question: Question, sentence: str) -> bool:
    """Whether it is asked when somebody was born or died, and the sentence says neither.

    A date in brackets may be one of these: "(12 July 1922 – 6 September 1956)".
    """
    if question.expected.type != "time":
        return False
    asked, said = (
        frozenset(word.casefold() for word in _WORD.findall(text))
        for text in (question.text, sentence)
    )
    for events in (question.words.births, question.words.deaths):
        if asked & events:
            return not (said & events or _DATED_BRACKET.search(sentence))
    return False


def _names(question: Question) -> frozenset[str]:
    """Search terms of what the question writes with a capital behind its first word."""
    words = list(_WORD.finditer(question.text))[1:]
    names = [
        word[0]
        for word in words
        if word[0][0].isupper() and not question.is_stop_word(word[0].casefold())
    ]
    return frozenset(question.analyze(" ".join(names)))


def _refers_back(question: Question, sentence: str) -> bool:
    """Whether the sentence begins with what the question has named: "It was …", "There …"."""
    words = question.words
    first = [word.casefold() for word in _WORD.findall(sentence)][:_BARE_WORDS]
    return not (words.pronouns | words.possessives).isdisjoint(first)


def _new_words(question: Question, text: str) -> Iterator[tuple[str, str]]:
    """The words that say something that the question has not said, each with the one before it."""
    asked = {word.casefold() for word in _WORD.findall(question.text)}
    gives_choice = not question.words.alternatives.isdisjoint(asked)
    before = ""
    for word in _WORD.findall(text):
        is_new = gives_choice or not any(term in question.idf for term in question.analyze(word))
        if is_new and not question.is_stop_word(word.casefold()):
            yield before, word
        before = word.casefold()


def _is_of_type(question: Question, before: str, word: str) -> bool:
    words, lower = question.words, word.casefold()
    has_digit = any(letter.isdigit() for letter in word)
    is_name = not has_digit and lower not in words.months and _may_be_name(word)
    match question.expected.type:
        case "place":
            return is_name or before in words.placed
        case "person":
            return is_name
        case _:
            return True


def _may_be_name(word: str) -> bool:
    """Whether it begins with a capital, or its script has none."""
    first = word[0]
    return first.isupper() or first.lower() == first.upper()
