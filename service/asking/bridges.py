"""What may stand between the two steps of a question: the things that the first step came upon.

Knows nothing of how questions are taken apart, and searches nothing itself.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pinakes.index.aliases.kinds import name_of_topic
from pinakes.index.aliases.titles import title_key
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit
from pinakes.service.asking.decompose import Kind
from pinakes.service.asking.things import PERSONS, Thing, called, is_a, things_in
from pinakes.service.reading.reader import AnsweringSentence
from pinakes.service.reading.words import LanguageWords

__all__ = ["bridges"]

_SENTENCES, _PASSAGES = 5, 3
# Beside a name in a sentence that answers: one in the very words that do, a page found, a name at
# the beginning of the page of what the question names, and one in a passage.
_WORTH_OF_ANSWER = 2.0
_WORTH_OF_PAGE, _WORTH_IN_LEAD, _WORTH_IN_PASSAGE = 0.7, 0.5, 0.2
_WORTH_WITHOUT_PAGE, _WORTH_OF_KIND, _WORTH_OF_OTHER_KIND = 0.5, 3.0, 0.05
# So many are worth a search each, a second one only where it comes near the first.
_MOST, _LEAST_SHARE = 2, 0.4


def bridges(
    hits: Sequence[Hit],
    sentences: Sequence[AnsweringSentence],
    named: Sequence[Thing],
    noun: str,
    kind: Kind,
    index: Index,
    words: LanguageWords,
) -> list[Thing]:
    """At most two things in what answers best, that the question has not ``named``, the best first.

    Worth more where they are a ``noun``, as their own page says, and less where a person is asked
    for and they are none.
    """
    worth: defaultdict[str, float] = defaultdict(float)
    things: dict[str, Thing] = {}
    for thing, weight in _candidates(hits, sentences, named, index, words):
        if thing.name.casefold() == noun.casefold() or any(thing.same(one) for one in named):
            continue
        known = next((key for key, one in things.items() if one.same(thing)), thing.name)
        worth[known] += weight
        if known not in things or (thing.lead and not things[known].lead):
            things[known] = thing
    for name, thing in things.items():
        if not thing.lead:
            worth[name] *= _WORTH_WITHOUT_PAGE
        elif is_a(thing, noun, index, words, loosely=False):
            worth[name] *= _WORTH_OF_KIND
        elif kind != "thing":
            group = called(thing, words)
            if group not in PERSONS or (kind != "person" and group != kind):
                worth[name] *= _WORTH_OF_OTHER_KIND
    best = sorted(things, key=lambda name: -worth[name])[:_MOST]
    return [things[name] for name in best if worth[name] > worth[best[0]] * _LEAST_SHARE]


def _candidates(
    hits: Sequence[Hit],
    sentences: Sequence[AnsweringSentence],
    named: Sequence[Thing],
    index: Index,
    words: LanguageWords,
) -> Iterator[tuple[Thing, float]]:
    for rank, sentence in enumerate(sentences[:_SENTENCES]):
        text = hits[sentence.hit].passage.text[sentence.start : sentence.end]
        answer = range(sentence.answer_start - sentence.start, sentence.answer_end - sentence.start)
        for thing in _names(text, index, words):
            answers = thing.start in answer or thing.end - 1 in answer
            yield thing, (_WORTH_OF_ANSWER if answers else 1) / (1 + rank)
    for rank, hit in enumerate(hits):
        for thing in things_in(hit.passage.title, index, words):
            yield thing, _WORTH_OF_PAGE / (1 + rank)
    for text in _pages_of(named, hits, index):
        for thing in _names(text, index, words):
            yield thing, _WORTH_IN_LEAD
    for hit in hits[:_PASSAGES]:
        for thing in _names(hit.passage.text, index, words):
            yield thing, _WORTH_IN_PASSAGE


def _pages_of(named: Sequence[Thing], hits: Sequence[Hit], index: Index) -> Iterator[str]:
    """How the pages of things begin: those that were found, for a name may mean several."""
    for thing in named:
        name = title_key(thing.name)
        titles = [title_key(name_of_topic(hit.passage.title)) for hit in hits]
        if name in titles:
            page_id = hits[titles.index(name)].passage.page_id
            yield index.store.passages_of_page(page_id)[0].text
        else:
            yield thing.lead


def _names(text: str, index: Index, words: LanguageWords) -> Iterator[Thing]:
    """The names in ``text``, each once; of those without a page only names of several words."""
    said: set[str] = set()
    for thing in things_in(text, index, words, only_names=True):
        is_name = len(thing.name) > 1 if thing.page_id is not None else " " in thing.name
        if is_name and thing.name not in said:
            said.add(thing.name)
            yield thing
