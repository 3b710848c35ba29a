"""What a collection has for a question: searched once, or in parts within a budget of searches.

Knows nothing of models that word answers; blocking, for a thread of its own.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TypeVar

from pinakes.index.errors import BadQuery
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit, Mode
from pinakes.service.asking.decompose import Comparison, TwoSteps, parts_of
from pinakes.service.reading.answerability import WEIGHED_HITS, Findings
from pinakes.service.reading.models import ReadingModels
from pinakes.service.reading.question import Question, SentenceVectors, question_of
from pinakes.service.reading.reader import AnsweringSentence

__all__ = ["MOST_HITS", "SEARCHED_HITS", "Found", "find", "varied"]

# Passages that answers are written from.
MOST_HITS = 6
_FROM_EACH_PART = 3
# Of one page so many at most: three keep the passage that answers as often among six as no bound
# does, and the pages that answer more often (bench.quality.variety).
_MOST_OF_PAGE = 3
_WHOLE_QUESTION = 0.99
# Enough to find other pages behind many passages of one.
SEARCHED_HITS = 40
# So few words that ask nothing are a topic, which what is found is always about.
_TOPIC_WORDS = 3

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Found:
    """The passages for a question, the sentences in them that may answer it, and how surely.

    ``searched``: the queries asked, at most three. ``confidence``: how likely the answer is there.
    """

    question: Question
    searched: tuple[str, ...]
    hits: tuple[Hit, ...]
    sentences: tuple[AnsweringSentence, ...]
    confidence: float


def find(index: Index, models: ReadingModels, text: str, mode: Mode) -> Found:
    """Search for a question, and for its parts where it has any. Raises BadQuery."""
    whole = _search(index, models, text, mode)

    def part(asked: str) -> Found:
        # The parts read many of the same sentences.
        return _search(index, models, asked, mode, whole.question.sentence_vectors)

    match parts_of(text):
        case Comparison(questions):
            try:
                parts = [part(asked) for asked in questions]
            except BadQuery:  # too long with what a part is asked for, or nothing to search for
                return whole
            # Both things must be there.
            sure = max(whole.confidence, min(found.confidence for found in parts))
            return _merged(whole, [*parts, whole], sure)
        case TwoSteps(inner, outer):
            try:
                first = part(inner)
                between = _best_answer(first)
                if between is None:
                    return whole
                second = part(outer.format(between))
            except BadQuery:  # of words that nothing can be searched for
                return whole
            sure = max(whole.confidence, min(first.confidence, second.confidence))
            return _merged(whole, [second, first, whole], sure)
    return whole


def _search(
    index: Index,
    models: ReadingModels,
    text: str,
    mode: Mode,
    sentence_vectors: SentenceVectors | None = None,
) -> Found:
    question = question_of(index, text, sentence_vectors)
    found = index.search(question.context, SEARCHED_HITS, mode)
    if not found:
        return Found(question, (text,), (), (), 0.0)
    hits, read = found[:WEIGHED_HITS], varied(found)
    reading = models.reader.read(question, read)
    sure = 1.0
    if question.expected.type != "none" or len(question.idf) > _TOPIC_WORDS:
        # Answerability is told by hybrid search, whose scores are of another kind.
        weighed = hits if mode == "hybrid" else index.search(question.context, WEIGHED_HITS)
        findings = Findings(weighed, read, reading)
        sure = models.answerability.confidence(question, findings)
    return Found(question, (text,), tuple(read), reading.sentences, sure)


def varied(hits: Sequence[Hit], most_of_page: int = _MOST_OF_PAGE) -> list[Hit]:
    """The best hits to answer from, few of them of one page unless it is all that is asked about.

    A page that only lists others says nothing itself: such pages are left out where there are any
    others.
    """
    telling = [hit for hit in hits if not hit.is_disambiguation] or hits
    chosen: list[Hit] = []
    more: list[Hit] = []
    of_page: Counter[int] = Counter()
    for hit in telling:
        page_id = hit.passage.page_id
        of_page[page_id] += 1
        asked_about = hit.features.get("question in title", 0.0) >= _WHOLE_QUESTION
        few = of_page[page_id] <= most_of_page
        (chosen if few or asked_about else more).append(hit)
    return [*chosen, *more][:MOST_HITS]


def _best_answer(found: Found) -> str | None:
    if not found.sentences:
        return None
    best = found.sentences[0]
    return found.hits[best.hit].passage.text[best.answer_start : best.answer_end]


def _merged(whole: Found, parts: Sequence[Found], sure: float) -> Found:
    """The best of each part in turn; a passage that several found stands once."""
    hits: list[Hit] = []
    places: dict[int, int] = {}
    sentences: list[AnsweringSentence] = []
    taken: set[tuple[int, int]] = set()
    for hit in _in_turn([part.hits[:_FROM_EACH_PART] for part in parts]):
        if hit.passage.passage_id not in places and len(hits) < MOST_HITS:
            places[hit.passage.passage_id] = len(hits)
            hits.append(hit)
    pairs = [[(part, sentence) for sentence in part.sentences] for part in parts]
    for part, sentence in _in_turn(pairs):
        place = places.get(part.hits[sentence.hit].passage.passage_id)
        if place is not None and (place, sentence.start) not in taken:
            taken.add((place, sentence.start))
            sentences.append(replace(sentence, hit=place))
    searched = dict.fromkeys(
        [*whole.searched, *(query for part in parts for query in part.searched)]
    )
    return Found(whole.question, tuple(searched), tuple(hits), tuple(sentences), sure)


def _in_turn(lists: Sequence[Sequence[Item]]) -> Iterator[Item]:
    for row in zip_longest(*lists):
        yield from (item for item in row if item is not None)
