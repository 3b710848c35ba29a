"""Answers in the words of the sources: passages or sentences, between quotation marks and cited.

What is quoted is stored text; only numbers in brackets that look like markers have wider ones.
Knows nothing of models.
"""

from collections.abc import Iterator

from pinakes.ingest.characters import cut_place
from pinakes.service.asking.citations import own_brackets
from pinakes.service.asking.draft import Draft
from pinakes.service.asking.events import AnswerEvent, Checked, Token
from pinakes.service.reading.reader import AnsweringSentence
from pinakes.service.types import Citation, Sentence, ShortAnswer, SourcePlace

__all__ = [
    "QUOTED_PASSAGES",
    "answers_question",
    "quote_answer",
    "quote_passages",
    "quote_topic",
    "short_answer",
]

QUOTED_PASSAGES = 3
# A second sentence is quoted where it is about as likely to answer as the first: by this much less
# in the logarithm of its odds.
_ABOUT_AS_LIKELY = 1.5
# Of these sentences one answers four questions of five whose passages hold an answer at all.
_LIKELY = 3
# Characters of one quotation: twice those of the longest passage, unless its words are monstrous.
_LONGEST = 4_000


def quote_passages(draft: Draft, most: int = QUOTED_PASSAGES) -> Iterator[AnswerEvent]:
    """The best passages, whole, and the words in them that answer."""
    for citation in draft.citations[:most]:
        yield from _quote(draft, citation, slice(0, len(citation.quote)))
    draft.short_answer = short_answer(draft)


def quote_topic(draft: Draft) -> Iterator[AnswerEvent]:
    """How the page begins that a topic names, and what else was found there of it."""
    for citation in draft.citations:
        yield from _quote(draft, citation, slice(0, len(citation.quote)))


def quote_answer(draft: Draft) -> Iterator[AnswerEvent]:
    """The sentences that most likely answer, in a brief answer one; where none does, passages."""
    yield from _quote_sentences(draft)
    if not draft.sentences:
        most = 1 if draft.request.mode == "brief" else QUOTED_PASSAGES
        yield from quote_passages(draft, most)


def _quote_sentences(draft: Draft) -> Iterator[AnswerEvent]:
    """The sentence that most likely answers; of a paragraph also the next, if it is as likely."""
    cited = _cited(draft)
    chosen = [sentence for sentence in draft.ranked if sentence.hit in cited]
    most = 1 if draft.request.mode == "brief" else 2
    likely = [
        sentence for sentence in chosen if chosen[0].score - sentence.score <= _ABOUT_AS_LIKELY
    ][:most]
    for sentence in likely:
        citation = cited[sentence.hit]
        yield from _quote(draft, citation, _slice(draft, citation, sentence))
    draft.short_answer = short_answer(draft)


def short_answer(draft: Draft) -> ShortAnswer | None:
    """The words that answer: the most likely ones, of those that a model said if it said any."""
    cited = _cited(draft)
    found = [
        ShortAnswer(citation.quote[place], citation.number, place.start, place.stop)
        for sentence in draft.ranked
        if (citation := cited.get(sentence.hit)) is not None
        for place in [_slice(draft, citation, sentence, answer=True)]
    ]
    text = draft.text.casefold()
    return next((words for words in found if own_brackets(words.text).casefold() in text), None)


def answers_question(draft: Draft, place: SourcePlace) -> bool:
    """Whether ``place`` is among the likeliest to answer."""
    cited = _cited(draft)
    likely = [sentence for sentence in draft.ranked if sentence.hit in cited][:_LIKELY]
    for sentence in likely:
        citation = cited[sentence.hit]
        where = _slice(draft, citation, sentence)
        overlaps = where.start < place.end and place.start < where.stop
        if citation.number == place.number and overlaps:
            return True
    return False


def _quote(draft: Draft, citation: Citation, place: slice) -> Iterator[AnswerEvent]:
    gap = "\n\n" if draft.text else ""
    quoted = citation.quote[place]
    rest = ""
    if len(quoted) > _LONGEST:
        quoted, rest = _beginning(quoted), " …"
        place = slice(place.start, place.start + len(quoted))
    text = f"“{own_brackets(quoted)}”{rest} [{citation.number}]"
    start = len(draft.text) + len(gap)
    sentence = Sentence(
        start,
        start + len(text),
        (citation.number,),
        "supported",
        1.0,
        source=SourcePlace(citation.number, place.start, place.stop),
        quoted=True,
    )
    draft.text += gap + text
    draft.sentences.append(sentence)
    yield Token(gap + text)
    yield Checked(sentence, text)


def _beginning(text: str) -> str:
    """Whole words of a text that is too long to be quoted."""
    space = text.rfind(" ", _LONGEST // 2, _LONGEST)
    return text[: space if space > 0 else cut_place(text, _LONGEST)].rstrip()


def _cited(draft: Draft) -> dict[int, Citation]:
    """By the place of a hit, the citation whose quote holds its passage."""
    found = {}
    for number, hit in enumerate(draft.hits):
        for citation in draft.citations:
            ref, passage = citation.ref, hit.passage
            if ref.page_id == passage.page_id and ref.start <= passage.start < ref.end:
                found[number] = citation
                break
    return found


def _slice(
    draft: Draft, citation: Citation, sentence: AnsweringSentence, *, answer: bool = False
) -> slice:
    """Where the sentence, or its answer, stands in the citation's quote."""
    shift = draft.hits[sentence.hit].passage.start - citation.ref.start
    start, end = (
        (sentence.answer_start, sentence.answer_end) if answer else (sentence.start, sentence.end)
    )
    return slice(start + shift, end + shift)
