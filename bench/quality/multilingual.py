"""Search in other languages than English: by keywords, by vectors of two encoders, and by both.

Measures: hit@1 and MRR@10 of the page, by the whole way of a search. Of XQuAD each paragraph is a
page whose title says nothing; judged on the articles of one half (by split_of their titles). On
those of the other half the factor of the encoder's cosines is fitted (index/retrieval/weights.json,
others): the likeliest one for the listwise loss of bench.quality.fitting. Questions over Latgalian
pages are judged all. Then questions in one language over pages of another (those of XQuAD are the
same ones, by id), passages a second, and memory of an open encoder of questions.
Corpus: ../shared/data, XQuAD Spanish and Chinese (240 paragraphs, 1,190 questions each); in English
those of squad2-dev-part.json that XQuAD has, too; ltgwiki with bench/quality/questions/
latgalian.jsonl (40 questions in Latgalian, 20 in English, written by hand).
Command: python -m bench.quality.multilingual [--data DIR]
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize

from bench.corpora.dumps import TEMPLATES_DUMP
from bench.quality.development import QUESTIONS, arguments
from bench.quality.passage_sizes import interval
from bench.record import record
from pinakes.index.build.pipeline import build_collection
from pinakes.index.encoders.sentence_model import (
    ENGLISH,
    MULTILINGUAL,
    SentenceEncoder,
    find_encoder,
)
from pinakes.index.evaluation import read_questions, split_of
from pinakes.index.retrieval.features import FEATURES, Matrix
from pinakes.index.retrieval.fusion import Fusion
from pinakes.index.retrieval.linear import LinearReranker, ranking_weights
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Mode
from pinakes.ingest.sources.opening import open_source
from pinakes.service.terminal.console import BuildProgress

_FILES = {"es": "xquad.es.json", "zh": "xquad.zh.json"}
_ENGLISH = QUESTIONS.parent / "squad2-dev-part.json"
_LATGALIAN = Path(__file__).parent / "questions" / "latgalian.jsonl"
_MODES: tuple[Mode, ...] = ("keyword", "vector", "hybrid")
_OF_VECTORS = ("page vector", "vector")
_DEPTH = 10
_LISTS = 100
_TIMED = 96
_MEMORY = """
import sys
from pathlib import Path
import pinakes
from pinakes.index.encoders.onnx_model import OnnxEncoder

def anonymous():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))

