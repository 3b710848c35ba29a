"""Keyword search in other languages, each paragraph a passage, beside plain peers in the same run.

Measures: hit@1, recall@10 and MRR@10 of the paragraph that holds the answer, terms asked for and
size of the index. The difference in MRR@10 to the analysis before this one comes with its paired
bootstrap interval (95 %, 10,000 resamples). Peers: tantivy's default analyzer; SQLite FTS5, any of
the words (unicode61) or of their runs of three letters (trigram).
Corpus: ../shared/data, XQuAD Spanish and Chinese (240 paragraphs, 1,190 questions each), also
asked without accents and in traditional characters (converted by OpenCC, whose table the index uses
too: it shows what that is for, not how good it is); as a control English, the answerable questions
of squad2-dev-part.json over its 447 paragraphs.
Command: python -m bench.quality.languages
"""

import argparse
import json
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import opencc
import tantivy
from rich.console import Console
from rich.table import Table

from bench.quality.development import QUESTIONS
from bench.quality.passage_sizes import interval
from bench.record import record
from pinakes.index.keywords import spelling
from pinakes.index.keywords.bm25 import KeywordDocument, KeywordIndex, write_keyword_index
from pinakes.index.keywords.language import QUESTION_WORDS
from pinakes.index.keywords.spelling import without_accents
from pinakes.index.types import ScoredId

_DEPTH = 100
_FILES = {"en": "squad2-dev-part.json", "es": "xquad.es.json", "zh": "xquad.zh.json"}
_BEFORE = "pinakes before"


@dataclass(frozen=True, slots=True)
class _Searcher:
    """``search`` gives the best paragraphs, ``terms`` what it looked for."""

    search: Callable[[str], list[ScoredId]]
    terms: Callable[[str], Sequence[str]]
    size: int


