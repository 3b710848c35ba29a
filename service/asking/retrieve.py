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
from pinakes.index.types import Hit, Mode, PageKey
from pinakes.service.asking.bridges import bridges
from pinakes.service.asking.decompose import Comparison, TwoSteps, parts_of
from pinakes.service.asking.later import is_untold
from pinakes.service.asking.things import things_in
from pinakes.service.asking.topics import box_of, lead_of, topic_card
from pinakes.service.reading.answerability import WEIGHED_HITS, Findings
from pinakes.service.reading.life_dates import asks_for_life_date, is_whom_asked, life_date
from pinakes.service.reading.likely_answers import LikelyAnswer, likely_answers, sure_first
from pinakes.service.reading.models import ReadingModels
from pinakes.service.reading.question import Question, SentenceVectors, question_of
from pinakes.service.reading.reader import AnsweringSentence
from pinakes.service.reading.telling_passages import holds_answer

__all__ = ["MOST_HITS", "SEARCHED_HITS", "Found", "find", "merge", "varied", "with_lead"]

# Passages that are read, and that answers are written from.
MOST_HITS = 6
# Those behind them, which only a model reads that reads fast.
_MORE_HITS = 6
# Of one page so many at most: three keep the passage that answers as often among six as no bound
# does, and the pages that answer more often (bench.quality.variety).
_MOST_OF_PAGE = 3
_WHOLE_QUESTION = 0.99
# So many of the hits that are read may come from another way to put the question.
_OTHER_PAGES = 3
# Enough to find other pages behind many passages of one.
SEARCHED_HITS = 40

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Found:
    """The passages for a question, the sentences in them that may answer it, and how surely.

    ``searched``: the queries asked, at most five. ``confidence``: how likely the answer is there.
    ``topic``: where nothing is asked, the page that is named: how it begins, and what else is said.
    ``more``: the best passages behind ``hits``, unread. ``likely``: words that may be the answer,
    the likeliest first; None where nothing tells how likely they are. ``holds_answer``: whether the
    passage of the first sentence is likely to.
    """

    question: Question
    searched: tuple[str, ...]
    hits: tuple[Hit, ...]
    sentences: tuple[AnsweringSentence, ...]
    confidence: float
    topic: tuple[Hit, ...] = ()
    more: tuple[Hit, ...] = ()
    likely: tuple[LikelyAnswer, ...] | None = None
    holds_answer: bool = True


def find(
    index: Index,
    models: ReadingModels,
    text: str,
    mode: Mode,
    beside: str | None = None,
    planned: Comparison | TwoSteps | None = None,
) -> Found:
    """Search for a question, and for its parts where it has any. Raises BadQuery.

    At most four searches: the question, and two parts, or the first step and twice the second; and
    one for ``beside``, another way to put the question, whose pages are read too. ``planned``: the
    parts that a model has found, at most three; None: rules look for some.
    """
    whole = _search(index, models, text, mode, beside=beside)
    named = things_in(whole.question.text, index, whole.question.words)

    def part(asked: str) -> Found:
        # The parts read many of the same sentences.
        return _search(index, models, asked, mode, whole.question.sentence_vectors)

    try:
        spans = [(thing.start, thing.end) for thing in named]
        match planned or parts_of(whole.question.text, spans):
            case Comparison(questions):
                parts = [part(asked) for asked in questions]
                # Both things must be there.
                confidence = max(whole.confidence, min(found.confidence for found in parts))
                # What one of them is says nothing of both.
                return replace(merge(whole, [*parts, whole], confidence), likely=())
            case TwoSteps() as steps:
                first = part(steps.inner)
                between = bridges(
                    first.hits,
                    first.sentences,
                    named,
                    steps.noun,
                    steps.kind,
                    index,
                    whole.question.words,
                )
                if not between:
                    return merge(whole, [whole, first], whole.confidence)
                second, *others = [steps.outer.format(one.name) for one in between]
                likeliest = part(second)
                steps_hold = min(first.confidence, likeliest.confidence)
                unread = [_only_found(index, asked, mode, whole) for asked in others]
                parts = [likeliest, first, whole, *unread]
                return merge(whole, parts, max(whole.confidence, steps_hold))
    except BadQuery:  # too long with what a part is asked for, or nothing to search for
        return whole
    return whole


def _search(
    index: Index,
    models: ReadingModels,
    text: str,
    mode: Mode,
    sentence_vectors: SentenceVectors | None = None,
    beside: str | None = None,
) -> Found:
    question = question_of(index, text, sentence_vectors)
    found = index.search(question.context, SEARCHED_HITS, mode)
    if not found:
        return Found(question, (text,), (), (), 0.0)
    hits, read = found[:WEIGHED_HITS], varied(found)
    searched = (text,) if beside is None else (text, beside)
    if beside is not None:
        read = _with_other_pages(read, varied(index.search(beside, SEARCHED_HITS, mode)))
    read = with_lead(index, question, read, found)
    reading = models.reader.read(question, read)
    # Answerability is told by hybrid search, whose scores are of another kind.
    weighed = hits if mode == "hybrid" else index.search(question.context, WEIGHED_HITS)
    confidence = models.answerability.confidence(question, Findings(weighed, read, reading))
    if is_untold(question.text, read, index, question.words):
        confidence = 0.0
    topic = topic_card(index, question, read)
    more = _behind(read, varied(found, most=MOST_HITS + _MORE_HITS))
    likely = likely_answers(question, read, reading)
    if (date := life_date(question, read)) is not None:
        confidence = 1.0
        likely = (LikelyAnswer(date, is_sure=True), *(likely or ()))
    return Found(
        question,
        searched,
        tuple(read),
        sure_first(reading.sentences, likely or ()),
        confidence,
        topic,
        more,
        likely,
        any(answer.is_sure for answer in likely or ()) or holds_answer(question, reading),
    )


