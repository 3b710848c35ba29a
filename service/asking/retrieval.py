"""What a collection has for a question: searched once, or in parts within a budget of searches.

Knows nothing of models; blocking, for a thread of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TypeVar

from pinakes.index.errors import BadQuery
from pinakes.index.retrieval.search import Index
from pinakes.index.types import AnsweringSentence, Hit, Mode
from pinakes.service.asking.answerability import EVIDENCE_HITS, confidence, evidence_of
from pinakes.service.asking.question_parts import Comparison, TwoSteps, parts_of

__all__ = ["Found", "find"]

# Passages that answers are written from.
MOST_HITS = 6
_FROM_EACH_PART = 3
# So few words that ask nothing are a topic, which what is found is always about.
_TOPIC_WORDS = 3

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Found:
    """The passages for a question, the sentences in them that may answer it, and how surely.

    ``searched``: the queries asked, at most three. ``confidence``: how likely the answer is there.
    """

    searched: tuple[str, ...]
    hits: tuple[Hit, ...]
    sentences: tuple[AnsweringSentence, ...]
    confidence: float


def find(index: Index, question: str, mode: Mode) -> Found:
    """Search for ``question``, and for its parts where it has any. Raises BadQuery."""
    whole = _search(index, question, mode)
    match parts_of(question):
        case Comparison(questions):
            try:
                parts = [_search(index, part, mode) for part in questions]
            except BadQuery:  # too long with what a part is asked for, or nothing to search for
                return whole
            # Both things must be there.
            sure = max(whole.confidence, min(part.confidence for part in parts))
            return _merged([*parts, whole], whole.searched, sure)
        case TwoSteps(inner, outer):
            try:
                first = _search(index, inner, mode)
                between = _best_answer(first)
                if between is None:
                    return whole
                second = _search(index, outer.format(between), mode)
            except BadQuery:  # of words that nothing can be searched for
                return whole
            sure = max(whole.confidence, min(first.confidence, second.confidence))
            return _merged([second, first, whole], whole.searched, sure)
    return whole


def _search(index: Index, question: str, mode: Mode) -> Found:
    context = index.context(question)
    hits = index.search(context, EVIDENCE_HITS, mode)
    if not hits:
        return Found((question,), (), (), 0.0)
    # A page that only lists others says nothing itself.
    read = [hit for hit in hits if not hit.features.get("disambiguation")][:MOST_HITS]
    read = read or hits[:MOST_HITS]
    sentences = index.answering_sentences(context, read)
    asked = index.asked(context)
    if asked.asked.kind == "none" and len(asked.rarity) <= _TOPIC_WORDS:
        return Found((question,), tuple(read), tuple(sentences), 1.0)
    # The evidence was fitted on hybrid search, whose scores are of another kind.
    weighed = hits if mode == "hybrid" else index.search(context, EVIDENCE_HITS)
    evidence = evidence_of(asked, weighed, read, sentences, context.named_share)
    sure = confidence(evidence, with_vectors=index.encoder is not None)
    return Found((question,), tuple(read), tuple(sentences), sure)


def _best_answer(found: Found) -> str | None:
    if not found.sentences:
        return None
    best = found.sentences[0]
    return found.hits[best.hit].passage.text[best.answer_start : best.answer_end]


def _merged(parts: Sequence[Found], first: Iterable[str], sure: float) -> Found:
    """The best of each part in turn; a passage that several found stands once."""
    hits: list[Hit] = []
    places: dict[int, int] = {}
    sentences: list[AnsweringSentence] = []
    taken: set[tuple[int, int]] = set()
    for hit in _in_turn([part.hits[:_FROM_EACH_PART] for part in parts]):
        if hit.passage.passage_id not in places and len(hits) < MOST_HITS:
            places[hit.passage.passage_id] = len(hits)
            hits.append(hit)
    pairs = [[(part, one) for one in part.sentences] for part in parts]
    for part, one in _in_turn(pairs):
        place = places.get(part.hits[one.hit].passage.passage_id)
        if place is not None and (place, one.start) not in taken:
            taken.add((place, one.start))
            sentences.append(replace(one, hit=place))
    searched = dict.fromkeys([*first, *(query for part in parts for query in part.searched)])
    return Found(tuple(searched), tuple(hits), tuple(sentences), sure)


def _in_turn(lists: Sequence[Sequence[Item]]) -> Iterator[Item]:
    for row in zip_longest(*lists):
        yield from (item for item in row if item is not None)
