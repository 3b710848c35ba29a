"""Other search libraries on the same passages and questions; run by the interpreter that has them.

Each indexes titles and bodies, English stems, without stop words, and is asked for any of the words
of a question, which come without stop words too. A passage is its line number in the file.

Command: python search_peers.py bm25s|fts5|xapian JOB.json

The job names ``passages`` (lines of page id, title and body between tabs), ``questions`` (the words
of each), ``stop_words``, the ``directory`` of the index, the ``depth`` that quality is judged at
and the ``report`` to write. An index that is there is not built again.
"""

import json
import os
import shutil
import sys
import time
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_DONE = "built.json"
_TITLE_WEIGHT = 0.5  # as in Pinakes
_COMMIT = 100_000

# From the words of a question and a number to the best passages.
Search = Callable[[str, int], list[int]]


def main() -> None:
    """Build, ask, report."""
    name, job_path = sys.argv[1:]
    job = json.loads(Path(job_path).read_text())
    directory = Path(job["directory"])
    peer = {"bm25s": _Bm25s, "fts5": _Fts5, "xapian": _Xapian}[name]
    if not (directory / _DONE).exists():
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        began, cpu = time.monotonic(), sum(os.times()[:4])
        peer.build(directory, Path(job["passages"]), job["stop_words"])
        figures = {
            "build_seconds": time.monotonic() - began,
            "build_cpu_seconds": sum(os.times()[:4]) - cpu,
            "index_bytes": sum(p.stat().st_size for p in directory.rglob("*") if p.is_file()),
        }
        (directory / _DONE).write_text(json.dumps(figures))
    report = json.loads((directory / _DONE).read_text())
    page_of = array("q", (int(line.partition("\t")[0]) for line in _lines(Path(job["passages"]))))
    search = peer.opened(directory, job["stop_words"])
    questions = job["questions"]
    for words in questions[:20]:
        search(words, 10)
    times = []
    for words in questions:
        began = time.perf_counter()
        search(words, 10)
        times.append((time.perf_counter() - began) * 1000)
    found = [search(words, job["depth"]) for words in questions]
    pages = [list(dict.fromkeys(page_of[number] for number in numbers)) for numbers in found]
    report |= {"times_ms": times, "pages": pages, "memory": _anonymous(), "version": peer.version()}
    Path(job["report"]).write_text(json.dumps(report))


def _lines(passages: Path) -> Iterator[str]:
    with passages.open(encoding="utf-8", newline="\n") as lines:
        yield from lines


def _rows(passages: Path) -> Iterator[tuple[str, str]]:
    for line in _lines(passages):
        _, title, body = line.rstrip("\n").split("\t")
        yield title, body


def _anonymous() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


class _Bm25s:
    """Scores computed when building, in sparse matrices; the numba backend."""

    @staticmethod
    def version() -> str:
        import bm25s

        return f"bm25s {bm25s.__version__}"

    @staticmethod
    def _tokenizer(stop_words: list[str]) -> Any:
        import Stemmer
        from bm25s.tokenization import Tokenizer

        return Tokenizer(stemmer=Stemmer.Stemmer("english"), stopwords=stop_words)

    @classmethod
    def build(cls, directory: Path, passages: Path, stop_words: list[str]) -> None:
        import bm25s

        tokenizer = cls._tokenizer(stop_words)
        texts = (f"{title}\n{body}" for title, body in _rows(passages))
        ids = tokenizer.tokenize(
            texts, length=sum(1 for _ in _lines(passages)), return_as="ids", show_progress=False
        )
        retriever = bm25s.BM25(backend="numba")
        retriever.index((ids, tokenizer.get_vocab_dict()), show_progress=False)
        retriever.save(str(directory))
        tokenizer.save_vocab(str(directory))

    @classmethod
    def opened(cls, directory: Path, stop_words: list[str]) -> Search:
        import bm25s

        tokenizer = cls._tokenizer(stop_words)
        tokenizer.load_vocab(str(directory))
        retriever = bm25s.BM25.load(str(directory), mmap=True)
        retriever.backend = "numba"

        def search(words: str, limit: int) -> list[int]:
            ids = tokenizer.tokenize(
                [words], update_vocab=False, return_as="ids", show_progress=False
            )
            found = retriever.retrieve(ids, k=limit, show_progress=False, n_threads=1)
            return [int(number) for number in found.documents[0]]

        return search


