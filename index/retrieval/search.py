"""Search one generation: keywords, vectors or both, with each hit saying how it was found."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType

from pinakes.index.aliases.recognition import Recognised, name_keys, recognise
from pinakes.index.encoders.onnx_encoder import open_question_encoder
from pinakes.index.errors import BadQuery
from pinakes.index.extraction.question_kinds import asked_for
from pinakes.index.extraction.short_answers import rank_sentences
from pinakes.index.extraction.span_evidence import AskedQuestion
from pinakes.index.extraction.words import LanguageWords, words_of
from pinakes.index.generations import GenerationLock, check_files, hold_generation, read_manifest
from pinakes.index.health import Health, damaged
from pinakes.index.keywords.bm25 import KeywordIndex
from pinakes.index.retrieval.fusion import Ranked, Searches, rank
from pinakes.index.retrieval.highlights import Highlighter
from pinakes.index.store.store import Store
from pinakes.index.types import (
    AnsweringSentence,
    Hit,
    Manifest,
    Mode,
    Placing,
    QuestionEncoder,
    ScoredId,
    StoredPage,
    Suggestion,
    Vectors,
)
from pinakes.index.vectors.vectors import VectorIndex
from pinakes.index.verify import check_on_open, first_damaged
from pinakes.ingest.characters import cut_place

__all__ = ["MAX_QUERY_LENGTH", "Index"]

MAX_QUERY_LENGTH = 2_000
_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Index:
    """An open generation. Searching is safe from several threads at once.

    ``left_out``: passages that are searched past, see ``without``.
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
    left_out: frozenset[int] = frozenset()

    @classmethod
    def open(
        cls,
        collection: Path,
        open_encoder: Callable[[Path], QuestionEncoder] | None = open_question_encoder,
    ) -> "Index":
        """Open the current generation of ``collection`` and hold it until ``close``.

        ``open_encoder`` opens the generation's own encoder of questions, if there are vectors; with
        None only keywords can be searched for. Raises NoCollection, UnknownFormat,
        DamagedGeneration or UnreadableGeneration; DamagedGeneration may also come later, from
        whatever reads what is damaged.
        """
        generation, lock = hold_generation(collection)
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
            except BaseException:
                store.close()
                raise
        except BaseException:
            lock.release()
            raise
        threads = ThreadPoolExecutor(thread_name_prefix="keywords")
        return cls(generation, manifest, store, keywords, vectors, encoder, health, threads, lock)

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
            self, left_out=frozenset(one.passage_id for page in passages for one in page)
        )

    def search(self, query: str, limit: int = 10, mode: Mode = "hybrid") -> list[Hit]:
        """The ``limit`` best passages, best first.

        Modes keyword and vector give the list of that one search. Hybrid weighs all evidence there
        is, also in a generation without vectors. Raises BadQuery when there is nothing to search
        for, when the query is too long, or for vectors that do not exist.
        """
        question = self.checked(query)
        if mode == "vector" and self.encoder is None:
            raise BadQuery(
                "this generation has no vectors yet; search with mode keyword, "
                "or let pinakes build go on"
            )
        depth = max(_DEPTH, limit)
        lists, vector = self._lists(question, depth + len(self.left_out), mode)
        for name, directory in (("keyword", "bm25"), ("vector", "vectors")):
            with self.health.reading(self.generation / directory, ValueError):
                found = lists.get(name, ())
                if not all(0 <= one.passage_id < self.manifest.passages for one in found):
                    raise ValueError("finds passages that there are none of")
        if self.left_out:
            lists = {
                name: [one for one in found if one.passage_id not in self.left_out][:depth]
                for name, found in lists.items()
            }
        if mode == "hybrid":
            searches = Searches(self.store, self.keywords, self.vectors, self.left_out)
            ranked = rank(searches, question, lists, vector, limit)
        else:
            found = lists[mode][:limit]
            ranked = [Ranked(one.passage_id, one.score, {}, None) for one in found]
        return self._hits(ranked, lists, self.keywords.terms(question))

    def _lists(
        self, question: str, depth: int, mode: Mode
    ) -> tuple[dict[str, list[ScoredId]], Vectors | None]:
        """What each search that ``mode`` wants has found, and the question's vector.

        Keywords are searched for while the question is encoded: neither holds Python's lock.
        """
        if mode == "keyword" or self.encoder is None:
            return {"keyword": self.keywords.search(question, depth)}, None
        beside = None
        if mode == "hybrid":
            beside = self.threads.submit(self.keywords.search, question, depth)
        vector = self._encoded(question)
        found = self.vectors.search(vector, depth)
        lists = {"keyword": beside.result()} if beside else {}
        return {**lists, "vector": found}, vector

    def _hits(
        self,
        ranked: Sequence[Ranked],
        lists: Mapping[str, Sequence[ScoredId]],
        terms: Sequence[str],
    ) -> list[Hit]:
        placings: dict[int, dict[str, Placing]] = {one.passage_id: {} for one in ranked}
        for name, found in lists.items():
            for number, one in enumerate(found, start=1):
                if one.passage_id in placings:
                    placings[one.passage_id][name] = Placing(number, one.score)
        passages = self.store.passages([one.passage_id for one in ranked])
        highlights = Highlighter(terms, self.keywords.analyze)
        return [
            Hit(
                passage=passage,
                revision_id=revision_id,
                score=one.score,
                placings=placings[one.passage_id],
                evidence=one.evidence,
                name=one.name,
                highlights=highlights(passage.text),
            )
            for one, (passage, revision_id) in zip(ranked, passages, strict=True)
        ]

    def answering_sentences(self, query: str, hits: Sequence[Hit]) -> list[AnsweringSentence]:
        """The sentences of ``hits`` most likely to answer ``query``, best first."""
        question = self.checked(query)
        if self.encoder is None:
            return rank_sentences(self.asked(question), hits, None)
        vector = self._encoded(question)
        return rank_sentences(
            self.asked(question), hits, lambda text: float(vector @ self._encoded(text))
        )

    @property
    def collection(self) -> Path:
        """The directory of the collection that this is a generation of."""
        return self.generation.resolve().parents[1]

    @property
    def words(self) -> LanguageWords:
        """What is known of the words of the collection's language."""
        return words_of(self.manifest.dump.language)

    def topic(self, text: str) -> str | None:
        """The name of a page that makes up most of ``text``, as it is written on that page."""
        try:
            asked = self.asked(self.checked(text[:MAX_QUERY_LENGTH]))
        except BadQuery:
            return None
        found = self._named(asked)
        return found.page.name if found else None

    def named_share(self, question: AskedQuestion) -> float:
        """The largest part of the question that the name of one page makes up, 0 to 1."""
        found = self._named(question)
        return found.share if found else 0.0

    def _named(self, question: AskedQuestion) -> Recognised | None:
        named = self.store.named(name_keys(question.text))
        found = recognise(
            (page for page in named if page.first_passage not in self.left_out),
            lambda key: question.share(frozenset(self.keywords.analyze(key))),
            1,
        )
        return found[0] if found else None

    def asked(self, question: str) -> AskedQuestion:
        """``question`` as its words are compared with those of sentences."""
        words = self.words
        return AskedQuestion(
            text=question,
            asked=asked_for(question, self.manifest.dump.language),
            words=words,
            rarity={term: self.keywords.rarity(term) for term in self.keywords.terms(question)},
            analyze=self.keywords.analyze,
            is_little=lambda word: word in words.little or not self.keywords.content_terms(word),
        )

    @property
    def similarity(self) -> Callable[[str, str], float] | None:
        """What gives the cosine of two texts; None without vectors."""
        if self.encoder is None:
            return None
        return lambda one, other: float(self._encoded(one) @ self._encoded(other))

    def _encoded(self, text: str) -> Vectors:
        if self.encoder is None:
            raise BadQuery("this generation has no vectors yet")
        with self.health.reading(self.generation / "encoder"):
            return self.encoder.encode_query(text)

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
        """The article with this title, or the one a redirect of this title leads to, or None."""
        page_id = self.store.page_id_by_name(" ".join(_encodable(name).replace("_", " ").split()))
        return None if page_id is None else self.store.page(page_id)

    def suggest(self, prefix: str, limit: int = 10) -> list[Suggestion]:
        """Titles that begin like ``prefix``; empty for an empty one."""
        return self.store.suggest(prefix[:MAX_QUERY_LENGTH], limit)


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
