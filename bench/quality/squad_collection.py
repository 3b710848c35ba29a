"""SQuAD's paragraphs and a wiki's passages in one collection, for questions whose passage is known.

14 articles of SQuAD 2.0: 447 paragraphs, each one passage, with 2,183 answerable questions. The
wiki's vectors are taken as they are; paragraphs get theirs here.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count, groupby
from pathlib import Path

import numpy as np

from pinakes.index.build.embed import VectorScope
from pinakes.index.encoders.passage_text import passage_text
from pinakes.index.encoders.sentence_model import find_encoder
from pinakes.index.evaluation import Judgment, judge, read_questions
from pinakes.index.generations import SEALED
from pinakes.index.keywords.writer import write_keywords
from pinakes.index.retrieval.search import Index
from pinakes.index.store.store import Store
from pinakes.index.store.writer import StoreWriter
from pinakes.index.swap import publish, record_files
from pinakes.index.types import Encoder, Manifest
from pinakes.index.vectors.writer import add_vectors
from pinakes.ingest.types import Document, Passage, Section
from pinakes.service.terminal.console import BuildProgress

__all__ = ["SQUAD", "JoinedCollection", "joined_collection"]

SQUAD = Path(__file__).parents[3] / "shared/data/queries/squad2-dev-part.json"
_WORKERS = 2


@dataclass(frozen=True, slots=True)
class JoinedCollection:
    """Where it lies, and its questions with the paragraphs they were asked of.

    ``agreeing``: for how many the rule of ``pinakes eval`` finds just that paragraph.
    """

    path: Path
    judgment: Judgment
    agreeing: int


@contextmanager
def joined_collection(
    collection: Path, vectors: VectorScope, squad: Path = SQUAD
) -> Iterator[JoinedCollection]:
    """Join SQuAD's paragraphs to ``collection``, in a directory that goes away.

    ``vectors``: of all paragraphs, or of the first of each article. ``squad``: a file of SQuAD's.
    """
    encoder = find_encoder("all-MiniLM-L6-v2")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "squad2-and-6000-pages"
        with BuildProgress() as progress:
            paragraphs = _join(collection, path, squad, encoder, vectors, progress)
        with Index.open(path, None) as index:
            judgment = judge(read_questions(squad), index.store)
        known = [
            row.model_copy(update={"passages": {paragraphs[row.qid]: 1}})
            for row in judgment.questions
        ]
        agreeing = sum(
            row.passages == found.passages
            for row, found in zip(known, judgment.questions, strict=True)
        )
        yield JoinedCollection(path, replace(judgment, questions=known), agreeing)


def _join(
    collection: Path,
    joined: Path,
    squad: Path,
    encoder: Encoder,
    vectors: VectorScope,
    progress: BuildProgress,
) -> dict[str, int]:
    """Publish a collection of both; the passage of every answerable question."""
    stage = joined / "stage"
    with Index.open(collection) as index:
        shutil.copytree(
            index.generation,
            stage,
            ignore=shutil.ignore_patterns(*SEALED, "pages*", "texts", "bm25"),
        )
        manifest = index.manifest
        writer = StoreWriter(stage / "pages.db")
        links = []
        for document, passages in _documents(index.store):
            writer.add_document(document, passages)
            page_id = int(document.key)
            page = index.store.page(page_id)
            links.append((page_id, page.links_in if page else 0))
    first = writer.passage_count
    paragraphs, texts, embedded = {}, [], []
    for document, passages, asked in _articles(squad, max(page_id for page_id, _ in links) + 1):
        for passage, qids in zip(passages, asked, strict=True):
            paragraphs |= dict.fromkeys(qids, first + len(texts))
            if vectors == "all" or passage is passages[0]:
                embedded.append(first + len(texts))
            texts.append(passage_text(document.title, (), passage.text))
        writer.add_document(document, passages)
    writer.index_titles()
    writer.add_aliases((), links)
    writer.close()
    write_keywords(stage / "pages.db", stage / "bm25", manifest.dump.language, _WORKERS, progress)
    progress.step("Embedding the paragraphs", len(embedded), "passages")
    found = encoder.encode_passages([texts[passage - first] for passage in embedded])
    add_vectors(stage / "vectors", [(np.array(embedded), found)], last=True)
    _publish(joined, stage, manifest, first, len(texts), len(embedded))
    return paragraphs


def _documents(store: Store) -> Iterator[tuple[Document, list[Passage]]]:
    """The pages of a store with their passages, in the order of their passages."""
    by_page = groupby(
        (passage for passage, _ in store.all_passages()), lambda passage: passage.page_id
    )
    for page_id, passages in by_page:
        page = store.page(page_id)
        if page is not None:
            document = Document(
                page.page_id,
                page.title,
                page.revision_id,
                page.timestamp,
                page.text,
                page.sections,
                (),
                page.is_disambiguation,
            )
            yield document, list(passages)


def _articles(
    squad: Path, first_id: int
) -> Iterator[tuple[Document, list[Passage], list[list[str]]]]:
    """SQuAD's articles, a passage for each paragraph, and the ids of its questions."""
    data = json.loads(squad.read_text(encoding="utf-8"))["data"]
    for page_id, article in zip(count(first_id), data, strict=False):
        title = article["title"].replace("_", " ")
        contexts = [paragraph["context"] for paragraph in article["paragraphs"]]
        text = "\n\n".join(contexts)
        passages, start = [], 0
        for number, context in enumerate(contexts):
            end = start + len(context)
            passages.append(Passage(number, page_id, title, (), context, start, end))
            start = end + 2
        section = Section((), 0, len(text))
        asked = [[entry["id"] for entry in paragraph["qas"]] for paragraph in article["paragraphs"]]
        yield Document(page_id, title, 1, "", text, (section,), (), False), passages, asked


def _publish(
    joined: Path, stage: Path, manifest: Manifest, first: int, more: int, vectors: int
) -> None:
    if first != manifest.passages:
        raise SystemExit(f"{first:,} passages copied of {manifest.passages:,}: ids would not fit")
    publish(
        joined,
        stage,
        manifest.model_copy(
            update={
                "collection": joined.name,
                "passages": first + more,
                "vectors": manifest.vectors + vectors,
                "files": record_files(stage),
            }
        ),
    )
