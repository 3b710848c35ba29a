"""What a sentence claims, and how much of that another text says: names, numbers, words, order.

Pure functions. Words are compared by their base forms' search terms, numbers by their value. Knows
nothing of sources or verdicts.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from pinakes.ingest.text.scripts import LETTER, MARK, UNSPACED
from pinakes.service.reading.quantities import Quantity, measured_in, same_quantity
from pinakes.service.reading.words import LanguageWords

__all__ = ["Claim", "ClaimParser", "Comparison", "Word", "compare", "nearest_places"]

_TOKEN = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)*|"
    rf"{UNSPACED}{MARK}*|"
    rf"(?:{LETTER})+(?:['’](?:{LETTER})+)*|[%°$€£¥₹]|[.,;:!?]"
)
_ORDINAL = re.compile(r"st|nd|rd|th", re.IGNORECASE)
_MINUS = re.compile(r"(?:^|[\s(])[−-]$")
_OWNER_MARKS = ("'s", "’s")
_UNIT_REACH = 2
_REACH, _QUALIFIER_REACH = 2, 4
# What may stand before a claim without being part of it.
_PREAMBLE = re.compile(
    r"^(?:[-*•]\s+|\d{1,2}[.)]\s+)?"
    r"(?:(?:in (?:short|brief|summary|conclusion|other words)|briefly|to sum up)[:,]\s*)?(?:"
    r"(?:the|my) (?:short )?answer(?: to (?:this|the|your) question)?(?: is|:)+:?\s*|answer:\s*|"
    r"according to (?:the |this )?(?:source|text|passage)s?(?: (?:given|provided|above))?,?\s*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word that says something: as it is written, and the form it is compared by.

    ``quantity`` is a number's; ``unit`` the form of the word right behind it. ``is_name``: a
    capital in the middle of a sentence. ``qualifier``: what right before it makes it say something
    else: "former", "sixth", "may". ``is_agent``: "by" stands before it; ``is_owner``: it ends in
    "'s". ``at``: which of all words, numbers and signs of the text it is.
    """

    text: str
    form: str
    quantity: Quantity | None = None
    unit: str | None = None
    is_name: bool = False
    qualifier: str | None = None
    is_agent: bool = False
    is_owner: bool = False
    at: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence as what it says: its words in order, and before which of them it denies.

    ``sentences``: at which words its later sentences begin; ``clauses``: these, and what is set
    apart ("; ", "while", ", and"); ``commas``: what stands behind any other. ``greater``: whether
    it says that what comes first in it is more than what comes second, less (False), or neither;
    ``is_ratio``: that it is so many times as much.
    """

    words: tuple[Word, ...]
    denials: tuple[int, ...] = ()
    sentences: tuple[int, ...] = ()
    clauses: tuple[int, ...] = ()
    commas: tuple[int, ...] = ()
    greater: bool | None = None
    is_ratio: bool = False

    def parts(self, edges: Collection[int]) -> list["Claim"]:
        """What stands between the ``edges``, each as a claim of its own, without empty ones."""
        ends = sorted({0, *edges, len(self.words)})
        return [
            Claim(
                self.words[low:high],
                tuple(place - low for place in self.denials if low <= place < high),
            )
            for low, high in pairwise(ends)
        ]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much of a claim another text says, each 0 to 1.

    ``said``: of each word where the text has it, ``titled``: whether the title has. ``order``: the
    longest run of words, gaps allowed, that stands there in the same order. ``missing``: names and
    numbers that it does not hold. ``same_sense``: neither denies what the other says, and no
    qualifier of those words is dropped.
    """

    said: tuple[tuple[int, ...], ...]
    titled: tuple[bool, ...]
    order: float
    missing: tuple[str, ...]
    same_sense: bool

    @property
    def held(self) -> tuple[bool, ...]:
        """Of each word whether the text or its title has it."""
        return tuple(bool(at) or named for at, named in zip(self.said, self.titled, strict=True))

    @property
    def coverage(self) -> float:
        """The share of the words that the text or its title has."""
        return sum(self.held) / (len(self.held) or 1)


