"""Abbreviations as one word, however they are written, and short names as the long ones they mean.

"U.S." and "US" become "United States", "J. R. R." and "J.R.R." become "JRR". Works on texts and
questions alike, before anything else is done to them; knows nothing of terms.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter

from pinakes.ingest.text.language import language_part

__all__ = ["Abbreviations", "abbreviations_of"]

# Letters with points between; of letters apart, only capitals: "J. R. R.". Looked for by the first
# point, which is found several times as fast; the first letter stands before it.
_DOTTED = re.compile(
    r"\.(?<=(?<![\w.])[A-Za-z]\.)"
    r"(?:[A-Za-z](?:\.[A-Za-z])*+(?!\w)\.?+|(?<=[A-Z]\.)(?: ?[A-Z]\.)+)"
)
# Initials without points, where a name follows: "J R R Tolkien". The first letter stands before.
_INITIALS = re.compile(r" [A-Z](?!\w)(?<=(?<![\w.])[A-Z] [A-Z])(?: [A-Z](?!\w))*+(?= [A-Z][a-z])")
# The same without capitals, if a text has none: but for words that are letters, "a" and "i".
_SMALL_INITIALS = re.compile(
    r" [b-hj-z](?!\w)(?<=(?<![\w.'’])[b-hj-z] [a-z])(?: [b-hj-z](?!\w))*+(?= \w\w)"
)
# Longer texts are edited ones, as good as never without capitals and points: what is typed without
# is looked for in shorter ones only, which questions, titles and headings are.
_TYPED = 200


@dataclass(frozen=True, slots=True)
class Abbreviations:
    """How one language abbreviates.

    ``names``: short names by the name in full, as the language's file has them. ``meant``: names in
    full by short ones without case and points. ``typed`` finds these in any case that makes them no
    other word, ``written`` as the file has them: for each first letter one, which is fast. Without
    names nothing is rewritten.
    """

    names: Mapping[str, Sequence[str]]
    meant: Mapping[str, str]
    typed: re.Pattern[str]
    written: Sequence[re.Pattern[str]]

    def __call__(self, text: str) -> str:
        """``text`` with short names in full and other abbreviations as one word."""
        pieces, end = [], 0
        for start, stop, instead in self._rewritten(text):
            pieces += [text[end:start], instead]
            end = stop
        return "".join([*pieces, text[end:]]) if pieces else text

    def places(self, text: str) -> list[tuple[int, int]]:
        """Start and end of everything in ``text`` that is rewritten, in order."""
        return [(start, end) for start, end, _ in self._rewritten(text)]

    def other_ways(self, text: str) -> list[str]:
        """``text`` in full, and with each of the short names for the long ones in it."""
        full = self(text)
        ways = [full]
        lowered = full.lower()
        for name, short_names in self.names.items():
            if name.lower() in lowered:
                long_name = re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
                dotted = [".".join(short) for short in short_names if _is_acronym(short)]
                ways += [long_name.sub(short, full) for short in (*short_names, *dotted)]
        return [way for way in dict.fromkeys(ways) if way != text]

    def _rewritten(self, text: str) -> list[tuple[int, int, str]]:
        """Start and end of each, and what is written instead."""
        if not self.names or (text.isalpha() and text.lower() not in self.meant):
            return []
        typed = len(text) <= _TYPED
        found = [
            (*match.span(), self.meant[_known_by(match[0])])
            for short_names in ((self.typed,) if typed else self.written)
            for match in short_names.finditer(text)
        ]
        initials = _SMALL_INITIALS if text.islower() else _INITIALS
        for pattern in (_DOTTED, initials) if typed else (_DOTTED,):
            for match in pattern.finditer(text):
                start, end = match.start() - 1, match.end()
                found.append((start, end, re.sub("[. ]", "", text[start:end])))
        if len(found) < 2:
            return found
        found.sort(key=itemgetter(0))  # a short name stays before the same letters with points
        apart: list[tuple[int, int, str]] = []
        for place in found:
            if not apart or place[0] >= apart[-1][1]:
                apart.append(place)
        return apart


@cache
def abbreviations_of(language: str) -> Abbreviations:
    """The abbreviations of a language, by its code; none where its file lists no short names."""
    said = language_part(language, "search")
    names: Mapping[str, Sequence[str]] = said.get("written_out", {})
    if not names:
        return Abbreviations({}, {}, re.compile("(?!)"), ())
    meant = {short: name for name, listed in names.items() for short in listed}
    only_in_capitals = frozenset(said["only_in_capitals"].split())
    typed = [
        way
        for short in meant
        for way in (
            _plain(short) if short in only_in_capitals else f"(?i:{_plain(short)})",
            *(f"(?i:{way})" for way in _dotted(short)),
        )
    ]
    spelled = sorted({*meant, *(short[0].upper() + short[1:] for short in meant)})
    letters = "".join(sorted({short[0].lower() + short[0].upper() for short in meant}))
    return Abbreviations(
        names=names,
        meant={_known_by(short): name for short, name in meant.items()},
        typed=_beginning(f"[{letters}]", typed),
        written=[
            _beginning(letter, [way for s in listed for way in (_plain(s), *_dotted(s))])
            for letter, listed in groupby(spelled, itemgetter(0))
        ],
    )


def _beginning(letter: str, ways: Iterable[str]) -> re.Pattern[str]:
    """Finds words that begin with ``letter``, which is looked for first, and goes on from there."""
    return re.compile(rf"{letter}(?<![\w.].)(?:{'|'.join(ways)})")


def _plain(short: str) -> str:
    return rf"(?<={short[0]}){re.escape(short[1:])}(?!\w)"


def _dotted(short: str) -> tuple[str, ...]:
    """An acronym with points, close together and apart; neither where the points go on."""
    if not _is_acronym(short):
        return ()
    first, rest = f"(?<={short[0]})", short[1:]
    close = "".join(rf"\.{letter}" for letter in rest)
    apart = "".join(rf"\. {letter}" for letter in rest)
    return rf"{first}{close}(?!\w)\.?+(?!\w(?!\w))", rf"{first}{apart}\.(?! ?[A-Z]\.)"


def _is_acronym(short: str) -> bool:
    return short.isalpha() and short.isupper()


def _known_by(short: str) -> str:
    """A short name without case and points."""
    return re.sub(r"\. ?", "", short).lower()
