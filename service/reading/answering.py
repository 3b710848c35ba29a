"""Whether a sentence is what was asked: about the same, and with something of the expected type.

That it is true is not asked here. Knows nothing of sources.
"""

import re
from collections.abc import Iterator

from pinakes.ingest.text.scripts import WORD
from pinakes.service.reading.question import Question

__all__ = ["answers", "is_of_type"]

# So much of the question, by idf, a sentence that is about it repeats, or its page is called so.
_ABOUT = 0.2
# "In July 1799.": so few words are about whatever was asked.
_BARE_WORDS = 3
_WORD = re.compile(WORD)


def answers(question: Question, sentence: str, title: str = "") -> bool:
    """Whether ``sentence`` is about what is asked, and says something of the expected type.

    ``title``: of the page that supports it, which names its subject: "The wall fell in 1989."
    """
    if not is_of_type(question, sentence):
        return False
    said = frozenset(question.analyze(sentence))
    if len(said) <= _BARE_WORDS or _refers_back(question, sentence):
        return True
    return question.share(said | frozenset(question.analyze(title))) >= _ABOUT


def is_of_type(question: Question, text: str) -> bool:
    """Whether ``text`` holds a word of the type expected that the question itself does not hold.

    What a question gives to choose from ("Bach or Mozart?") it may hold.
    """
    words = [word.casefold() for word in _WORD.findall(text)]
    if question.expected.type == "number" and not question.words.negations.isdisjoint(words):
        return True  # none
    return any(_is_of_type(question, before, word) for before, word in _new_words(question, text))


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
    is_number = has_digit or lower in words.numbers or lower in words.scales
    is_name = not has_digit and lower not in words.months and _may_be_name(word)
    match question.expected.type:
        case "number":
            return is_number
        case "time":
            return is_number or lower in words.months
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
