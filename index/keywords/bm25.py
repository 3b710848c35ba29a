"""The keyword index: one tantivy document per passage, found by BM25.

The only file that imports tantivy. Text is not stored here: hits are passage ids.
"""

import copy
import json
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import isfinite, log
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import tantivy

from pinakes.index.health import Health
from pinakes.index.keywords.frequent_words import read_frequent_words
from pinakes.index.keywords.language import Analysis, analysis_of
from pinakes.index.keywords.variants import Variants, pairs_of_spellings, variants_of
from pinakes.index.types import ScoredId

# A panic over a damaged file is told of as DamagedGeneration; from where in Rust helps nobody.
os.environ["RUST_BACKTRACE"] = "0"

__all__ = [
    "WRITER_HEAP",
    "KeywordDocument",
    "KeywordIndex",
    "join_keyword_indexes",
    "plain_words",
    "with_common_statistics",
    "write_keyword_index",
]

# Field weights; the title helps, but at full weight it drowns the body.
WEIGHTS = {"title": 0.5, "headings": 0.5, "aliases": 0.5, "body": 1.0}
_ANALYZER = "pinakes"
WRITER_HEAP = 256 * 1024 * 1024
# One thread keeps documents in passage order, which makes the index reproducible.
_WRITER_THREADS = 1
_REMEMBERED_TERMS = 1 << 15
# Single words whose terms are kept, and the longest of them.
_REMEMBERED_WORDS, _LONGEST_REMEMBERED = 1 << 14, 24
# Of the idf of a word that a single passage has: of 366,638 passages thirty have such a word.
_RARE = 0.75
# Longer texts whose terms are kept, and the longest: whole passages and their sentences, which are
# compared with a question again and again, and with the next one.
_REMEMBERED_TEXTS, _LONGEST_TEXT = 512, 4_000
# In bytes, three to a letter of most scripts. Longer runs are no words.
_LONGEST_WORD = 180
_PLAIN_WORDS = tantivy.Tokenizer.simple()
_MARKED_WORD = r"[\p{L}\p{M}\p{N}]+"
# Where tantivy lists an index's segments, and the files that it may delete.
_SEGMENTS, _FILES = "meta.json", ".managed.json"
_LOCKS = ".tantivy-*.lock"
_DAMAGE = (ValueError, OSError, RuntimeError, OverflowError)


@dataclass(frozen=True, slots=True)
class KeywordDocument:
    """What is searched of one passage; ``aliases``: the page's own, on its lead only."""

    passage_id: int
    title: str
    headings: str
    aliases: str
    body: str


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage_id", stored=False, indexed=False, fast=True)
    for name in WEIGHTS:  # without positions, which only phrases need: half of the index
        builder.add_text_field(name, stored=False, tokenizer_name=_ANALYZER, index_option="freq")
    return builder.build()


def _analyzer(analysis: Analysis, *, drop_stop_words: bool = False) -> tantivy.TextAnalyzer:
    """The language's words and stems, of text in its spelling; for questions without stop words."""
    tokenizer = tantivy.Tokenizer.regex(_MARKED_WORD) if analysis.marked else _PLAIN_WORDS
    builder = (
        tantivy.TextAnalyzerBuilder(tokenizer)
        .filter(tantivy.Filter.remove_long(_LONGEST_WORD))
        .filter(tantivy.Filter.lowercase())
    )
    if drop_stop_words and analysis.stop_words:
        builder = builder.filter(tantivy.Filter.custom_stopword(sorted(analysis.stop_words)))
    if drop_stop_words and analysis.stop_word_list:
        builder = builder.filter(tantivy.Filter.stopword(analysis.stop_word_list))
    if analysis.folds_before_stemming:
        builder = builder.filter(tantivy.Filter.ascii_fold())
    if analysis.stemmer:
        builder = builder.filter(tantivy.Filter.stemmer(analysis.stemmer))
    if analysis.folds_after_stemming:
        builder = builder.filter(tantivy.Filter.ascii_fold())
    return builder.build()


@cache
def _variants(language: str) -> Variants:
    """Words of a language in two spellings, found out once for all its collections."""
    return variants_of(pairs_of_spellings(language), _analyzer(analysis_of(language)).analyze)


def plain_words(language: str) -> Callable[[str], Sequence[str]]:
    """What cuts a text of ``language`` into words in one spelling, neither stemmed nor folded."""
    analysis = replace(
        analysis_of(language),
        stemmer=None,
        folds_before_stemming=False,
        folds_after_stemming=False,
    )
    analyzer = _analyzer(analysis)
    return lambda text: analyzer.analyze(analysis.spelling(text))


