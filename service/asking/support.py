"""Whether what is cited bears a sentence out: names and numbers strictly, the rest weighed.

A sentence is compared with every sentence of the sources, and every two that follow each other;
the best of them decides. How coverage, order and nearness of meaning add up was fitted on
sentences labelled by hand (bench/support.py).
"""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from pinakes.ingest.passages import sentence_spans
from pinakes.service.asking.claims import Claim, Comparison, Reader, compare
from pinakes.service.asking.sentence_stream import LONGEST_SENTENCE
from pinakes.service.types import Citation, SourcePlace, Verdict

__all__ = ["EVIDENCE", "Support", "SupportChecker", "evidence_of"]

EVIDENCE = ("constant", "coverage", "order", "tightness", "cosine", "words")
_FRAGMENT_WORDS = 2
# Part of a sentence, word for word: what it leaves out makes it no less true, but less near.
_SURE, _VERBATIM_WORDS, _VERBATIM_TIGHTNESS = 0.9, 3, 0.9

Similarity = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Support:
    """What bears a sentence out, and how well; ``missing`` and ``source`` as in Sentence."""

    citations: tuple[int, ...]
    verdict: Verdict
    support: float
    missing: tuple[str, ...] = ()
    source: SourcePlace | None = None


@dataclass(frozen=True, slots=True)
class _Window:
    """One or two sentences of a source, and the words that name its subject."""

    number: int
    start: int
    text: str
    claim: Claim
    context: frozenset[str]

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class SupportChecker:
    """Checks sentences against the numbered sources of one answer."""

    def __init__(
        self,
        question: str,
        sources: Sequence[Citation],
        reader: Reader,
        similarity: Similarity | None,
    ) -> None:
        """``similarity``: the cosine of two texts; None where there are no vectors."""
        self._reader = reader
        self._similarity = similarity
        self._question = reader.read(question)
        self._sources = sources

    def read_sources(self) -> None:
        """Read the sources now; else that happens with the first sentence."""
        _ = self._windows

    @cached_property
    def _windows(self) -> Sequence[_Window]:
        return [window for source in self._sources for window in self._cut(source)]

    def check(self, words: str, numbers: Sequence[int]) -> Support:
        """The verdict on a sentence that cites ``numbers``, and the source that bears it out.

        That source is among those cited where one of them says as much as any. Nothing is cited
        for a sentence that no source bears out.
        """
        if len(words) > LONGEST_SENTENCE:
            return Support((), "unsupported", 0.0)  # nobody says so much in one sentence
        best, comparison = self.closest(words, frozenset(numbers))
        if best is None or comparison is None:
            return Support((), "unsupported", 0.0)
        words_said = len(self.claim(words).words)
        if _is_verbatim(comparison, words_said):
            share = _SURE
        else:
            cosine = None
            if self._similarity is not None and comparison.coverage:
                cosine = self._similarity(words, best.text)
            share = probability(evidence_of(comparison, words_said, cosine), cosine)
        if comparison.missing or not comparison.same_sense:
            share = min(share, thresholds()["partly"] - 0.01)
        verdict: Verdict = "unsupported"
        if share >= thresholds()["supported"] and comparison.order >= thresholds()["order"]:
            verdict = "supported"
        elif share >= thresholds()["partly"]:
            verdict = "partly"
        if verdict == "unsupported":
            return Support((), verdict, round(share, 3), comparison.missing)
        source = self._narrowed(words, best, comparison)
        return Support((best.number,), verdict, round(share, 3), comparison.missing, source)

    def claim(self, words: str) -> Claim:
        """What the sentence claims; of a mere fragment, that it answers the question."""
        claim = self._reader.claim(words)
        if not claim.words or not _is_fragment(claim):
            return claim
        forms = {word.form for word in claim.words}
        asked = tuple(word for word in self._question.words if word.form not in forms)
        return Claim((*asked, *claim.words), claim.denials)

    def closest(
        self, words: str, cited: frozenset[int] = frozenset()
    ) -> tuple[_Window | None, Comparison | None]:
        """The window that says most of the sentence; of equals, one of a source it cites."""
        claim = self.claim(words)
        best: tuple[tuple[float, ...], _Window, Comparison] | None = None
        if claim.words:
            for window in self._windows:
                found = compare(claim, window.claim, window.context)
                worth = (
                    found.coverage + found.order - 0.5 * len(found.missing) + found.same_sense,
                    window.number in cited,
                    found.tightness,
                )
                if best is None or worth > best[0]:
                    best = (worth, window, found)
        return (best[1], best[2]) if best else (None, None)

    def _narrowed(self, words: str, best: _Window, comparison: Comparison) -> SourcePlace:
        """Where it is said: of two sentences the one that says it all, if one does."""
        claim = self.claim(words)
        for window in self._windows:
            if window.number == best.number and best.start <= window.start < window.end <= best.end:
                found = compare(claim, window.claim, window.context)
                as_much = found.coverage >= comparison.coverage
                if as_much and found.missing == comparison.missing:
                    best = window  # by and by the shortest
        return SourcePlace(best.number, best.start, best.end)

    def _cut(self, source: Citation) -> list[_Window]:
        context = self._reader.read(" . ".join([source.title, *source.heading_path]))
        forms = frozenset(word.form for word in context.words)
        spans = sentence_spans(source.quote)
        windows = []
        for place, (start, end) in enumerate(spans):
            for last in {end, spans[min(place + 1, len(spans) - 1)][1]}:
                text = source.quote[start:last]
                windows.append(_Window(source.number, start, text, self._reader.read(text), forms))
        return windows


def evidence_of(comparison: Comparison, words: int, cosine: float | None) -> tuple[float, ...]:
    """The numbers that speak for a sentence, in the order of EVIDENCE."""
    return (
        1.0,
        comparison.coverage,
        comparison.order,
        comparison.tightness,
        cosine or 0.0,
        math.log(words + 1),
    )


def _is_fragment(claim: Claim) -> bool:
    """Whether nothing is said of anything: a few words, or only names, numbers and their units."""
    units = {word.unit for word in claim.words}
    plain = [
        word
        for word in claim.words
        if word.value is None and not word.text[0].isupper() and word.form not in units
    ]
    return len(claim.words) <= _FRAGMENT_WORDS or not plain


def _is_verbatim(comparison: Comparison, words: int) -> bool:
    return (
        words >= _VERBATIM_WORDS
        and comparison.literal == comparison.order == 1
        and comparison.tightness >= _VERBATIM_TIGHTNESS
    )


def probability(evidence: Sequence[float], cosine: float | None) -> float:
    """How likely a sentence is borne out, by the fitted weights."""
    weights = _fitted()["without vectors" if cosine is None else "with vectors"]
    total = sum(weights[name] * value for name, value in zip(EVIDENCE, evidence, strict=True))
    return 1 / (1 + math.exp(-total))


def thresholds() -> dict[str, float]:
    """From which probability on a sentence is supported, or partly; the least order it needs."""
    found: dict[str, float] = _fitted()["thresholds"]
    return found


@cache
def _fitted() -> dict[str, dict[str, float]]:
    text = files("pinakes.service.asking").joinpath("support.json").read_text(encoding="utf-8")
    fitted: dict[str, dict[str, float]] = json.loads(text)
    return fitted
