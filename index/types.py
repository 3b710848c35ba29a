"""The vocabulary of the index: what a search gives back, and what a generation says of itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from pinakes.ingest.types import PageCounts, Passage, Section

__all__ = [
    "FIRST_STAGE",
    "FORMAT_VERSION",
    "Alias",
    "AliasKind",
    "Candidate",
    "DumpRecord",
    "Encoder",
    "EncoderCheck",
    "EncoderRecord",
    "EntityLink",
    "Explanation",
    "FileRecord",
    "Hit",
    "ListRank",
    "Manifest",
    "Mode",
    "PageKey",
    "PassagePlace",
    "Precision",
    "QueryContext",
    "QuestionEncoder",
    "ScoredId",
    "StoredPage",
    "Suggestion",
    "VectorIndexRecord",
    "VectorScope",
    "Vectors",
]

FORMAT_VERSION = 7
# The feature that keeps the score by which a hit was ranked first, in every mode, whatever reranks
# after: what reads scores was fitted on that one.
FIRST_STAGE = "first stage"
VectorScope = Literal["all", "leads", "none"]  # which passages get vectors
Mode = Literal["hybrid", "keyword", "vector"]
Precision = Literal["float32", "float16", "int8"]
# title: the page's own. redirect: the title of a page that leads to it. base: its title without
# what tells it from others. ambiguous: the name of a disambiguation page that lists it. anchor:
# words by which other pages link to it. later: its title from a later word on, for suggestions.
# bold: what its lead has in bold.
AliasKind = Literal["title", "redirect", "base", "ambiguous", "anchor", "later", "bold"]
Vectors = NDArray[np.float32]
# The name of a collection, and the number of a page of it.
PageKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class ScoredId:
    """A passage found by one search, with that search's own score."""

    passage_id: int
    score: float


@dataclass(frozen=True, slots=True)
class ListRank:
    """Where one search had a passage: its rank, from 1, and that search's own score."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, and what is known of it for the question.

    ``score``: what it is ranked by, in the scale of whatever ranked it last: compare it within one
    search only. ``ranks``: by list ("keyword", "vector"), where it stood there. ``features``: by
    name, unweighted; of the modes keyword and vector only FIRST_STAGE. ``alias``: the name of its
    page that the question holds.
    ``highlights``: the question's words in the passage, as offsets into its text, in code points.
    ``language``: its collection's, by code. ``kept_as_of``: as ``StoredPage`` has it.
    """

    passage: Passage
    revision_id: int
    collection: str
    score: float
    ranks: Mapping[str, ListRank]
    features: Mapping[str, float] = field(default_factory=dict)
    is_disambiguation: bool = False
    alias: str | None = None
    highlights: tuple[tuple[int, int], ...] = ()
    language: str = ""
    kept_as_of: str | None = None

    @property
    def page_key(self) -> PageKey:
        """The page that it is of, told from those of other collections."""
        return self.collection, self.passage.page_id

    @property
    def passage_key(self) -> tuple[str, int]:
        """The passage, told from those of other collections."""
        return self.collection, self.passage.passage_id


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a hit stands where it does, for showing only.

    ``matched``: by field of its page ("title", "headings", "aliases", "text"), what of it matches
    the question. ``contributions``: by feature, what it adds to the score, where that is a sum.
    """

    matched: Mapping[str, tuple[str, ...]]
    contributions: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PassagePlace:
    """Where a passage stands, without its text, and what is known of its page."""

    passage_id: int
    page_id: int
    title: str
    first_passage: int
    is_disambiguation: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may become a hit; the fields that a ``Hit`` has too mean the same."""

    place: PassagePlace
    ranks: Mapping[str, ListRank]
    score: float = 0.0
    features: Mapping[str, float] = field(default_factory=dict)
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class StoredPage:
    """An article as the store keeps it; sections are slices of ``text``.

    ``source_key``: by what its source tells it from others, where that is not ``page_id``.
    ``kept_as_of``: of a page that the dump no longer has and that was kept all the same, the date
    of the last one that had it (YYYY-MM-DD).
    """

    page_id: int
    title: str
    revision_id: int
    timestamp: str
    is_disambiguation: bool
    links_in: int
    text: str
    sections: tuple[Section, ...]
    source_key: str | None = None
    kept_as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title that completes what was typed; ``matched`` is the redirect that did, if one did."""

    page_id: int
    title: str
    matched: str | None


class QuestionEncoder(Protocol):
    """Questions to unit vectors, and the passages and sentences that are compared with them."""

    @property
    def record(self) -> "EncoderRecord":
        """Which model this is, down to its weights."""
        ...

    def encode_query(self, text: str) -> Vectors:
        """One unit vector of shape (dimension,)."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension), without what stands before questions."""
        ...

    def count_tokens(self, text: str) -> tuple[int, bool]:
        """How many tokens of a text are read, and whether there were more."""
        ...


@dataclass(frozen=True, slots=True)
class Alias:
    """A page and a name that it answers to, and in what way.

    ``key``: the name as it is looked up; ``name``: as it is written. ``links_in``: how many pages
    link to the page; ``links``: how many by these words, where that is known (anchors), else
    ``links_in``. ``first_passage`` is its lead.
    """

    key: str
    page_id: int
    name: str
    kind: AliasKind
    links: int
    links_in: int
    first_passage: int
    is_disambiguation: bool


@dataclass(frozen=True, slots=True)
class EntityLink:
    """A page that a question means, by the longest of the page's aliases in it.

    ``share``: how much of the question that alias makes up, 0 to 1. ``commonness``: how likely it
    means this page and none of the others that answer to it, 0 to 1: its share of their links in.
    """

    alias: Alias
    share: float
    commonness: float