def main() -> None:
    """Ask every searcher every question; print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.parse_args()
    figures: list[dict[str, Any]] = []
    for language, name in _FILES.items():
        paragraphs, questions, golds = _read(QUESTIONS.parent / name)
        gold = np.array(golds)
        for spelled, asked in _spellings(language, questions).items():
            found: dict[str, np.ndarray] = {}
            rows = []
            with tempfile.TemporaryDirectory() as directory:
                for system, searcher in _searchers(language, paragraphs, Path(directory)):
                    lists = [searcher.search(question) for question in asked]
                    found[system] = _reciprocal_ranks(lists, gold)
                    terms = np.mean([len(searcher.terms(question)) for question in asked])
                    rows.append((system, float(terms), searcher.size / 1024))
            for system, terms, size in rows:
                values = found[system]
                figures.append(
                    {
                        "language": language,
                        "questions": spelled,
                        "system": system,
                        "hit_at_1": float((values == 1).mean()),
                        "recall_at_10": float((values > 0).mean()),
                        "mrr_at_10": float(values.mean()),
                        "mrr_difference": interval(values - found[_BEFORE]),
                        "terms_per_question": terms,
                        "index_kb": size,
                    }
                )
    _print(figures)
    record("languages", ", ".join(_FILES.values()), figures)


def _read(path: Path) -> tuple[list[str], list[str], list[int]]:
    """Paragraphs, answerable questions, and the number of the paragraph that holds the answer."""
    paragraphs: list[str] = []
    questions, gold = [], []
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for question in paragraph["qas"]:
                if not question.get("is_impossible", False):
                    questions.append(question["question"])
                    gold.append(len(paragraphs))
            paragraphs.append(paragraph["context"])
    return paragraphs, questions, gold


def _spellings(language: str, questions: list[str]) -> dict[str, list[str]]:
    ways = {"as written": questions}
    if language == "es":
        ways["without accents"] = [without_accents(question) for question in questions]
    if language == "zh":
        traditional = opencc.OpenCC("s2t")
        ways["in traditional characters"] = [traditional.convert(q) for q in questions]
    return ways


def _searchers(
    language: str, paragraphs: Sequence[str], directory: Path
) -> Iterator[tuple[str, _Searcher]]:
    """The peers, then ours; the last one is what is in use."""
    lowercase, short = tantivy.Filter.lowercase(), tantivy.Filter.remove_long(40)
    default = _analyzer(tantivy.Tokenizer.simple(), short, lowercase)
    yield "tantivy, default", _tantivy(paragraphs, default, default)
    yield "SQLite FTS5 unicode61", _sqlite(paragraphs, "unicode61", r"\w+")
    if language == "zh":
        yield "SQLite FTS5 trigram", _sqlite(paragraphs, "trigram", r"(?=(\w\w\w))")
        pairs = _analyzer(tantivy.Tokenizer.ngram(1, 2), lowercase)
        yield _BEFORE, _tantivy(paragraphs, pairs, pairs)
        with _no_single_characters():
            yield "pinakes, pairs only", _pinakes(language, paragraphs, directory / "pairs")
    elif language == "es":
        stemmer = tantivy.Filter.stemmer("spanish")
        stop_words = tantivy.Filter.stopword("spanish")
        words = _analyzer(tantivy.Tokenizer.simple(), lowercase, stemmer)
        question = _analyzer(tantivy.Tokenizer.simple(), lowercase, stop_words, stemmer)
        yield _BEFORE, _tantivy(paragraphs, words, question)
    else:
        yield _BEFORE, _english_before(paragraphs)
    yield "pinakes", _pinakes(language, paragraphs, directory / "pinakes")


def _english_before(paragraphs: Sequence[str]) -> _Searcher:
    filters = (
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stemmer("english"),
    )
    stop_words = tantivy.Filter.custom_stopword(sorted(QUESTION_WORDS))
    simple = tantivy.Tokenizer.simple()
    question = _analyzer(simple, filters[0], stop_words, *filters[1:])
    return _tantivy(paragraphs, _analyzer(simple, *filters), question)


@contextmanager
def _no_single_characters() -> Iterator[None]:
    before = spelling._CHARACTER
    spelling._CHARACTER = re.compile("(?!)")
    try:
        yield
    finally:
        spelling._CHARACTER = before


def _pinakes(language: str, paragraphs: Sequence[str], path: Path) -> _Searcher:
    documents = (
        KeywordDocument(number, "", "", "", text) for number, text in enumerate(paragraphs)
    )
    write_keyword_index(path, language, documents)
    keywords = KeywordIndex(path, language)
    size = sum(file.stat().st_size for file in path.iterdir())
    return _Searcher(lambda question: keywords.search(question, _DEPTH), keywords.terms, size)


def _analyzer(tokenizer: tantivy.Tokenizer, *filters: tantivy.Filter) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tokenizer)
    for filter_ in filters:
        builder = builder.filter(filter_)
    return builder.build()


def _tantivy(
    paragraphs: Sequence[str], text: tantivy.TextAnalyzer, question: tantivy.TextAnalyzer
) -> _Searcher:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", fast=True)
    builder.add_text_field("body", tokenizer_name="peer", index_option="freq")
    schema = builder.build()
    with tempfile.TemporaryDirectory() as directory:
        peer = tantivy.Index(schema, path=directory, reuse=False)
        peer.register_tokenizer("peer", text)
        writer = peer.writer(num_threads=1)
        for number, body in enumerate(paragraphs):
            document = tantivy.Document.from_dict({"number": number, "body": body}, schema)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        peer.reload()
        searcher = peer.searcher()
        size = sum(file.stat().st_size for file in Path(directory).iterdir())

    def terms(asked: str) -> list[str]:
        found = question.analyze(asked) or text.analyze(asked)
        return [term for term in dict.fromkeys(found) if any(map(str.isalnum, term))]

    def search(asked: str) -> list[ScoredId]:
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "body", term, "freq"))
            for term in terms(asked)
        ]
        hits = searcher.search(tantivy.Query.boolean_query(clauses), _DEPTH, count=False).hits
        numbers = searcher.fast_field_values("number", [address for _, address in hits])
        return [ScoredId(n, s) for n, (s, _) in zip(numbers, hits, strict=True)]

    return _Searcher(search, terms, size)


def _sqlite(paragraphs: Sequence[str], tokenizer: str, word: str) -> _Searcher:
    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE VIRTUAL TABLE t USING fts5(body, content='', tokenize='{tokenizer}')")
    rows = enumerate(paragraphs)
    database.executemany("INSERT INTO t (rowid, body) VALUES (?, ?)", rows)
    database.commit()
    [[pages]] = database.execute("SELECT sum(length(block)) FROM t_data")

    def terms(asked: str) -> list[str]:
        return list(dict.fromkeys(re.findall(word, asked)))

    def search(asked: str) -> list[ScoredId]:
        wanted = " OR ".join(f'"{term}"' for term in terms(asked))
        if not wanted:
            return []
        sql = "SELECT rowid, -rank FROM t WHERE t MATCH ? ORDER BY rank LIMIT ?"
        return [ScoredId(*row) for row in database.execute(sql, (wanted, _DEPTH))]

    return _Searcher(search, terms, pages)


def _reciprocal_ranks(lists: Sequence[Sequence[ScoredId]], gold: np.ndarray) -> np.ndarray:
    """1/rank of the right paragraph among the first ten, or 0."""
    values = []
    for hits, right in zip(lists, gold, strict=True):
        places = [place for place, hit in enumerate(hits[:10], 1) if hit.passage_id == right]
        values.append(1 / places[0] if places else 0.0)
    return np.array(values)


def _print(figures: list[dict[str, Any]]) -> None:
    table = Table(title="Paragraphs found by their questions")
    for name in ("language", "questions", "system", "hit@1", "R@10", "MRR@10"):
        table.add_column(name)
    for name in ("to before", "terms", "KB"):
        table.add_column(name, justify="right")
    for row in figures:
        quality = (row["hit_at_1"], row["recall_at_10"], row["mrr_at_10"])
        table.add_row(
            row["language"],
            row["questions"],
            row["system"],
            *(f"{value:.3f}" for value in quality),
            "{:+.3f} ({:+.3f} {:+.3f})".format(*row["mrr_difference"]),
            f"{row['terms_per_question']:.1f}",
            f"{row['index_kb']:.0f}",
        )
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