class _Fts5:
    """SQLite's full text index, without the texts. Without positions it would rank by nothing."""

    @staticmethod
    def version() -> str:
        import sqlite3

        return f"SQLite {sqlite3.sqlite_version}"

    @staticmethod
    def build(directory: Path, passages: Path, stop_words: list[str]) -> None:
        import sqlite3

        connection = sqlite3.connect(directory / "fts5.db")
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute(
            "CREATE VIRTUAL TABLE passages USING fts5(title, body, content='', "
            "tokenize='porter unicode61 remove_diacritics 2')"
        )
        stop = frozenset(stop_words)

        def kept(text: str) -> str:  # FTS5 knows no stop words
            return " ".join(word for word in text.split() if word.lower() not in stop)

        connection.executemany(
            "INSERT INTO passages (rowid, title, body) VALUES (?, ?, ?)",
            ((n, kept(title), kept(body)) for n, (title, body) in enumerate(_rows(passages))),
        )
        connection.execute("INSERT INTO passages (passages) VALUES ('optimize')")
        weights = f"bm25({_TITLE_WEIGHT}, 1.0)"
        connection.execute("INSERT INTO passages (passages, rank) VALUES ('rank', ?)", (weights,))
        connection.commit()
        connection.close()

    @staticmethod
    def opened(directory: Path, stop_words: list[str]) -> Search:
        import sqlite3

        connection = sqlite3.connect(f"file:{directory / 'fts5.db'}?mode=ro", uri=True)

        def search(words: str, limit: int) -> list[int]:
            terms = " OR ".join(f'"{word}"' for word in words.split())
            rows = connection.execute(
                "SELECT rowid FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?",
                (terms, limit),
            )
            return [number for (number,) in rows]

        return search


class _Xapian:
    """Xapian of the distribution, without positions."""

    @staticmethod
    def version() -> str:
        import xapian

        return f"Xapian {xapian.version_string()}"

    @staticmethod
    def build(directory: Path, passages: Path, stop_words: list[str]) -> None:
        import xapian

        database = xapian.WritableDatabase(str(directory / "xapian"), xapian.DB_CREATE_OR_OVERWRITE)
        generator = xapian.TermGenerator()
        generator.set_stemmer(xapian.Stem("en"))
        generator.set_stemming_strategy(xapian.TermGenerator.STEM_ALL)
        stopper = xapian.SimpleStopper()
        for word in stop_words:
            stopper.add(word)
        generator.set_stopper(stopper)
        generator.set_stopper_strategy(xapian.TermGenerator.STOP_ALL)
        for number, (title, body) in enumerate(_rows(passages), 1):
            document = xapian.Document()
            generator.set_document(document)
            generator.index_text_without_positions(title)
            generator.index_text_without_positions(body)
            database.replace_document(number, document)
            if number % _COMMIT == 0:
                database.commit()
        database.commit()
        database.close()

    @staticmethod
    def opened(directory: Path, stop_words: list[str]) -> Search:
        import xapian

        database = xapian.Database(str(directory / "xapian"))
        parser = xapian.QueryParser()
        parser.set_stemmer(xapian.Stem("en"))
        parser.set_stemming_strategy(xapian.QueryParser.STEM_ALL)
        parser.set_default_op(xapian.Query.OP_OR)
        enquire = xapian.Enquire(database)

        def search(words: str, limit: int) -> list[int]:
            enquire.set_query(parser.parse_query(words, 0))
            return [match.docid - 1 for match in enquire.get_mset(0, limit)]

        return search


if __name__ == "__main__":
    main()