class ClaimParser:
    """Parses sentences of one language as claims."""

    def __init__(
        self,
        words: LanguageWords,
        terms: Callable[[str], Sequence[str]],
        is_stop_word: Callable[[str], bool],
    ) -> None:
        """``terms``: the search terms of a word; ``is_stop_word``: whether it says nothing."""
        self._words = words
        self._terms = lru_cache(4096)(lambda word: tuple(terms(word)))
        self._is_stop_word = lru_cache(4096)(is_stop_word)

    def claim(self, sentence: str) -> Claim:
        """``sentence`` without what leads up to it ("The answer is:", "No, ")."""
        said = _PREAMBLE.sub("", sentence.strip())
        first, comma, rest = said.partition(",")
        if comma and first.casefold() in self._words.interjections:
            said = rest.lstrip()
        return self.parse(said)

    def parse(self, text: str) -> Claim:
        """A text as what it says."""
        tokens = list(_TOKEN.finditer(text))
        lower = [token[0].casefold() for token in tokens]
        denials: list[int] = []
        sentences: list[int] = []
        clauses: list[int] = []
        commas: list[int] = []
        words: list[Word] = []
        kept = {"denial": denials, "sentence": sentences, "clause": clauses, "comma": commas}
        for word in self._parsed(text, tokens, lower):
            if isinstance(word, Word):
                words.append(word)
            else:
                kept[word].append(len(words))
        known = self._words
        greater = next(
            (word in known.greater for word in lower if word in known.greater | known.smaller), None
        )
        return Claim(
            tuple(words),
            tuple(denials),
            _inner(sentences, words),
            _inner(sorted({*sentences, *clauses}), words),
            _inner(sorted({*commas}.difference(sentences, clauses)), words),
            greater,
            any(word in known.times for word in lower),
        )

    def _parsed(
        self, text: str, tokens: Sequence[re.Match[str]], lower: Sequence[str]
    ) -> Iterator[Word | Literal["denial", "sentence", "clause", "comma"]]:
        """Every word that says something, and where something is denied or a clause begins."""
        known = self._words
        begins, joined = True, False
        for place, token in enumerate(tokens):
            word, form = token[0], lower[place]
            before = lower[max(0, place - _REACH) : place]
            if word in ".!?;:,":
                begins = begins or word in ".!?:"
                joins = lower[place + 1 : place + 2]
                if word in ".!?":
                    yield "sentence"
                elif word == "," and not known.joiners.issuperset(joins or [""]):
                    yield "comma"
                else:
                    yield "clause"
                continue
            if joined:
                joined = False  # the scale of the number before
                continue
            is_agent = any(near in known.authors for near in before)
            if self._value(form) is not None:
                number, joined = self._number(text, tokens, lower, place, is_agent=is_agent)
                yield number
            elif form in known.negations or form.endswith(("n't", "n’t")):
                yield "denial"
            elif form in known.contrasts:
                yield "clause"
            elif _is_ordinal_ending(text, token):
                continue
            elif not self._is_stop_word(form) and (compared := self._form(form)):
                yield Word(
                    word,
                    compared,
                    is_name=word[0].isupper() and not begins,
                    qualifier=self._qualifier(lower[max(0, place - _QUALIFIER_REACH) : place]),
                    is_agent=is_agent,
                    is_owner=form.endswith(_OWNER_MARKS),
                    at=place,
                )
            begins = False

    def _number(
        self,
        text: str,
        tokens: Sequence[re.Match[str]],
        lower: Sequence[str],
        place: int,
        *,
        is_agent: bool,
    ) -> tuple[Word, bool]:
        """The number at ``place``, and whether the token behind it is its scale."""
        value = self._value(lower[place]) or Decimal(0)
        start = tokens[place].start()
        if _MINUS.search(text[max(0, start - 2) : start]):
            value = -value
        behind = place + 1
        scale = self._words.scales.get(lower[behind]) if behind < len(lower) else None
        if scale:
            value, behind = value * scale, behind + 1
        before = lower[max(0, place - _REACH) : place]
        is_exact = not any(near in self._words.approximate for near in before)
        unit, end = None, tokens[behind - 1].end()
        is_ordinal = _ORDINAL.fullmatch(text[end : end + 2]) is not None
        following = [token[0] for token in tokens[behind : behind + _UNIT_REACH]]
        measure = None
        if following and not is_ordinal and following[0] not in ".,;:!?":
            unit = None if lower[behind] in self._words.months else self._form(lower[behind])
            if not (lower[behind].isalpha() and self._is_stop_word(lower[behind])):
                measure = measured_in(following)
            if measure is not None and unit is None and len(following) > 1:
                unit = self._form(lower[behind + 1])  # the C of °C
        step = _step(lower[place], value, scale, is_exact=is_exact)
        if measure is not None and not step:
            step = Decimal(1)  # measured, and so rounded
        quantity = Quantity(value, step, measure)
        word = Word(
            text[start:end],
            f"#{value.normalize()}",
            quantity,
            unit,
            is_agent=is_agent,
            at=place,
        )
        return word, bool(scale)

    def _qualifier(self, before: Sequence[str]) -> str | None:
        """What of the words before another qualifies it: "may once" of "may once have stood".

        Nothing does across another word that says something, or "by" or "in".
        """
        found = []
        for near in reversed(before):
            if near in self._words.qualifiers:
                found.append(near)
            elif near in self._words.authors | self._words.placed or not self._is_stop_word(near):
                break
        return " ".join(reversed(found)) or None

    def _value(self, word: str) -> Decimal | None:
        if word[0].isdigit():
            try:
                return Decimal(word.replace(",", ""))
            except InvalidOperation:  # 1.2.3
                return None
        spelled = self._words.numbers.get(word, 1)
        return None if spelled == 1 else Decimal(spelled)  # "one of them" counts nothing

    def _form(self, word: str) -> str | None:
        bare = word.removesuffix(_OWNER_MARKS[0]).removesuffix(_OWNER_MARKS[1])
        base = self._words.base_forms.get(bare, bare)
        return " ".join(self._terms(base)) or None


