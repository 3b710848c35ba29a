"""Search one generation: keywords, vectors or both, with each hit saying how it was found."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from types import TracebackType

from pinakes.index.aliases.compounds import as_named, compounds_in
from pinakes.index.aliases.entity_linking import (
    alias_keys,
    alias_spans,
    link_entities,
    named_in_order,
)
from pinakes.index.encoders.onnx_model import open_question_encoder
from pinakes.index.errors import BadQuery
from pinakes.index.generations import check_files, read_manifest
from pinakes.index.health import Health, damaged
from pinakes.index.keywords.bm25 import KeywordIndex
from pinakes.index.locks import GenerationLock, hold_generation
from pinakes.index.retrieval.explain import matched_fields
from pinakes.index.retrieval.fusion import Fusion, list_candidates
from pinakes.index.retrieval.highlights import Highlighter
from pinakes.index.retrieval.linear import fitted_rerankers
from pinakes.index.retrieval.pipeline import ListStage, OpenRerankers, Pipeline, Reranker
from pinakes.index.store.store import Store
from pinakes.index.types import (
    Alias,
    Candidate,
    EntityLink,
    Explanation,
    Hit,
    Manifest,
    Mode,
    QueryContext,
    QuestionEncoder,
    ScoredId,
    StoredPage,
    Suggestion,
    Vectors,
)
from pinakes.index.vectors.index import VectorIndex
from pinakes.index.verify import check_on_open, first_damaged
from pinakes.ingest.characters import cut_place

__all__ = ["MAX_QUERY_LENGTH", "Index"]

MAX_QUERY_LENGTH = 2_000
_DEPTH = 100
_MOST_LINKED = 20


@dataclass(frozen=True, slots=True)
class Index:
    """An open generation. Searching is safe from several threads at once.

    ``rerankers``: what ranks in mode hybrid, one after the other. ``left_out``: passages that are
    searched past, see ``without``.
    """

    generation: Path
    manifest: Manifest
    store: Store
    keywords: KeywordIndex
    vectors: VectorIndex
    encoder: QuestionEncoder | None
    health: Health
    threads: ThreadPoolExecutor
    lock: GenerationLock
    rerankers: Sequence[Reranker]
    left_out: frozenset[int] = frozenset()

    @classmethod
    def open(
        cls,
        collection: Path,
        open_encoder: Callable[[Path], QuestionEncoder] | None = open_question_encoder,
        open_rerankers: OpenRerankers = fitted_rerankers,
    ) -> "Index":
        """Open the current generation of ``collection`` and hold it until ``close``.

        ``open_encoder`` opens the generation's own encoder of questions, if there are vectors; with
        None only keywords can be searched for. ``open_rerankers`` gives what ranks in mode hybrid.
        Raises NoCollection, UnknownFormat, DamagedGeneration or UnreadableGeneration;
        DamagedGeneration may also come later, from whatever reads what is damaged.
        """
        return cls.open_generation(*hold_generation(collection), open_encoder, open_rerankers)

    @classmethod
    def open_generation(
        cls,
        generation: Path,
        lock: GenerationLock,
        open_encoder: Callable[[Path], QuestionEncoder] | None = open_question_encoder,
        open_rerankers: OpenRerankers = fitted_rerankers,
    ) -> "Index":
        """As ``open``, whether the generation is the current one or not; ``lock`` holds it."""
        try:
            manifest = read_manifest(generation)
            check_files(generation, manifest)
            check_on_open(generation, manifest, with_encoder=open_encoder is not None)
            health = Health(partial(first_damaged, generation, manifest))
            encoder = _matching_encoder(generation, manifest, open_encoder)
            store = Store(generation / "pages.db", health)
            try:
                keywords = KeywordIndex(generation / "bm25", manifest.dump.language, health)
                vectors = VectorIndex(generation / "vectors", health)
                _check_counts(generation, manifest, store, keywords, vectors)
                rerankers = open_rerankers(store, None if encoder is None else encoder.record)
            except BaseException:
                store.close()
                raise
        except BaseException:
            lock.release()
            raise
        return cls(
            generation,
            manifest,
            store,
            keywords,
            vectors,
            encoder,
            health,
            ThreadPoolExecutor(thread_name_prefix="keywords"),
            lock,
            rerankers,
        )

    def __enter__(self) -> "Index":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files and of the generation."""
        self.threads.shutdown()
        self.store.close()
        self.lock.release()

    def without(self, page_ids: Iterable[int]) -> "Index":
        """This generation, searched as if it had not these pages; it is closed where it was opened.

        Words stay as rare as they are with those pages.
        """
        passages = (self.store.passages_of_page(page_id) for page_id in page_ids)
        return replace(
            self, left_out=frozenset(passage.passage_id for page in passages for passage in page)
        )

    def context(self, question: str) -> QueryContext:
        """What the stages of a search want to know of ``question``. Raises BadQuery."""
        text = self._as_named(self.checked(question))
        terms = {term: self.keywords.idf(term) for term in self.keywords.terms(text)}
        encode = None if self.encoder is None else cache(partial(self._encoded_question, text))
        return QueryContext(text, terms, encode, cache(partial(self._links, text, terms)))

    def search(
        self,
        query: str | QueryContext,
        limit: int = 10,
        mode: Mode = "hybrid",
        *,
        highlighted: bool = True,
    ) -> list[Hit]:
        """The ``limit`` best passages, best first; ``highlighted``: with the words that match.

        Modes keyword and vector give the list of that one search. Hybrid fuses and ranks all there
        is, also in a generation without vectors. Raises BadQuery when there is nothing to search
        for, when the query is too long, or for vectors that do not exist.
        """
        context = self.context(query) if isinstance(query, str) else query
        depth = max(_DEPTH, limit)
        lists = self._lists()
        if mode == "hybrid":
            fusion = Fusion(self.store, self.keywords, self.vectors)
            pipeline = Pipeline(lists, fusion, self.rerankers, self.threads)
            return self._hits(context, pipeline.hybrid(context, depth, limit), highlighted)
        if mode not in lists:
            raise BadQuery(
                "this generation has no vectors yet; search with mode keyword, "
                "or let pinakes build go on"
            )
        found = lists[mode](context, depth)[:limit]
        return self._hits(context, list_candidates(self.store, mode, found), highlighted)

    def _lists(self) -> dict[str, ListStage]:
        """The searches that this generation has."""
        found: dict[str, ListStage] = {
            "keyword": partial(self._searched, "bm25", self._best_by_words)
        }
        if self.encoder is not None:
            found["vector"] = partial(self._searched, "vectors", self._nearest)
        return found

    def _best_by_words(self, context: QueryContext, depth: int) -> list[ScoredId]:
        return self.keywords.search(context.text, depth)

    def _nearest(self, context: QueryContext, depth: int) -> list[ScoredId]:
        return [] if context.vector is None else self.vectors.search(context.vector, depth)

    def _searched(
        self, directory: str, search: ListStage, context: QueryContext, depth: int
    ) -> list[ScoredId]:
        """The first ``depth`` that ``search`` finds, without what is left out."""
        found = search(context, depth + len(self.left_out))
        with self.health.reading(self.generation / directory, ValueError):
            if not all(0 <= hit.passage_id < self.manifest.passages for hit in found):
                raise ValueError("finds passages that there are none of")
        return [hit for hit in found if hit.passage_id not in self.left_out][:depth]

    def _links(self, text: str, terms: Mapping[str, float]) -> tuple[EntityLink, ...]:
        bare = QueryContext(text, terms, None, tuple)
        keys = alias_keys(text, self.keywords.abbreviations)
        found = link_entities(
            self.aliases(list(keys)),
            keys,
            lambda words: bare.share(self.keywords.analyze(words)),
            _MOST_LINKED,
        )
        return tuple(found)

    def _as_named(self, text: str) -> str:
        """``text`` with compounds written as the names of pages are: spider man for Spider-Man."""
        compounds = compounds_in(text, self.keywords.is_rare)
        if not compounds:
            return text
        names = self.aliases([key for compound in compounds for key in compound.keys])
        return as_named(text, compounds, {alias.key for alias in names})

    def aliases(self, keys: Sequence[str]) -> list[Alias]:
        """The aliases with these ``title_key`` forms, but for those of pages that are left out."""
        found = self.store.aliases(keys)
        return [alias for alias in found if alias.first_passage not in self.left_out]

    def highlighter(self, context: QueryContext) -> Highlighter:
        """Finds the words in a text that match a question."""
        return Highlighter.of(context.terms, self.keywords)

    def _hits(
        self, context: QueryContext, candidates: Sequence[Candidate], highlighted: bool
    ) -> list[Hit]:
        passages = self.store.passages([found.place.passage_id for found in candidates])
        highlights = self.highlighter(context) if highlighted else None
        kept = self.store.kept_as_of([found.place.page_id for found in candidates])
        return [
            Hit(
                passage=passage,
                revision_id=revision_id,
                collection=self.manifest.collection,
                score=found.score,
                ranks=found.ranks,
                features=found.features,
                is_disambiguation=bool(found.place.is_disambiguation),
                alias=found.alias,
                highlights=() if highlights is None else highlights(passage.text),
                language=self.manifest.dump.language,
                kept_as_of=kept.get(found.place.page_id),
            )
            for found, (passage, revision_id) in zip(candidates, passages, strict=True)
        ]

    def explain(self, query: str | QueryContext, hits: Sequence[Hit]) -> list[Explanation]:
        """Of each hit: what of its page matches the query, and what its score is the sum of."""
        context = self.context(query) if isinstance(query, str) else query
        matched = matched_fields(self.store, self.keywords, context, hits)
        last = self.rerankers[-1:]
        return [
            Explanation(
                matched=fields,
                contributions=last[0].contributions(hit.features) if last else {},
            )
            for hit, fields in zip(hits, matched, strict=True)
        ]

    @property
    def collection(self) -> Path:
        """The directory of the collection that this is a generation of."""
        return self.generation.resolve().parents[1]

    def named(self, text: str) -> list[tuple[int, int, Alias]]:
        """The names of pages in ``text`` with start and end, in order, none inside another."""
        spans = alias_spans(_encodable(text[:MAX_QUERY_LENGTH]))
        return named_in_order(spans, self.aliases(list(spans.values())))

    def encoded(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages or sentences, of shape (len(texts), dimension), in one batch.

        Not of questions: models may want something before those. Raises BadQuery without vectors.
        """
        with self.health.reading(self.generation / "encoder"):
            return self._encoder().encode_passages(texts)

    def _encoded_question(self, text: str) -> Vectors:
        with self.health.reading(self.generation / "encoder"):
            return self._encoder().encode_query(text)

    def _encoder(self) -> QuestionEncoder:
        if self.encoder is None:
            raise BadQuery("this generation has no vectors yet")
        return self.encoder

    def checked(self, query: str) -> str:
        """The query with single spaces. Raises BadQuery when it cannot be searched for."""
        if len(query) > MAX_QUERY_LENGTH:
            raise BadQuery(
                f"the query has {len(query):,} characters; {MAX_QUERY_LENGTH:,} are the most"
            )
        question = " ".join(_encodable(query).replace("\x00", " ").split())
        if not question:
            raise BadQuery("the query is empty; ask with at least one word")
        if not self.keywords.terms(question):
            raise BadQuery(f"no word to search for in {question[: cut_place(question, 60)]!r}")
        return question

    def page(self, page_id: int) -> StoredPage | None:
        """The article with this id, or None."""
        return self.store.page(page_id)

    def page_by_name(self, name: str) -> StoredPage | None:
        """The article with this title, or that a redirect of this title leads to, or None.

        Else the one that its source calls so, such as the file of this path in a folder.
        """
        name = _encodable(name)
        page_id = self.store.page_id_by_name(" ".join(name.replace("_", " ").split()))
        page_id = self.store.page_id_by_key(name) if page_id is None else page_id
        return None if page_id is None else self.store.page(page_id)

    def suggest(self, prefix: str, limit: int = 10) -> list[Suggestion]:
        """Titles that begin like ``prefix``; empty for an empty one."""
        typed = prefix[:MAX_QUERY_LENGTH]
        return self.store.suggest(typed, limit, self.keywords.abbreviations.other_ways(typed))


def _encodable(text: str) -> str:
    """Lone surrogates, which JSON can carry and UTF-8 cannot, become question marks."""
    return text.encode("utf-8", "replace").decode()


def _matching_encoder(
    generation: Path, manifest: Manifest, open_encoder: Callable[[Path], QuestionEncoder] | None
) -> QuestionEncoder | None:
    if manifest.encoder is None or open_encoder is None:
        return None
    encoder = open_encoder(generation / "encoder")
    if encoder.record != manifest.encoder:
        raise damaged(
            generation,
            f"has the encoder {encoder.record.name} ({encoder.record.sha256[:12]}…), its vectors "
            f"were made by {manifest.encoder.name} ({manifest.encoder.sha256[:12]}…)",
        )
    return encoder


def _check_counts(
    generation: Path,
    manifest: Manifest,
    store: Store,
    keywords: KeywordIndex,
    vectors: VectorIndex,
) -> None:
    found = (store.passage_count, keywords.document_count, vectors.count)
    wanted = (manifest.passages, manifest.passages, manifest.vectors)
    if found != wanted:
        raise damaged(
            generation,
            f"has {found} passages in store, keyword index and vectors, the manifest says {wanted}",
        )
