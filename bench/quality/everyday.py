"""Everyday questions, asked of several writers: what they say, and what of it is shown.

Measures, on 100 questions that the collection answers and 40 that it does not, written by hand
(bench/quality/questions/README.md): whether the model's own words hold the answer, before any
check; whether what is shown does, as an answer, and with a sentence that is supported or marked,
or in the words of sources; what was withheld though right; and what was refused. Writers:

- ``none``: no model, in mode answer; ``none, brief``: in one sentence.
- ``perfect``: a server (bench.speed.scripted_llama) that says the right sentence, with the numbers
  of the sources that are of the right pages, and declines what cannot be answered.
- ``liar``: one that says the wrong sentence the same way. None of it should be shown as supported.
- ``bundled``: the model that comes with Pinakes. ``--server URL`` and ``--gguf FILE``: others.

``--show`` prints the dev split's, one by one. ``--replies``: a file that keeps what the model of
``--server`` or ``--gguf`` says, so that it need not be asked again. ``--called``: what that one's
figures are recorded as. Writers that are not asked keep their last figures.
Corpus: the larger English collection.
Command: python -m bench.quality.everyday --collection DIR [--writers 'none;perfect;liar']
[--server URL] [--gguf FILE] [--called NAME] [--replies FILE] [--split dev] [--questions N] [--show]
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Column, Table

from bench.quality.everyday_questions import EVERYDAY, Everyday, holds_answer, read_everyday
from bench.quality.kept_replies import KeptReplies
from bench.record import record, recorded
from pinakes.index.errors import BadQuery
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.answer import Answerer, finished_answer
from pinakes.service.asking.generate import ModelText
from pinakes.service.generators.choice import open_generator
from pinakes.service.generators.generator import Generator, ModelInfo, Sign
from pinakes.service.settings import Settings, load_settings
from pinakes.service.types import Answer, AnswerMode, AnswerRequest, Message

_ROOT = Path(__file__).parents[2]
_SPLITS = ("dev", "test")
_SCRIPTED = ("perfect", "liar")
_WRITERS = ("none", "none, brief", *_SCRIPTED)
_OWN = (*_WRITERS, "bundled")
_DECLINED = "The sources do not say."
# Kinds of answers in a model's words, and verdicts on sentences that go unmarked.
_IN_OWN_WORDS = ("answer", "unproven")
_UNMARKED = ("supported", "none")
_NO_LIMIT = 1_000_000
# For an answer of a real model beside other work.
_PATIENCE_S = 3_600


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, what the model said of it, if one was asked, and the answer; None: no query."""

    asked: Everyday
    said: str
    answer: Answer | None

    @property
    def kind(self) -> str:
        """That of the answer; what cannot be searched for is refused, too."""
        return "refusal" if self.answer is None else self.answer.kind

    @property
    def shown(self) -> str:
        """What is shown as something that answers, with the markers of the sources."""
        return "" if self.answer is None or self.kind == "refusal" else self.answer.text

    @property
    def is_in_own_words(self) -> bool:
        """Whether what is shown is in a model's words."""
        return self.kind in _IN_OWN_WORDS

    @property
    def is_quoted(self) -> bool:
        """Whether what is shown is in the words of sources."""
        return not self.is_in_own_words and self.kind != "refusal"

    @property
    def supported(self) -> str:
        """Those sentences of the model that are shown as supported."""
        return self._sentences(lambda verdict: verdict == "supported")

    @property
    def marked(self) -> str:
        """Those that are shown with the mark that they are not, or not wholly, supported."""
        return self._sentences(lambda verdict: verdict not in _UNMARKED)

    @property
    def short(self) -> str:
        """The short answer."""
        short = None if self.answer is None else self.answer.short_answer
        return "" if short is None else short.text

    @property
    def found(self) -> bool:
        """Whether a passage of a page that tells it is among those found."""
        hits = () if self.answer is None else self.answer.hits
        return any(hit.passage.title in self.asked.pages for hit in hits)

    @property
    def is_told(self) -> bool:
        """Whether what a right answer must hold stands in what was found: it can be proven."""
        if self.answer is None:
            return False
        quotes = [citation.quote for citation in self.answer.citations]
        passages = [hit.passage.text for hit in self.answer.hits]
        return holds_answer("\n".join([*quotes, *passages]), self.asked.answers)

    def _sentences(self, wanted: Callable[[str], bool]) -> str:
        if self.answer is None or not self.is_in_own_words:
            return ""
        return " ".join(
            self.answer.text[sentence.start : sentence.end]
            for sentence in self.answer.sentences
            if not sentence.quoted and wanted(sentence.verdict)
        )


