"""Several collections searched at once: what it costs a question that one of them answers.

Ways to put the hits of two into one list (page level, MRR@10):

- alone: the collection that answers by itself
- one index: of both, where there is one
- own scores: in the order of their scores
- ranks: in the order of their ranks, as reciprocal rank fusion puts lists that share nothing
- statistics of both: as pinakes/index/retrieval/federated.py does

Beside the 6,000 articles are searched: 6,000 others of the same wiki, none of which is a page of an
answer; the same without those whose lead is among the three nearest of such a page, for they are
of the same subjects; and the manuals of this project, of which 20 questions ask. Then which of two
collections answers, and how many questions are refused. The dev split chose the way, test judges.
Corpus: wiki-questions-dev.jsonl over enwiki2015text-dev6k, 6,000 drawn of the other articles of
enwiki2015text; docs/*.md with bench/quality/questions/manuals.jsonl. Vectors of leads.
Command: python -m bench.quality.federated [--data DIR] [--questions N] [--splits test]
"""

import bz2
import json
import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.corpora.dumps import LARGE_TEXT_DUMP
from bench.quality.development import DUMP, QUESTIONS, arguments
from bench.record import record
from pinakes.index.build.pipeline import build_collection
from pinakes.index.encoders.sentence_model import find_encoder
from pinakes.index.evaluation import split_of
from pinakes.index.retrieval.federated import Federation
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit, PageKey
from pinakes.ingest.sources.opening import open_source
from pinakes.service.asking.find_among import FoundAmong, find_among
from pinakes.service.reading.models import linear_models
from pinakes.service.terminal.console import BuildProgress

_MANUALS = Path(__file__).parent / "questions" / "manuals.jsonl"
_DOCS = Path(__file__).parents[2] / "docs"
_LARGE_QUESTIONS = QUESTIONS.with_name("wiki-questions-large.jsonl")
_PAGE = re.compile(r"  <page>.*?</page>\n", re.DOTALL)
_ID = re.compile(r"<id>(\d+)</id>")
_SEED, _OTHERS, _SEARCHED, _NEIGHBOURS = 19, 6_000, 40, 3

Gold = tuple[str, frozenset[PageKey]]
"""A question, and the pages that answer it."""


def main() -> None:
    """Build what is not there, ask, print, record."""
    parser = arguments(__doc__)
    parser.add_argument("--questions", type=int, default=400, help="of each split, at most")
    parser.add_argument("--asked", type=int, default=100, help="questions that are answered")
    parser.add_argument("--splits", nargs="+", default=["dev", "test"])
    options = parser.parse_args()
    data = options.data / "federated"
    sources = {"small": [DUMP], "others": [_others(data)], "both": [_both(data)]}
    sources["manuals"] = [_DOCS]
    opened = {name: Index.open(_built(data / name, paths)) for name, paths in sources.items()}
    small, others, both, manuals = opened.values()
    asked = {split: _wiki_questions(small, split)[: options.questions] for split in options.splits}
    like = _like_subjects(small, others, [one for rows in asked.values() for one in rows])
    unlike = others.without(like)
    figures: dict[str, Any] = {"articles of like subjects": len(like)}
    for split, questions in asked.items():
        for name, other in (("others", others), ("unlike others", unlike), ("manuals", manuals)):
            ways = _ways(small, other, questions)
            if name == "others":
                gold = [
                    (text, frozenset((both.manifest.collection, page) for _, page in pages))
                    for text, pages in questions
                ]
                ways["one index"] = _mrr(
                    [both.search(text, _SEARCHED, highlighted=False) for text, _ in gold], gold
                )
            figures[f"articles beside {name}, {split}"] = ways
            Console().print(f"{name}, {split}: {ways}")
    of_manuals = _manual_questions(manuals)
    figures["manuals beside articles"] = _ways(manuals, small, of_manuals)
    _print({name: ways for name, ways in figures.items() if isinstance(ways, dict)})
    answering = {
        "articles": _answering(small, manuals, asked[options.splits[-1]][: options.asked]),
        "manuals": _answering(manuals, small, of_manuals),
    }
    Console().print(answering)
    figures["answering"] = answering
    record("federated", f"{QUESTIONS.name}, {_MANUALS.name}; {LARGE_TEXT_DUMP.name}", figures)
    for index in opened.values():
        index.close()


def _ways(own: Index, other: Index, questions: Sequence[Gold]) -> dict[str, float]:
    """MRR@10 of each way to search both."""
    lists = [
        [index.search(text, _SEARCHED, highlighted=False) for index in (own, other)]
        for text, _ in questions
    ]
    together = Federation([own, other])
    return {
        "questions": len(questions),
        "alone": _mrr([alone for alone, _ in lists], questions),
        "own scores": _mrr(
            [sorted([*a, *b], key=lambda hit: -hit.score) for a, b in lists], questions
        ),
        "ranks": _mrr([_by_ranks(a, b) for a, b in lists], questions),
        "statistics of both": _mrr(
            [together.search(text, _SEARCHED, highlighted=False) for text, _ in questions],
            questions,
        ),
    }


def _by_ranks(first: Sequence[Hit], second: Sequence[Hit]) -> list[Hit]:
    """The best of each, then the second; of one rank the one with the greater score."""
    ranked = [(rank, -hit.score, hit) for hits in (first, second) for rank, hit in enumerate(hits)]
    return [hit for _, _, hit in sorted(ranked, key=lambda one: one[:2])]