import onnxruntime, tokenizers
before = anonymous()
encoder = OnnxEncoder(Path(sys.argv[1]))
encoder.encode_query("¿Quién fundó la biblioteca de Alejandría?")
print((anonymous() - before) / 1024)
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of XQuAD, the page with its paragraph, and whether its article is judged on."""

    qid: str
    text: str
    page_id: int
    is_judged: bool


def main() -> None:
    """Build, ask, fit, judge; print, record."""
    data = arguments(__doc__).parse_args().data
    rows: list[dict[str, Any]] = []
    sides: list[tuple[Matrix, np.ndarray]] = []
    read = {language: questions_of(QUESTIONS.parent / name) for language, name in _FILES.items()}
    for language, (paragraphs, asked) in read.items():
        judged = np.array([question.is_judged for question in asked])
        for encoder in (MULTILINGUAL, ENGLISH):
            with Index.open(built(language, paragraphs, encoder, data)) as index:
                found = ranks(index, asked, _MODES)
                if encoder == MULTILINGUAL:
                    sides += _features(index, [q for q in asked if not q.is_judged])
            rows += _rows(language, encoder, {mode: r[judged] for mode, r in found.items()})
    rows += _latgalian(data)
    figures = {
        "monolingual": rows,
        "factor": _fitted_factor(sides),
        "across": _across(data, read),
        "encoders": [_cost(name, read["es"][0]) for name in (MULTILINGUAL, ENGLISH)],
    }
    _print(rows)
    print({name: figures[name] for name in ("factor", "across", "encoders")})
    names = ", ".join([*_FILES.values(), _ENGLISH.name, TEMPLATES_DUMP.name, _LATGALIAN.name])
    record("multilingual", names, figures)


def _rows(language: str, encoder: str, found: dict[Mode, np.ndarray]) -> list[dict[str, Any]]:
    """Of one collection: each mode, and what it has more than keywords."""
    return [
        {
            "language": language,
            "encoder": encoder,
            "mode": mode,
            "questions": len(values),
            "hit_at_1": float((values == 1).mean()),
            "mrr_at_10": float(values.mean()),
            "mrr_difference": interval(values - found["keyword"]),
        }
        for mode, values in found.items()
    ]


def _latgalian(data: Path) -> list[dict[str, Any]]:
    rows = []
    questions = read_questions(_LATGALIAN)
    for encoder in (MULTILINGUAL, ENGLISH):
        path = _collection(TEMPLATES_DUMP, encoder, data / "languages" / encoder / "ltg")
        with Index.open(path) as index:
            for prefix, name in (("ltg", "ltg"), ("en", "en over ltg")):
                asked = []
                for question in questions:
                    page = index.page_by_name(str(question.gold[0].title))
                    if page is None:
                        raise SystemExit(f"{question.question_id}: {question.gold[0].title}")
                    if question.question_id.startswith(prefix):
                        asked.append(Asked(question.question_id, question.text, page.page_id, True))
                rows += _rows(name, encoder, ranks(index, asked, _MODES))
    return rows


def _across(data: Path, read: dict[str, tuple[list[str], list[Asked]]]) -> list[dict[str, Any]]:
    """Questions in one language over the pages of another, by the multilingual encoder."""
    asked = {language: {q.qid: q for q in questions} for language, (_, questions) in read.items()}
    asked["en"] = {question.qid: question for question in questions_of(_ENGLISH)[1]}
    rows = []
    for pages, (paragraphs, of_pages) in read.items():
        with Index.open(built(pages, paragraphs, MULTILINGUAL, data)) as index:
            for language, questions in asked.items():
                same = [
                    Asked(own.qid, questions[own.qid].text, own.page_id, own.is_judged)
                    for own in of_pages
                    if own.qid in questions
                ]
                if language != pages:
                    found = ranks(index, same, _MODES)
                    rows += _rows(f"{language} over {pages}", MULTILINGUAL, found)
    return rows


def _features(index: Index, asked: Sequence[Asked]) -> Iterator[tuple[Matrix, np.ndarray]]:
    """Of each question the features of its candidates, on the scale, and which are gold."""
    fusion = Fusion(index.store, index.keywords, index.vectors)
    scale = LinearReranker(ranking_weights().weights, ranking_weights().cosines)
    for question in asked:
        context = index.context(question.text)
        if context.vector is None:
            continue
        lists = {
            "keyword": index.keywords.search(context.text, _LISTS),
            "vector": index.vectors.search(context.vector, _LISTS),
        }
        ranked = scale.rerank(context, fusion(context, lists))
        gold = np.array([row.place.page_id == question.page_id for row in ranked])
        if gold.any():
            features = [[row.features[name] for name in FEATURES] for row in ranked]
            yield np.array(features), gold


def _fitted_factor(sides: Sequence[tuple[Matrix, np.ndarray]]) -> float:
    """By how much vectors are to weigh more than those of the encoder the weights were fitted on.

    The scores as a whole have a scale of their own, fitted with it.
    """
    weights = ranking_weights().weights["with vectors"]
    dense = np.array([weights.get(name, 0.0) * (name in _OF_VECTORS) for name in FEATURES])
    words = np.array([weights.get(name, 0.0) for name in FEATURES]) - dense
    parts = [(features @ words, features @ dense, gold) for features, gold in sides]

    def loss(scales: np.ndarray) -> float:
        values = []
        for by_words, by_vectors, gold in parts:
            scores = by_words * scales[0] + by_vectors * scales[1]
            values.append(np.logaddexp.reduce(scores) - np.logaddexp.reduce(scores[gold]))
        return float(np.mean(values))

    found = minimize(loss, np.ones(2), method="Nelder-Mead").x
    return round(float(found[1] / found[0]), 1)


def _cost(name: str, paragraphs: Sequence[str]) -> dict[str, Any]:
    encoder = _encoder(name)
    encoder.encode_passages(paragraphs[:8])
    began = time.monotonic()
    encoder.encode_passages(paragraphs[:_TIMED])
    rate = _TIMED / (time.monotonic() - began)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "encoder"
        check = encoder.write_question_encoder(path)
        told = subprocess.run(
            [sys.executable, "-c", _MEMORY, str(path)], capture_output=True, text=True, check=True
        )
        size = sum(file.stat().st_size for file in path.iterdir())
    return {
        "encoder": name,
        "passages_per_second": rate,
        "megabytes_of_memory": float(told.stdout),
        "megabytes_on_disk": size / 1e6,
        "cosine_of_passages": check.passage_cosine,
    }


def _print(rows: Sequence[dict[str, Any]]) -> None:
    table = Table(title="Pages found by their questions")
    for name in ("language", "encoder", "mode", "questions", "hit@1", "MRR@10", "to keywords"):
        table.add_column(name)
    for row in rows:
        table.add_row(
            row["language"], row["encoder"], row["mode"], str(row["questions"]),
            f"{row['hit_at_1']:.3f}", f"{row['mrr_at_10']:.3f}",
            "{:+.3f} ({:+.3f} {:+.3f})".format(*row["mrr_difference"]),
        )  # fmt: skip
    Console(width=120).print(table)


def questions_of(path: Path) -> tuple[list[str], list[Asked]]:
    """The paragraphs of a file in SQuAD's form, and its questions; pages are numbered from 1."""
    paragraphs: list[str] = []
    asked = []
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        is_judged = split_of(article["title"]) == "test"
        for paragraph in article["paragraphs"]:
            paragraphs.append(paragraph["context"])
            asked += [
                Asked(row["id"], row["question"], len(paragraphs), is_judged)
                for row in paragraph["qas"]
                if not row.get("is_impossible", False)
            ]
    return paragraphs, asked


