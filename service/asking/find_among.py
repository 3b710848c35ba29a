"""What several collections have for a question: where it is looked for, and which of them answers.

A question goes to the collections of its own language, and to all where there are none of it, or
where those do not seem to hold the answer. Of what is found the best hits say which collections are
read; the first of these whose confidence reaches its threshold answers, and passages of others
stand beside its own as far as they would answer, too. Knows nothing of models that word answers;
blocking, for a thread of its own.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from pinakes.index.retrieval.federated import Federation
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Mode
from pinakes.service.asking.asked_language import asked_language
from pinakes.service.asking.decompose import Comparison, TwoSteps
from pinakes.service.asking.retrieve import MOST_HITS, SEARCHED_HITS, Found, find, merge, varied
from pinakes.service.reading.models import ReadingModels
from pinakes.service.reading.threshold import threshold_of

__all__ = ["MOST_READ", "FoundAmong", "find_among", "holding"]

# Reading takes most of the time of a search.
MOST_READ = 3
# So many passages at least are of the collection that answers.
_OWN_HITS = 3


@dataclass(frozen=True, slots=True)
class FoundAmong:
    """What was found, the collection that answers, and the least confidence that is answered."""

    index: Index
    found: Found
    threshold: float

    @property
    def name(self) -> str:
        """What that collection is called."""
        return self.index.manifest.collection

    @property
    def is_answered(self) -> bool:
        """Whether the confidence reaches the threshold."""
        return bool(self.found.hits) and self.found.confidence >= self.threshold


def find_among(
    federation: Federation,
    models: ReadingModels,
    text: str,
    mode: Mode,
    beside: str | None = None,
    planned: Comparison | TwoSteps | None = None,
) -> FoundAmong:
    """Search for a question in those that can hold its answer. Raises what ``find`` does."""

    def read(name: str) -> FoundAmong:
        index = federation.indexes[name]
        found = find(index, models, text, mode, beside, planned)
        encoder = None if index.encoder is None else index.encoder.record
        chosen = threshold_of(index.collection, models.answerability, encoder)
        return FoundAmong(index, found, chosen.threshold)

    if len(federation.indexes) == 1:
        return read(federation.first.manifest.collection)
    first = holding(federation, text)
    among = _among(first, text, mode, read)
    if not among.is_answered and len(first.indexes) < len(federation.indexes):
        everywhere = _among(federation, text, mode, read)
        return everywhere if everywhere.is_answered else among
    return among


def holding(federation: Federation, text: str) -> Federation:
    """The collections of the question's language; all, where there are none of it, or who knows."""
    asked = _bare(asked_language(text, ""))
    names = [
        name
        for name, index in federation.indexes.items()
        if _bare(index.manifest.dump.language) == asked
    ]
    return federation.only(names) if asked and names else federation


def _bare(language: str) -> str:
    """Its code without region or script."""
    return language.partition("-")[0].casefold()


def _among(
    federation: Federation, text: str, mode: Mode, read: Callable[[str], FoundAmong]
) -> FoundAmong:
    """What answers of these collections, with what others hold beside it."""
    best = varied(federation.search(text, SEARCHED_HITS, mode, highlighted=False))
    names = list(dict.fromkeys(hit.collection for hit in best))[:MOST_READ]
    those = {name: read(name) for name in names or federation.names[:1]}
    answering = [one for one in those.values() if one.is_answered]
    if not answering:
        return next(iter(those.values()))
    first = answering[0]
    shares = Counter(hit.collection for hit in best)
    others = [one for one in answering[1:] if shares[one.name]]
    room = MOST_HITS - _OWN_HITS
    parts = []
    for one in others:
        parts.append(_cut(one.found, min(shares[one.name], room)))
        room -= len(parts[-1].hits)
    if not parts or first.found.topic:
        return first
    own = _cut(first.found, MOST_HITS - sum(len(part.hits) for part in parts))
    found = merge(first.found, [own, *parts], first.found.confidence)
    return replace(first, found=found)


def _cut(found: Found, most: int) -> Found:
    """The first hits of what was found, and what stands in them."""
    likely = found.likely and tuple(one for one in found.likely if one.sentence.hit < most)
    return replace(
        found,
        hits=found.hits[:most],
        sentences=tuple(one for one in found.sentences if one.hit < most),
        likely=likely,
    )
