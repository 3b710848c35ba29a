"""Text for pages that never were, made of the sentences of real ones.

What BM25 pays for is kept: how often each word occurs, how words keep together within a page, and
that the vocabulary grows with the text. Knows nothing of titles, links or XML.

A page takes runs of sentences from a few real pages. In it a share of the words becomes other
words, the same one throughout the page: words of the same shape (number of so many digits,
capitalized, small) and of about the same frequency, so that the list of each word in an index grows
as it does with real text. Function words stay. Of the rare words most become new ones, so many
that the vocabulary V follows Heaps' law, V = K n^b over n words of text, with the b of the real
text (H. S. Heaps, Information Retrieval, 1978); older new words come again, the oldest most often.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import log

import numpy as np
from numpy.typing import NDArray

from pinakes.ingest.text.sentences import sentence_spans

__all__ = ["Material", "invented_word", "read_material"]

_TOKEN = re.compile(r"\w+|\W+")
_HEADING = re.compile(r"[A-Z][^.!?]{2,40}\.")
# The commonest words, which are not replaced, and how often a word is seen that counts as rare.
_FUNCTION_WORDS, _RARE = 250, 3
# Words of one band occur equally often within this factor.
_BAND = 1.6
# Each page replaces a share of its words between these.
_LEAST_REPLACED, _MOST_REPLACED = 0.5, 0.9
_RARE_INVENTED = 0.7
# New words are made of parts of so many real ones.
_PART_WORDS = 20_000
# Sentences in a run: at least, and less than.
_RUN = (3, 7)
_FIXED, _LOWER, _CAPITAL, _NUMBER = 0, 1, 2, 16

_Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Real text as token numbers: ``tokens[starts[s]:starts[s + 1]]`` is sentence s.

    ``pages`` gives each page's first sentence; ``order`` holds the replaceable words by shape and
    frequency, and ``place``, ``band_start`` and ``band_size`` say of a word where it stands there.
    ``word_count`` and ``vocabulary``: words of the real text, all and different ones.
    """

    words: Sequence[str]
    numbers: Mapping[str, int]
    tokens: _Ids
    starts: Sequence[int]
    pages: Sequence[int]
    titles: Sequence[str]
    headings: Sequence[str]
    frequency: _Ids
    order: _Ids
    place: _Ids
    band_start: _Ids
    band_size: _Ids
    is_rare: NDArray[np.bool_]
    word_count: int
    vocabulary: int
    heaps_exponent: float

    def names(self, count: int) -> list[str]:
        """So many capitalized words, the most frequent first."""
        return self._frequent(str.istitle)[:count]

    def nouns(self, count: int) -> list[str]:
        """So many small words that are no function words, the most frequent first."""
        return self._frequent(str.islower)[:count]

    def _frequent(self, has_shape: Callable[[str], bool]) -> list[str]:
        ordered = self.order[np.argsort(-self.frequency[self.order], kind="stable")]
        words = (self.words[number] for number in ordered.tolist())
        return [word for word in words if len(word) > 3 and word.isalpha() and has_shape(word)]

    def invented(self, words_written: float) -> int:
        """How many words are new by the time so many words follow the real text."""
        growth = (1 + words_written / self.word_count) ** self.heaps_exponent
        return int(self.vocabulary * (growth - 1))

    def sections(
        self,
        rng: np.random.Generator,
        length: int,
        subject: str,
        invented: tuple[int, int],
    ) -> list[tuple[str, list[list[str]]]]:
        """A page of about ``length`` words about ``subject``: headings and paragraphs of tokens.

        The first heading is empty. ``invented``: the numbers of the words that are new with this
        page, from and to; smaller numbers may come again.
        """
        sources = rng.integers(0, len(self.pages) - 1, size=int(rng.integers(1, 5))).tolist()
        runs = self._runs(rng, length, sources)
        tokens = np.concatenate([self.tokens[begin:stop] for begin, stop in runs])
        words = _replaced(self, rng, tokens, invented, self._renamed(sources[0], subject))
        found: list[tuple[str, list[list[str]]]] = [("", [])]
        taken, next_heading = 0, 240
        for begin, stop in runs:
            if taken > next_heading:
                heading = self.headings[int(rng.integers(0, len(self.headings)))]
                found.append((heading, []))
                next_heading = taken + int(rng.integers(160, 800))
            found[-1][1].append(words[taken : taken + stop - begin])
            taken += stop - begin
        return found

    def _runs(
        self, rng: np.random.Generator, length: int, sources: Sequence[int]
    ) -> list[tuple[int, int]]:
        """Where in ``tokens`` the page's runs of sentences begin and end, the lead's first."""
        runs: dict[int, int] = {}
        written = 0
        # All drawn at once: pages of few sentences may not have enough of them, and end sooner.
        for which, where, size in rng.random((length // 20 + 10, 3)).tolist():
            source = sources[int(which * len(sources))] if runs else sources[0]
            first, end = self.pages[source], self.pages[source + 1]
            begin = first + int(where * (end - first)) if runs else first
            start = self.starts[begin]
            if start not in runs:  # no run twice
                least, most = _RUN
                stop = self.starts[min(end, begin + least + int(size * (most - least)))]
                runs[start] = stop
                written += (stop - start) // 2
            if written >= length:
                break
        return list(runs.items())

    def _renamed(self, source: int, subject: str) -> dict[int, str]:
        """The words of a real page's title, and what stands for them in a page on ``subject``."""
        new = re.findall(r"\w+", subject.partition(" (")[0])
        names: dict[int, str] = {}
        for place, word in enumerate(re.findall(r"\w{4,}", self.titles[source])):
            other = new[min(place, len(new) - 1)]
            for form, name in ((word.capitalize(), other), (word.lower(), other.lower())):
                if (number := self.numbers.get(form)) is not None:
                    names[number] = name
        return names


def _replaced(
    material: Material,
    rng: np.random.Generator,
    tokens: _Ids,
    invented: tuple[int, int],
    names: Mapping[int, str],
) -> list[str]:
    """The words of a page: the same word becomes the same other word throughout."""
    shift, salt = (int(number) for number in rng.integers(1, 1 << 31, size=2))
    kept_from = int(rng.uniform(_LEAST_REPLACED, _MOST_REPLACED) * 65536)
    size = material.band_size[tokens]
    hashed = ((tokens * 2654435761) ^ salt) >> 8 & 0xFFFF
    moved = np.flatnonzero((size > 0) & (hashed < kept_from))
    start = material.band_start[tokens[moved]]
    # Each band turns by its own amount: words of two bands do not move together.
    turn = (shift * (start + 12347)) >> 7
    place = start + (material.place[tokens[moved]] - start + turn) % size[moved]
    result = tokens.copy()
    result[moved] = material.order[place]
    words = [material.words[number] for number in result.tolist()]
    others = dict(names)
    newest, end = invented
    special = material.is_rare[tokens]
    for number in names:
        special |= tokens == number
    for position in np.flatnonzero(special).tolist():
        number = int(tokens[position])
        if number not in others:
            word = words[position]
            if newest < end:
                word = invented_word(material, newest)
                newest += 1
            elif invented[0] and rng.random() < _RARE_INVENTED:
                word = invented_word(material, int(invented[0] * rng.random() ** 2))
            others[number] = word.capitalize() if material.words[number][0].isupper() else word
        words[position] = others[number]
    return words


def invented_word(material: Material, number: int) -> str:
    """The new word of this number: the beginning of one real word and the end of another."""
    beginnings, ends = _parts(material)
    # A prime larger than either factor: no two numbers share a pair until all pairs are used.
    pair = number * 1_000_000_007 % (len(beginnings) * len(ends))
    return beginnings[pair // len(ends)] + ends[pair % len(ends)]


@cache
def _parts(material: Material) -> tuple[list[str], list[str]]:
    words = [word for word in material.nouns(_PART_WORDS) if word.isascii()]
    beginnings = sorted({word[: len(word) // 2 + 1] for word in words if len(word) > 4})
    ends = sorted({word[len(word) // 2 :] for word in words if len(word) > 5})
    return beginnings, ends


def read_material(pages: Iterable[tuple[str, str]]) -> Material:
    """Material of the titles and plain texts of real pages."""
    numbers: dict[str, int] = {}
    tokens: list[int] = []
    starts, firsts, titles, headings = [0], [0], [], []
    halfway: list[int] = []  # tokens and different words after each page, for Heaps' law
    for title, text in pages:
        for line in text.split("\n"):
            if _HEADING.fullmatch(line):
                headings.append(line[:-1])
                continue
            for begin, stop in sentence_spans(line):
                found = [*_TOKEN.findall(line[begin:stop]), " "]
                tokens += [numbers.setdefault(token, len(numbers)) for token in found]
                starts.append(len(tokens))
        if len(starts) - 1 > firsts[-1]:
            firsts.append(len(starts) - 1)
            titles.append(title)
            halfway += (len(tokens), len(numbers))
    words = list(numbers)
    every = np.array(tokens)
    is_word = np.array([word[0].isalnum() or word[0] == "_" for word in words])
    frequency = np.bincount(every, minlength=len(words)) * is_word
    growth = np.array(halfway).reshape(-1, 2)
    middle = growth[np.searchsorted(growth[:, 0], len(tokens) / 2)]
    exponent = log(len(numbers) / middle[1]) / log(len(tokens) / middle[0])
    bands = _bands(words, frequency)
    return Material(
        words=words,
        numbers=numbers,
        tokens=every,
        starts=starts,
        pages=firsts,
        titles=titles,
        headings=headings or ["History"],
        frequency=frequency,
        is_rare=(frequency > 0) & (frequency <= _RARE) & np.array([w.isalpha() for w in words]),
        word_count=int(frequency.sum()),
        vocabulary=int(np.count_nonzero(frequency)),
        heaps_exponent=exponent,
        **bands,
    )


def _bands(words: Sequence[str], frequency: _Ids) -> dict[str, _Ids]:
    """Where each word stands among those of its shape and frequency; size 0: it stays."""
    common = {words[number].lower() for number in np.argsort(-frequency)[:_FUNCTION_WORDS]}
    shape = np.array([_shape(word, word.lower() in common) for word in words])
    level = np.floor(np.log(np.maximum(frequency, 1)) / log(_BAND)).astype(np.int64)
    key = shape * 64 + level
    order = np.lexsort((np.arange(len(words)), key))
    order = order[shape[order] != _FIXED]
    _, first, count = np.unique(key[order], return_index=True, return_counts=True)
    place, start, size = (np.zeros(len(words), dtype=np.int64) for _ in range(3))
    place[order] = np.arange(len(order))
    start[order] = np.repeat(first, count)
    size[order] = np.repeat(count, count)
    return {"order": order, "place": place, "band_start": start, "band_size": size}


def _shape(word: str, is_common: bool) -> int:
    if is_common or not (word[0].isalnum() or word[0] == "_"):
        return _FIXED
    if word.isdecimal():
        return _NUMBER + min(len(word), 8)
    return _CAPITAL if word[0].isupper() else _LOWER
