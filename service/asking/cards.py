"""Cards: a passage in the words of its page, where no words of a model are an answer.

What is quoted is stored text; only numbers in brackets that look like markers have wider ones.
Knows nothing of models.
"""

from collections.abc import Callable, Iterator, Sequence

from pinakes.ingest.characters import cut_place
from pinakes.service.asking.citations import own_brackets
from pinakes.service.asking.draft import Draft
from pinakes.service.asking.events import AnswerEvent, Checked, Token
from pinakes.service.reading.reader import AnsweringSentence
from pinakes.service.types import Citation, Sentence, SourcePlace

__all__ = ["place_in", "topic_card_events", "with_sources", "write_card"]

# Characters of one quotation: twice those of the longest passage, unless its words are monstrous.
_LONGEST = 4_000


def write_card(draft: Draft, answers: Callable[[str, str], bool]) -> Iterator[AnswerEvent]:
    """The passage with the sentence that most likely answers, which is marked; else the first.

    A brief answer is that sentence alone. ``answers``: whether a sentence of a page with this title
    is what was asked.
    """
    found = with_sources(draft, draft.ranked)
    if not found:
        if draft.citations:
            yield from _quote(draft, draft.citations[0])
        return
    sentence, citation = found[0]
    said = place_in(draft, citation, sentence)
    whole = slice(0, len(citation.quote))
    place = said if draft.request.mode == "brief" else whole
    does = answers(citation.quote[said], citation.title)
    yield from _quote(draft, citation, place, said, answers=does)


def topic_card_events(draft: Draft) -> Iterator[AnswerEvent]:
    """How the page begins that a topic names, and what else was found there of it."""
    for citation in draft.citations:
        yield from _quote(draft, citation)


def with_sources(
    draft: Draft, sentences: Sequence[AnsweringSentence]
) -> list[tuple[AnsweringSentence, Citation]]:
    """Those of ``sentences`` that stand in sources, in their order, each with its source."""
    cited = _cited(draft)
    return [(sentence, cited[sentence.hit]) for sentence in sentences if sentence.hit in cited]


def place_in(
    draft: Draft, citation: Citation, sentence: AnsweringSentence, *, answer: bool = False
) -> slice:
    """Where the sentence, or its answer, stands in the citation's quote."""
    shift = draft.hits[sentence.hit].passage.start - citation.ref.start
    start, end = (
        (sentence.answer_start, sentence.answer_end) if answer else (sentence.start, sentence.end)
    )
    return slice(start + shift, end + shift)


def _quote(
    draft: Draft,
    citation: Citation,
    place: slice | None = None,
    said: slice | None = None,
    *,
    answers: bool = False,
) -> Iterator[AnswerEvent]:
    """``place`` of a citation's quote, or all of it; what is ``said`` there is marked."""
    place = place or slice(0, len(citation.quote))
    gap = "\n\n" if draft.text else ""
    quoted, ahead, behind = citation.quote[place], "", ""
    if len(quoted) > _LONGEST:
        if said is not None and said.start - place.start > _LONGEST // 2:
            place = slice(said.start, place.stop)
            quoted, ahead = citation.quote[place], "… "
        if len(quoted) > _LONGEST:
            quoted, behind = _beginning(quoted), " …"
            place = slice(place.start, place.start + len(quoted))
    text = f"{ahead}“{own_brackets(quoted)}”{behind} [{citation.number}]"
    start = len(draft.text) + len(gap)
    shown = said or place
    source = SourcePlace(citation.number, shown.start, min(shown.stop, place.stop))
    if said is not None:
        shift = start + len(ahead) + 1 - place.start  # behind the quotation mark
        draft.likeliest = (source.start + shift, source.end + shift)
    sentence = Sentence(
        start,
        start + len(text),
        (citation.number,),
        "none",
        1.0,
        source=source,
        quoted=True,
        answers=answers,
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
            is_there = (ref.collection, ref.page_id) == (hit.collection, passage.page_id)
            if is_there and ref.start <= passage.start < ref.end:
                found[number] = citation
                break
    return found