def _mrr(found: Sequence[Sequence[Hit]], questions: Sequence[Gold]) -> float:
    """Mean reciprocal rank of the first gold page among ten."""
    ranks = []
    for hits, (_, gold) in zip(found, questions, strict=True):
        pages = list(dict.fromkeys(hit.page_key for hit in hits))[:10]
        ranks.append(next((1 / rank for rank, page in enumerate(pages, 1) if page in gold), 0.0))
    return mean(ranks)


def _answering(own: Index, other: Index, questions: Sequence[Gold]) -> dict[str, float]:
    """Shares of the questions: refused alone and together, answered by the other collection."""
    together = [_asked(Federation([other, own]), text) for text, _ in questions]
    alone = [_asked(Federation([own]), text) for text, _ in questions]
    answered = [found for found in together if found.is_answered]
    name = own.manifest.collection
    return {
        "questions": len(questions),
        "refused alone": mean(not found.is_answered for found in alone),
        "refused together": mean(not found.is_answered for found in together),
        "answered by the other": sum(found.name != name for found in answered) / len(questions),
        "with passages of the other": sum(
            found.name == name and any(hit.collection != name for hit in found.found.hits)
            for found in answered
        )
        / len(questions),
    }


def _asked(federation: Federation, text: str) -> FoundAmong:
    return find_among(federation, linear_models(), text, "hybrid")


def _wiki_questions(index: Index, split: str) -> list[Gold]:
    rows = map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines())
    name = index.manifest.collection
    return [
        (row["question"], frozenset((name, page["id"]) for page in row["gold_pages"]))
        for row in rows
        if split_of(row["qid"]) == split
    ]


def _manual_questions(index: Index) -> list[Gold]:
    found = []
    for row in map(json.loads, _MANUALS.read_text(encoding="utf-8").splitlines()):
        page = index.page_by_name(row["page"])
        if page is None:
            raise SystemExit(f"{_MANUALS}: no page {row['page']}")
        found.append((row["question"], frozenset([(index.manifest.collection, page.page_id)])))
    return found


def _like_subjects(index: Index, others: Index, questions: Sequence[Gold]) -> set[int]:
    """Pages of ``others`` whose leads are the nearest of pages that answer."""
    pages = sorted({page for _, gold in questions for _, page in gold})
    leads = [index.store.passages_of_page(page)[:1] for page in pages]
    texts = [passage.text for passage_of_page in leads for passage in passage_of_page]
    near = {
        found.passage_id
        for vector in index.encoded(texts)
        for found in others.vectors.search(vector, _NEIGHBOURS)
    }
    return {place.page_id for place in others.store.places(sorted(near))}


def _print(figures: Mapping[str, Mapping[str, float]]) -> None:
    columns = ("questions", "alone", "one index", "own scores", "ranks", "statistics of both")
    table = Table("", *columns, title="MRR@10")
    for name, ways in figures.items():
        shown = (f"{ways[one]:.4g}" if one in ways else "" for one in columns)
        table.add_row(name, *shown)
    Console().print(table)


def _built(collection: Path, paths: Sequence[Path]) -> Path:
    """The collection of this source with vectors of leads; built where it is not."""
    if not (collection / "current").exists():
        source = open_source(paths)
        with BuildProgress() as progress:
            build_collection(
                collection, source, find_encoder("all-MiniLM-L6-v2"), "leads", progress
            )
    return collection


def _others(data: Path) -> Path:
    """A dump of 6,000 articles that the small one has not: gold pages of other questions first."""
    path = data / "others-pages-articles.xml.bz2"
    if not path.exists():
        known = {_id(page) for page in _pages(DUMP)[1]}
        header, pages = _pages(LARGE_TEXT_DUMP)
        there = {_id(page): page for page in pages if _id(page) not in known}
        rows = map(json.loads, _LARGE_QUESTIONS.read_text(encoding="utf-8").splitlines())
        gold = {page["id"] for row in rows for page in row["gold_pages"]}
        kept = [page_id for page_id in there if page_id in gold]
        rest = [page_id for page_id in there if page_id not in gold]
        kept += random.Random(_SEED).sample(rest, _OTHERS - len(kept))
        _write(path, header, [there[page_id] for page_id in sorted(kept)])
    return path


def _both(data: Path) -> Path:
    """A dump of the small one and the others together."""
    path = data / "both-pages-articles.xml.bz2"
    if not path.exists():
        header, pages = _pages(DUMP)
        _write(path, header, [*pages, *_pages(_others(data))[1]])
    return path


def _pages(dump: Path) -> tuple[str, list[str]]:
    """What stands before the first page, and the XML of each."""
    text = bz2.decompress(dump.read_bytes()).decode()
    return text[: text.index("  <page>")], _PAGE.findall(text)


def _id(page: str) -> int:
    found = _ID.search(page)
    return int(found[1]) if found else 0


def _write(path: Path, header: str, pages: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with bz2.open(path, "wt", compresslevel=5, encoding="utf-8") as dump:
        dump.write(header)
        dump.writelines(pages)
        dump.write("</mediawiki>\n")


if __name__ == "__main__":
    main()
