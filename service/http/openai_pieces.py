"""An answer as it comes, as pieces that any of OpenAI's streams is made of: text, marks, the end.

Offsets of marks count code points, the end not included, as those of answers do everywhere:
``content[start_index:end_index]`` is the mark. OpenAI's reference speaks of the first and the last
character without saying more; clients take this slice. Knows no form of events.
"""

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace

from pinakes.service.asking.citations import place_name
from pinakes.service.asking.events import (
    AnswerEvent,
    Checked,
    Done,
    Sources,
    Status,
    Token,
    Withdrawn,
)
from pinakes.service.http.openai_views import UrlCitationView
from pinakes.service.types import Answer, Citation, Sentence

__all__ = ["Begun", "End", "Marks", "Piece", "Text", "marks_of", "marks_of_sentence", "pieces"]

_APART = "\n\n"


@dataclass(frozen=True, slots=True)
class Begun:
    """The search is over; the answer begins."""


@dataclass(frozen=True, slots=True)
class Text:
    """More of the text."""

    text: str


@dataclass(frozen=True, slots=True)
class Marks:
    """What the marks of a sentence lead to, which stands in the text already."""

    citations: list[UrlCitationView]


@dataclass(frozen=True, slots=True)
class End:
    """The whole answer."""

    answer: Answer


Piece = Begun | Text | Marks | End


async def pieces(
    events: AsyncGenerator[AnswerEvent, None], address: str
) -> AsyncGenerator[Piece, None]:
    """The answer as it comes; ``address`` is this service's, before ``/c/…``."""
    sources: dict[int, Citation] = {}
    sent = ""
    behind = 0  # the beginning of the answer: what was sent before it cannot be taken back
    begun = False
    async with aclosing(events):
        async for event in events:
            if not begun and event != Status("searching"):
                begun = True
                yield Begun()
            match event:
                case Sources(citations):
                    sources = {citation.number: citation for citation in citations}
                case Token(text):
                    sent += text
                    yield Text(text)
                case Withdrawn():
                    sent += _APART
                    behind = len(sent)
                    yield Text(_APART)
                case Checked(sentence, text):
                    moved = replace(sentence, start=sentence.start + behind)
                    if marked := list(marks_of_sentence(text, moved, sources, address)):
                        yield Marks(marked)
                case Done(answer):
                    # Of a refusal nothing came before.
                    if rest := answer.text[len(sent) - behind :]:
                        yield Text(rest)
                    yield End(answer)


def marks_of(answer: Answer, address: str) -> Iterator[UrlCitationView]:
    """What each mark of an answer leads to, in order."""
    sources = {citation.number: citation for citation in answer.citations}
    for sentence in answer.sentences:
        text = answer.text[sentence.start : sentence.end]
        yield from marks_of_sentence(text, sentence, sources, address)


def marks_of_sentence(
    text: str, sentence: Sentence, sources: Mapping[int, Citation], address: str
) -> Iterator[UrlCitationView]:
    """The same of a sentence; ``text`` is its own."""
    places: list[tuple[int, int]] = []
    end = len(text)
    for number in reversed(sentence.citations):
        end = text.rfind(f"[{number}]", 0, end)
        if end < 0:
            break
        places.append((end, number))
    for at, number in reversed(places):
        start = sentence.start + at
        source = sources[number]
        yield UrlCitationView(
            start_index=start,
            end_index=start + len(f"[{number}]"),
            url=address + source.url,
            title=place_name(source.title, source.heading_path),
        )
