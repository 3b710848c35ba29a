"""From a finished store to its keyword index: what is searched of each passage.

Ranges of passages are indexed side by side. Where they begin depends on the store only, so that
the same store gives the same index on any machine.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from itertools import pairwise
from pathlib import Path

from pinakes.index.build.progress import Progress
from pinakes.index.keywords.bm25 import (
    KeywordDocument,
    join_keyword_indexes,
    plain_words,
    write_keyword_index,
)
from pinakes.index.keywords.frequent_words import frequent_words, write_frequent_words
from pinakes.index.keywords.language import analysis_of
from pinakes.index.store.store import Store

__all__ = ["keyword_documents", "searched_aliases", "write_keywords"]

_MAX_REDIRECTS, _MAX_ANCHORS = 20, 8
# Every range becomes segments of its own, and a search asks all of them: few is better. More than
# four would wait for Python, which feeds them all.
MOST_RANGES, _LEAST_RANGE = 4, 10_000
_ADVANCE = 100
_SAMPLED_PASSAGES = 2_000


def write_keywords(
    database: Path, path: Path, language: str, workers: int, progress: Progress
) -> None:
    """Write the keyword index of the store ``database`` to the directory ``path``.

    With it go the stop words of a language that has no list of them.
    """
    with Store(database) as store:
        progress.step("Writing the keyword index", store.passage_count, "passages")
        count = MOST_RANGES
        while count > 1 and store.passage_count // count < _LEAST_RANGE:
            count //= 2  # never three, which two cores could not share
        marks = [store.passage_count * number // count for number in range(1, count)]
        bounds = [0, *map(store.first_of_page, marks), store.passage_count]
        parts = [path.with_name(f"{path.name}.{number}") for number in range(count)]
        ended, lock = threading.Event(), threading.Lock()

        def write(part: Path, start: int, end: int) -> None:
            documents = keyword_documents(store, start, end)
            write_keyword_index(part, language, told(documents))

        def told(documents: Iterator[KeywordDocument]) -> Iterator[KeywordDocument]:
            waiting = 0
            for document in documents:
                if ended.is_set():
                    return
                yield document
                waiting += 1
                if waiting == _ADVANCE:
                    with lock:
                        progress.advance(waiting)
                    waiting = 0
            if waiting:
                with lock:
                    progress.advance(waiting)

        with ThreadPoolExecutor(min(workers, count)) as threads:
            try:
                ranges = zip(parts, pairwise(bounds), strict=True)
                running = [threads.submit(write, part, *bound) for part, bound in ranges]
                wait(running, return_when=FIRST_EXCEPTION)
                for done in running:
                    if done.done():
                        done.result()
            finally:
                ended.set()  # after an error or Ctrl-C the other ranges are not worth finishing
    join_keyword_indexes(parts, path)
    if not analysis_of(language).has_stop_words:
        with Store(database) as store:
            words = frequent_words(_sample(store), language, plain_words(language))
        if words:
            write_frequent_words(path, words)


def _sample(store: Store) -> Iterator[str]:
    """Texts of passages from all over the store."""
    step = max(1, store.passage_count // _SAMPLED_PASSAGES)
    chosen = range(0, store.passage_count, step)
    for place in range(0, len(chosen), _ADVANCE):
        for passage, _ in store.passages(chosen[place : place + _ADVANCE]):
            yield passage.text


def keyword_documents(
    store: Store, start: int = 0, end: int | None = None
) -> Iterator[KeywordDocument]:
    """What is searched of the passages ``start`` to ``end``; ``start`` begins a page."""
    for passage, place in store.all_passages(start, end):
        aliases = searched_aliases(store, passage.page_id) if place == 0 else []
        yield KeywordDocument(
            passage_id=passage.passage_id,
            title=passage.title,
            headings="\n".join(passage.heading_path),
            aliases="\n".join(aliases),
            body=passage.text,
        )


def searched_aliases(store: Store, page_id: int) -> list[str]:
    """The aliases of a page by which its first passage is found."""
    return [
        *store.aliases_of_page(page_id, "redirect", _MAX_REDIRECTS),
        *store.aliases_of_page(page_id, "anchor", _MAX_ANCHORS),
    ]
