"""Lines of an article cut into pieces: at the highlight, labels, links, code and pictures.

Pure functions of offsets; knows nothing of what lines are.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pinakes.ingest.layout import Picture, Span
from pinakes.service.http.formulas import mathml

__all__ = ["Cutter", "Piece"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a line: ``marked`` inside the highlight, ``first`` where that begins.

    ``label``: the name of the value that follows it. ``address``: where it links to. ``is_code``:
    code, or a formula as TeX; ``mathml``: a whole formula to be drawn, "" where it cannot be.
    ``picture``: what stands here, in the place of any text.
    """

    text: str
    marked: bool = False
    label: bool = False
    first: bool = False
    address: str = ""
    is_code: bool = False
    mathml: str = ""
    picture: Picture | None = None

    @property
    def is_sign(self) -> bool:
        """Whether it is no more of a label than what parts it from its value, or a list's dash."""
        return self.label and not self.text.strip(":- ")


class Cutter:
    """Cuts lines into pieces, in the order of the text."""

    def __init__(
        self,
        highlight: tuple[int, int],
        spans: Sequence[Span],
        address_of: Callable[[Span], str],
        pictures: Sequence[Picture] = (),
    ) -> None:
        self._highlight = max(0, highlight[0]), max(0, highlight[1])
        self._spans = spans
        self._ends = [span.end for span in spans]
        self._address_of = address_of
        self._is_lit = False
        self._pictures = pictures
        self._shown = 0  # how many of them

    def pictures_to(self, end: int) -> Sequence[Picture]:
        """Those up to this place in the text that no piece was cut for; none will be."""
        first = self._shown
        while self._shown < len(self._pictures) and self._pictures[self._shown].at <= end:
            self._shown += 1
        return self._pictures[first : self._shown]

    def marks(self, start: int, end: int) -> bool:
        """Whether the highlight touches this slice of the text."""
        return self._highlight[0] < end and start < self._highlight[1]

    def pieces(
        self,
        start: int,
        text: str,
        labels: Sequence[tuple[int, int]] = (),
        *,
        is_line: bool = False,
        has_pictures: bool = True,
    ) -> tuple[Piece, ...]:
        """A slice of the text from ``start``, cut where highlight, labels or spans begin or end.

        ``labels`` are places in it. ``is_line``: it is a whole line, and a formula that is all of
        it stands on its own. ``has_pictures``: those before its end that were not shown yet are.
        """
        low, high = (min(max(at - start, 0), len(text)) for at in self._highlight)
        edges = {0, len(text), *(edge for label in labels for edge in label)}
        if low < high:
            edges |= {low, high}
        spans = {span.start - start: span for span in self._spans_in(start, start + len(text))}
        edges |= {at - start for span in spans.values() for at in (span.start, span.end)}
        pictures: dict[int, list[Piece]] = {}
        for one in self.pictures_to(start + len(text)) if has_pictures else ():
            place = min(max(0, one.at - start), len(text))
            for first, span_there in spans.items():
                if first < place < span_there.end - start:
                    place = first  # a link or formula stays whole
            pictures.setdefault(place, []).append(Piece("", picture=one))
        edges |= pictures.keys()
        pieces: list[Piece] = []
        span: Span | None = None
        for begin, end in pairwise(sorted(edges)):
            pieces += pictures.get(begin, ())
            marked = low <= begin < high
            is_first = marked and not self._is_lit
            self._is_lit = self._is_lit or marked
            span = spans.get(begin, span if span and start + begin < span.end else None)
            words = text[begin:end]
            is_whole = span is not None and (span.start, span.end) == (start + begin, start + end)
            pieces.append(
                Piece(
                    words,
                    marked,
                    any(first <= begin < last for first, last in labels),
                    is_first,
                    self._address_of(span) if span and span.kind == "link" else "",
                    bool(span and span.kind != "link"),
                    mathml(words, on_its_own=is_line and words == text.strip())
                    if span and span.kind == "formula" and is_whole
                    else "",
                )
            )
        if text:
            pieces += pictures.get(len(text), ())
        return tuple(pieces)

    def _spans_in(self, start: int, end: int) -> Iterator[Span]:
        """The spans that lie in this slice of the text."""
        if start < 0:  # a heading that stands nowhere
            return
        for number in range(bisect_right(self._ends, start), len(self._spans)):
            span = self._spans[number]
            if span.start >= end:
                return
            if start <= span.start and span.end <= end:
                yield span
