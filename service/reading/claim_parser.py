"""From sentences to what they claim: names, numbers with their units, denials, clauses.

Words are known by their base forms' search terms, numbers by their value. Knows nothing of sources.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cached_property, lru_cache
from typing import Literal

from pinakes.ingest.text.scripts import LETTER, MARK, UNSPACED
from pinakes.service.reading.claims import Claim, Word
from pinakes.service.reading.quantities import Quantity, measured_in
from pinakes.service.reading.words import LanguageWords

__all__ = ["ClaimParser"]

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
            any(word in known.auxiliaries for word in lower),
        )

    def _parsed(
        self, text: str, tokens: Sequence[re.Match[str]], lower: Sequence[str]
    ) -> Iterator[Word | Literal["denial", "sentence", "clause", "comma"]]:
        """Every word that says something, and where something is denied or a clause begins."""
        known = self._words
        begins, joined = True, False
        for place, token in enumerate(tokens):
            word, form = token[0], lower[place]
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
            is_agent = self._is_agent(lower, place)
            if self._value(form) is not None:
                number, joined = self._number(text, tokens, lower, place, is_agent=is_agent)
                yield number
            elif form in known.negations or form.endswith(("n't", "n’t")):
                yield "denial"
            elif form in known.contrasts:
                yield "clause"
            elif _is_ordinal_ending(text, token):
                continue
            elif (compared := self._form(form)) and (
                (is_month := self._is_month(lower, place)) or not self._is_stop_word(form)
            ):
                yield Word(
                    word,
                    compared,
                    is_name=word[0].isupper() and not begins,
                    qualifier=self._qualifier(lower[max(0, place - _QUALIFIER_REACH) : place]),
                    is_agent=is_agent,
                    is_owner=form.endswith(_OWNER_MARKS),
                    is_month=is_month,
                    at=place,
                )
            begins = False

    @cached_property
    def opposites(self) -> Mapping[str, frozenset[str]]:
        """By a word's form, those of words that say the opposite."""
        found: dict[str, set[str]] = {}
        for one, other in self._words.opposites:
            forms = self._form(one) or one, self._form(other) or other
            found.setdefault(forms[0], set()).add(forms[1])
            found.setdefault(forms[1], set()).add(forms[0])
        return {form: frozenset(against) for form, against in found.items()}

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

    def _is_agent(self, lower: Sequence[str], place: int) -> bool:
        """Whether "by" stands before a word; "by writing" tells how, and not who."""
        return any(
            lower[near] in self._words.authors and not lower[near + 1].endswith(self._words.gerunds)
            for near in range(max(0, place - _REACH), place)
        )

    def _is_month(self, lower: Sequence[str], place: int) -> bool:
        """Whether a month is named: may is one beside a number."""
        near = [*lower[max(0, place - 1) : place], *lower[place + 1 : place + 2]]
        return lower[place] in self._words.months and (
            not self._is_stop_word(lower[place]) or any(word[0].isdigit() for word in near)
        )

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
