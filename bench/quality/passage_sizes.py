"""How long passages should be: BM25 for every length, vectors of leads for the two finalists.

Measures: page level (hit@1, hit@10, MRR@10) on the development questions; passage level on SQuAD
2.0 (a passage that holds the answer, at its place in its article, first or among the first ten,
and within the first 600 words read: longer passages hold an answer sooner, but a prompt holds
fewer of them). Chosen on the questions of the split dev, by hash of their ids, judged on those of
test: paired bootstrap intervals (95 %, 10,000 resamples) of the difference to the length in
use.
Corpus: ../shared/data, 6,000 Wikipedia articles of 2015 and 779 real questions; the 14 articles of
squad2-dev-part.json, their paragraphs joined, and its answerable questions, in the same index. Each
question set sees the passages of the other's articles as distractors, but for an article in both.
Command: python -m bench.quality.passage_sizes; then, for vectors of the leads and hybrid search on
pages, python -m bench.quality.passage_sizes --finalists 180 200
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.quality.development import DUMP, QUESTIONS
from bench.quality.fusion import min_max
from bench.record import record
from pinakes.index.encoders.onnx_model import open_question_encoder
from pinakes.index.encoders.passage_text import passage_text
from pinakes.index.encoders.sentence_model import find_encoder
from pinakes.index.evaluation import read_questions, split_of
from pinakes.index.keywords.bm25 import KeywordDocument, KeywordIndex, write_keyword_index
from pinakes.index.types import ScoredId
from pinakes.ingest.passages import PassageLengths, count_words, split_passages
from pinakes.ingest.sources.mediawiki.extract import read_documents
from pinakes.ingest.sources.mediawiki.files.dumps import find_dump, plan_units
from pinakes.ingest.text.sentences import sentence_spans
from pinakes.ingest.types import Document, Passage, Section

_SQUAD = QUESTIONS.parent / "squad2-dev-part.json"
_FIRST_SQUAD_PAGE = 1 << 40
_DEPTH = 100
_WORDS_READ = 600
_IN_USE = PassageLengths()
_TARGETS = (80, 100, 120, 140, 160, 180, 200, 220, 260, 320)
_WAYS = {
    **{str(n): (PassageLengths(n, n * 4 // 3, 40 if n > 80 else 30), False) for n in _TARGETS},
    "180, the sentence before repeated": (_IN_USE, True),
    "140, the sentence before repeated": (PassageLengths(140, 186, 40), True),
}


@dataclass(frozen=True, slots=True)
class _Question:
    qid: str
    text: str
    pages: frozenset[int]
    answers: tuple[tuple[int, int], ...] = ()


def main() -> None:
    """Split, index and ask for every length; print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--finalists", nargs=2, default=[], choices=list(_WAYS))
    finalists = parser.parse_args().finalists
    documents = list(_documents())
    titles = {document.title.lower() for document in documents}
    squad_documents, squad_questions = _squad()
    both = {document.title.lower() for document in squad_documents} & titles
    twins = frozenset(int(document.key) for document in documents if document.title.lower() in both)
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    wiki_questions = [
        _Question(json.loads(line)["qid"], question.text, question.gold_pages)
        for line, question in zip(lines, read_questions(QUESTIONS), strict=True)
        if question.gold_pages
    ]
    corpus = documents + squad_documents
    rows: list[dict[str, Any]] = []
    found: dict[str, dict[str, NDArray[np.float64]]] = {}
    for name in track(finalists or list(_WAYS), "Lengths"):
        lengths, overlapping = _WAYS[name]
        passages = [p for document in corpus for p in _split(document, lengths, overlapping)]
        passages = [
            Passage(number, p.page_id, p.title, p.heading_path, p.text, p.start, p.end)
            for number, p in enumerate(passages)
        ]
        with tempfile.TemporaryDirectory() as directory:
            index = _index(Path(directory) / "bm25", passages)
            size = sum(file.stat().st_size for file in (Path(directory) / "bm25").iterdir())
            wiki = [_hits(index, passages, q, twins=frozenset()) for q in wiki_questions]
            squad = [_hits(index, passages, q, twins) for q in squad_questions]
        figures = {
            **_page_level(passages, wiki, wiki_questions),
            **_passage_level(passages, squad, squad_questions),
        }
        if name in finalists:
            figures |= _hybrid(passages, wiki, wiki_questions)
        found[name] = figures
        words = [count_words(p.text) for p in passages]
        rows.append(
            {
                "words": name,
                "passages": len(passages),
                "median_words": float(np.median(words)),
                "under_40_words": float(np.mean(np.array(words) < 40)),
                "index_mb": size / 1e6,
            }
        )
    qids = {
        "page": [q.qid for q in wiki_questions],
        "passage": [q.qid for q in squad_questions],
    }
    for row in rows:
        for figure, values in found[row["words"]].items():
            base = found.get(str(_IN_USE.target), {}).get(figure)
            test = np.array([split_of(qid) == "test" for qid in qids[figure.split()[0]]])
            row[figure] = {
                "all": float(values.mean()),
                "dev": float(values[~test].mean()),
                "test": float(values[test].mean()),
                "test_difference": None if base is None else interval((values - base)[test]),
            }
    _print(rows, len(wiki_questions), len(squad_questions))
    record(
        "passage_finalists" if finalists else "passage_sizes",
        f"{DUMP.name} and {_SQUAD.name}",
        rows,
    )


