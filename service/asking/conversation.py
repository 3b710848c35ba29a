"""A question that leans on the conversation, made to stand alone.

By rules: a word that refers back becomes the name of what it means, "and Bi Sheng?" the question
before it with another name, "why?" that question asked for its reason. A question that is complete
stays as it is, to the letter. Where a good model is there it rewrites, and the rules check what it
wrote.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from pinakes.index.retrieval.search import Index
from pinakes.ingest.characters import cut_place
from pinakes.ingest.text.scripts import WORD
from pinakes.service.asking.notes import is_refusal
from pinakes.service.asking.references import Reference, references
from pinakes.service.asking.things import Thing, begun, is_common, things_in
from pinakes.service.asking.turns import Turn, by_salience, is_new, turn_of
from pinakes.service.reading.words import LanguageWords
from pinakes.service.types import Message

__all__ = [
    "adds_names",
    "checked_rewriting",
    "rewriting_prompt",
    "standalone",
    "with_earlier",
]

_LONGEST = 400
# A query has at most 2,000 characters; a few are for what joins its parts.
_MOST_SEARCHED = 1_990
# What was talked about longer ago is not meant any more.
_MOST_TURNS = 4
_FEW_WORDS = 3
# A preposition, a question word and a noun with an adjective: "in which large city?".
_MOST_PLACED = 4
_MARKS = frozenset("?？؟")
_WORD = re.compile(rf"{WORD}(?:['’-]{WORD})*")
_CITATION_MARKERS = re.compile(r"\s*\[\d{1,3}\]")


def standalone(
    question: str, history: Sequence[Message], words: LanguageWords, index: Index
) -> str:
    """``question`` with what it leans on put in; unchanged where it leans on nothing.

    No longer than can be searched for, where the question itself is not: what does not fit is left
    out.
    """
    turns: list[Turn] = []
    for asked, answer in _pairs(history)[-_MOST_TURNS:]:
        turns.append(turn_of(_joined(asked, turns, words, index), answer, index, words))
    joined = _joined(question, turns, words, index)
    return joined if len(joined) <= _MOST_SEARCHED else question


def with_earlier(question: str, history: Sequence[Message]) -> str:
    """The question behind the one before it, as both were typed."""
    [*_, (earlier, _)] = _pairs(history) or [("", "")]
    return f"{_beginning(earlier, _MOST_SEARCHED - len(question))} {question}".strip()


def rewriting_prompt(question: str, history: Sequence[Message]) -> list[Message]:
    """What a model is asked, to rewrite the question by itself."""
    said = "\n".join(
        f"{message.role}: {_beginning(_CITATION_MARKERS.sub('', message.content), _LONGEST)}"
        for message in history[-6:]
    )
    return [
        Message(
            "system",
            "Rewrite the last question so that it can be understood without the conversation: put "
            "in the names it refers to. Change nothing else. Give the question alone, on one line.",
        ),
        Message("user", f"Conversation:\n{said}\n\nLast question: {question}"),
    ]


def checked_rewriting(written: str, question: str, history: Sequence[Message]) -> str | None:
    """What a model wrote, if it is one question of words that have been said; else None."""
    lines = [line.strip() for line in written.strip().splitlines() if line.strip()]
    if len(lines) != 1 or len(lines[0]) > _LONGEST:
        return None
    rewritten = lines[0].strip('"“” ')
    known = " ".join([question, *(message.content for message in history)])
    if not rewritten or adds_names(rewritten, known):
        return None
    mark = question.strip()[-1:]
    # Without its mark a question of few words is taken for the name of something.
    return (
        rewritten if mark not in _MARKS or rewritten[-1] in _MARKS else rewritten.rstrip(".") + mark
    )


def adds_names(written: str, known: str) -> bool:
    """Whether a model names what ``known`` does not, past the first word, which is a capital's."""
    names = [word for word in _WORD.findall(written)[1:] if word[0].isupper() or word.isdigit()]
    return any(name.casefold() not in known.casefold() for name in names)


def _pairs(history: Sequence[Message]) -> list[tuple[str, str]]:
    """Each question of the conversation with what was answered, empty where nothing was."""
    pairs: list[tuple[str, str]] = []
    for message in history:
        if message.role == "user":
            pairs.append((message.content, ""))
        elif message.role == "assistant" and pairs and not is_refusal(message.content):
            pairs[-1] = (pairs[-1][0], _CITATION_MARKERS.sub("", message.content))
    return pairs