def _inner(places: Sequence[int], words: Sequence[Word]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(place for place in places if 0 < place < len(words)))


def _step(written: str, value: Decimal, scale: int | None, *, is_exact: bool) -> Decimal:
    """How exactly a number is given: 0 for one that is meant as it stands."""
    digits = len(written.partition(".")[2]) if "." in written else 0
    if digits or scale:
        return Decimal(scale or 1).scaleb(-digits)
    if is_exact or not value:
        return Decimal(0)
    zeros = len(written) - len(written.rstrip("0"))
    return Decimal(10).scaleb(max(zeros, 1) - 1)


def _is_ordinal_ending(text: str, token: re.Match[str]) -> bool:
    at = token.start()
    return _ORDINAL.fullmatch(token[0]) is not None and at > 0 and text[at - 1].isdigit()


def compare(claim: Claim, text: Claim, context: Collection[str]) -> Comparison:
    """How much of ``claim`` is said by ``text``, whose subject the forms in ``context`` name."""
    places: dict[str, list[int]] = {}
    numbers: list[int] = []
    for place, word in enumerate(text.words):
        places.setdefault(word.form, []).append(place)
        if word.quantity is not None:
            numbers.append(place)
    found = [
        places.get(word.form, [])
        if word.quantity is None
        else [at for at in numbers if _is_same_number(word, text.words[at])]
        for word in claim.words
    ]
    for place, (number, unit) in enumerate(pairwise(claim.words)):
        # "4,810 metres", which the text gives in feet, or calls m.
        if number.quantity is not None and number.quantity.unit is not None and found[place]:
            found[place + 1] = found[place + 1] or (
                found[place] if number.unit == unit.form else []
            )
    titled = tuple(word.quantity is None and word.form in context for word in claim.words)
    held = [bool(at) or named for at, named in zip(found, titled, strict=True)]
    missing = [
        # What is said of something else there: "2 km" of 2 m.
        f"{word.text} {word.unit}" if word.quantity and word.form in places else word.text
        for word, is_held in zip(claim.words, held, strict=True)
        if (word.quantity is not None or word.is_name) and not is_held
    ]
    forms = {word.form for word in claim.words}
    missing += [
        f"{word.text} {word.unit}"
        for word, at in zip(claim.words, found, strict=True)
        if word.quantity is not None
        and at
        and word.unit in forms
        and word.unit in places
        and not any(word.unit in _units(text, place) for place in at)
    ]
    chain = _longest_chain(found)
    nearest = nearest_places(found, text)
    denied = any(_denies(place, sorted(nearest.values()), text) for place in text.denials)
    dropped = any(
        text.words[place].qualifier not in (None, claim.words[number].qualifier)
        for number, place in nearest.items()
    )
    return Comparison(
        said=tuple(tuple(at) for at in found),
        titled=titled,
        order=(len(chain) + sum(held) - sum(map(bool, found))) / (len(claim.words) or 1),
        missing=tuple(dict.fromkeys(missing)),
        same_sense=bool(claim.denials) == denied and not dropped,
    )


def nearest_places(found: Sequence[Sequence[int]], text: Claim) -> dict[int, int]:
    """Of each word that the text has, by its number, the place where all stand closest together."""
    events = sorted((place, number) for number, places in enumerate(found) for place in places)
    wanted = len({number for _, number in events})
    last: dict[int, int] = {}
    best: tuple[int, dict[int, int]] | None = None
    for place, number in events:
        last[number] = place
        if len(last) == wanted:
            first = min(last.values())
            spread = text.words[place].at - text.words[first].at
            if best is None or spread < best[0]:
                best = (spread, dict(last))
    return best[1] if best else {}


def _denies(place: int, said: Sequence[int], text: Claim) -> bool:
    """Whether what is denied from ``place`` on is among these words of the text.

    Not if a clause ends before the next of them.
    """
    if not said or not said[0] <= place <= said[-1]:
        return False
    following = next(at for at in said if at >= place)
    return not any(place < edge <= following for edge in text.clauses)


def _is_same_number(word: Word, other: Word) -> bool:
    said, known = word.quantity, other.quantity
    return said is not None and known is not None and same_quantity(said, known)


def _units(text: Claim, place: int) -> set[str]:
    """The forms of the words right behind a number."""
    behind = [near.form for near in text.words[place + 1 : place + 1 + _UNIT_REACH]]
    return {*behind, text.words[place].unit or ""}


def _longest_chain(places: Sequence[Sequence[int]]) -> list[int]:
    """The longest rising sequence with one place of a word at most, by patience sorting."""
    best: list[list[int]] = []  # by length less one, the chain that ends earliest
    for choices in places:
        for place in sorted(choices, reverse=True):
            length = next(
                (number for number, chain in enumerate(best) if chain[-1] >= place), len(best)
            )
            chain = [*best[length - 1], place] if length else [place]
            if length == len(best):
                best.append(chain)
            else:
                best[length] = chain
    return best[-1] if best else []
