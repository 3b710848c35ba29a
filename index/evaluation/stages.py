"""Ask every question of each stage of search, one at a time, and note ranks and time.

A stage is any function from a question to hits: a mode of search, what a second stage makes of
it, or a peer. Page level: a page stands at the rank of its best passage.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from pinakes.index.errors import BadQuery
from pinakes.index.evaluation.gold import Judgment
from pinakes.index.evaluation.questions import Split
from pinakes.index.evaluation.run import JudgedQuestion, QuestionResult, Ranks, Run
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit, Manifest, Mode

__all__ = ["DEPTH", "Search", "evaluate", "modes_of"]

Search = Callable[[str], Sequence[Hit]]

# Passages asked for: enough for recall@100, and for ten different pages.
DEPTH = 100


def modes_of(index: Index, *modes: Mode) -> dict[str, Search]:
    """The stages that search by itself has, or those ``modes`` of them."""
    there: Sequence[Mode] = ("keyword", "vector", "hybrid") if index.vectors.count else ("keyword",)
    return {mode: partial(_search, index, mode) for mode in modes or there}


def evaluate(
    manifest: Manifest,
    judgment: Judgment,
    stages: Mapping[str, Search],
    *,
    split: Split | None = None,
    on_done: Callable[[], None] = lambda: None,
) -> Run:
    """The ranks that each of ``stages`` gives to the gold of the judged questions.

    ``split`` says which split of its file's questions ``judgment`` holds; ``on_done`` is called
    after every answer. Raises BadQuery where a stage cannot be asked.
    """
    ranks: list[dict[str, Ranks]] = [{} for _ in judgment.questions]
    for name, search in stages.items():
        search(judgment.questions[0].question)  # loads the encoder, warms the caches
        for question, found in zip(judgment.questions, ranks, strict=True):
            began = time.perf_counter()
            hits = search(question.question)
            elapsed = (time.perf_counter() - began) * 1000
            found[name] = _ranks(question, hits, elapsed)
            on_done()
    return Run(
        collection=manifest.collection,
        generation=manifest.generation,
        coverage=manifest.coverage,
        split=split,
        unanswerable=judgment.unanswerable,
        missing=judgment.missing,
        missing_pages=judgment.missing_pages,
        questions=[
            QuestionResult(**question.model_dump(), ranks=found)
            for question, found in zip(judgment.questions, ranks, strict=True)
        ],
    )


def _search(index: Index, mode: Mode, question: str) -> Sequence[Hit]:
    try:
        index.checked(question)
    except BadQuery:
        return ()  # marks only, say: it counts as not found, and does not end the others
    return index.search(question, DEPTH, mode)


def _ranks(question: JudgedQuestion, hits: Sequence[Hit], milliseconds: float) -> Ranks:
    pages = dict.fromkeys(hit.passage.page_id for hit in hits)
    page_ranks = {page_id: rank for rank, page_id in enumerate(pages, start=1)}
    passage_ranks = {hit.passage.passage_id: rank for rank, hit in enumerate(hits, start=1)}
    return Ranks(
        pages=[page_ranks.get(page_id) for page_id in question.pages],
        passages=[passage_ranks.get(passage_id) for passage_id in question.passages],
        milliseconds=milliseconds,
    )
