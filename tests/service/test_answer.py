"""From question to answer with a scripted model over the real sample index."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.search import Index
from service.answer import AnswerEvent, Done, Sources, Token, answer_question
from service.errors import GeneratorFailed, GeneratorUnavailable
from service.generators.generator import Generator
from service.settings import GeneratorSettings
from service.types import Answer
from tests.index.toys import HashingEncoder
from tests.service.scripted_generator import ScriptedGenerator

QUESTION = "Who deciphered Linear B?"


@pytest.fixture(scope="module")
def index(sample: Path) -> Iterator[Index]:
    with Index.open(sample, HashingEncoder.open) as opened:
        yield opened


def _events(
    index: Index, model: Generator | None, question: str = QUESTION, **settings: int
) -> list[AnswerEvent]:
    async def collect() -> list[AnswerEvent]:
        answering = answer_question(index, model, question, GeneratorSettings(**settings))
        return [event async for event in answering]

    return asyncio.run(collect())


def _answer(index: Index, *script: str) -> Answer:
    done = _events(index, ScriptedGenerator(*script))[-1]
    assert isinstance(done, Done)
    return done.answer


def test_sources_come_first_and_the_answer_last(index: Index) -> None:
    events = _events(index, ScriptedGenerator("Michael Ventris ", "deciphered it [1]."))
    assert [type(event) for event in events] == [Sources, Token, Token, Done]
    answer = events[-1].answer  # type: ignore[union-attr]
    assert answer.text == "Michael Ventris deciphered it [1]."
    assert answer.model == "scripted"
    assert answer.grounded
    assert {"search_s", "first_token_s", "total_s"} <= set(answer.timings)


def test_every_citation_is_the_stored_text_between_its_offsets(index: Index) -> None:
    answer = _answer(index, "Ventris did [1]. It was announced on the radio in 1952 [2].")
    assert [citation.number for citation in answer.citations] == [1, 2]
    for citation in answer.citations:
        page = index.page(citation.ref.page_id)
        assert page is not None
        assert page.text[citation.ref.start : citation.ref.end] == citation.quote
        assert page.revision_id == citation.ref.revision_id


def test_a_mark_that_leads_nowhere_goes(index: Index) -> None:
    answer = _answer(index, "Zanzibar exports cloves [17].")
    assert "[" not in answer.text
    assert answer.sentences[0].citations == ()
    assert not answer.grounded
    assert answer.citations == ()


def test_a_sentence_without_a_mark_gets_its_passage(index: Index) -> None:
    answer = _answer(index, "Michael Ventris deciphered Linear B in 1952.")
    assert answer.grounded
    assert "Linear B" in answer.citations[0].quote


def test_a_model_caught_in_a_loop_is_stopped(index: Index) -> None:
    model = ScriptedGenerator(*["The answer is Ventris. "] * 500)
    done = _events(index, model)[-1]
    assert isinstance(done, Done)
    assert done.answer.text.count("Ventris") == 1
    assert model.closed.is_set()


def test_a_sentence_cut_off_is_left_out(index: Index) -> None:
    answer = _answer(index, "Ventris deciphered Linear B [1]. He was born in the year of")
    assert answer.text == "Ventris deciphered Linear B [1]."


def test_a_single_sentence_cut_off_stays(index: Index) -> None:
    assert _answer(index, "Ventris deciphered Linear B and").text.startswith("Ventris")


def test_the_prompt_keeps_to_its_budget(index: Index) -> None:
    roomy, tight = ScriptedGenerator("Yes [1]."), ScriptedGenerator("Yes [1].")
    _events(index, roomy, prompt_tokens=4000)
    _events(index, tight, prompt_tokens=200)
    roomy_words, tight_words = (
        sum(len(message.content.split()) for message in model.prompts[0])
        for model in (roomy, tight)
    )
    assert tight_words <= 200 < roomy_words


def test_a_context_too_small_for_one_passage_says_so(index: Index) -> None:
    with pytest.raises(GeneratorFailed, match="too small for one passage"):
        _events(index, ScriptedGenerator("never"), answer_tokens=4090)


def test_without_a_model_the_best_passages_are_quoted(index: Index) -> None:
    (done,) = _events(index, None)
    assert isinstance(done, Done)
    answer = done.answer
    assert answer.model is None
    assert answer.grounded
    for sentence, citation in zip(answer.sentences, answer.citations, strict=True):
        quoted = answer.text[sentence.start : sentence.end]
        assert quoted == f"“{citation.quote}” [{citation.number}]"


def test_nothing_found_is_said(index: Index) -> None:
    async def ask() -> list[AnswerEvent]:
        settings = GeneratorSettings()
        answering = answer_question(index, None, "xyzzyplugh", settings, mode="keyword")
        return [event async for event in answering]

    sources, done = asyncio.run(ask())
    assert sources == Sources(())
    assert isinstance(done, Done)
    assert "Nothing in this collection" in done.answer.text
    assert not done.answer.grounded


def test_a_silent_model_is_an_error(index: Index) -> None:
    with pytest.raises(GeneratorFailed, match="without a word"):
        _events(index, ScriptedGenerator())


def test_marks_alone_are_no_answer(index: Index) -> None:
    with pytest.raises(GeneratorFailed, match="said nothing"):
        _events(index, ScriptedGenerator("[1] [2]"))


def test_the_number_of_a_list_item_is_no_sentence(index: Index) -> None:
    answer = _answer(index, "1. Michael Ventris deciphered Linear B [1].")
    assert answer.text == "1. Michael Ventris deciphered Linear B [1]."


def test_an_unreachable_model_is_an_error(index: Index) -> None:
    with pytest.raises(GeneratorUnavailable, match="no server"):
        _events(index, ScriptedGenerator(unavailable=GeneratorUnavailable("no server")))
