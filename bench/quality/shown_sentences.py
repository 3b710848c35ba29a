"""Sentences that are shown, labelled by hand: whether our two verdicts say of them what people do.

Measures, of 306 sentences each labelled for both verdicts (bench/quality/labels/shown.jsonl):
how many their sources support and how many answer the question, as they were read, and as the
checks say now; which of both is right by the label. Writers:

- ``none``: the sentence marked in a passage that is shown where no model has spoken: all those of
  the everyday questions' dev split, and of 161 questions set aside (bench.quality.open_questions)
  in the order of ``random.Random(15).shuffle``. The source says it, for it is the source.
- ``perfect`` and ``liar``: the right and the wrong sentence for everyday questions of the dev
  split, each with the passages found, of which those of the right pages are cited.

An answer is what a reader would take for one, be it true or not. The texts lie in the collection;
rows name places in its pages, with the digests of their words.
Corpus: the larger English collection.
Command: python -m bench.quality.shown_sentences --collection DIR
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.quality.claim_twins import ClaimSource, passage_of
from bench.quality.everyday_questions import Everyday, read_everyday
from bench.quality.open_questions import fitting_questions
from bench.record import record
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit
from pinakes.ingest.types import Passage
from pinakes.service.asking.citations import make_citation
from pinakes.service.reading.answering import answers, quotation_answers
from pinakes.service.reading.models import reading_models
from pinakes.service.reading.question import question_of

_LABELS = Path(__file__).parent / "labels" / "shown.jsonl"
_VERDICTS = ("supported", "answers")

Row = Mapping[str, Any]


def main() -> None:
    """Judge every sentence, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--collection", type=Path, required=True)
    options = parser.parse_args()
    rows = [json.loads(line) for line in _LABELS.read_text(encoding="utf-8").splitlines()]
    everyday = {one.question_id: one for one in read_everyday()}
    texts = {one.question_id: one.question for one in fitting_questions()}
    texts |= {name: one.question for name, one in everyday.items()}
    with Index.open(options.collection) as index:
        judged = [
            (row, _verdicts(index, row, texts[row["id"]], everyday.get(row["id"])))
            for row in track(rows, "Checking")
        ]
        corpus = f"{_LABELS.name}, {index.manifest.dump.name}"
    figures = _figures(judged)
    Console().print(_table(figures))
    record("shown_sentences", corpus, figures)


def _verdicts(index: Index, row: Row, text: str, asked: Everyday | None) -> Mapping[str, bool]:
    """What the checks say of a sentence; of one that is a source's they ask only if it answers."""
    question = question_of(index, text)
    passages = [_passage(index, place) for place in row["sources"]]
    if row["writer"] == "none":
        said = _passage(index, row["said"])
        return {"supported": True, "answers": quotation_answers(question, said.text, said.title)}
    manifest = index.manifest
    hits = [
        Hit(one, 0, manifest.collection, 0.0, {}, language=manifest.dump.language)
        for one in passages
    ]
    sources = [make_citation(number, hit, manifest) for number, hit in enumerate(hits, start=1)]
    if asked is None:
        raise SystemExit(f"{row['id']} is no everyday question")
    sentence = (asked.true or "") if row["writer"] == "perfect" else asked.false
    premises = reading_models().entailment.premises(question, sources)
    premises.prepare()
    found = premises.check(sentence, row["cited"])
    place = found.source.number if found.source else next(iter(found.citations or row["cited"]), 1)
    return {
        "supported": found.verdict == "supported",
        "answers": answers(question, sentence, sources[place - 1].title),
    }


def _passage(index: Index, place: tuple[str, int, int, str]) -> Passage:
    return passage_of(index, ClaimSource(*place))


def _figures(judged: Iterable[tuple[Row, Mapping[str, bool]]]) -> dict[str, dict[str, int]]:
    """By writer, counts of sentences: of each verdict by label, by the checks, and by both."""
    figures: dict[str, Counter[str]] = defaultdict(Counter)
    for row, said in judged:
        counts = figures[row["writer"]]
        counts["sentences"] += 1
        for verdict in _VERDICTS:
            counts[f"{verdict}, by hand"] += row[verdict]
            counts[f"{verdict}, checked"] += said[verdict]
            counts[f"{verdict}, both"] += row[verdict] and said[verdict]
            counts[f"{verdict}, agreed"] += row[verdict] == said[verdict]
    return {writer: dict(counts) for writer, counts in figures.items()}


def _table(figures: Mapping[str, Mapping[str, int]]) -> Table:
    table = Table("", *figures)
    for name in next(iter(figures.values())):
        table.add_row(name, *(str(counts[name]) for counts in figures.values()))
    return table


if __name__ == "__main__":
    main()
