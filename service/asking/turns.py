"""The turns of a conversation, and which of the things that they name it is about.

Knows nothing of how questions are put together.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pinakes.index.retrieval.search import Index
from pinakes.ingest.text.scripts import WORD
from pinakes.service.asking.things import PERSONS, Thing, called, definition, things_in
from pinakes.service.reading.words import LanguageWords

__all__ = ["Turn", "by_salience", "is_new", "mentions", "together", "turn_of"]

_WORD = re.compile(rf"{WORD}(?:['’-]{WORD})*")
# Of an answer so much is read: what follows goes into details.
_MOST_READ = 400
_QUOTES = "“"


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as it stands alone, what it named, and what its answer did."""

    question: str
    answer: str
    asked: tuple[Thing, ...]
    answered: tuple[Thing, ...]


def turn_of(question: str, answer: str, index: Index, words: LanguageWords) -> Turn:
    """A question and its answer, with the things in them.

    Of an answer, in its order, those written as names, and those that the question named. A
    sentence of a source that is quoted for "who …" may name somebody else: before others go those
    whom the page of what was asked about names first, too.
    """
    answer = answer[:_MOST_READ]
    asked = things_in(question, index, words)
    answered = []
    for thing in sorted(things_in(answer, index, words), key=lambda thing: thing.start):
        known = next((one for one in asked if one.same(thing)), None)
        if known or (thing.is_name and not _is_modifier(answer, thing, words)):
            answered.append(known or thing)
    if answer.startswith(_QUOTES) and _asks_for_person(question, words):
        answered = _whom_pages_name(asked, answered, index, words)
    return Turn(question, answer, tuple(asked), tuple(answered))


def _is_modifier(text: str, thing: Thing, words: LanguageWords) -> bool:
    """Whether a name only says of what kind a thing is: "a French army", "an Avaaz petition"."""
    before = _WORD.findall(text[: thing.start])[-1:]
    behind = text[thing.end :]
    return (
        any(word.casefold() in words.articles - words.referring.definite for word in before)
        and behind[:1] == " "
        and behind[1:2].islower()
        and _WORD.findall(behind)[0] not in words.referring.prepositions | words.referring.joiners
    )


def _whom_pages_name(
    asked: Sequence[Thing], answered: Sequence[Thing], index: Index, words: LanguageWords
) -> list[Thing]:
    """``answered``, behind the persons of it and of the beginnings of pages of what was ``asked``.

    Nobody is put before a person of the answer whose page is known.
    """
    told = [
        person
        for thing in asked
        for person in things_in(definition(thing), index, words, only_names=True)
        if person.lead and called(person, words) in PERSONS
    ]
    new = [thing for thing in answered if not any(thing.same(one) for one in asked)]
    both = [person for person in told if any(person.same(thing) for thing in new)]
    if not both and any(thing.lead and called(thing, words) in PERSONS for thing in new):
        return [*answered]
    first = both or told[:1]
    return [*first, *(one for one in answered if not any(one.same(person) for person in first))]


def by_salience(turns: Sequence[Turn], words: LanguageWords, *, person: bool) -> Iterator[Thing]:
    """What may be meant, the likeliest first: what each turn was about, then what it came upon.

    A turn was about the new thing that its answer begins with, else about what its question named;
    and about whom it asked for. ``person``: one is looked for.
    """
    for turn in reversed(turns):
        new = _new(turn)
        asks_for_person = _asks_for_person(turn.question, words)
        if person and asks_for_person:
            yield from (*new, *turn.asked)
        elif is_new(turn, words) and not asks_for_person:
            yield turn.answered[0]
            yield from turn.asked
        else:
            if described := _described(turn, words):
                yield from new[:1]
                yield described
            yield from turn.asked
    for turn in reversed(turns):
        yield from _new(turn)


def mentions(turns: Sequence[Turn], noun: str, words: LanguageWords, index: Index) -> Thing | None:
    """What the last turn that said ``noun`` was about: "that explosion", after one was told of."""
    terms = set(index.keywords.content_terms(noun))
    for turn in reversed(turns):
        if terms and terms <= set(index.keywords.content_terms(f"{turn.question} {turn.answer}")):
            return next(by_salience([turn], words, person=False), None)
    return None


def together(turn: Turn, words: LanguageWords) -> Thing | None:
    """The first things of a turn that are named as one: "Watson and Crick"."""
    for text in (turn.answer, turn.question):
        things = turn.answered if text is turn.answer else turn.asked
        names = [thing for thing in things if thing.is_name]
        for one in names:
            begun = text.find(one.name)
            for other in names:
                place = text.find(other.name)
                between = text[begun + len(one.name) : place].strip().casefold()
                if 0 <= begun < place and between in words.referring.joiners:
                    said = text[begun : place + len(other.name)]
                    return Thing(said, begun, begun + len(said), is_name=True)
    return None


def is_new(turn: Turn, words: LanguageWords) -> bool:
    """Whether the answer begins with something that the question did not name; not "In Peru"."""
    first = turn.answered[0] if turn.answered else None
    if first is None or first not in _new(turn):
        return False
    before = _WORD.findall(turn.answer[: first.start].casefold())
    return not any(word in words.referring.prepositions or word in words.placed for word in before)


def _new(turn: Turn) -> list[Thing]:
    return [thing for thing in turn.answered if not any(thing.same(one) for one in turn.asked)]


def _asks_for_person(question: str, words: LanguageWords) -> bool:
    said = _WORD.findall(question.casefold())
    return any(words.asking.get(word) == "person" for word in said[:3])


def _described(turn: Turn, words: LanguageWords) -> Thing | None:
    """What a question asked for by describing it: "the currency of Sweden"."""
    tokens = [*_WORD.finditer(turn.question)]
    said = [token[0].casefold() for token in tokens]
    if len(said) < 4 or words.asking.get(said[0]) not in ("thing", "person"):
        return None
    if said[1] not in words.referring.copulas or said[2] not in words.referring.definite:
        return None
    start, end = tokens[3].start(), tokens[-1].end()
    if "(" in turn.question[start:end]:
        return None
    if any(thing.start <= start and (thing.is_name or thing.end == end) for thing in turn.asked):
        return None  # "what is the Rosetta Stone" asks for nothing else
    return Thing(turn.question[start:end], start, end, False, said[2])
