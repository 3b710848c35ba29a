"""``pinakes.open``: a collection in Python, as somebody uses it who reads its docstring."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

import pinakes
from pinakes.index.errors import BadQuery, NoCollection, UnknownCollection
from pinakes.index.types import Hit, StoredPage, Suggestion
from pinakes.service.errors import GeneratorFailed, NotFound
from pinakes.service.types import Answer, Message
from tests.service.scripted_generator import ScriptedGenerator

QUESTION = "Which satirist compared the members of the Mouseion to birds fed in a cage?"
TRUE = "The satirist Timon of Phlius compared them to birds fed in a cage [1]."
Script = Callable[..., ScriptedGenerator]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """Let the model that the settings mean say this."""

    def script(*steps: object) -> ScriptedGenerator:
        generator = ScriptedGenerator(*steps)  # type: ignore[arg-type]
        monkeypatch.setattr("pinakes.service.generators.choice.open_generator", lambda _: generator)
        return generator

    return script


def test_it_searches_reads_and_completes(data: Path) -> None:
    with pinakes.open("samplewiki", data=data) as wiki:
        assert isinstance(wiki, pinakes.Collection)
        assert (wiki.name, wiki.manifest.passages) == ("samplewiki", 224)
        hits = wiki.search(QUESTION, 3)
        assert [type(hit) for hit in hits] == [Hit] * 3
        assert "Timon of Phlius" in hits[0].passage.text
        page = wiki.page("Vellum")  # a redirect
        assert isinstance(page, StoredPage)
        assert page.title == "Parchment"
        assert wiki.page(page.page_id) == page
        [suggestion] = wiki.suggest("vell")
        assert suggestion == Suggestion(page.page_id, "Parchment", "Vellum")
        for missing in ("Pinaks", 1, -1, 1 << 70):
            with pytest.raises(NotFound):
                wiki.page(missing)
        with pytest.raises(NotFound, match="did you mean Parchment"):
            wiki.page("Parchmen")
        with pytest.raises(BadQuery):
            wiki.search("?!")


def test_it_answers_with_its_sources(data: Path, script: Script) -> None:
    generator = script(TRUE)
    with pinakes.open("samplewiki", data=data) as wiki:
        answer = wiki.ask(QUESTION)
        assert isinstance(answer, Answer)
        assert (answer.kind, answer.model) == ("answer", "scripted")
        assert answer.collection == answer.citations[0].ref.collection == "samplewiki"
        follow_up = wiki.ask(
            "Who founded it?",
            history=[Message("user", QUESTION), Message("assistant", answer.text)],
        )
        assert wiki.ask("Who founded it?").searched == ("Who founded it?",) != follow_up.searched
        assert wiki.ask(QUESTION, mode="quote").kind == "passage"
        assert not generator.let_go
    assert generator.let_go


def test_what_nothing_supports_is_withheld_where_that_is_asked_for(
    data: Path, script: Script
) -> None:
    script(f"{TRUE} Violet horses ate marzipan in 1999.")
    with pinakes.open("samplewiki", data=data) as wiki:
        answers = {strict: wiki.ask(QUESTION, strict=strict) for strict in (True, False)}
    assert {strict: answer.withheld for strict, answer in answers.items()} == {True: 1, False: 0}
    assert "marzipan" in answers[False].text


def test_how_it_is_searched_is_said_when_it_is_opened_and_when_it_is_asked(
    sample: Path, data: Path
) -> None:
    with pinakes.open("samplewiki", data=sample.parent, mode="keyword") as wiki:
        assert wiki.index.encoder is None
        assert {name for hit in wiki.search(QUESTION) for name in hit.ranks} == {"keyword"}
    with pinakes.open("samplewiki", data=sample.parent) as wiki:
        assert {name for hit in wiki.search(QUESTION) for name in hit.ranks} > {"keyword"}
        assert {name for hit in wiki.search(QUESTION, mode="vector") for name in hit.ranks} == {
            "vector"
        }
    with (
        pinakes.open("samplewiki", data=data) as words_only,
        pytest.raises(BadQuery, match="no vectors"),
    ):
        words_only.search(QUESTION, mode="vector")


def test_a_question_needs_no_event_loop_and_minds_none(data: Path) -> None:
    async def in_a_notebook() -> Answer:
        return wiki.ask(QUESTION, mode="quote")

    with pinakes.open("samplewiki", data=data, generator="none") as wiki:
        alone = wiki.ask(QUESTION)
        assert asyncio.run(in_a_notebook()).text == alone.text
        answers: list[Answer] = []
        threads = [
            threading.Thread(target=lambda: answers.append(wiki.ask(QUESTION))) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [answer.text for answer in answers] == [alone.text] * 3


def test_what_the_model_breaks_is_an_error(data: Path, script: Script) -> None:
    script("The satirist", GeneratorFailed("the model was killed"))
    with pinakes.open("samplewiki", data=data) as wiki:
        with pytest.raises(GeneratorFailed, match="was killed"):
            wiki.ask(QUESTION)
        assert wiki.ask(QUESTION, mode="quote").citations


def test_what_is_not_there_says_what_is(data: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownCollection, match="there is samplewiki"):
        pinakes.open("enwiki", data=data)
    with pytest.raises(NoCollection, match="pinakes build DUMP"):
        pinakes.open(data=tmp_path)
    with pinakes.open(data=data, mode="keyword") as wiki:
        assert wiki.name == "samplewiki"


def test_importing_is_cheap_and_goes_offline_first() -> None:
    heavy = ("numpy", "tantivy", "faiss", "onnxruntime", "torch", "pydantic", "httpx", "typer")
    program = (
        "import sys, os, pinakes\n"
        f"print([name for name in {heavy} if name in sys.modules], "
        "os.environ['ORT_DISABLE_TELEMETRY'], pinakes.__version__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"[] 1 {version('pinakes')}\n"
    with pytest.raises(AttributeError, match="no attribute 'close'"):
        pinakes.close  # noqa: B018
