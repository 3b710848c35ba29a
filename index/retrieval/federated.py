"""Federated search: several collections asked at once, their hits in one list.

Each collection ranks its own hits as it does alone. Where they stand between those of others is
told by the scores that they have with the statistics of all: a word is rare if few passages of all
collections hold it; and by words alone, where their vectors are of several encoders.
bench.quality.federated compares other ways. Of many collections those are searched whose best
passage has the greatest keyword score by these statistics.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import TypeVar

from pinakes.index.errors import BadQuery, CollectionError
from pinakes.index.keywords.bm25 import KeywordIndex, with_common_statistics
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Explanation, Hit, Manifest, Mode, QueryContext, Suggestion, Vectors

__all__ = ["Federation", "federation_of"]

# Of more collections these are chosen by a search for their best passage alone.
_MOST_SEARCHED = 8
Said = TypeVar("Said")


class Federation:
    """Open generations of several collections, which are closed where they were opened.

    ``indexes``: by what their collections are called, in the order in which they were named.
    ``left_out``: why others that were to be searched are not; what fails while it is searched comes
    there too.
    """

    def __init__(
        self,
        indexes: Sequence[Index],
        left_out: Mapping[str, CollectionError | OSError] | None = None,
    ) -> None:
        """``indexes``: one at least."""
        self.indexes = {index.manifest.collection: index for index in indexes}
        self.left_out = dict(left_out or {})

    @property
    def first(self) -> Index:
        """The first of them."""
        return next(iter(self.indexes.values()))

    @property
    def names(self) -> tuple[str, ...]:
        """Of the collections that are searched."""
        return tuple(name for name in self.indexes if name not in self.left_out)

    @property
    def coverage(self) -> float:
        """Share of all passages that have a vector, 0 to 1."""
        manifests = [index.manifest for index in self.indexes.values()]
        passages = sum(manifest.passages for manifest in manifests)
        return sum(manifest.vectors for manifest in manifests) / passages if passages else 0.0

    @property
    def as_of(self) -> str | None:
        """The day of their dumps, where it is one and the same."""
        days = {index.manifest.dump.day for index in self.indexes.values()}
        return next(iter(days)) if len(days) == 1 else None

    def index_of(self, hit: Hit) -> Index:
        """The generation that ``hit`` was found in."""
        return self.indexes[hit.collection]

    def manifest_of(self, hit: Hit) -> Manifest:
        """What that generation says of itself."""
        return self.indexes[hit.collection].manifest

    def only(self, names: Sequence[str]) -> "Federation":
        """The same, of these collections alone; what fails in one is left out of both."""
        limited = Federation([self.indexes[name] for name in names])
        limited.left_out = self.left_out
        return limited

    def checked(self, query: str) -> str:
        """The query with single spaces. Raises BadQuery where none of them can be asked it."""
        return next(self._each(lambda index: index.checked(query)))[1]

    def search(
        self, query: str, limit: int = 10, mode: Mode = "hybrid", *, highlighted: bool = True
    ) -> list[Hit]:
        """The ``limit`` best passages of all, best first, each with its own collection's score.

        Raises BadQuery where none of the collections can be asked so, and the error of the first
        where none can be read.
        """
        if len(self.indexes) == 1:
            return self.first.search(query, limit, mode, highlighted=highlighted)
        names = self.names
        if len(names) > _MOST_SEARCHED and mode != "vector":
            best = dict(self._best_scores(query))
            names = tuple(sorted(best, key=lambda name: -best[name])[:_MOST_SEARCHED])
            if not names:
                return []
        encode = _SharedVectors()
        own = dict(
            self.only(names)._each(
                lambda index: index.search(
                    encode.shared(index, index.context(query)), limit, mode, highlighted=highlighted
                )
            )
        )
        levels = self._levels(
            query, [name for name, hits in own.items() if hits], limit, mode, encode
        )
        ranked = [
            (level, hit)
            for name, hits in own.items()
            for level, hit in zip(_padded(levels.get(name, ()), len(hits)), hits, strict=True)
        ]
        ranked.sort(key=lambda found: -found[0])
        return [hit for _, hit in ranked[:limit]]

    def suggest(self, prefix: str, limit: int = 10) -> list[tuple[str, Suggestion]]:
        """Titles that begin like ``prefix``, each with its collection, which take turns."""
        begun = dict(self._each(lambda index: index.suggest(prefix, limit)))
        turns = zip_longest(*([(name, one) for one in found] for name, found in begun.items()))
        return [one for turn in turns for one in turn if one is not None][:limit]

    def explain(self, query: str, hits: Sequence[Hit]) -> list[Explanation]:
        """Of each hit: what of its page matches the query, and what its score is the sum of."""
        explained: dict[int, Explanation] = {}
        for name, index in self.indexes.items():
            places = [place for place, hit in enumerate(hits) if hit.collection == name]
            if places:
                said = index.explain(query, [hits[place] for place in places])
                explained |= dict(zip(places, said, strict=True))
        return [explained[place] for place in range(len(hits))]

    def _levels(
        self, query: str, names: Sequence[str], limit: int, mode: Mode, encode: "_SharedVectors"
    ) -> dict[str, list[float]]:
        """By collection, the scores of its hits with the statistics of all, the greatest first."""
        if not self._share_encoder(names):
            # Cosines of two encoders lie on different scales: words tell, where there are any.
            if mode == "vector":
                return {name: [1 / rank for rank in range(1, limit + 1)] for name in names}
            mode = "keyword"
        levels = {}
        for name, keywords in self._with_common_statistics():
            if name not in names:
                continue
            index = replace(self.indexes[name], keywords=keywords)
            context = encode.shared(index, index.context(query))
            try:
                found = index.search(context, limit, mode, highlighted=False)
            except (CollectionError, OSError) as failed:
                self.left_out[name] = failed
                continue
            levels[name] = sorted((hit.score for hit in found), reverse=True)
        return levels

    def _best_scores(self, query: str) -> Iterator[tuple[str, float]]:
        """Of each collection that has the words, the keyword score of its best passage."""
        self.checked(query)
        for name, keywords in self._with_common_statistics():
            try:
                found = keywords.search(query, 1)
            except (CollectionError, OSError) as failed:
                self.left_out[name] = failed
                continue
            yield from ((name, one.score / keywords.greatest_idf) for one in found)

    def _with_common_statistics(self) -> Iterator[tuple[str, KeywordIndex]]:
        """The keyword indexes, with the statistics of all."""
        keywords = [self.indexes[name].keywords for name in self.names]
        yield from zip(self.names, with_common_statistics(keywords), strict=True)

    def _share_encoder(self, names: Sequence[str]) -> bool:
        return len({self.indexes[name].manifest.encoder for name in names}) == 1

    def _each(self, ask: Callable[[Index], Said]) -> Iterator[tuple[str, Said]]:
        """What each collection says. Raises the first error where none says anything."""
        error: BadQuery | CollectionError | OSError | None = None
        has_said = False
        for name in self.names:
            try:
                said = ask(self.indexes[name])
            except BadQuery as refused:
                error = error or refused
                continue
            except (CollectionError, OSError) as failed:
                self.left_out[name] = failed
                error = error or failed
                continue
            has_said = True
            yield name, said
        if not has_said:
            raise error or next(iter(self.left_out.values()))


def _padded(levels: Sequence[float], count: int) -> list[float]:
    """So many levels; hits that words did not find stand below all that they did."""
    return [*levels[:count], *[0.0] * (count - len(levels))]


class _SharedVectors:
    """Encodes a question once for all collections that have the same encoder open."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], Callable[[], Vectors]] = {}

    def shared(self, index: Index, context: QueryContext) -> QueryContext:
        """The context with the vector of whoever has encoded the same text before."""
        if context.encode is None or index.encoder is None:
            return context
        key = (id(index.encoder), context.text)
        return replace(context, encode=self._known.setdefault(key, context.encode))


def federation_of(searched: Index | Federation) -> Federation:
    """A collection alone as one of several."""
    return searched if isinstance(searched, Federation) else Federation([searched])
