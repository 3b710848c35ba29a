"""Prepares what the reading model is trained on: examples from questions, claims and sentences.

Writes ``train.npz``, ``tune.npz`` and a sample of what is new in them to read, ``sample.txt``, into
a directory that can be carried to where the training runs. What was made of one source is kept in
``parts``, and not made again.
Corpus: SQuAD's articles, open questions and FEVER's claims with passages of the large dump, and
sentences of that dump; without what bench.reading.split keeps for judging.
Command: python -m bench.reading.prepare --collection DIR [--to DIR]
"""

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from transformers import AutoTokenizer

from bench.reading import RUN, claims, cloze
from bench.reading.examples import Example
from bench.reading.packed import Packed, joined, pack, read_packed
from bench.reading.questions import from_open_questions, from_squad
from bench.reading.split import gold_pages_of_judging, judged_titles
from pinakes.index.encoders.sentence_model import find_encoder
from pinakes.index.retrieval.search import Index
from pinakes.ingest.types import Passage

_CLOZE, _SENTENCES = 4_000, 10_000
_SAMPLE = 60


def main() -> None:
    """Make the examples, pack them, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--collection", type=Path, required=True)
    parser.add_argument("--to", type=Path, default=RUN)
    options = parser.parse_args()
    options.to.mkdir(parents=True, exist_ok=True)
    tokenizer = AutoTokenizer.from_pretrained(find_encoder("all-MiniLM-L6-v2").directory)
    with Index.open(options.collection) as index:
        kept_out = gold_pages_of_judging() | _pages(index, judged_titles())
        parts = {
            name: _packed(options.to / "parts" / f"{name}.npz", make, tokenizer)
            for name, make in _sources(index, kept_out).items()
        }
    parts.pop("tune").write(options.to / "tune.npz")
    joined(list(parts.values())).write(options.to / "train.npz")


def _sources(index: Index, kept_out: frozenset[int]) -> dict[str, Callable[[], Iterable[Example]]]:
    """How the examples of each part are made."""
    passages = cache(lambda: _passages(index, kept_out, _CLOZE + _SENTENCES))
    chance = random.Random

    def opened() -> Iterator[Example]:
        found = list(from_open_questions(index, kept_out, chance(13)))
        yield from found
        yield from claims.from_questions(found, chance(14))

    return {
        "tune": lambda: chain(
            # As SQuAD asks: what is made of its questions by rules would flatter.
            (e for e in from_squad("tune", chance(1)) if e.kind != "squad altered"),
            claims.from_squad_answers("tune", chance(2)),
        ),
        "squad": lambda: from_squad("train", chance(11)),
        "answers": lambda: claims.from_squad_answers("train", chance(12)),
        "open": opened,
        "fever": lambda: claims.from_fever(index, "train", chance(15)),
        "cloze": lambda: cloze.from_passages(passages()[:_CLOZE], chance(16)),
        "sentences": lambda: claims.from_passages(passages()[_CLOZE:], chance(17)),
    }


def _packed(path: Path, make: Callable[[], Iterable[Example]], tokenizer: Any) -> Packed:
    if not path.exists():
        examples = list(make())
        path.parent.mkdir(exist_ok=True)
        pack(examples, tokenizer).write(path)
        for kind, count in Counter(map(_described, examples)).most_common():
            print(f"{path.stem}: {count:6,} {kind}", flush=True)
        sample = random.Random(3).sample(examples, min(_SAMPLE, len(examples)))
        with (path.parents[1] / "sample.txt").open("a", encoding="utf-8") as file:
            file.write("\n\n".join(map(_told, sample)) + "\n\n")
    return read_packed(path)


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