def _joined(question: str, turns: Sequence[Turn], words: LanguageWords, index: Index) -> str:
    if not turns:
        return question
    last = turns[-1]
    found = references(question, turns, words, index)
    rest = _led_in(question, words)
    if rest is not None and _is_fragment(rest, words):
        said = _put_in(question, [one for one in found if not one.beside], words)
        fragment = _led_in(said, words) or rest
        return _gone_on(fragment, said, turns, words, index, refers=any(one.owns for one in found))
    said = _put_in(question, found, words)
    asking = _asking_alone(question if rest is None else rest, words)
    if asking is not None and not found:
        if is_new(last, words):
            return f"{asking} ({last.answered[0].name})?"
        return _asked_again(asking, last.question, words)
    placed = _asking_for_place(question if rest is None else rest, words)
    if placed is not None and not found:
        return _asked_again(placed, last.question, words)
    if any(reference.thing for reference in found):
        return said if rest is None else _led_in(said, words) or said
    if found or _names_nothing(question, words, index):
        about = None if found else next(by_salience(turns, words, person=False), None)
        return _behind(question, about.name if about else last.question)
    return question


def _put_in(question: str, found: Sequence[Reference], words: LanguageWords) -> str:
    """``question`` with the names of what it refers to; each once, for what follows goes back."""
    said: list[Thing] = []
    parts, end = [], 0
    for reference in found:
        thing = reference.thing
        if thing is None or any(thing.same(one) for one in said):
            continue
        said.append(thing)
        if reference.beside:
            continue
        name = f"{words.referring.placed_there} {thing.said}" if reference.there else thing.said
        if reference.owns and words.referring.owner_mark:
            is_there = name.endswith(words.referring.owner_mark[-1])  # the Beatles' drummer
            name += words.referring.owner_mark[:-1] if is_there else words.referring.owner_mark
        parts += [question[end : reference.start], name]
        end = reference.end
    joined = "".join([*parts, question[end:]])
    for thing in said:
        if thing.name not in joined:
            joined = _behind(joined, thing.name)
    return joined


def _behind(question: str, said: str) -> str:
    """``question`` with what it is about in brackets, as much of it as can be searched for."""
    said = _beginning(said.strip(), min(_LONGEST, _MOST_SEARCHED - len(question)))
    return f"{question.rstrip(' ?')} ({said.rstrip(' ?')})?" if said else question


def _led_in(question: str, words: LanguageWords) -> str | None:
    """What follows "and", "what about" …; None where the question does not begin so."""
    question = question.lstrip(" ¿¡")
    lower = question.casefold()
    for lead_in in sorted(words.lead_ins, key=len, reverse=True):
        edge = " " if words.spaced else ""
        if lower.startswith(lead_in + edge):
            return question[len(lead_in) :].strip(" ,")
    return None


def _is_fragment(text: str, words: LanguageWords) -> bool:
    """Whether ``text`` is no clause of its own: "in Italy", "his wife", "the other side"."""
    said = [word.casefold() for word in _WORD.findall(text)]
    asks = any(word in words.asking for word in said)
    return bool(said) and not asks and not words.referring.auxiliaries.intersection(said)


def _asking_alone(text: str, words: LanguageWords) -> str | None:
    """``text`` without its mark, where it only asks: "why?", "in which year", "how deep?"."""
    bare = text.strip(" ?.!¿")
    said = [word.casefold() for word in _WORD.findall(bare)]
    if said and (said[0] in words.referring.prepositions or said[0] in words.placed):
        said = said[1:]
    return bare if " ".join(said) in words.asking else None


def _asking_for_place(text: str, words: LanguageWords) -> str | None:
    """``text`` without its mark, where it asks for one of a kind alone: "to which disk?"."""
    bare = text.strip(" ?.!¿")
    said = [word.casefold() for word in _WORD.findall(bare)]
    is_placed = said[:1] and (said[0] in words.referring.prepositions or said[0] in words.placed)
    asks = 2 < len(said) <= _MOST_PLACED and said[1] in words.asking
    is_clause = not words.referring.auxiliaries.isdisjoint(said)
    return bare if is_placed and asks and not is_clause else None


def _asked_again(asking: str, earlier: str, words: LanguageWords) -> str:
    """The question before, asked for something else: "where was Alexander born", of when."""
    earlier = _led_in(earlier, words) or earlier
    tokens = [*_WORD.finditer(earlier)]
    verb = next(
        (token for token in tokens if token[0].casefold() in words.referring.auxiliaries), None
    )
    asked = [token[0].casefold() for token in tokens if verb and token.start() < verb.start()]
    if verb is None or (asked and not any(word in words.asking for word in asked)):
        return _behind(asking, earlier)
    rest = _beginning(earlier[verb.start() :], _LONGEST)
    return f"{asking} {rest[0].lower()}{rest[1:]}"


