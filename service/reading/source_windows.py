"""Sources cut into windows: each of their sentences, and every two that follow each other.

Knows nothing of what is compared with them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pinakes.ingest.text.sentences import sentence_spans
from pinakes.service.reading.claim_parser import ClaimParser
from pinakes.service.reading.claims import Claim
from pinakes.service.types import Citation, SourcePlace

__all__ = ["SourceWindow", "source_windows"]


@dataclass(frozen=True, slots=True)
class SourceWindow:
    """One or two sentences of a source, and the forms of the words that name its subject.

    ``start``: its offset in the quote of source ``number``, in code points.
    """

    number: int
    start: int
    text: str
    claim: Claim
    context: frozenset[str]

    @property
    def end(self) -> int:
        """Where it ends there."""
        return self.start + len(self.text)

    def holds(self, place: SourcePlace) -> bool:
        """Whether the place is in it."""
        inside = self.start <= place.start and place.end <= self.end
        return place.number == self.number and inside

    @property
    def forms(self) -> frozenset[str]:
        """The forms of its words."""
        return self.claim.forms


def source_windows(sources: Sequence[Citation], parser: ClaimParser) -> Iterator[SourceWindow]:
    """The windows of every source in its order, a sentence before the two that begin with it."""
    titles = {source.title: parser.parse(source.title).forms for source in sources}
    for source in sources:
        context = parser.parse(" . ".join([source.title, *source.heading_path])).forms
        # Forms of its title that are all of another source's: Australia of "South Australia".
        others = [forms for forms in titles.values() if forms < titles[source.title]]
        named = context.difference(*others)
        spans = sentence_spans(source.quote, language=source.language)
        for place, (start, end) in enumerate(spans):
            for last in sorted({end, spans[min(place + 1, len(spans) - 1)][1]}):
                text = source.quote[start:last]
                yield SourceWindow(source.number, start, text, parser.parse(text), named)
