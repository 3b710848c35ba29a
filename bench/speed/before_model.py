"""What a question costs before a model is asked: processor and clock time of each stage.

Measures, of everyday questions asked one after the other as the service asks them, the time from
the question to the first call of the model that words the answer: the median of each stage, the
whole, and beside it searching the same questions by their words alone, and no more. The model is
none: it counts tokens by letters and says one word. Processor time is that of all threads of the
process; on a machine that does other things too it is longer, and clock time is not told.
Corpus: bench/quality/questions/everyday.jsonl, split dev; the larger English collection.
Command: python -m bench.speed.before_model --collection DIR [--questions N]
"""

import argparse
import asyncio
import os
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.quality.everyday_questions import EVERYDAY, read_everyday
from bench.record import record
from pinakes.index.encoders.onnx_model import open_question_encoder
from pinakes.index.retrieval.search import Index
from pinakes.index.types import EncoderRecord, Hit, Mode, QueryContext, QuestionEncoder, Vectors
from pinakes.service.asking.answer import Answerer, finished_answer
from pinakes.service.generators.generator import ModelInfo, Sign
from pinakes.service.reading.answerability import Answerability, Findings, Threshold
from pinakes.service.reading.models import reading_models
from pinakes.service.reading.network_first import NetworkFirst
from pinakes.service.reading.question import Question
from pinakes.service.reading.reader import Reader, Reading
from pinakes.service.settings import load_settings
from pinakes.service.types import AnswerRequest, Message

_QUESTIONS = 50
_STAGES = (
    "vector of the question",
    "searching and ranking",
    "vectors of sentences",
    "linear reader",
    "network",
    "answerability",
)
_REST, _WHOLE, _BARE = (
    "the rest: names, leads, packing",
    "before the model",
    "search by words alone",
)


@dataclass
class _Clock:
    """Seconds of processor and clock by stage, without those of the stages inside it."""

    spent: dict[str, tuple[float, float]] = field(
        default_factory=lambda: defaultdict(lambda: (0.0, 0.0))
    )
    inner: list[tuple[float, float]] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = _now()
        self.inner.append((0.0, 0.0))
        try:
            yield
        finally:
            took = _since(began)
            within = self.inner.pop()
            spent = self.spent[name]
            self.spent[name] = (
                spent[0] + took[0] - within[0],
                spent[1] + took[1] - within[1],
            )
            if self.inner:
                outer = self.inner[-1]
                self.inner[-1] = (outer[0] + took[0], outer[1] + took[1])


_CLOCK = _Clock()


@dataclass(frozen=True, slots=True)
class _TimedIndex(Index):
    def search(
        self, query: str | QueryContext, limit: int = 10, mode: Mode = "hybrid"
    ) -> list[Hit]:
        with _CLOCK.stage("searching and ranking"):
            return Index.search(self, query, limit, mode)

    def context(self, question: str) -> QueryContext:
        with _CLOCK.stage("searching and ranking"):
            return Index.context(self, question)


class _TimedEncoder:
    def __init__(self, encoder: QuestionEncoder) -> None:
        self._encoder = encoder

    @property
    def record(self) -> EncoderRecord:
        return self._encoder.record

    def encode_query(self, text: str) -> Vectors:
        with _CLOCK.stage("vector of the question"):
            return self._encoder.encode_query(text)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        with _CLOCK.stage("vectors of sentences"):
            return self._encoder.encode_passages(texts)


class _TimedReader:
    def __init__(self, stage: str, reader: Reader) -> None:
        self._stage, self._reader = stage, reader
        self.margin = reader.margin

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        with _CLOCK.stage(self._stage):
            return self._reader.read(question, hits)


class _TimedAnswerability:
    def __init__(self, answerability: Answerability) -> None:
        self._answerability = answerability
        self.name = answerability.name

    def confidence(self, question: Question, findings: Findings) -> float:
        with _CLOCK.stage("answerability"):
            return self._answerability.confidence(question, findings)

    def usual_threshold(self, encoder: EncoderRecord | None) -> Threshold:
        return self._answerability.usual_threshold(encoder)


class _Model:
    """Notes when it is asked, and says next to nothing."""

    is_loading = False

    def __init__(self) -> None:
        self.asked: tuple[float, float] | None = None

    async def describe(self) -> ModelInfo:
        return ModelInfo("none", context_tokens=32_768, parameters=30_000_000_000)

    async def count_tokens(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content) for message in messages) // 4

    async def stream(
        self, messages: Sequence[Message], max_tokens: int
    ) -> AsyncGenerator[str | Sign, None]:
        self.asked = self.asked or _now()
        yield "Yes."

    async def aclose(self) -> None:
        pass


def main() -> None:
    """Ask, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--collection", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=_QUESTIONS)
    options = parser.parse_args()
    asked = [row.question for row in read_everyday() if row.split == "dev" and row.is_answerable]
    asked = asked[: options.questions]
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    with _TimedIndex.open(options.collection, _open_encoder) as index:
        times = _times(index, asked)
        corpus = (
            f"{EVERYDAY.name}, split dev, {index.manifest.dump.name}, "
            f"{index.manifest.passages:,} passages, beside a load of {load:.0f}"
        )
    figures = {
        name: {
            "processor ms": round(1000 * median(row[0] for row in rows), 1),
            "clock ms": round(1000 * median(row[1] for row in rows)) if load < cores else None,
            "processor ms, p95": round(1000 * quantiles([row[0] for row in rows], n=20)[-1], 1),
        }
        for name, rows in times.items()
    }
    _print(figures)
    if len(asked) == _QUESTIONS:
        record("before_model", corpus, figures)


def _open_encoder(directory: Path) -> QuestionEncoder:
    return _TimedEncoder(open_question_encoder(directory))


def _times(index: Index, asked: Sequence[str]) -> dict[str, list[tuple[float, float]]]:
    """By stage what each question took; those that are refused before a model are left out."""
    settings = load_settings(generator__backend="none", generator__plan=False)
    models = reading_models(settings.models)
    reader = models.reader
    if isinstance(reader, NetworkFirst):
        reader = NetworkFirst(
            _TimedReader("network", reader.network), _TimedReader("linear reader", reader.linear)
        )
    models = replace(models, reader=reader, answerability=_TimedAnswerability(models.answerability))
    model = _Model()
    answerer = Answerer(model, settings, models)
    times: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with asyncio.Runner() as runner:
        ask: Callable[[str], Any] = lambda question: runner.run(  # noqa: E731
            finished_answer(answerer, index, AnswerRequest(question))
        )
        ask(asked[0])  # opens what is opened late
        for question in asked:
            _CLOCK.spent.clear()
            model.asked = None
            began = _now()
            ask(question)
            if model.asked is None:
                continue
            whole = (model.asked[0] - began[0], model.asked[1] - began[1])
            spent = [_CLOCK.spent[stage] for stage in _STAGES]
            for stage, took in zip(_STAGES, spent, strict=True):
                times[stage].append(took)
            times[_REST].append(
                (whole[0] - sum(took[0] for took in spent), whole[1] - sum(t[1] for t in spent))
            )
            times[_WHOLE].append(whole)
            began = _now()
            Index.search(index, question, mode="keyword")
            times[_BARE].append(_since(began))
        runner.run(answerer.aclose())
    return times


def _now() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


def _since(began: tuple[float, float]) -> tuple[float, float]:
    now = _now()
    return now[0] - began[0], now[1] - began[1]


def _print(figures: dict[str, Any]) -> None:
    table = Table("", *next(iter(figures.values())))
    for name, found in figures.items():
        table.add_row(name, *map(str, found.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
