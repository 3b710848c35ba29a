"""A model's text cut into sentences while it comes, their citation markers ``[n]`` taken out.

Headings, code, rows of tables and formulas that stand alone are told apart: they claim nothing, and
stay as they are. Pure, and the same however the text is cut into pieces: nothing is decided before
it is sure. No letter is read more than a few times, whatever comes. Knows nothing of what the
markers lead to.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pinakes.ingest.characters import cut_place
from pinakes.ingest.text.sentences import CLOSERS, OPENERS, STOPS, SURE_STOPS, sentence_break
from pinakes.service.asking.citations import (
    half_marker_is_text,
    marked_numbers,
    marker_at,
    open_marker,
    own_brackets,
    stop_place,
)
from pinakes.service.asking.markdown import (
    MarkdownKind,
    MarkdownLine,
    MarkdownLines,
    marks_in,
    masked,
    span_at,
)

__all__ = ["LONGEST_SENTENCE", "FinishedSentence", "SentenceStream"]

# In characters. What is longer is cut at a word, if one ends in the last so many.
LONGEST_SENTENCE = 2_000
_LONGEST_UNCUT = LONGEST_SENTENCE - 100
_LONGEST_SPACE = 200
_MOST_MARKERS = 50

_WORD = re.compile(r"[^\W_]")
_SPACE = re.compile(r"\s*")
_STOP = re.compile(f"[{STOPS}]")
# Where a word ends, or a marker, code or a formula may begin.
_SEAM = re.compile(r"[\s\[(【［`$\\]")
_SPAN_OPENERS = "`$\\"
# Behind any other letter it is sure whether a sentence has ended before it.
_UNSURE = STOPS + CLOSERS + OPENERS


@dataclass(frozen=True, slots=True)
class FinishedSentence:
    """A sentence without its markers, the numbers these name, and the space before it.

    ``complete`` is False where the text broke off in it, or where it was cut for its length.
    ``kind``: what is no sentence is one line of Markdown, its markers still in it.
    """

    words: str
    numbers: tuple[int, ...]
    gap: str
    complete: bool = True
    kind: MarkdownKind = "sentence"

    @property
    def is_claim(self) -> bool:
        """Whether it says something that could be wrong, and is to be checked."""
        return self.kind == "sentence"


@dataclass(slots=True)
class _Marker:
    """The numbers of a citation marker, its place, and whether what it belongs to follows."""

    numbers: tuple[int, ...]
    place: int
    leads: bool


class SentenceStream:
    """Takes pieces of text; gives each sentence as soon as the next one has begun."""

    def __init__(self, language: str = "") -> None:
        """``language``: whose rules say where sentences end, by its code."""
        self._language = language
        self._lines = MarkdownLines()
        self._raw = ""  # not read yet: what it is depends on what comes
        self._space = ""  # before that
        self._spaces: list[str] = []  # read since the last word: the space before each marker,
        self._numbers: list[tuple[int, ...]] = []  # and the markers
        self._text = ""  # from the beginning of the sentence that is not finished
        self._plain = ""  # the same, its code and formulas masked
        self._searched = 0  # up to here no sentence ends in it
        self._markers: list[_Marker] = []  # in it
        self._gap = ""  # before it
        self._markers_lead = False  # all of them stand before their sentences

    def feed(self, piece: str) -> list[FinishedSentence]:
        """Sentences that ``piece`` has finished."""
        return [one for line in self._lines.feed(piece) for one in self._taken(line)]

    def end(self) -> list[FinishedSentence]:
        """What is left when the text has ended."""
        finished = [one for line in self._lines.feed("", at_end=True) for one in self._taken(line)]
        finished += self._ended(at_line_end=False)
        if fence := self._lines.open_fence:  # what is put behind is no code
            finished.append(FinishedSentence(fence, (), "\n", kind="code"))
        return finished

    def _taken(self, line: MarkdownLine) -> Iterator[FinishedSentence]:
        if line.kind == "sentence":
            if not (self._text or self._numbers or self._raw) and "\n" in self._gap:
                # Behind what is no sentence every space counts.
                bare = line.text.lstrip()
                space = line.text[: len(line.text) - len(bare)]
                self._gap = (self._gap + space)[:_LONGEST_SPACE]
                line = replace(line, text=bare)
            self._raw += line.text
            yield from self._read(at_end=False)
            return
        yield from self._ended(at_line_end=True)
        words = line.text.strip()
        space = line.text[: len(line.text) - len(line.text.lstrip())]
        gap = (self._gap + space)[:_LONGEST_SPACE]
        if not words:
            self._gap = gap  # an empty line of code
            return
        marked = marks_in(words) if line.kind in ("table", "heading") else ()
        numbers = tuple(number for _, _, said in marked for number in said)
        yield FinishedSentence(words, numbers, gap, kind=line.kind)
        self._gap = "\n" * line.text.endswith("\n")

    def _ended(self, *, at_line_end: bool) -> Iterator[FinishedSentence]:
        """The sentence that has begun, which ends here."""
        yield from self._read(at_end=True)
        complete = at_line_end or bool(self._numbers) or stop_place(self._text) is not None
        markers = [*self._markers, *(_Marker(numbers, 0, leads=False) for numbers in self._numbers)]
        yield from self._finished(self._text, self._plain, markers, complete=complete)
        if at_line_end:
            self._gap = max(self._gap, *self._spaces, self._space, key=_width)
        self._text = self._plain = self._space = ""
        self._markers, self._numbers, self._spaces = [], [], []
        self._searched = 0

    def begun(self) -> tuple[str, str]:
        """The space before the sentence that has begun, and as much of it as is sure to stay."""
        text = self._text
        bare = text
        if text[-1:] in OPENERS and text[-2:-1].isspace():
            bare = text[:-1].rstrip()  # of this sentence or the next
        sure = _before_stop(text if stop_place(bare) is None else bare)
        sure = _before_stop(_surely_uncut(sure))  # markers come before a stop that it is cut behind
        plain = self._plain[: len(sure)]
        sure = _own_brackets(sure, plain[: open_marker(plain)])
        return self._gap, sure if _WORD.search(sure) else ""

    def _read(self, *, at_end: bool) -> Iterator[FinishedSentence]:
        raw, at = self._raw, 0
        while at < len(raw):
            space = _SPACE.match(raw, at)
            word_at = space.end() if space else at
            # Of a desert of space the beginning is enough.
            self._space += raw[at : min(word_at, at + _LONGEST_SPACE - len(self._space))]
            at = word_at
            if at == len(raw):
                break  # a marker would take the space with it
            length, decided = marker_at(raw, at)
            if not decided and not at_end:
                break
            if not decided and at + length == len(raw) and half_marker_is_text(raw[at:]):
                length = 0
            if length:
                if len(self._numbers) < _MOST_MARKERS:
                    self._spaces.append(self._space)
                    self._numbers.append(tuple(marked_numbers(raw[at : at + length])))
                self._space = ""
                at += length
                continue
            length, decided = span_at(raw, at) if raw[at] in _SPAN_OPENERS else (0, True)
            if not decided and not at_end:
                break
            if length:
                word = raw[at : at + length]
                plain = masked(word)
            else:  # a monstrous word in parts, so that each is read once
                seam = _SEAM.search(raw, at + 1, at + LONGEST_SENTENCE)
                end = seam.start() if seam else min(len(raw), at + LONGEST_SENTENCE)
                word = plain = raw[at:end]
            at += len(word)
            self._append(self._space, word, plain)
            self._space = ""
            yield from self._cut(plain)
        self._raw = raw[at:]

    def _append(self, space: str, word: str, plain: str) -> None:
        """Put ``word`` behind the text, and settle which way the markers between them belong."""
        spaces = [*self._spaces, space]
        if not self._text:
            self._markers_lead = bool(self._numbers)
        lines = [place for place, one in enumerate(spaces) if "\n" in one]
        for place, numbers in enumerate(self._numbers, start=1):
            opens_line = bool(lines) and lines[-1] < place
            leads = self._markers_lead or opens_line
            if len(self._markers) < _MOST_MARKERS:
                self._markers.append(_Marker(numbers, len(self._text), leads))
        joint = self._joint(spaces, word) if self._text else ""
        self._text += joint + word
        self._plain += joint + plain
        self._spaces, self._numbers = [], []

    def _joint(self, spaces: list[str], word: str) -> str:
        """The space that is left where markers were taken out before ``word``."""
        widest = max(spaces, key=_width)
        if "\n" in widest:
            return widest
        if self._numbers and not spaces[-1] and word[0].isalnum():
            stop = stop_place(self._text)
            ends = stop is not None and self._text[stop] not in SURE_STOPS
            return " " if ends or any(spaces) else ""
        return spaces[-1]

    def _cut(self, word: str) -> Iterator[FinishedSentence]:
        """Every sentence of the text behind which another has begun, and what is too long."""
        while True:
            found = sentence_break(self._plain, self._searched, language=self._language)
            # What begins farther on counts only in the text after the cut: else it would matter
            # how much has come.
            complete = found is not None and found[1] < LONGEST_SENTENCE
            if found is None or not complete:
                if len(self._text) <= LONGEST_SENTENCE:
                    break
                found = _forced_break(self._text)
            end, start = found
            own: list[_Marker] = []
            others: list[_Marker] = []
            for marker in self._markers:
                (own if marker.place < end + (not marker.leads) else others).append(marker)
            yield from self._finished(self._text[:end], self._plain[:end], own, complete=complete)
            self._markers = [
                _Marker(marker.numbers, max(0, marker.place - start), marker.leads)
                for marker in others
            ]
            self._gap = max(self._gap, self._text[end:start], key=_width)
            self._text, self._plain = self._text[start:], self._plain[start:]
            self._searched = 0
        if sure := word.rstrip(_UNSURE):
            self._searched = max(0, len(self._text) - len(word) + len(sure))
        if not _STOP.search(self._plain, self._searched):
            self._searched = len(self._text)

    def _finished(
        self, text: str, plain: str, markers: list[_Marker], *, complete: bool
    ) -> Iterator[FinishedSentence]:
        if not _WORD.search(text):
            return  # its gap is kept for the next one
        numbers = tuple(number for marker in markers for number in marker.numbers)
        yield FinishedSentence(_own_brackets(text, plain), numbers, self._gap, complete)
        self._gap = ""


def _own_brackets(text: str, plain: str) -> str:
    """As much of ``text`` as of ``plain``, nothing in it like a mark but in code and formulas."""
    if text.startswith(plain):
        return own_brackets(plain)
    return "".join(
        letter if letter != shown else own
        for letter, shown, own in zip(text, plain, own_brackets(plain), strict=False)
    )


def _width(space: str) -> tuple[int, int]:
    return space.count("\n"), len(space)


def _last_space(text: str) -> int:
    """Where the last space stands in the part in which a long sentence is cut; -1 if nowhere."""
    part = text[_LONGEST_UNCUT : LONGEST_SENTENCE + 1]
    places = [place for place, letter in enumerate(part) if letter.isspace()]
    return _LONGEST_UNCUT + places[-1] if places else -1


def _forced_break(text: str) -> tuple[int, int]:
    """Where a sentence that is too long is cut, and where it goes on."""
    at = _last_space(text)
    end = len(text[:at].rstrip()) if at >= 0 else cut_place(text, LONGEST_SENTENCE)
    return end, len(text) - len(text[end:].lstrip())


def _before_stop(text: str) -> str:
    return text[: stop_place(text)].rstrip() if stop_place(text) is not None else text


def _surely_uncut(text: str) -> str:
    """What of a long sentence will stand before its cut, wherever that is."""
    if len(text) <= _LONGEST_UNCUT:
        return text
    return text[: max(_last_space(text), _LONGEST_UNCUT)].rstrip()