@dataclass(frozen=True, slots=True)
class QueryContext:
    """What is known of a question before anything is searched: each found out once, when wanted.

    ``text``: the question as it is searched for. ``terms``: its search terms, each with its idf.
    ``encode`` and ``link`` find out the rest, and remember it; ``encode`` is None without vectors.
    """

    text: str
    terms: Mapping[str, float]
    encode: Callable[[], Vectors] | None
    link: Callable[[], tuple[EntityLink, ...]]

    @property
    def vector(self) -> Vectors | None:
        """The question's unit vector, of shape (dimension,); None without vectors."""
        return None if self.encode is None else self.encode()

    @property
    def aliases(self) -> tuple[EntityLink, ...]:
        """The pages that the question names, best first."""
        return self.link()

    @property
    def named_share(self) -> float:
        """The largest part of the question that the alias of one page makes up, 0 to 1."""
        return self.aliases[0].share if self.aliases else 0.0

    @property
    def total_idf(self) -> float:
        """The idf of all its terms together."""
        return sum(self.terms.values())

    def share(self, terms: Iterable[str]) -> float:
        """How much of the question ``terms`` make up, by idf, 0 to 1."""
        among = frozenset(terms)
        held = sum(idf for term, idf in self.terms.items() if term in among)
        return held / (self.total_idf or 1.0)


class PassageEncoder(Protocol):
    """Passages to unit vectors."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension)."""
        ...


class Encoder(PassageEncoder, Protocol):
    """Passages to unit vectors, and the encoder that asks questions of them."""

    @property
    def record(self) -> "EncoderRecord":
        """Which model this is, down to its weights."""
        ...

    def share_passage_encoder(self, directory: Path) -> PassageEncoder | None:
        """What encodes passages in other processes, with its files below ``directory``.

        It is pickled with every task, and small. None: only this process can.
        """
        ...

    def write_question_encoder(self, directory: Path) -> "EncoderCheck":
        """Write what a generation needs to encode questions; how well it and the passages fit."""
        ...


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileRecord(_Record):
    """Size in bytes, SHA-256 and XXH3 of a file; ``edges``: XXH3 of its first and last 64 KiB."""

    size: int
    sha256: str
    xxh3: str
    edges: str


class EncoderRecord(_Record):
    """The model that made the vectors; ``sha256`` is that of its weights.

    The prefixes are what the model wants to stand before a question and before a passage.
    """

    name: str
    sha256: str
    dimension: int
    query_prefix: str = ""
    passage_prefix: str = ""


class EncoderCheck(_Record):
    """What the build found when it compared its encoders with the model itself, on varied texts.

    ``question_cosine``: the smallest cosine between the vectors of the generation's own encoder of
    questions and the model's, at least .999. ``passage_cosine``: the mean cosine between vectors of
    passages, computed in ``passage_precision``, and the model's.
    """

    question_cosine: float
    passage_cosine: float
    passage_precision: Precision


class VectorIndexRecord(_Record):
    """How vectors are searched: all of them, or ``probes`` of so many inverted ``lists``.

    ``recall_at_10``: share of the true ten nearest that such a search finds, over a sample of
    questions; of exact search it is not measured.
    """

    kind: Literal["exact", "inverted lists"]
    lists: int | None = None
    probes: int | None = None
    recall_at_10: float | None = None


class DumpRecord(_Record):
    """The source a generation was built from: whose it is, and which files it was read from.

    ``kind``: of source, as ``SourceIdentity`` has it, like all else that tells it from others.
    ``digests``: of each file; the fingerprint covers names and digests. ``verified``: every file
    had the checksum that was published beside it.
    """

    kind: str = "mediawiki"
    name: str
    date: str | None
    language: str
    base_url: str = ""
    site_name: str = ""
    database: str = ""
    files: list[str]
    digests: list[str] = []
    fingerprint: str
    verified: bool = False

    def is_same_wiki(self, other: "DumpRecord") -> bool:
        """Whether both are of one source, by its database where both carry that, else its name."""
        a, b = (
            (self.database, other.database)
            if self.database and other.database
            else (self.name, other.name)
        )
        return (self.kind, a) == (other.kind, b)

    def is_older(self, other: "DumpRecord") -> bool:
        """Whether it is of an earlier day, where both days are known."""
        return None not in (self.date, other.date) and str(self.date) < str(other.date)

    @property
    def day(self) -> str | None:
        """Its date as YYYY-MM-DD, where that is known."""
        return self.date and f"{self.date[:4]}-{self.date[4:6]}-{self.date[6:]}"


class Manifest(_Record):
    """What a generation says of itself, and the list of all its files.

    ``pages`` says what became of every page read, and quarantine.jsonl which were not kept and
    why; ``vectors`` counts passages that have one, ``carried_over`` those of them whose vectors are
    of the generation before. ``accepted``: what spoke against the generation when it was to go
    live, and was let pass. ``took``: seconds of the steps that led to it, by name, in one run, and
    of one passage that was embedded.
    """

    format_version: int
    collection: str
    generation: str
    created: str
    dump: DumpRecord
    pages: PageCounts
    passages: int
    vectors: int
    vector_index: VectorIndexRecord | None = None
    encoder: EncoderRecord | None
    versions: dict[str, str]
    files: dict[str, FileRecord]
    encoder_check: EncoderCheck | None = None
    carried_over: int = 0
    accepted: list[str] = []
    took: dict[str, float] = {}

    @property
    def coverage(self) -> float:
        """Share of the passages that have a vector, 0 to 1."""
        return self.vectors / self.passages if self.passages else 0.0
