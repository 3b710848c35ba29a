"""A quick look at what a search finds: the sentences that likely answer, and how well pages fit.

As an answer's search does, but for the network that reads and the vectors of sentences, which take
several times as long (bench.agents.sufficiency). Knows nothing of how results are shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pinakes.index.retrieval.federated import Federation, federation_of
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit, Mode, PageKey
from pinakes.service.asking.find_among import MOST_READ, holding
from pinakes.service.asking.later import is_untold
from pinakes.service.asking.retrieve import varied, with_lead
from pinakes.service.asking.topics import lead_of
from pinakes.service.pages_by_name import meanings, meanings_found
from pinakes.service.reading.answerability import WEIGHED_HITS, Findings
from pinakes.service.reading.life_dates import life_date
from pinakes.service.reading.models import linear_models
from pinakes.service.reading.question import Question, question_of
from pinakes.service.reading.reader import AnsweringSentence, Reader, Reading
from pinakes.service.reading.threshold import threshold_of
from pinakes.service.types import Meaning

__all__ = ["Fit", "Glance", "SeenPage", "fits", "glance"]

# high: the likeliest page, of a collection that likely holds the answer. medium: the likeliest of
# one that may, and the second page. low: the others, and all where that is less likely than the
# threshold of what is answered. How often each holds the answer: bench.agents.sufficiency.
Fit = Literal["high", "medium", "low"]
_FITS: Sequence[Fit] = ("high", "medium", "low")
_LIKELY = 0.5
# Of the threshold: a model sees for itself what does not answer, so that it is shown more than is
# answered from.
_SHOWN = 1 / 3
# What a place down the list weighs beside a sentence's score.
_RANK = 0.2
_NEAREST = 3
_MEANINGS = 8
_WHOLE_TITLE = 0.99


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page that was found: its best passage, and its sentences that likely answer, best first.

    ``sentences``: each with the passage that it stands in. ``lead``: how the page begins, where the
    question names it.
    """

    hit: Hit
    fit: Fit
    sentences: tuple[tuple[Hit, AnsweringSentence], ...]
    lead: Hit | None = None


@dataclass(frozen=True, slots=True)
class Glance:
    """The pages that fit, the likeliest to answer first; none, where nothing does.

    ``nearest``: then, what comes nearest. ``meanings``: what else the text may mean, where it is a
    name of several pages.
    """

    pages: tuple[SeenPage, ...]
    nearest: tuple[Hit, ...] = ()
    meanings: tuple[Meaning, ...] = ()


def glance(
    searched: Index | Federation, text: str, mode: Mode, most: int, reader: Reader | None = None
) -> Glance:
    """What a search finds, at most ``most`` pages, each with what of it likely answers.

    Of several collections those of the question's language first, and all where nothing of these
    fits. ``reader``: what chooses sentences; None: the linear one. Raises BadQuery.
    """
    several = federation_of(searched)
    if len(several.indexes) == 1:
        return _glance(several.first, text, mode, most, reader)
    first = holding(several, text)
    seen = _glance_among(first, text, mode, most, reader)
    if seen.pages or len(first.indexes) == len(several.indexes):
        return seen
    return _glance_among(several, text, mode, most, reader)


def _glance_among(
    several: Federation, text: str, mode: Mode, most: int, reader: Reader | None
) -> Glance:
    """The pages of those collections that the best hits are of: who fits best, then as ranked."""
    found = several.search(text, max(WEIGHED_HITS, most), mode, highlighted=False)
    ranks = {hit.page_key: rank for rank, hit in enumerate(_of_pages(found))}
    read = list(dict.fromkeys(hit.collection for hit in varied(found)))[:MOST_READ]
    pages = [
        page
        for name in read
        for page in _glance(several.indexes[name], text, mode, most, reader).pages
    ]
    pages.sort(key=lambda page: (_FITS.index(page.fit), ranks.get(page.hit.page_key, len(ranks))))
    likeliest = [page.hit for page in pages] or found
    return Glance(
        tuple(pages[:most]),
        () if pages else tuple(_of_pages(found)[:_NEAREST]),
        meanings_found(several, text, likeliest, _MEANINGS),
    )


