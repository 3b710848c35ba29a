"""``pinakes chat``: questions one after the other, each knowing those before it."""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
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
    open_wiki,
    tell_of_no_model,
)
from pinakes.service.errors import BadInput
from pinakes.service.plain_text import one_line, visible_json
from pinakes.service.problems import problem_of
from pinakes.service.types import AnswerMode, Message

if TYPE_CHECKING:
    from rich.console import Console

    from pinakes.service.collection import Collection
    from pinakes.service.types import Answer

__all__ = ["chat"]

HELP = """\
/open N          source N of the answer: the passage in its section
/sources         the sources of the answer again
/mode MODE       answer: a paragraph; brief: one sentence; quote: a passage, no model
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
    from pinakes.service.privacy import keep_nothing_asked
    from pinakes.service.terminal.console import err, out, typed_lines

    keep_nothing_asked()
    settings = command_settings(data, collection, backend=generator)
    chosen: AnswerMode = one_of("--mode", mode, get_args(AnswerMode))
    with open_wiki(settings) as wiki:
        tell_of_no_model(wiki.generator, settings)
        console = err if as_json else out  # standard output is for the answers alone
        session = _Session(wiki, console, chosen, strict, as_json)
        if sys.stdin.isatty():
            name = f"{wiki.name} {wiki.manifest.generation}"
            err.print(f"{name}: ask a question, or type /help.", style="dim")
        status = session.run(typed_lines())
    raise typer.Exit(status)


@dataclass(slots=True)
class _Session:
    """A conversation: what has been said, and how questions are answered from now on."""

    wiki: "Collection"
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
        from pinakes.service.terminal.answer_report import print_answer, shown_answer
        from pinakes.service.views.answer_views import answer_view

        answer = self.wiki.ask(
            question,
            history=self.history,
            mode=self.mode,
            strict=self.strict,
            show=partial(shown_answer, quiet=self.as_json),
        )
        self.last = answer
        self.history += [Message("user", question), Message("assistant", answer.text)]
        if self.as_json:
            view = answer_view(answer).model_dump(mode="json")
            sys.stdout.write(json.dumps(visible_json(view), ensure_ascii=False) + "\n")
            sys.stdout.flush()
        else:
            print_answer(answer, self.wiki.lacking_vectors, is_building=self.wiki.is_building)
            self.console.print()

    def _open(self, argument: str) -> None:
        from pinakes.service.terminal.answer_report import print_source

        cited = self.last.citations if self.last else ()
        citation = next(
            (citation for citation in cited if str(citation.number) == argument.strip("[]")), None
        )
        if citation is None:
            numbers = ", ".join(str(citation.number) for citation in cited) or "none"
            raise BadInput(f"/open {argument}: no such source; the answer has {numbers}")
        page = self.wiki.index.page(citation.ref.page_id)
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