def built(language: str, paragraphs: Sequence[str], encoder: str, data: Path) -> Path:
    """A collection of the paragraphs with vectors of this encoder, below ``data``."""
    dump = data / "languages" / f"{language}wiki-20260101-pages-articles.xml"
    dump.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(_dump(language, paragraphs))
    if not dump.exists() or dump.read_text(encoding="utf-8") != text:
        dump.write_text(text, encoding="utf-8")
    return _collection(dump, encoder, data / "languages" / encoder / language)


def _collection(dump: Path, encoder: str, collection: Path) -> Path:
    with BuildProgress() as progress:
        build_collection(collection, open_source([dump]), find_encoder(encoder), "all", progress)
    return collection


@cache
def _encoder(name: str) -> SentenceEncoder:
    return find_encoder(name)  # exported once


def _dump(language: str, paragraphs: Sequence[str]) -> Iterator[str]:
    yield (
        '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" '
        f'xml:lang="{language}"><siteinfo><sitename>Wikipedia</sitename>'
        f"<dbname>{language}wiki</dbname>"
        f"<base>https://{language}.wikipedia.org/wiki/Main</base><case>first-letter</case>"
        '<namespaces><namespace key="0" case="first-letter" /></namespaces></siteinfo>\n'
    )
    for number, text in enumerate(paragraphs, start=1):
        wikitext = escape(f"<nowiki>{text}</nowiki>")
        yield (
            f"<page><title>Xq{number:03}</title><ns>0</ns><id>{number}</id><revision>"
            f"<id>{number}</id><timestamp>2026-01-01T00:00:00Z</timestamp>"
            "<model>wikitext</model><format>text/x-wiki</format>"
            f'<text bytes="{len(wikitext)}" xml:space="preserve">{wikitext}</text>'
            "</revision></page>\n"
        )
    yield "</mediawiki>\n"


def ranks(index: Index, asked: Sequence[Asked], modes: Sequence[Mode]) -> dict[Mode, np.ndarray]:
    """1/rank of the right page among the first ten, or 0, of each question in each mode."""
    values: dict[Mode, list[float]] = {mode: [] for mode in modes}
    for question in asked:
        context = index.context(question.text)  # encoded once
        for mode in modes:
            hits = index.search(context, 4 * _DEPTH, mode, highlighted=False)
            pages = list(dict.fromkeys(hit.passage.page_id for hit in hits))[:_DEPTH]
            found = question.page_id in pages
            values[mode].append(1 / (pages.index(question.page_id) + 1) if found else 0.0)
    return {mode: np.array(found) for mode, found in values.items()}


if __name__ == "__main__":
    main()
