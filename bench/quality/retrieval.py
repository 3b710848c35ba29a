"""Page-level retrieval on the development questions, beside a plain peer in the same run.

Measures: hits, recall, nDCG@10, MRR@10 and latency of keyword, vector and hybrid search (their
best hundred passages), and of the peer (its best ten pages): one tantivy document per page (title
and body, English stemmer), the question parsed leniently.
Corpus: bench.quality.development, vectors of leads or of all passages.
Command: python -m bench.quality.retrieval [--data DIR] [--vectors leads|all|none]
"""

import re
from collections.abc import Callable
from dataclasses import asdict

import tantivy

from bench.quality.development import DUMP, QUESTIONS, arguments, development_collection
from bench.record import record
from pinakes.index.evaluation import evaluate, judge, modes_of, read_questions, reports
from pinakes.index.retrieval.search import Index
from pinakes.index.store.store import Store
from pinakes.index.types import Hit
from pinakes.ingest.types import Passage
from pinakes.service.terminal.evaluation_report import print_run


def main() -> None:
    """Build what is missing, measure, print, record."""
    parser = arguments(__doc__)
    parser.add_argument("--vectors", choices=("none", "leads", "all"), default="leads")
    options = parser.parse_args()
    collection = development_collection(options.data, options.vectors)
    questions = read_questions(QUESTIONS)
    with Index.open(collection) as index:
        stages = {"peer: tantivy, whole pages": _peer(index.store)}
        stages |= {f"pinakes {mode}": search for mode, search in modes_of(index).items()}
        run = evaluate(index.manifest, judge(questions, index.store), stages)
    figures = reports(run)
    print_run(run, figures)
    corpus = f"{DUMP.name}, vectors for {run.coverage:.1%} of the passages"
    name = "retrieval" if options.vectors == "leads" else f"retrieval_{options.vectors}"
    record(name, corpus, [asdict(report) for report in figures])


def _peer(store: Store) -> Callable[[str], list[Hit]]:
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

    def search(question: str) -> list[Hit]:
        words = " ".join(re.findall(r"\w+", question))
        query, _ = index.parse_query_lenient(words, ["title", "body"])
        hits = []
        for score, address in searcher.search(query, 10).hits:
            page_id = searcher.doc(address)["page_id"][0]
            hits.append(Hit(Passage(-1, page_id, "", (), "", 0, 0), 0, "", score, {}))
        return hits

    return search


if __name__ == "__main__":
    main()
