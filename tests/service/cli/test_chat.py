"""A chat as it is piped in, with a scripted model, the real one, and at a real terminal."""

import asyncio
import json
import signal
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest

from pinakes.service.errors import GeneratorFailed
from pinakes.service.types import Message
from tests.service.cli.conftest import AnswerBy, Script
from tests.service.conftest import Outcome, Run
from tests.service.scripted_generator import ScriptedGenerator

BIRDS = "Which satirist compared the members of the Mouseion to birds fed in a cage?"
TRUE = (
    "The satirist Timon of Phlius compared them to birds fed in a cage, who quarrel without end "
    "over their books. "
)


@pytest.fixture
def run(run: Run, data: Path) -> Run:
    """Run a command over the sample."""

    def over_sample(*arguments: object, lines: str = "") -> Outcome:
        return run(*arguments, "--data", data, lines=lines)

    return over_sample


def test_questions_are_answered_with_their_sources(run: Run, script: Script) -> None:
    generator = script(TRUE)
    outcome = run("chat", lines=f"{BIRDS}\n\nWho wrote the Pinakes?\n")
    assert outcome.status == 0
    assert outcome.out.startswith(TRUE.replace(". ", " [1].\n\nSources\n[1] "))
    assert outcome.out.count("\n\nThe satirist Timon of Phlius") == 1
    assert outcome.err.count("scripted · generation 20261101-1 · as of 2026-11-01") == 2
    assert "> " not in outcome.out  # the prompt is for people
    assert generator.let_go


def test_a_follow_up_knows_what_was_said(run: Run, script: Script) -> None:
    generator = script(TRUE)
    run("chat", lines=f"{BIRDS}\nWhat else did he say?\n/new\nWho wrote the Pinakes?\n")
    said = ["".join(message.content for message in prompt) for prompt in generator.prompts]
    assert not any("What else" in text for text in said[:1])
    assert any(BIRDS in text and "What else did he say?" in text for text in said[1:])
    assert "Who wrote the Pinakes?" in said[-1]
    assert BIRDS not in said[-1]  # forgotten


def test_opened_sources_stand_in_their_section(run: Run, script: Script) -> None:
    script(TRUE)
    outcome = run("chat", lines=f"{BIRDS}\n/open 1\n")
    _, _, opened = outcome.out.partition("Library of Alexandria  [1]  samplewiki/617@")
    heading, text = opened.split("\n")[2:4]
    assert heading == "Foundation › The Mouseion"
    assert text
    cited = opened[opened.index("⟦") + 1 : opened.index("⟧")]
    assert "Timon of Phlius" in cited
    answer = json.loads(run("ask", BIRDS, "--json").out)
    assert answer["citations"][0]["quote"].startswith(cited)
    assert opened.count("⟦") == opened.count("⟧") >= 1


def test_sources_modes_and_help(run: Run, script: Script) -> None:
    generator = script(TRUE, "Timon was a satirist. ")
    lines = ["/mode brief", BIRDS, "/sources", "/mode quote", BIRDS, "/mode", "/help", "/quit", "x"]
    outcome = run("chat", "--mode", "answer", lines="\n".join(lines))
    assert outcome.status == 0
    assert "Timon was a satirist" not in outcome.out
    assert outcome.out.count("\nSources\n") == 3
    assert "The passage that most likely answers" in outcome.out
    assert outcome.err.count("Mode: quote.") == 2
    assert "/open N" in outcome.out
    assert len(generator.prompts) == 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/dance", "no command /dance; /help lists them"),
        ("/open 1", "no such source; the answer has none"),
        ("/sources", "there are no sources yet"),
        ("/mode grand", "/mode 'grand': choose answer, brief, quote"),
        ("?!", "no word to search for"),
    ],
)
def test_what_does_not_fit_is_one_line_and_the_chat_goes_on(
    run: Run, script: Script, line: str, words: str
) -> None:
    script(TRUE)
    outcome = run("chat", lines=f"{line}\n{BIRDS}\n")
    assert outcome.err.splitlines()[0].startswith("pinakes: ")
    assert words in outcome.err.splitlines()[0]
    assert "Timon of Phlius" in outcome.out
    assert outcome.status == 2


def test_a_source_that_is_not_there_names_those_that_are(run: Run, script: Script) -> None:
    script(TRUE)
    assert (
        "/open 7: no such source; the answer has 1\n" in run("chat", lines=f"{BIRDS}\n/open 7").err
    )


def test_a_model_that_breaks_off_ends_one_answer(run: Run, script: Script) -> None:
    generator = script("The satirist", GeneratorFailed("the model was killed"))
    outcome = run("chat", lines=f"{BIRDS}\n/mode quote\n{BIRDS}\n")
    assert "pinakes: the model was killed\n" in outcome.err
    assert "Timon of Phlius" in outcome.out
    assert outcome.status == 1
    assert generator.let_go


class Interrupted(ScriptedGenerator):
    """The user presses Ctrl-C in its first answer."""

    async def stream(
        self, messages: Sequence[Message], max_tokens: int
    ) -> AsyncGenerator[str, None]:
        if not self.prompts:
            self.prompts.append(messages)
            yield "The satirist "
            signal.raise_signal(signal.SIGINT)
            await asyncio.sleep(60)
        async for piece in super().stream(messages, max_tokens):
            yield piece


def test_ctrl_c_stops_an_answer_and_no_more(run: Run, answer_by: AnswerBy) -> None:
    generator = answer_by(Interrupted(TRUE))
    outcome = run("chat", lines=f"{BIRDS}\n{BIRDS}\n")
    assert outcome.err.splitlines()[0] == "Stopped."
    assert outcome.out.count("The satirist Timon of Phlius") == 1
    assert outcome.status == 0
    assert generator.let_go


def test_one_answer_a_line_as_json(run: Run, script: Script) -> None:
    script(TRUE)
    outcome = run("chat", "--json", lines=f"{BIRDS}\n/open 1\n/help\n?!\n{BIRDS}\n")
    answers = [json.loads(line) for line in outcome.out.splitlines()]
    assert [answer["question"] for answer in answers] == [BIRDS, BIRDS]
    assert answers[0]["text"].startswith("The satirist Timon of Phlius")
    assert "⟦" in outcome.err
    assert outcome.status == 2


def test_what_nothing_supports_is_marked_or_withheld(run: Run, script: Script) -> None:
    script(TRUE, "Horses eat 1999 violet grass.")
    marked = run("chat", "--no-strict", lines=BIRDS)
    assert "violet grass. (unsupported: not in the sources: 1999" in marked.out
    withheld = run("chat", "--strict", lines=BIRDS)
    assert "violet" not in withheld.out
    assert "1 sentence withheld: nothing supports it" in withheld.err


def test_a_refusal_says_what_was_searched(run: Run, script: Script) -> None:
    script("never")
    outcome = run("chat", lines="xyzzyplugh")
    assert "Searched for “xyzzyplugh”." in outcome.out
    assert outcome.status == 0


def test_with_the_bundled_model(run: Run) -> None:
    pytest.importorskip("xllamacpp")
    lines = "Where was the Rosetta Stone found?\nAnd when was it found?\n"
    outcome = run("chat", "--mode", "brief", "--no-strict", "--json", lines=lines)
    first, second = (json.loads(line) for line in outcome.out.splitlines())
    for answer in (first, second):
        assert answer["kind"] in ("answer", "unproven")
        assert "SmolLM2" in answer["model"]
    assert "Rosetta" in " ".join(second["searched"])  # it was asked of that stone
