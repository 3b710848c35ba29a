"""``pinakes chat``: questions one after the other, each knowing those before it."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args

import typer

from pinakes.service.cli.options import (
    AnswerModeOption,
    BackendOption,
    CollectionOption,
    DataOption,
    JsonOption,
    StrictOption,
    command_settings,
    one_of,
    open_index,
    open_model,
)
from pinakes.service.errors import BadInput
from pinakes.service.plain_text import one_line, visible_json
from pinakes.service.problems import problem_of
from pinakes.service.types import AnswerMode, Inquiry, Message

if TYPE_CHECKING:
    from rich.console import Console

    from pinakes.index.retrieval.search import Index
    from pinakes.service.asking.answer import Answerer
    from pinakes.service.types import Answer

__all__ = ["chat"]

HELP = """\
/open N          source N of the answer: the passage in its section
/sources         the sources of the answer again
/mode MODE       answer: a paragraph; brief: one sentence; quote: passages, no model
/new             forget the conversation
/help            these lines
/quit, Ctrl-D    leave; Ctrl-C stops an answer"""


def chat(
    mode: AnswerModeOption = "answer",
    strict: StrictOption = None,
    generator: BackendOption = None,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask and ask on; /help lists what else can be typed."""
    from pinakes.service.asking.answer import Answerer
    from pinakes.service.terminal.chat_prompt import typed_lines
    from pinakes.service.terminal.console import err, out

    settings = command_settings(data, collection, backend=generator)
    chosen: AnswerMode = one_of("--mode", mode, get_args(AnswerMode))
    with open_index(settings, settings.search.mode) as index, asyncio.Runner() as runner:
        answerer = Answerer(open_model(settings), settings)
        console = err if as_json else out  # standard output is for the answers alone
        session = _Session(index, answerer, runner, console, chosen, strict, as_json)
        if sys.stdin.isatty():
            name = f"{index.manifest.collection} {index.manifest.generation}"
            err.print(f"{name}: ask a question, or type /help.", style="dim")
        try:
            status = session.run(typed_lines())
        finally:
            runner.run(answerer.aclose())
    raise typer.Exit(status)


@dataclass(slots=True)
class _Session:
    """A conversation: what has been said, and how questions are answered from now on."""

    index: "Index"
    answerer: "Answerer"
    runner: asyncio.Runner
    console: "Console"
    mode: AnswerMode
    strict: bool | None
    as_json: bool
    history: list[Message] = field(default_factory=list)
    last: "Answer | None" = None

    def run(self, lines: Iterable[str]) -> int:
        """Answer line by line; the exit status is that of the last one that failed, piped in."""
        status = 0
        for line in lines:
            if line in ("/quit", "/exit"):
                break
            try:
                self._take(line)
            except KeyboardInterrupt:
                self._say("Stopped.")
            except Exception as error:
                problem = problem_of(error)
                if problem is None:
                    raise
                sys.stderr.write(f"pinakes: {one_line(str(error))}\n")
                status = problem.exit_status
        return 0 if sys.stdin.isatty() else status

    def _take(self, line: str) -> None:
        commands: dict[str, Callable[[str], None]] = {
            "/help": lambda _: self.console.print(HELP, markup=False),
            "/mode": self._change_mode,
            "/new": self._forget,
            "/open": self._open,
            "/sources": self._show_sources,
        }
        name, _, argument = line.partition(" ")
        if name in commands:
            commands[name](argument.strip())
        elif name.startswith("/"):
            raise BadInput(f"no command {name}; /help lists them")
        elif line:
            self._ask(line)

    def _ask(self, question: str) -> None:
        from pinakes.service.terminal.answer_live import shown_answer
        from pinakes.service.terminal.answer_report import print_answer
        from pinakes.service.views.answer_views import answer_view

        inquiry = Inquiry(question, tuple(self.history), self.mode, self.strict)
        events = self.answerer.answer(self.index, inquiry)
        answer = self.runner.run(shown_answer(events, quiet=self.as_json))
        self.last = answer
        self.history += [Message("user", question), Message("assistant", answer.text)]
        if self.as_json:
            view = answer_view(answer, self.index.manifest).model_dump(mode="json")
            sys.stdout.write(json.dumps(visible_json(view), ensure_ascii=False) + "\n")
            sys.stdout.flush()
        else:
            print_answer(answer)
            self.console.print()

    def _open(self, argument: str) -> None:
        from pinakes.service.terminal.source_report import print_source

        cited = self.last.citations if self.last else ()
        citation = next((one for one in cited if str(one.number) == argument.strip("[]")), None)
        if citation is None:
            numbers = ", ".join(str(one.number) for one in cited) or "none"
            raise BadInput(f"/open {argument}: no such source; the answer has {numbers}")
        page = self.index.page(citation.ref.page_id)
        if page is not None:
            print_source(citation, page, self.console)

    def _show_sources(self, _argument: str) -> None:
        from pinakes.service.terminal.answer_report import print_answer_sources

        if self.last is None or not self.last.citations:
            raise BadInput("there are no sources yet; ask a question")
        print_answer_sources(self.last, self.console)

    def _change_mode(self, argument: str) -> None:
        if argument:
            self.mode = one_of("/mode", argument, get_args(AnswerMode))
        self._say(f"Mode: {self.mode}.")

    def _forget(self, _argument: str) -> None:
        self.history.clear()
        self.last = None
        self._say("A new conversation.")

    def _say(self, text: str) -> None:
        from pinakes.service.terminal.console import err

        err.print(text, style="dim")