class _Overheard:
    """A generator, and what it has said since it was last asked what that was."""

    is_loading = False

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._pieces: list[str | Sign] = []

    def said(self) -> str:
        """Its words without its thoughts."""
        heard = ModelText(_NO_LIMIT)
        written = ""
        for piece in self._pieces:
            new = heard.feed(piece)
            written = new.text if new.withdraws else written + new.text
        last = heard.end()
        self._pieces.clear()
        return last.text if last.withdraws else written + last.text

    async def describe(self) -> ModelInfo:
        return await self._generator.describe()

    async def count_tokens(self, messages: Sequence[Message]) -> int:
        return await self._generator.count_tokens(messages)

    async def stream(
        self, messages: Sequence[Message], max_tokens: int
    ) -> AsyncGenerator[str | Sign, None]:
        async for piece in self._generator.stream(messages, max_tokens):
            self._pieces.append(piece)
            yield piece

    async def aclose(self) -> None:
        await self._generator.aclose()


def main() -> None:
    """Ask every writer, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--collection", type=Path, required=True)
    parser.add_argument("--writers", default=";".join(_WRITERS), help="names, between semicolons")
    parser.add_argument("--server", help="address of an OpenAI-compatible server")
    parser.add_argument("--gguf", type=Path, help="file of a model")
    parser.add_argument("--called", help="what the server's or the file's figures are called")
    parser.add_argument(
        "--replies", type=Path, help="what the server or the file says is kept here"
    )
    parser.add_argument("--split", choices=_SPLITS, help="this one alone")
    parser.add_argument("--questions", type=int, default=_NO_LIMIT, help="at most, of each split")
    parser.add_argument("--show", action="store_true", help="the dev split's, one by one")
    options = parser.parse_args()
    writers = [name for name in options.writers.split(";") if name]
    writers += [name for name in (options.server, options.gguf and options.gguf.name) if name]
    asked = _sample(read_everyday(), options.split, options.questions)
    figures = recorded("everyday")
    with Index.open(options.collection) as index:
        for writer in writers:
            with _settings(writer, asked, options) as settings:
                mode: AnswerMode = "brief" if writer.endswith("brief") else "answer"
                replies = None if writer in _OWN else options.replies
                answered = []
                for one in _answered(index, settings, asked, mode, writer, replies):
                    answered.append(one)
                    if options.show and one.asked.split == "dev":
                        _show(one)
            figures[_called(writer, options)] = {
                split: _figures([one for one in answered if one.asked.split == split])
                for split in _SPLITS
                if any(one.asked.split == split for one in answered)
            }
        corpus = f"{EVERYDAY.name}, {index.manifest.dump.name}"
    _print(figures)
    record("everyday", corpus, figures)


def _called(writer: str, options: argparse.Namespace) -> str:
    return writer if writer in _OWN else options.called or writer


def _sample(rows: Sequence[Everyday], split: str | None, most: int) -> list[Everyday]:
    """So many of each split, evenly from its beginning to its end."""
    chosen = []
    for name in _SPLITS if split is None else (split,):
        own = [row for row in rows if row.split == name]
        count = min(most, len(own))
        chosen += [own[place * len(own) // count] for place in range(count)]
    return chosen


@contextmanager
def _settings(
    writer: str, asked: Iterable[Everyday], options: argparse.Namespace
) -> Iterator[Settings]:
    """Those by which ``writer`` answers, while its server runs."""
    with ExitStack() as stack:
        if writer.startswith("none"):
            yield load_settings(generator__backend="none")
        elif writer in _SCRIPTED:
            address = stack.enter_context(_scripted(asked, lies=writer == "liar"))
            yield load_settings(generator__backend="llama-server", generator__url=address)
        else:
            chosen: dict[str, Any] = {"generator__backend": "auto", "answer__limit_s": _PATIENCE_S}
            if writer == options.server:
                chosen["generator__url"] = options.server
            elif writer != "bundled":
                chosen["generator__model_path"] = options.gguf
            yield load_settings(**chosen)


@contextmanager
def _scripted(asked: Iterable[Everyday], *, lies: bool) -> Iterator[str]:
    """The address of a server that knows what to say to each question."""
    sayings = {
        row.question: (row.false if lies else row.true or _DECLINED, row.pages) for row in asked
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(sayings, file)
        file.flush()
        command = [sys.executable, "-m", "bench.speed.scripted_llama", "--rate", "10000"]
        process = subprocess.Popen(
            [*command, "--say", file.name], cwd=_ROOT, stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()
            process.wait()


def _answered(
    index: Index,
    settings: Settings,
    asked: Sequence[Everyday],
    mode: AnswerMode,
    writer: str,
    replies: Path | None,
) -> Iterator[Answered]:
    generator = open_generator(settings.generator)
    if generator is not None and replies is not None:
        generator = KeptReplies(generator, replies)
    overheard = None if generator is None else _Overheard(generator)
    answerer = Answerer(overheard, settings)
    with asyncio.Runner() as runner:
        for row in track(asked, writer):
            request = AnswerRequest(row.question, mode=mode)
            try:
                answer = runner.run(finished_answer(answerer, index, request))
            except BadQuery:
                answer = None
            yield Answered(row, overheard.said() if overheard else "", answer)
        runner.run(answerer.aclose())


def _figures(answered: Sequence[Answered]) -> dict[str, Any]:
    can = [one for one in answered if one.asked.is_answerable]
    cannot = [one for one in answered if not one.asked.is_answerable]
    as_answers = [one for one in can if one.kind == "answer"]
    supported = [one for one in can if one.supported]
    short = [one for one in can if one.short]
    return {
        "answerable": len(can),
        "right page found": sum(one.found for one in can),
        "answer told by what was found": sum(one.is_told for one in can),
        "said right": sum(one.asked.is_right(one.said) for one in can),
        "shown right": sum(one.asked.is_right(one.shown) for one in can),
        "shown wrong": sum(bool(one.shown) and not one.asked.is_right(one.shown) for one in can),
        "as an answer": len(as_answers),
        "as an answer, right": sum(one.asked.is_right(one.shown) for one in as_answers),
        "as an answer, right, and told": sum(
            one.is_told and one.asked.is_right(one.shown) for one in as_answers
        ),
        "supported": len(supported),
        "supported, right": sum(one.asked.is_right(one.supported) for one in supported),
        "marked": sum(bool(one.marked) for one in can),
        "withheld though right": sum(
            one.asked.is_right(one.said)
            and not one.asked.is_right(f"{one.supported} {one.marked}".strip())
            for one in can
        ),
        "words of sources": sum(one.is_quoted for one in can),
        "words of sources, right": sum(
            one.is_quoted and one.asked.is_right(one.shown) for one in can
        ),
        "short answer": len(short),
        "short answer, right": sum(one.asked.is_right(one.short) for one in short),
        "refused wrongly": sum(one.kind == "refusal" for one in can),
        "unanswerable": len(cannot),
        "refused rightly": sum(one.kind == "refusal" for one in cannot),
        "unanswerable: as an answer": sum(one.kind == "answer" for one in cannot),
        "unanswerable: supported": sum(bool(one.supported) for one in cannot),
        "unanswerable: words of sources": sum(one.is_quoted for one in cannot),
    }


def _print(figures: dict[str, Any]) -> None:
    columns = [(writer, split) for writer, splits in figures.items() for split in splits]
    table = Table(Column(no_wrap=True), *(f"{writer}: {split}" for writer, split in columns))
    for name in figures[columns[0][0]][columns[0][1]]:
        table.add_row(
            name, *(str(figures[writer][split].get(name, "")) for writer, split in columns)
        )
    Console(width=240).print(table)


def _show(one: Answered) -> None:
    """As it comes: a real model takes an hour for all of them."""
    right = "right" if one.asked.is_right(one.shown) else "not right"
    found = "found" if one.found else "not found"
    lines = (
        f"{one.asked.question_id} {one.kind}, {right}, page {found}: {one.asked.question}",
        f"    said: {one.said}",
        f"    supported: {one.supported}  marked: {one.marked}",
        f"    short: {one.short}",
    )
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    main()