def _documents() -> Iterator[Document]:
    dump = find_dump([DUMP])
    for unit in track(list(plan_units(dump)), "Reading the dump"):
        for entry in read_documents(unit, dump.site):
            if isinstance(entry, Document):
                yield entry


def _squad() -> tuple[list[Document], list[_Question]]:
    """The articles with their paragraphs joined, and the questions with places of their answers."""
    documents, questions = [], []
    for number, article in enumerate(json.loads(_SQUAD.read_text(encoding="utf-8"))["data"]):
        page_id, text = _FIRST_SQUAD_PAGE + number, ""
        for paragraph in article["paragraphs"]:
            text += "\n\n" if text else ""
            for question in paragraph["qas"]:
                places = {
                    (len(text) + answer["answer_start"], len(answer["text"]))
                    for answer in question["answers"]
                }
                if places and not question["is_impossible"]:
                    spans = tuple((start, start + length) for start, length in sorted(places))
                    pages = frozenset({page_id})
                    asked = _Question(question["id"], question["question"], pages, spans)
                    questions.append(asked)
            text += paragraph["context"]
        sections = (Section((), 0, len(text)),)
        title = article["title"].replace("_", " ")
        documents.append(Document(page_id, title, 0, "", text, sections, (), False))
    return documents, questions


def _split(document: Document, lengths: PassageLengths, overlapping: bool) -> Iterator[Passage]:
    """The passages; where they overlap, each begins with the last sentence of the one before."""
    before: Passage | None = None
    for passage in split_passages(document, 0, lengths):
        start = passage.start
        if overlapping and before is not None and before.heading_path == passage.heading_path:
            start = sentence_spans(document.text, before.start, before.end)[-1][0]
        text = document.text[start : passage.end]
        path = passage.heading_path
        yield Passage(0, int(document.key), document.title, path, text, start, passage.end)
        before = passage


def _index(path: Path, passages: Sequence[Passage]) -> KeywordIndex:
    documents = (
        KeywordDocument(p.passage_id, p.title, "\n".join(p.heading_path), "", p.text)
        for p in passages
    )
    write_keyword_index(path, "en", documents)
    return KeywordIndex(path, "en")


def _hits(
    index: KeywordIndex,
    passages: Sequence[Passage],
    question: _Question,
    twins: frozenset[int],
) -> list[ScoredId]:
    """The best passages; of the other set's articles none that is also in this one."""
    squad = bool(question.answers)
    return [
        hit
        for hit in index.search(question.text, _DEPTH)
        if (page := passages[hit.passage_id].page_id) not in twins
        and (squad or page < _FIRST_SQUAD_PAGE)
    ]


def _page_level(
    passages: Sequence[Passage],
    lists: Sequence[Sequence[ScoredId]],
    questions: Sequence[_Question],
    name: str = "page",
) -> dict[str, NDArray[np.float64]]:
    """One value a question: found first, among ten, reciprocal rank."""
    ranks = []
    for hits, question in zip(lists, questions, strict=True):
        pages = list(dict.fromkeys(passages[hit.passage_id].page_id for hit in hits))[:10]
        ranks.append(next((r for r, p in enumerate(pages, 1) if p in question.pages), 0))
    return _by_rank(np.array(ranks), name)