def _behind(read: Sequence[Hit], hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The best of ``hits`` that are not among those read."""
    known = {hit.passage_key for hit in read}
    return tuple(hit for hit in hits if hit.passage_key not in known)[:_MORE_HITS]


def varied(
    hits: Sequence[Hit], most_of_page: int = _MOST_OF_PAGE, *, most: int = MOST_HITS
) -> list[Hit]:
    """The best hits to answer from, few of them of one page unless it is all that is asked about.

    A page that only lists others says nothing itself: such pages are left out where there are any
    others.
    """
    telling = [hit for hit in hits if not hit.is_disambiguation] or hits
    chosen: list[Hit] = []
    more: list[Hit] = []
    of_page: Counter[PageKey] = Counter()
    for hit in telling:
        page_id = hit.page_key
        of_page[page_id] += 1
        asked_about = hit.features.get("question in title", 0.0) >= _WHOLE_QUESTION
        few = of_page[page_id] <= most_of_page
        (chosen if few or asked_about else more).append(hit)
    return [*chosen, *more][:most]


def with_lead(index: Index, question: Question, read: list[Hit], found: Sequence[Hit]) -> list[Hit]:
    """``read`` from the lead on, of a page that is all that is asked about: "Who was Ada Lovelace?"

    Such a question is answered by how the page begins, whatever passage says its name most often;
    and so is when she was born or died, if one of those ``found`` is her page.
    """
    if asks_for_life_date(question):
        asked = next((hit for hit in found if is_whom_asked(question, hit)), None)
        if asked is None:
            return read
        box = box_of(index, asked)
        return _from_lead(lead_of(index, asked), read if box is None else _from_lead(box, read))
    links = question.context.aliases
    is_named = bool(links) and links[0].alias.page_id == read[0].passage.page_id
    title = question.share(frozenset(question.analyze(read[0].passage.title)))
    if max(title, links[0].share if is_named else 0.0) < _WHOLE_QUESTION:
        return read
    return _from_lead(lead_of(index, read[0]), read)


def _from_lead(lead: Hit, read: Sequence[Hit]) -> list[Hit]:
    return [lead, *(hit for hit in read if hit.passage != lead.passage)][:MOST_HITS]


def _with_other_pages(read: Sequence[Hit], others: Sequence[Hit]) -> list[Hit]:
    """``read`` with the best hits of other pages in the places of its last ones."""
    pages = {hit.passage.page_id for hit in read}
    new = [hit for hit in _pages_first(others) if hit.passage.page_id not in pages]
    taken = min(len(new), _OTHER_PAGES)
    return [*read[: MOST_HITS - taken], *new[:taken]]


def _only_found(index: Index, text: str, mode: Mode, whole: Found) -> Found:
    """What is found for a step that is less likely, without reading it: that costs most."""
    hits = [hit for hit in index.search(text, MOST_HITS, mode) if not hit.is_disambiguation]
    return replace(whole, searched=(text,), hits=tuple(hits), sentences=())


def merge(whole: Found, parts: Sequence[Found], confidence: float) -> Found:
    """The best of each part in turn, every page once before any twice.

    Which words are likely, and whether its passage holds the answer, is told of the first part.
    """
    in_turn = [*_in_turn([_pages_first(part.hits) for part in parts])]
    further = [*in_turn, *_in_turn([part.more for part in parts])]
    pages: dict[PageKey, Hit] = {}
    for hit in in_turn:
        pages.setdefault(hit.page_key, hit)
    passages = {hit.passage_key: hit for hit in [*pages.values(), *in_turn]}
    hits = [*passages.values()][:MOST_HITS]
    more = {hit.passage_key: hit for hit in further}
    places = {hit.passage_key: place for place, hit in enumerate(hits)}
    sentences: list[AnsweringSentence] = []
    taken: set[tuple[int, int]] = set()
    pairs = [[(part, sentence) for sentence in part.sentences] for part in parts]
    for part, sentence in _in_turn(pairs):
        place = places.get(part.hits[sentence.hit].passage_key)
        if place is not None and (place, sentence.start) not in taken:
            taken.add((place, sentence.start))
            sentences.append(replace(sentence, hit=place))
    first = parts[0]
    likely = first.likely and tuple(
        replace(answer, sentence=replace(answer.sentence, hit=place))
        for answer in first.likely
        if (place := places.get(first.hits[answer.sentence.hit].passage_key)) is not None
    )
    searched = dict.fromkeys(
        [*whole.searched, *(query for part in parts for query in part.searched)]
    )
    return replace(
        whole,
        searched=tuple(searched),
        hits=tuple(hits),
        sentences=tuple(sentences),
        confidence=confidence,
        likely=likely,
        holds_answer=first.holds_answer,
        more=_behind(hits, [*more.values()]),
    )


def _pages_first(hits: Sequence[Hit]) -> list[Hit]:
    """The best passage of each page before any other."""
    best: dict[PageKey, Hit] = {}
    for hit in hits:
        best.setdefault(hit.page_key, hit)
    return [*best.values(), *(hit for hit in hits if best[hit.page_key] is not hit)]


def _in_turn(lists: Sequence[Sequence[Item]]) -> Iterator[Item]:
    for row in zip_longest(*lists):
        yield from (item for item in row if item is not None)
