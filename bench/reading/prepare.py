"""Prepares what the reading model is trained on: examples from questions, claims and sentences.

Writes ``train.npz``, ``tune.npz`` and a sample of them to read, ``sample.txt``, into a directory
that can be carried to where the training runs.
Corpus: SQuAD's articles, open questions and FEVER's claims with passages of the large dump, and
sentences of that dump; without what bench.reading.split keeps for judging.
Command: python -m bench.reading.prepare --collection DIR [--to DIR]
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
from transformers import AutoTokenizer

from bench.reading import RUN, claims, cloze
from bench.reading.examples import Example
from bench.reading.packed import pack
from bench.reading.questions import from_open_questions, from_squad
from bench.reading.split import gold_pages_of_judging, judged_titles
from pinakes.index.encoders.sentence_model import find_encoder
from pinakes.index.retrieval.search import Index
from pinakes.ingest.types import Passage

_CLOZE, _SENTENCES = 22_000, 26_000
_SAMPLE = 400


def main() -> None:
    """Make the examples, pack them, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--collection", type=Path, required=True)
    parser.add_argument("--to", type=Path, default=RUN)
    options = parser.parse_args()
    options.to.mkdir(parents=True, exist_ok=True)
    tokenizer = AutoTokenizer.from_pretrained(find_encoder("all-MiniLM-L6-v2").directory)
    with Index.open(options.collection, None) as index:
        kept_out = gold_pages_of_judging() | _pages(index, judged_titles())
        train = list(_training(index, kept_out))
        tune = [
            *from_squad("tune", random.Random(1)),
            *claims.from_squad_answers("tune", random.Random(2)),
        ]
    for name, examples in (("train", train), ("tune", tune)):
        pack(examples, tokenizer).write(options.to / f"{name}.npz")
        for kind, count in Counter(_described(example) for example in examples).most_common():
            print(f"{name}: {count:6,} {kind}")
    sample = random.Random(3).sample(train, min(_SAMPLE, len(train)))
    (options.to / "sample.txt").write_text("\n\n".join(map(_told, sample)), encoding="utf-8")


def _training(index: Index, kept_out: frozenset[int]) -> Iterator[Example]:
    yield from from_squad("train", random.Random(11))
    yield from claims.from_squad_answers("train", random.Random(12))
    opened = list(from_open_questions(index, kept_out, random.Random(13)))
    yield from opened
    yield from claims.from_questions(opened, random.Random(14))
    yield from claims.from_fever(index, "train", random.Random(15))
    passages = _passages(index, kept_out, _CLOZE + _SENTENCES)
    yield from cloze.from_passages(passages[:_CLOZE], random.Random(16))
    yield from claims.from_passages(passages[_CLOZE:], random.Random(17))


def _passages(index: Index, kept_out: frozenset[int], count: int) -> list[Passage]:
    """So many passages, drawn by chance; how articles begin is drawn as often as all else."""
    chance = np.random.default_rng(18)
    drawn = chance.permutation(index.manifest.passages)[: 2 * count]
    leads = {index.store.first_of_page(int(passage)) for passage in drawn[:count]}
    ids = [*leads, *(int(passage) for passage in drawn[count:])]
    chance.shuffle(ids)
    found = chain.from_iterable(
        index.store.passages(ids[at : at + 500]) for at in range(0, len(ids), 500)
    )
    return [passage for passage, _ in found if passage.page_id not in kept_out][:count]


def _pages(index: Index, titles: frozenset[str]) -> frozenset[int]:
    found = (index.store.page_id_by_name(title) for title in titles)
    return frozenset(page for page in found if page is not None)


def _described(example: Example) -> str:
    span = "" if example.span is None else "answer" if example.span[1] else "no answer"
    relevant = "" if example.relevant is None else f"relevant {example.relevant}"
    return " · ".join(filter(None, (example.kind, span, relevant, example.support or "")))


def _told(example: Example) -> str:
    span = example.span and example.text[slice(*example.span)]
    return (
        f"[{_described(example)}] {example.first}\n  -> {span!r}\n  {example.title}: {example.text}"
    )


if __name__ == "__main__":
    main()
