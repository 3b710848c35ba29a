"""Words of a question that refer back, and what of the conversation each of them means.

Pronouns, by what may be called so; "that country" and "the mission", by what is one. What a
question refers to within itself is no reference, nor are "it" and "there" that stand for nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pinakes.index.retrieval.search import Index
from pinakes.ingest.text.scripts import WORD
from pinakes.service.asking.things import (
    PERSONS,
    Thing,
    agrees,
    is_a,
    is_common,
    tells_of,
    things_in,
)
from pinakes.service.asking.turns import Turn, by_salience, mentions, together
from pinakes.service.reading.words import LanguageWords

__all__ = ["Reference", "references"]

_WORD = re.compile(rf"{WORD}(?:['’-]{WORD})*")
_OWNER = re.compile(r"['’]s$")
# "the last manned mission": so many words behind the article may be the noun.
_MOST_BEFORE_NOUN = 3
_MOST_PAGES = 3


@dataclass(frozen=True, slots=True)
class Reference:
    """A word or phrase from ``start`` to ``end`` that means ``thing``; None where nobody can tell.

    ``owns``: what it means is an owner, as in "its capital". ``beside``: it means something that
    belongs to the thing, as "the astronauts" to a flight, and keeps its own words.
    ``there``: it means a place, with its preposition.
    """

    start: int
    end: int
    thing: Thing | None
    owns: bool = False
    beside: bool = False
    there: bool = False


def references(
    question: str, turns: Sequence[Turn], words: LanguageWords, index: Index
) -> list[Reference]:
    """What in ``question`` refers to the ``turns`` before it, from its beginning on."""
    tokens = [*_WORD.finditer(question)]
    said = [token[0].casefold() for token in tokens]
    own = things_in(question, index, words)
    found: list[Reference] = []
    for at, word in enumerate(said):
        if found and tokens[at].start() < found[-1].end:
            continue
        if word in words.referring.definite:
            found += _of_noun(question, tokens, at, own, turns, words, index)
        elif _is_pronoun(word, words) and not (
            _means_nothing(said, at, words) or _is_bound(tokens, said, at, own, words)
        ):
            thing = _meant(turns, word, words)
            general = (words.articles - words.referring.definite).intersection(said)
            if thing is None and (general or any(one.is_name for one in own)):
                continue  # "what do they speak in Brazil?"
            beside = thing is None
            thing = thing or next(by_salience(turns, words, person=False), None)
            owns = word in words.possessives and _owns(said, at, words)
            there = word == words.referring.existential
            found.append(Reference(*tokens[at].span(), thing, owns, beside, there))
    return found


def _owns(said: Sequence[str], at: int, words: LanguageWords) -> bool:
    """Whether a word follows that it could own: "her house", not "followed her on the throne"."""
    others = (
        words.referring.prepositions
        | words.articles
        | words.referring.auxiliaries
        | words.referring.joiners
        | words.placed
    )
    return at + 1 < len(said) and said[at + 1] not in others


def _is_pronoun(word: str, words: LanguageWords) -> bool:
    """Whether a word refers back, and is no article or preposition as well: French "le", "en"."""
    refers = (
        word in words.pronouns or word in words.possessives or word in words.referring.agreement
    )
    others = (
        words.articles
        | words.placed
        | words.referring.demonstratives
        | words.referring.distinguishing
    )
    return refers and word not in others


def _means_nothing(said: Sequence[str], at: int, words: LanguageWords) -> bool:
    """Whether it stands for nothing: "is it called … when", "does it take", "are there"."""
    refer = words.referring
    if said[at] == refer.existential:
        return not refer.auxiliaries.isdisjoint(said[max(0, at - 1) : at + 2])
    if refer.agreement.get(said[at]) != "thing":
        return False
    behind = [*said[at + 1 : at + 4], "", "", ""]
    first, to = refer.spans or ("", "")
    return (
        # "how did he do it"
        (
            at + 1 == len(said)
            and said[at - 1] in refer.auxiliaries
            and not refer.auxiliaries.isdisjoint(said[: at - 1])
        )
        or not refer.clauses.isdisjoint(behind[:2])
        or behind[0] in refer.impersonal
        # "is it safe to eat them", but not "is it close to the sea"
        or (said[at - 1] in refer.copulas and behind[1] == to and behind[2] not in words.articles)
        # "was it Edison who …"
        or (
            said[at - 1] in refer.copulas
            and not refer.restricting.isdisjoint(behind[1:])
            and refer.joiners.isdisjoint(behind)
        )
        # "is it cold at the poles", "what time is it in Tokyo"
        or (not words.placed.isdisjoint(said[at + 1 :]) and behind[0] in refer.weather)
        or any(word in refer.periods for word in said[1:at])
        or (behind[0] == first and to in said[at + 2 :])
    )


def _is_bound(
    tokens: Sequence[re.Match[str]],
    said: Sequence[str],
    at: int,
    own: Sequence[Thing],
    words: LanguageWords,
) -> bool:
    """Whether the question itself has said before what the pronoun means.

    That is a name that may be called so, or a noun that is no part of what is asked for: "what do
    bees do with the nectar *they* collect", but "how many men did *they* lose".
    """
    before = [thing for thing in own if thing.end <= tokens[at].start() and thing.is_name]
    if said[at] == words.referring.existential:
        return bool(before)
    # "Did Einstein disagree with him?": within a clause, an object is somebody else.
    between = {word for token, word in zip(tokens[:at], said[:at], strict=True)
               if before and token.start() >= before[-1].end}  # fmt: skip
    another_clause = bool(
        between & (words.referring.joiners | words.referring.clauses | words.referring.restricting)
    ) or (at + 1 < len(said) and not _says_nothing(said[at + 1], words))
    if any(agrees(thing, said[at], words) is not False for thing in before) and another_clause:
        return True
    refer = words.referring
    verbs = [i for i, word in enumerate(said[:at]) if word in refer.auxiliaries]
    if not verbs and said[at] in words.possessives and words.asking.get(said[0]) == "thing":
        return True  # "which animal carries its young in a pouch"
    # What is asked for stands before the first verb, if no clause does.
    first = verbs[0] if verbs and said[0] not in refer.clauses else 0
    opening = refer.auxiliaries | words.articles | refer.prepositions
    return any(
        said[i - 1] in opening and said[i] not in opening and not _says_nothing(said[i], words)
        for i in range(first + 1, at)
    )


def _says_nothing(word: str, words: LanguageWords) -> bool:
    return (
        word in words.asking
        or word in words.stop_words
        or word in words.referring.distinguishing
        or _is_pronoun(word, words)
        or word == words.referring.existential
    )


def _meant(turns: Sequence[Turn], pronoun: str, words: LanguageWords) -> Thing | None:
    group = words.referring.agreement.get(pronoun)
    if group in PERSONS:  # a person is known by more than by what the talk is about
        for turn in reversed(turns):
            things = [*by_salience([turn], words, person=True)]
            fitting = [thing for thing in things if agrees(thing, pronoun, words)]
            unknown = [thing for thing in things if thing.is_name and not thing.lead]
            if fitting or unknown:
                return (fitting or unknown)[0]
    if group == "several":
        for turn in reversed(turns):
            pair = together(turn, words)
            if pair and turn.answered and turn.answered[0].name in pair.name:
                return pair
            several = by_salience([turn], words, person=False)
            many = next((thing for thing in several if agrees(thing, pronoun, words)), pair)
            if many:
                return many
        return None
    for thing in by_salience(turns, words, person=False):
        fits = agrees(thing, pronoun, words)
        if fits or (fits is None and group not in PERSONS):
            return thing
    return None


def _of_noun(
    question: str,
    tokens: Sequence[re.Match[str]],
    at: int,
    own: Sequence[Thing],
    turns: Sequence[Turn],
    words: LanguageWords,
    index: Index,
) -> Iterator[Reference]:
    """What "the", "that" and the like refer to, with the noun behind."""
    start = tokens[at].start()
    demonstrative = tokens[at][0].casefold() in words.referring.demonstratives
    things = [*by_salience(turns, words, person=False)]
    proform = _proform(tokens, at, words)
    if proform is not None:  # "the last one": one of what was talked about
        yield Reference(start, proform.end(), things[0] if things else None, beside=True)
        return
    before = tokens[at - 1][0].casefold() if at else ""
    after = tokens[at + 1][0].casefold() if tokens[at + 1 :] else ""
    if demonstrative and (
        after in words.referring.impersonal | words.referring.restricting
        or words.referring.agreement.get(before) == "thing"
    ):
        return  # "is that true", "those who", "why is it that"
    nouns = [*_nouns(question, tokens, at, own, words, index)]
    if demonstrative and at and _is_relative(tokens, at, words):
        return
    if demonstrative and nouns and nouns[0].start() - tokens[at].end() > 1:
        phrase = question[tokens[at].end() : nouns[0].end()]  # "that smallest state"
        if thing := mentions(turns, phrase, words, index):
            yield Reference(start, nouns[0].end(), thing)
            return
    told_apart = after in words.referring.distinguishing
    for noun in nouns:
        named = _OWNER.sub("", noun[0])
        told_apart = told_apart or _restricts(question[noun.end() :], words)
        if told_apart and not demonstrative:
            return
        end = noun.start() + len(named)
        others = [one for one in things if one.name.casefold() != named.casefold()]
        for loosely in (False, True) if demonstrative else (False,):
            for thing in others:
                if is_a(thing, named, index, words, loosely=loosely):
                    yield Reference(start, end, thing)
                    return
        if demonstrative and (told := mentions(turns, named, words, index)):
            yield Reference(start, end, told)
            return
    if demonstrative:
        opens = before in words.referring.prepositions | words.referring.auxiliaries | words.placed
        if not (opens or not at or _says_nothing(before, words)):
            return
        if not told_apart and not any(
            noun[0].casefold() in words.referring.periods for noun in nouns
        ):
            thing = things[0] if nouns and things else None
            yield Reference(start, tokens[at].end(), thing, beside=True)
    elif nouns and not any(thing.is_proper for thing in own):
        said = [_OWNER.sub("", noun[0]) for noun in nouns]
        for thing in [*turns[-1].asked, *things][:_MOST_PAGES]:
            if not is_common(said[0], index) and tells_of(thing, said, index):
                yield Reference(start, nouns[0].end(), thing, beside=True)
                return


def _restricts(behind: str, words: LanguageWords) -> bool:
    """Whether what follows a noun says which one it is: "of Egypt", "in the world", "who …"."""
    said = [token[0].casefold() for token in _WORD.finditer(behind)][:2]
    placed = bool(said) and said[0] in words.placed and len(said) > 1
    return placed or (bool(said) and said[0] in words.referring.restricting)


def _proform(
    tokens: Sequence[re.Match[str]], at: int, words: LanguageWords
) -> re.Match[str] | None:
    """The "one" of "the older one", where nothing behind says of which.

    Or what stands for the noun that is left out: "the longest in South America".
    """
    said = [token[0].casefold() for token in tokens[at + 1 : at + 3]]
    if (
        len(said) > 1
        and said[0] in words.referring.distinguishing
        and said[0].endswith(tuple(words.present.superlatives))
        and said[1] in words.placed
    ):
        return tokens[at + 1]
    for token in tokens[at + 1 : at + 1 + _MOST_BEFORE_NOUN]:
        if token[0].casefold() in words.referring.proforms:
            behind = tokens[tokens.index(token) + 1 :][:1]
            restricted = any(word[0].casefold() in words.referring.restricting for word in behind)
            return None if restricted else token
        if token[0].casefold() not in words.referring.distinguishing:
            return None
    return None


def _nouns(
    question: str,
    tokens: Sequence[re.Match[str]],
    at: int,
    own: Sequence[Thing],
    words: LanguageWords,
    index: Index,
) -> Iterator[re.Match[str]]:
    """The words behind an article that may be its noun; none where a name stands there."""
    for token in tokens[at + 1 : at + 1 + _MOST_BEFORE_NOUN]:
        word = token[0].casefold()
        if any(thing.is_proper and thing.start <= token.start() < thing.end for thing in own):
            return
        if (
            word in words.referring.auxiliaries
            or word in words.referring.prepositions
            or word in words.referring.restricting
        ):
            return
        if word not in words.referring.distinguishing and index.keywords.content_terms(word):
            yield token


def _is_relative(tokens: Sequence[re.Match[str]], at: int, words: LanguageWords) -> bool:
    """Whether "that" goes on about the noun before it: "the river that flows"."""
    if tokens[at][0].casefold() not in words.referring.clauses:
        return False
    said = [token[0].casefold() for token in tokens]
    if at + 1 < len(said) and said[at + 1] in words.referring.auxiliaries:
        return (
            said[at - 1] not in words.referring.auxiliaries
            and words.asking.get(said[at - 1]) is None
        )
    openers = words.articles | {word for word, kind in words.asking.items() if kind == "thing"}
    is_noun = said[at - 1] not in words.referring.prepositions | words.referring.auxiliaries
    return is_noun and any(word in openers for word in said[max(0, at - 3) : at - 1])
