"""Questions that follow others: whether the right page is found, and whether complete ones stay.

Measures, on conversations written by hand (bench/quality/questions/README.md): how often one of a
follow-up's pages is among the sources, and how many complete questions are searched as they are
typed. The conversation so far holds the list's short answers, as a good assistant gives them; in a
second run what Pinakes itself quotes without a model. Beside them the question alone, the question
behind the one before it, and, as what could be reached, the list's own wording.
Corpus: the larger English collection; ``--show`` prints what is made of the dev split's questions.
Command: python -m bench.quality.conversations --collection DIR [--mode keyword] [--show]
"""

import argparse
import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench.record import record
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Mode
from pinakes.service.asking.answer import Answerer, finished_answer
from pinakes.service.asking.conversation import standalone
from pinakes.service.asking.retrieve import find
from pinakes.service.reading.models import ReadingModels, reading_models
from pinakes.service.reading.words import words_of
from pinakes.service.settings import load_settings
from pinakes.service.types import AnswerRequest, Message

_ROWS = Path(__file__).parent / "questions" / "conversations.jsonl"
_SPLITS = ("dev", "test")
_BOTH = "with the one before"
_OURS = _RIGHT_ANSWERS, _OWN_QUOTATIONS = "after right answers", "after own quotations"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that follows others, and each of the ways to ask it, as it is searched for."""

    split: str
    kind: str
    question: str
    as_is: bool
    pages: frozenset[str]
    ways: dict[str, str]


def main() -> None:
    """Ask every follow-up in every way, print and record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--collection", type=Path, required=True)
    parser.add_argument("--mode", choices=("keyword", "hybrid"), default="hybrid")
    parser.add_argument("--show", action="store_true", help="the dev split's questions, one by one")
    options = parser.parse_args()
    conversations = [json.loads(line) for line in _ROWS.read_text(encoding="utf-8").splitlines()]
    with Index.open(options.collection) as index:
        follow_ups = [*_follow_ups(index, conversations)]
        right = partial(_is_right, index, reading_models(), options.mode)
        found = [{way: right(one, way) for way in one.ways} for one in follow_ups]
        corpus = f"{index.manifest.dump.name}, search mode {options.mode}"
    if options.show:
        _show(follow_ups, found)
    figures = {split: _figures(follow_ups, found, split) for split in _SPLITS}
    print(json.dumps(figures, indent=1))
    record("conversations", corpus, figures)


def _follow_ups(index: Index, conversations: Sequence[Any]) -> Iterator[FollowUp]:
    words = words_of(index.manifest.dump.language)
    answerer = Answerer(None, load_settings())
    with asyncio.Runner() as runner:
        for conversation in conversations:
            said: list[Message] = []
            quoted: list[Message] = []
            earlier = ""
            for number, turn in enumerate(conversation["turns"], 1):
                question = turn["question"]
                if number > 1:
                    yield FollowUp(
                        conversation["split"],
                        "complete" if turn["as_is"] else f"leaning, turn {number}",
                        question,
                        turn["as_is"],
                        frozenset(turn["pages"]),
                        {
                            "alone": question,
                            _BOTH: f"{earlier} {question}",
                            _RIGHT_ANSWERS: standalone(question, said, words, index),
                            _OWN_QUOTATIONS: standalone(question, quoted, words, index),
                            "as the list words it": turn["standalone"],
                        },
                    )
                own = runner.run(
                    finished_answer(
                        answerer, index, AnswerRequest(question, tuple(quoted), mode="brief")
                    )
                )
                said += [Message("user", question), Message("assistant", turn["answer"])]
                quoted += [Message("user", question), Message("assistant", own.text)]
                earlier = question
        runner.run(answerer.aclose())


def _is_right(
    index: Index, models: ReadingModels, mode: Mode, follow_up: FollowUp, way: str
) -> bool:
    text = follow_up.ways[way]
    leans = way in _OURS and text != follow_up.question
    hits = find(index, models, text, mode, follow_up.ways[_BOTH] if leans else None).hits
    return any(hit.passage.title in follow_up.pages for hit in hits)


def _figures(
    follow_ups: Sequence[FollowUp], found: Sequence[dict[str, bool]], split: str
) -> dict[str, Any]:
    rows = [row for row in zip(follow_ups, found, strict=True) if row[0].split == split]
    kinds: dict[str, Callable[[FollowUp], bool]] = {
        "all": lambda _: True,
        **{
            kind: partial(lambda kind, one: one.kind == kind, kind)
            for kind in sorted({one.kind for one, _ in rows})
        },
    }
    figures: dict[str, Any] = {}
    for kind, belongs in kinds.items():
        own = [row for row in rows if belongs(row[0])]
        figures[kind] = {"questions": len(own)} | {
            way: round(sum(right[way] for _, right in own) / len(own), 3) for way in own[0][1]
        }
    for way in _OURS:
        complete = [one for one, _ in rows if one.as_is]
        figures["complete"][f"untouched {way}"] = round(
            sum(one.ways[way] == one.question for one in complete) / len(complete), 3
        )
    return figures


def _show(follow_ups: Sequence[FollowUp], found: Sequence[dict[str, bool]]) -> None:
    for one, right in zip(follow_ups, found, strict=True):
        if one.split == "dev":
            print(f"{one.kind}: {one.question}  {sorted(one.pages)}")
            for way, text in one.ways.items():
                if way.startswith("after"):
                    print(f"    {'right' if right[way] else 'WRONG'} {way}: {text}")


if __name__ == "__main__":
    main()