def _glance(index: Index, text: str, mode: Mode, most: int, reader: Reader | None) -> Glance:
    question = question_of(index, text)
    found = index.search(question.context, max(WEIGHED_HITS, most), mode, highlighted=False)
    if not found:
        return Glance(())
    read = _with_first_lead(index, with_lead(index, question, varied(found), found))
    # The vectors of sentences would cost more than all else.
    bare = replace(question, encoder=None, sentence_vectors=None)
    reading = linear_models().reader.read(bare, read)
    confidence = _confidence(index, question, found, read, reading, mode)
    if reader is not None:
        reading = reader.read(bare, read)
    if (date := life_date(question, read)) is not None:
        confidence = 1.0
        reading = replace(reading, sentences=(date, *reading.sentences))
    threshold = _threshold(index)
    if confidence < threshold * _SHOWN:
        return Glance(
            (), tuple(_of_pages(found)[:_NEAREST]), meanings(index, text, None, _MEANINGS)
        )
    pages = _read_pages(read, reading)
    known = {hit.passage.page_id for hit, _ in pages}
    pages += [(hit, ()) for hit in _of_pages(found) if hit.passage.page_id not in known]
    highlighted = index.highlighter(question.context)
    return Glance(
        tuple(
            SeenPage(
                hit if sentences else replace(hit, highlights=highlighted(hit.passage.text)),
                _fit(place, confidence, threshold),
                sentences,
                None if place else _lead(index, hit),
            )
            for place, (hit, sentences) in enumerate(pages[:most])
        ),
        meanings=meanings(index, text, pages[0][0].passage.page_id, _MEANINGS),
    )


def fits(searched: Index | Federation, text: str, mode: Mode) -> bool:
    """Whether a search finds a page of that name, or any that likely tells of what is asked.

    Raises BadQuery.
    """
    indexes = federation_of(searched).indexes.values()
    is_called = any(index.page_by_name(text) is not None for index in indexes)
    return is_called or bool(glance(searched, text, mode, 1).pages)


def _with_first_lead(index: Index, read: Sequence[Hit]) -> list[Hit]:
    """``read`` with how the first page begins, where facts stand that its passages leave out."""
    first, *others = read
    lead = lead_of(index, first)
    if any(hit.passage == lead.passage for hit in read):
        return [*read]
    return [first, lead, *others]


def _lead(index: Index, hit: Hit) -> Hit | None:
    """How the page begins, if its whole title is in the question: facts of it stand there."""
    is_named = hit.features.get("title in question", 0.0) >= _WHOLE_TITLE
    return lead_of(index, hit) if is_named else None


def _confidence(
    index: Index,
    question: Question,
    found: Sequence[Hit],
    read: Sequence[Hit],
    reading: Reading,
    mode: Mode,
) -> float:
    """How likely the collection holds what is asked, 0 to 1."""
    if is_untold(question.text, read, index, question.words):
        return 0.0
    weighed = (
        found[:WEIGHED_HITS]
        if mode == "hybrid"
        else index.search(question.context, WEIGHED_HITS, highlighted=False)
    )
    return linear_models().answerability.confidence(question, Findings(weighed, read, reading))


def _threshold(index: Index) -> float:
    encoder = None if index.encoder is None else index.encoder.record
    return threshold_of(index.collection, linear_models().answerability, encoder).threshold


def _read_pages(
    read: Sequence[Hit], reading: Reading
) -> list[tuple[Hit, tuple[tuple[Hit, AnsweringSentence], ...]]]:
    """The pages that were read, the likeliest to answer first: its passage, and its sentences."""
    ranked = sorted(reading.sentences, key=lambda one: _RANK * one.hit - one.score)
    of_page: dict[int, list[tuple[Hit, AnsweringSentence]]] = {}
    for one in ranked:
        of_page.setdefault(read[one.hit].passage.page_id, []).append((read[one.hit], one))
    with_sentences = [(said[0][0], tuple(said)) for said in of_page.values()]
    silent = [hit for hit in _of_pages(read) if hit.passage.page_id not in of_page]
    return [*with_sentences, *((hit, ()) for hit in silent)]


def _fit(place: int, confidence: float, threshold: float) -> Fit:
    """How well the page at this place fits, from 0."""
    if confidence < threshold or place > 1:
        return "low"
    return "high" if place == 0 and confidence >= _LIKELY else "medium"


def _of_pages(hits: Sequence[Hit]) -> list[Hit]:
    """The best hit of each page."""
    best: dict[PageKey, Hit] = {}
    for hit in hits:
        best.setdefault(hit.page_key, hit)
    return [*best.values()]