def _passage_level(
    passages: Sequence[Passage],
    lists: Sequence[Sequence[ScoredId]],
    questions: Sequence[_Question],
) -> dict[str, NDArray[np.float64]]:
    """As above for passages that hold an answer; and whether one is within the words read."""
    ranks, within = [], []
    for hits, question in zip(lists, questions, strict=True):
        rank, words, read = 0, 0, False
        for place, hit in enumerate(hits, 1):
            passage = passages[hit.passage_id]
            words += count_words(passage.text)
            if passage.page_id in question.pages and any(
                passage.start <= start and end <= passage.end for start, end in question.answers
            ):
                rank, read = (place if place <= 10 else 0), words <= _WORDS_READ
                break
        ranks.append(rank)
        within.append(float(read))
    return _by_rank(np.array(ranks), "passage") | {
        f"passage within {_WORDS_READ} words": np.array(within)
    }


def _by_rank(ranks: NDArray[np.int64], name: str) -> dict[str, NDArray[np.float64]]:
    reciprocal = np.divide(1.0, ranks, out=np.zeros(len(ranks)), where=ranks > 0)
    return {
        f"{name} hit@1": (ranks == 1).astype(np.float64),
        f"{name} hit@10": (ranks > 0).astype(np.float64),
        f"{name} MRR@10": reciprocal,
    }


def _hybrid(
    passages: Sequence[Passage],
    lists: Sequence[Sequence[ScoredId]],
    questions: Sequence[_Question],
) -> dict[str, NDArray[np.float64]]:
    """Page level with the vectors of the leads, half and half."""
    encoder = find_encoder("all-MiniLM-L6-v2")
    leads = list({p.page_id: p.passage_id for p in reversed(passages)}.values())
    leads = [number for number in leads if passages[number].page_id < _FIRST_SQUAD_PAGE]
    batches = [leads[first : first + 256] for first in range(0, len(leads), 256)]
    vectors = np.concatenate(
        [
            encoder.encode_passages([_embedded(passages[number]) for number in batch])
            for batch in track(batches, "Embedding leads")
        ]
    )
    with tempfile.TemporaryDirectory() as directory:
        encoder.write_question_encoder(Path(directory))
        asking = open_question_encoder(Path(directory))
    fuse = min_max(0.5)
    fused = []
    for question, hits in zip(questions, lists, strict=True):
        scores = vectors @ asking.encode_query(question.text)
        best = np.argsort(-scores)[:_DEPTH]
        nearest = [ScoredId(leads[number], float(scores[number])) for number in best]
        fused.append(
            [ScoredId(number, 1 / (1 + n)) for n, number in enumerate(fuse(hits, nearest))]
        )
    return _page_level(passages, fused, questions, "page hybrid")


def _embedded(passage: Passage) -> str:
    return passage_text(passage.title, passage.heading_path, passage.text)


def interval(differences: NDArray[np.float64]) -> list[float]:
    """Mean difference and its 95 % interval by paired bootstrap."""
    generator = np.random.default_rng(7)
    picks = generator.integers(0, len(differences), (10_000, len(differences)), dtype=np.int32)
    low, high = np.quantile(differences[picks].mean(axis=1), [0.025, 0.975])
    return [float(differences.mean()), float(low), float(high)]


def _print(rows: Sequence[dict[str, Any]], wiki: int, squad: int) -> None:
    shown = ("page hit@1", "page hit@10", "page MRR@10", "passage hit@1", "passage hit@10")
    shown += (f"passage within {_WORDS_READ} words", "page hybrid hit@1", "page hybrid MRR@10")
    for split in ("dev", "test", "test_difference"):
        table = Table(title=f"{split}: {wiki} questions for pages, {squad} for passages, in two")
        for column in ("words", "passages", "< 40 words", *shown):
            table.add_column(column, justify="left" if column == "words" else "right")
        for row in rows:
            cells = [row["words"], f"{row['passages']:,}", f"{row['under_40_words']:.1%}"]
            for figure in shown:
                value = row[figure][split] if figure in row else None
                if value is None:
                    cells.append("")
                elif isinstance(value, float):
                    cells.append(f"{value:.3f}")
                else:
                    cells.append("{:+.3f} ({:+.3f} {:+.3f})".format(*value))
            table.add_row(*cells)
        Console(width=200).print(table)


if __name__ == "__main__":
    main()
