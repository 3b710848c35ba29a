"""Page-level retrieval on the development questions, beside a plain peer in the same run.

Measures: hit@1/5/10, MRR@10 and latency of keyword, vector and hybrid search, and of the peer:
one tantivy document per page (title and body, English stemmer), the question parsed leniently.
Corpus: ../shared/data, 6,000 Wikipedia articles of 2015 and 779 real questions.
Command: python -m bench.retrieval [--data DIR] [--vectors leads|all|none]

The collection is built first where it is missing; vectors take minutes (leads) to an hour (all)
on a CPU and are added to what is there.
"""

import argparse
import re
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from statistics import median, quantiles

import tantivy
from rich.console import Console
from rich.table import Table

from bench.record import record
from index.build import build_collection
from index.encoder import find_encoder
from index.evaluation import Question, RetrievalReport, evaluate, read_questions
from index.search import Index
from index.store import Store
from ingest.reading.dumps import find_dump
from service.console import BuildProgress
from service.settings import go_offline

_SHARED = Path(__file__).parents[2] / "shared" / "data"
DUMP = _SHARED / "dumps/enwiki2015text-dev6k-pages-articles-multistream.xml.bz2"
QUESTIONS = _SHARED / "queries/wiki-questions-dev.jsonl"


def main() -> None:
    """Build what is missing, measure, print, record."""
    go_offline()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "pinakes-bench")
    parser.add_argument("--vectors", choices=("none", "leads", "all"), default="leads")
    options = parser.parse_args()
    dump = find_dump([DUMP])
    collection = options.data / dump.name
    encoder = find_encoder("all-MiniLM-L6-v2")
    with BuildProgress() as progress:
        build_collection(collection, dump, encoder, options.vectors, progress)
    questions = read_questions(QUESTIONS)
    with Index.open(collection) as index:
        modes = ("keyword", "vector", "hybrid") if index.vectors.count else ("keyword",)
        rows = [("peer: tantivy, whole pages", _peer(index.store, questions))]
        rows += [(f"pinakes {report.mode}", report) for report in evaluate(index, questions, modes)]
        coverage = index.manifest.coverage
    _print(rows, coverage)
    figures = [{"system": name, **asdict(report)} for name, report in rows]
    record("retrieval", f"{DUMP.name}, vectors for {coverage:.1%} of the passages", figures)


def _peer(store: Store, questions: list[Question]) -> RetrievalReport:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("page_id", stored=True)
    builder.add_text_field("title", tokenizer_name="en_stem")
    builder.add_text_field("body", tokenizer_name="en_stem")
    index = tantivy.Index(builder.build())
    writer = index.writer()
    for page_id in dict.fromkeys(passage.page_id for passage, _ in store.all_passages()):
        page = store.page(page_id)
        if page is not None:
            writer.add_document(tantivy.Document(page_id=page_id, title=page.title, body=page.text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    ranks: list[int | None] = []
    times = []
    for question in questions:
        began = time.perf_counter()
        words = " ".join(re.findall(r"\w+", question.text))
        query, _ = index.parse_query_lenient(words, ["title", "body"])
        found = searcher.search(query, 10).hits
        pages = [searcher.doc(address)["page_id"][0] for _, address in found]
        times.append((time.perf_counter() - began) * 1000)
        gold = (rank for rank, page in enumerate(pages, 1) if page in question.gold_pages)
        ranks.append(next(gold, None))
    total = len(ranks)
    hits = {k: sum(1 for rank in ranks if rank and rank <= k) / total for k in (1, 5, 10)}
    return RetrievalReport(
        mode="keyword",
        questions=total,
        hit_at_1=hits[1],
        hit_at_5=hits[5],
        hit_at_10=hits[10],
        mrr_at_10=sum(1 / rank for rank in ranks if rank) / total,
        p50_ms=median(times),
        p95_ms=quantiles(times, n=20)[-1],
    )


def _print(rows: list[tuple[str, RetrievalReport]], coverage: float) -> None:
    table = Table(title=f"779 questions, 6,000 pages; vectors for {coverage:.0%} of the passages")
    for name in ("system", "hit@1", "hit@5", "hit@10", "MRR@10", "p50 ms", "p95 ms"):
        table.add_column(name, justify="left" if name == "system" else "right")
    for name, report in rows:
        quality = (report.hit_at_1, report.hit_at_5, report.hit_at_10, report.mrr_at_10)
        latency = (report.p50_ms, report.p95_ms)
        table.add_row(name, *(f"{v:.3f}" for v in quality), *(f"{v:.1f}" for v in latency))
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