def _gone_on(
    fragment: str,
    question: str,
    turns: Sequence[Turn],
    words: LanguageWords,
    index: Index,
    *,
    refers: bool,
) -> str:
    """The question before with ``fragment`` where it belongs: "And in Italy?", "and his wife?"."""
    bare = fragment.rstrip(" ?.!")
    first = bare.partition(" ")[0].casefold()
    last = _bare_of(turns[-1], words)
    if first in words.referring.prepositions or first in words.placed:
        for only in (first, None):  # in the last question that says so, else anything placed
            for turn in reversed(turns):
                earlier = _bare_of(turn, words)
                for thing in reversed(things_in(earlier, index, words)):
                    place = _placed_before(earlier, thing, words)
                    if place and only in (None, place[0].casefold()):
                        return f"{earlier[: place.start()]}{bare}{earlier[thing.end :]}"
        return f"{last.rstrip(' ?')} {bare}?"
    asked, named = things_in(last, index, words), things_in(bare, index, words)
    if not named or not asked:
        return _behind(question, last)
    names = [thing for thing in asked if thing.is_name] or asked
    same = next((thing for thing in names if any(thing.same(one) for one in named)), None)
    if same is None and refers:
        return f"{bare}?"  # "and his teacher?", of somebody whom only the answer named
    other = same or names[-1]
    before = last[: other.start]
    if other.article and first == other.article:
        before = before[: -len(other.article) - 1]
    return f"{before}{bare}{last[other.end :]}"


def _bare_of(turn: Turn, words: LanguageWords) -> str:
    return _beginning(_led_in(turn.question, words) or turn.question, _LONGEST)


def _placed_before(text: str, thing: Thing, words: LanguageWords) -> re.Match[str] | None:
    """The preposition that ``thing`` follows, past an article; None without one."""
    for token in reversed([*_WORD.finditer(text[: thing.start])]):
        word = token[0].casefold()
        if word in words.referring.prepositions or word in words.placed:
            return token
        if word not in words.articles:
            return None
    return None


def _names_nothing(question: str, words: LanguageWords, index: Index) -> bool:
    """Whether a question has no subject of its own: "how many people died?", "why was that?"."""
    if any(thing.is_proper for thing in things_in(question, index, words)):
        return False
    said = [word.casefold() for word in _WORD.findall(question)]
    if words.referring.definite and (words.articles - words.referring.definite).intersection(said):
        return False  # "what is a city?" asks of all of them
    if any(
        word in words.referring.prepositions
        and any(map(index.keywords.content_terms, said[at + 1 :]))
        for at, word in enumerate(said[1:], 1)
    ):
        return False  # "the meaning of life"
    refer = words.referring
    if not refer.copulas.isdisjoint(said[:3]) and any(
        word in refer.distinguishing
        and index.keywords.content_terms(after)
        and not any(after.endswith(ending) for ending in refer.verbal_endings)
        for word, after in pairwise(said)
    ):
        return False  # "what is the tallest animal?", but not "when was the youngest born?"
    own = [word for word in said if word not in refer.distinguishing and word not in words.asking]
    content = [word for word in own if index.keywords.content_terms(word)]
    if len(content) == 1 and not refer.definite.isdisjoint(said):
        return not _is_known(content[0], said, words, index)
    is_defined = len(said) > 1 and said[0] in words.asking and said[-2] in refer.copulas
    return len(content) < _FEW_WORDS and is_common(" ".join(content), index) and not is_defined


def _is_known(noun: str, said: Sequence[str], words: LanguageWords, index: Index) -> bool:
    """Whether "the" says enough: its page begins "The Sun is", not "A museum is"; or it is rare."""
    page = index.page_by_name(noun)
    if page is None:
        persons = any(words.asking.get(word) == "person" for word in said)
        return not (persons or is_common(noun, index))
    begin = begun(page.text).casefold()
    return any(begin.startswith(f"{article} {noun}") for article in words.referring.definite)


def _beginning(text: str, most: int) -> str:
    """As many whole words of ``text`` as fit."""
    if len(text) <= most:
        return text
    words = text[: max(0, most) + 1].split()
    return " ".join(words[:-1]) if len(words) > 1 else text[: cut_place(text, max(0, most))]