def write_keyword_index(path: Path, language: str, documents: Iterable[KeywordDocument]) -> int:
    """Write a new index of ``documents``, which come in passage order; returns their number."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    schema = _schema()
    index = tantivy.Index(schema, path=str(path), reuse=False)
    analysis = analysis_of(language)
    index.register_tokenizer(_ANALYZER, _analyzer(analysis))
    writer = index.writer(heap_size=WRITER_HEAP, num_threads=_WRITER_THREADS)
    count = 0
    try:
        for document in documents:
            writer.add_document(
                tantivy.Document.from_dict(  # with the schema: plain construction makes ids signed
                    {
                        "passage_id": document.passage_id,
                        "title": analysis.spelling(document.title),
                        "headings": analysis.spelling(document.headings),
                        "aliases": analysis.spelling(document.aliases),
                        "body": analysis.spelling(document.body),
                    },
                    schema,
                )
            )
            count += 1
        writer.commit()
    finally:
        writer.wait_merging_threads()  # or its threads would still write here after an error
    del writer
    for lock in path.glob(_LOCKS):  # nobody will write here again
        lock.unlink()
    return count


def join_keyword_indexes(parts: Sequence[Path], path: Path) -> None:
    """Make one index at ``path`` of finished ones, in their order; their directories are used up.

    An index is a list of segments that know nothing of each other: to join lists is enough. What
    BM25 counts over all documents is added up when the index is opened.
    """
    shutil.rmtree(path, ignore_errors=True)
    lists = [json.loads((part / _SEGMENTS).read_text()) for part in parts]
    managed = [name for part in parts for name in json.loads((part / _FILES).read_text())]
    first, *others = parts
    for part in others:
        for file in part.iterdir():
            file.replace(first / file.name)
        part.rmdir()
    lists[0]["segments"] = [segment for listed in lists for segment in listed["segments"]]
    (first / _SEGMENTS).write_text(json.dumps(lists[0], indent=2))
    (first / _FILES).write_text(json.dumps(sorted(set(managed))))
    first.rename(path)


class KeywordIndex:
    """Search a finished keyword index."""

    def __init__(self, path: Path, language: str, health: Health | None = None) -> None:
        self._path, self._health = path, health or Health()
        # tantivy makes a lock file where it opens an index, which read-only media and directories
        # of other users refuse: it is given links to the files. It opens all of them at once. Its
        # first reader may still be at that lock while the directory is removed.
        with TemporaryDirectory(prefix="pinakes-", ignore_cleanup_errors=True) as links:
            with self._reading():
                files = [file.resolve() for file in path.iterdir()]
            for file in files:
                (Path(links) / file.name).symlink_to(file)
            with self._reading():
                self._index = tantivy.Index.open(links)
                # Looks for no changes: who knows who will come by the name of that directory.
                self._index.config_reader("manual", 1)
                self._schema = self._index.schema
                self._searcher = self._index.searcher()
        self._analysis = analysis_of(language)
        with self._reading():
            frequent = read_frequent_words(path)
        if frequent:
            stop_words = self._analysis.stop_words | frequent
            self._analysis = replace(self._analysis, stop_words=stop_words)
        self._words = _analyzer(self._analysis, drop_stop_words=True)
        self._all_words = _analyzer(self._analysis)
        self._unstemmed = _analyzer(replace(self._analysis, stemmer=None))
        self.abbreviations = self._analysis.spelling.abbreviations
        self._variants = _variants(language)
        self.document_count: int = self._searcher.num_docs
        self._counts_in(self._own_frequency, self.document_count)
        # Words come again and again, in every sentence that is read for a question.
        self._terms_of_word = lru_cache(_REMEMBERED_WORDS)(self._analyzed)
        self._terms_of_text = lru_cache(_REMEMBERED_TEXTS)(self._analyzed)
        self._content_of_word = lru_cache(_REMEMBERED_WORDS)(self._without_dropped)

    def _reading(self) -> AbstractContextManager[None]:
        return self._health.reading(self._path, *_DAMAGE)

    def _counts_in(self, frequency: Callable[[str, str], int], documents: int) -> None:
        """Weigh words by how many of so many documents hold them in a field."""
        self._frequency, self._documents = frequency, documents
        # Inverse document frequency, as BM25 counts it.
        self.idf = lru_cache(_REMEMBERED_TERMS)(self._inverse_document_frequency)
        self.greatest_idf = self._idf_of(1)

    def _own_frequency(self, field: str, term: str) -> int:
        with self._reading():
            return int(self._searcher.doc_freq(field, term))

    def terms(self, query: str) -> list[str]:
        """The words of ``query`` to search for; stop words only if there is nothing else."""
        return list(dict.fromkeys(self.content_terms(query) or self.analyze(query)))

    def content_terms(self, text: str) -> list[str]:
        """The search terms of a text, in order, without those that questions drop."""
        if len(text) <= _LONGEST_REMEMBERED and text.isalnum():
            return list(self._content_of_word(text))
        return self._without_dropped(text)

    def analyze(self, text: str) -> list[str]:
        """The search terms of a text, in order, none left out."""
        if len(text) <= _LONGEST_REMEMBERED and text.isalnum():
            return list(self._terms_of_word(text))
        if len(text) <= _LONGEST_TEXT:
            return list(self._terms_of_text(text))
        return self._analyzed(text)

    def _analyzed(self, text: str) -> list[str]:
        return self._chosen(self._all_words.analyze(self._analysis.spelling(text)))

    def _without_dropped(self, text: str) -> list[str]:
        return self._chosen(self._words.analyze(self._analysis.question(text)))

    def spellings(self, term: str) -> Sequence[str]:
        """A search term as the index has it: in each spelling of its word."""
        return self._variants.terms.get(term, (term,))

    def _chosen(self, terms: list[str]) -> list[str]:
        """Of each term the spelling that stands for all."""
        chosen = self._variants.chosen
        if chosen.keys().isdisjoint(terms):
            return terms
        return [chosen.get(term, term) for term in terms]

    def _inverse_document_frequency(self, term: str) -> float:
        return self._idf_of(sum(self._frequency("body", one) for one in self.spellings(term)))

    def is_rare(self, word: str) -> bool:
        """Whether ``word`` is in next to no passage: no word of the language, or hardly one."""
        terms = self.content_terms(word)
        return len(terms) == 1 and self.idf(terms[0]) > _RARE * self.greatest_idf

    def _searched(self, query: str) -> list[Sequence[str]]:
        """Of each word of ``query`` the terms it is searched by: all of a word in two spellings.

        One that shares no more than its stem with such a word stays alone: civil, civilisation.
        """
        question = self._analysis.question(query)
        terms = self._words.analyze(question) or self._all_words.analyze(
            self._analysis.spelling(query)
        )
        found: dict[str, Sequence[str]] = {}
        for term in terms:
            chosen = self._variants.chosen.get(term)
            if chosen is None or not self._begins(question, self._variants.beginnings[chosen]):
                found.setdefault(chosen or term, (term,))
            else:
                found[chosen] = self.spellings(chosen)
        return list(found.values())

    def _begins(self, text: str, beginnings: tuple[str, ...]) -> bool:
        """Whether a word of ``text`` begins so."""
        return any(word.startswith(beginnings) for word in self._unstemmed.analyze(text))

    def _clause(self, terms: Sequence[str], field: str, weight: float) -> tantivy.Query:
        """A word in a field: by its best spelling, each with the idf of all together."""
        together = self._idf_of(sum(self._frequency(field, term) for term in terms))
        found = []
        for term in terms:
            own = _idf(self._own_frequency(field, term), self.document_count)
            share = together / own
            query = tantivy.Query.term_query(self._schema, field, term, index_option="freq")
            found.append(tantivy.Query.boost_query(query, weight * share))
        return found[0] if len(found) == 1 else tantivy.Query.disjunction_max_query(found)

    def _idf_of(self, frequency: int) -> float:
        return _idf(frequency, self._documents)

    def search(self, query: str, limit: int) -> list[ScoredId]:
        """The best passages for any of the query's words, by BM25 over the weighted fields."""
        words = self._searched(query)
        if not words:
            return []
        with self._reading():
            clauses = [
                (tantivy.Occur.Should, self._clause(terms, field, weight))
                for terms in words
                for field, weight in WEIGHTS.items()
            ]
            found = self._searcher.search(
                tantivy.Query.boolean_query(clauses), limit=limit, count=False
            ).hits
            addresses = [address for _, address in found]
            ids = cast(list[int], self._searcher.fast_field_values("passage_id", addresses))
            if None in ids or not all(isfinite(score) for score, _ in found):
                raise ValueError("passages without a number, or scores that are none")
        return [
            ScoredId(passage_id, float(score))
            for passage_id, (score, _) in zip(ids, found, strict=True)
        ]


def with_common_statistics(indexes: Sequence[KeywordIndex]) -> list[KeywordIndex]:
    """The same indexes, words as rare in each as they are in all together.

    So their scores can be compared, as if they were parts of one: distributed idf. Where they were
    opened they are closed.
    """
    if len(indexes) < 2:
        return list(indexes)
    frequency = lru_cache(_REMEMBERED_TERMS)(
        lambda field, term: sum(index._own_frequency(field, term) for index in indexes)
    )
    documents = sum(index.document_count for index in indexes)
    together = [copy.copy(index) for index in indexes]
    for index in together:
        index._counts_in(frequency, documents)
    return together


def _idf(frequency: int, documents: int) -> float:
    """Of a term that so many of the documents hold, as BM25 counts it."""
    return log(1 + (documents - frequency + 0.5) / (frequency + 0.5))
