"""What a sentence claims, and how much of that another text says: names, numbers, words, order.

Pure functions. Words are compared by their search terms, numbers by their value. Knows nothing of
sources or verdicts.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from pinakes.ingest.text.scripts import LETTER, MARK, UNSPACED
from pinakes.service.reading.words import LanguageWords

__all__ = ["Claim", "ClaimParser", "Comparison", "Word", "compare"]

_TOKEN = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)*|"
    rf"{UNSPACED}{MARK}*|"
    rf"(?:{LETTER})+(?:['’](?:{LETTER})+)*|[%°$€£¥₹]|[.,;:!?]"
)
_ORDINAL = re.compile(r"st|nd|rd|th", re.IGNORECASE)
_UNIT_REACH = 2
_QUALIFIER_REACH = 2
# What may stand before a claim without being part of it.
_PREAMBLE = re.compile(
    r"^(?:[-*•]\s+|\d{1,2}[.)]\s+)?(?:"
    r"(?:the|my) (?:short )?answer(?: to (?:this|the|your) question)?(?: is|:)+:?\s*|answer:\s*|"
    r"according to (?:the |this )?(?:source|text|passage)s?(?: (?:given|provided|above))?,?\s*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word that says something: as it is written, and the form it is compared by.

    ``value`` is a number's; ``unit`` the form of the word right behind it. ``is_name``: a capital
    in the middle of a sentence. ``qualifier``: what right before it makes it say something else:
    "former", "sixth", "may".
    """

    text: str
    form: str
    value: Decimal | None = None
    unit: str | None = None
    is_name: bool = False
    qualifier: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence as what it says: its words in order, and before which of them it denies."""

    words: tuple[Word, ...]
    denials: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much of a claim another text says, each 0 to 1.

    ``coverage``: of its words; ``literal``: without those that only the title says. ``order``: the
    longest run of them, gaps allowed, that stands there in the same order; ``tightness``: how close
    together. ``missing``: names and numbers that it does not hold. ``same_sense``: neither denies
    what the other says, and no qualifier of those words is dropped.
    """

    coverage: float
    literal: float
    order: float
    tightness: float
    missing: tuple[str, ...]
    same_sense: bool


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
        """``sentence`` without what leads up to it ("The answer is:")."""
        return self.parse(_PREAMBLE.sub("", sentence.strip()))

    def parse(self, text: str) -> Claim:
        """A text as what it says."""
        tokens = list(_TOKEN.finditer(text))
        lower = [token[0].casefold() for token in tokens]
        denials: list[int] = []
        words: list[Word] = []
        for word in self._parsed(text, tokens, lower):
            if word is None:
                denials.append(len(words))
            else:
                words.append(word)
        return Claim(tuple(words), tuple(denials))

    def _parsed(
        self, text: str, tokens: Sequence[re.Match[str]], lower: Sequence[str]
    ) -> Iterator[Word | None]:
        """Every word that says something, and None for one that denies."""
        begins, joined = True, False
        for place, token in enumerate(tokens):
            word, form = token[0], lower[place]
            before = lower[max(0, place - _QUALIFIER_REACH) : place]
            qualifier = next((near for near in before if near in self._words.qualifiers), None)
            if word in ".!?;:,":
                begins = begins or word in ".!?:"
                continue
            if joined:
                joined = False  # the scale of the number before
                continue
            value = self._value(form)
            if value is not None:
                unit_at = place + 1
                scale = self._words.scales.get(lower[unit_at]) if unit_at < len(lower) else None
                if scale:
                    value, joined, unit_at = value * scale, True, unit_at + 1
                end = tokens[place + joined].end()
                unit = None
                ordinal = _ORDINAL.fullmatch(text[end : end + 2])
                if unit_at < len(lower) and not ordinal and lower[unit_at][0] not in ".,;:!?":
                    unit = self._form(lower[unit_at])
                yield Word(text[token.start() : end], f"#{value.normalize()}", value, unit)
            elif form in self._words.negations or form.endswith(("n't", "n’t")):
                yield None
            elif _is_ordinal_ending(text, token):
                continue
            elif not self._is_stop_word(form) and (compared := self._form(form)):
                is_name = word[0].isupper() and not begins
                yield Word(word, compared, is_name=is_name, qualifier=qualifier)
            begins = False

    def _value(self, word: str) -> Decimal | None:
        if word[0].isdigit():
            try:
                return Decimal(word.replace(",", ""))
            except InvalidOperation:  # 1.2.3
                return None
        spelled = self._words.numbers.get(word)
        return None if spelled is None else Decimal(spelled)

    def _form(self, word: str) -> str | None:
        return " ".join(self._terms(word)) or None


def _is_ordinal_ending(text: str, token: re.Match[str]) -> bool:
    at = token.start()
    return _ORDINAL.fullmatch(token[0]) is not None and at > 0 and text[at - 1].isdigit()


def compare(claim: Claim, text: Claim, context: frozenset[str]) -> Comparison:
    """How much of ``claim`` is said by ``text``, whose subject the forms in ``context`` name."""
    places: dict[str, list[int]] = {}
    units: dict[str, set[str]] = {}
    for place, word in enumerate(text.words):
        places.setdefault(word.form, []).append(place)
        if word.value is not None:
            behind = [near.form for near in text.words[place + 1 : place + 1 + _UNIT_REACH]]
            units.setdefault(word.form, set()).update(behind, [word.unit or ""])
    held = [word for word in claim.words if word.form in places or word.form in context]
    missing = [
        word.text
        for word in claim.words
        if (word.value is not None or word.is_name)
        and not (word.form in places or (word.value is None and word.form in context))
    ]
    missing += [
        f"{word.text} {word.unit}"
        for word in claim.words
        if word.value is not None
        and word.unit is not None
        and word.form in places
        and word.unit in {other.form for other in claim.words}
        and word.unit not in units[word.form]
        and word.unit in places
    ]
    total = len(claim.words) or 1
    chain = _longest_chain([places.get(word.form, []) for word in claim.words])
    qualified = {word.form: word.qualifier for word in claim.words}
    denied = any(chain[0] <= place <= chain[-1] for place in text.denials) if chain else False
    dropped = any(
        (word := text.words[place]).qualifier not in (None, qualified[word.form]) for place in chain
    )
    said = sum(word.form in places for word in claim.words)
    spread = (chain[-1] - chain[0] + 1) if chain else 1
    return Comparison(
        coverage=len(held) / total,
        literal=said / total,
        order=(len(chain) + len(held) - said) / total,
        tightness=len(chain) / spread,
        missing=tuple(dict.fromkeys(missing)),
        same_sense=bool(claim.denials) == denied and not dropped,
    )


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
