"""From question to answer with a scripted model over the real sample index."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import BadQuery
from index.search import Index
from service.answering.events import Checked, Sources, Status, Token
from service.errors import GeneratorFailed, GeneratorUnavailable
from service.types import Answer, Inquiry
from tests.service.answering.answers import QUESTION, answer_events, answered
from tests.service.scripted_generator import ScriptedGenerator


@pytest.fixture(scope="module")
def index(sample: Path) -> Iterator[Index]:
    with Index.open(sample) as opened:
        yield opened


def _answer(index: Index, *script: str, question: str = QUESTION, strict: bool = False) -> Answer:
    inquiry = Inquiry(question, strict=strict)
    return answered(answer_events(index, ScriptedGenerator(*script), inquiry))


def test_stages_sources_text_verdict_and_answer_in_this_order(index: Index) -> None:
    events = answer_events(index, ScriptedGenerator("Michael Ventris ", "deciphered Linear B [1]."))
    assert [event.stage if isinstance(event, Status) else type(event) for event in events[:-1]] == [
        "searching",
        "reading",
        Sources,
        "writing",
        Token,
        Token,
        Token,
        Checked,
    ]
    answer = answered(events)
    assert re.fullmatch(r"Michael Ventris deciphered Linear B \[\d\]\.", answer.text)
    assert (answer.kind, answer.mode, answer.model) == ("answer", "answer", "scripted")
    assert answer.grounded
    assert answer.searched == (QUESTION,)
    assert answer.as_of == "2026-11-01"
    assert answer.answer_tokens == 2
    assert answer.prompt_tokens > 20
    assert {"search_s", "first_token_s", "total_s"} <= set(answer.timings)


def test_every_citation_is_the_stored_text_between_its_offsets(index: Index) -> None:
    answer = _answer(index, "Michael Ventris deciphered Linear B [1].")
    assert answer.citations
    for citation in answer.citations:
        page = index.page(citation.ref.page_id)
        assert page is not None
        assert page.text[citation.ref.start : citation.ref.end] == citation.quote
        assert page.revision_id == citation.ref.revision_id


def test_a_mark_that_leads_nowhere_goes(index: Index) -> None:
    answer = _answer(index, "Zanzibar exports cloves [17].")
    assert "[" not in answer.text
    assert answer.sentences[0].citations == ()
    assert answer.sentences[0].verdict == "unsupported"
    assert not answer.grounded
    assert answer.citations == ()


def test_a_sentence_without_a_mark_gets_its_passage(index: Index) -> None:
    answer = _answer(index, "Michael Ventris deciphered Linear B.")
    assert answer.grounded
    assert "Linear B" in answer.citations[0].quote


def test_a_wrong_mark_is_replaced_by_the_passage_that_bears_it_out(index: Index) -> None:
    question = "Which satirist compared the members of the Mouseion to birds fed in a cage?"
    said = "The satirist Timon of Phlius compared them to birds fed in a cage [3]."
    [citation] = _answer(index, said, question=question).citations
    assert "Timon of Phlius" in citation.quote


def test_a_number_that_no_source_holds_is_not_borne_out(index: Index) -> None:
    answer = _answer(index, "Michael Ventris deciphered Linear B in 1999 [1].")
    assert answer.sentences[0].verdict != "supported"


def test_strictly_such_a_sentence_is_withheld(index: Index) -> None:
    said = ("Linear B is a script of the Bronze Age. ", "Ventris ate 1999 violet horses [1].")
    answer = _answer(index, *said, strict=True)
    assert answer.text.startswith("Linear B is a script of the Bronze Age [")
    assert (answer.kind, answer.withheld, len(answer.sentences)) == ("answer", 1, 1)
    source = answer.sentences[0].source
    assert source is not None
    [cited] = [one for one in answer.citations if one.number == source.number]
    assert "script of the Bronze Age" in cited.quote[source.start : source.end]
    assert answer.places(source.number) == [(source.start, source.end)]


def test_where_nothing_of_the_model_holds_the_sources_speak_for_themselves(index: Index) -> None:
    answer = _answer(index, "Ventris ate 1999 violet horses [1].", strict=True)
    assert (answer.kind, answer.withheld) == ("quotation", 1)
    assert "horses" not in answer.text
    assert answer.citations
    assert all(sentence.quoted for sentence in answer.sentences)
    for sentence in answer.sentences:
        [source] = [one for one in answer.citations if one.number in sentence.citations]
        assert sentence.source is not None
        said = source.quote[sentence.source.start : sentence.source.end]
        assert answer.text[sentence.start : sentence.end] == f"“{said}” [{source.number}]"


def test_a_model_caught_in_a_loop_is_stopped(index: Index) -> None:
    model = ScriptedGenerator(*["The answer is Ventris. "] * 500)
    answer = answered(answer_events(index, model))
    assert answer.text.count("Ventris") == 1
    assert model.closed.is_set()


def test_the_prompt_keeps_to_its_budget(index: Index) -> None:
    roomy, tight = ScriptedGenerator("Yes [1]."), ScriptedGenerator("Yes [1].")
    answer_events(index, roomy, generator={"prompt_tokens": 4000})
    answer_events(index, tight, generator={"prompt_tokens": 200})
    roomy_words, tight_words = (
        sum(len(message.content.split()) for message in model.prompts[0])
        for model in (roomy, tight)
    )
    assert tight_words <= 200 < roomy_words


def test_a_context_too_small_for_one_passage_says_so(index: Index) -> None:
    with pytest.raises(GeneratorFailed, match="too small for one passage"):
        answer_events(index, ScriptedGenerator("never"), generator={"answer_tokens": 4090})


@pytest.mark.parametrize("model", [None, ScriptedGenerator("never")])
def test_without_a_model_the_best_passages_are_quoted(
    index: Index, model: ScriptedGenerator | None
) -> None:
    inquiry = Inquiry(QUESTION, mode="quote" if model else "answer")
    answer = answered(answer_events(index, model, inquiry))
    assert (answer.kind, answer.model) == ("quotation", None)
    assert answer.grounded
    for sentence, citation in zip(answer.sentences, answer.citations, strict=True):
        quoted = answer.text[sentence.start : sentence.end]
        assert quoted == f"“{citation.quote}” [{citation.number}]"
        assert (sentence.verdict, sentence.quoted) == ("supported", True)
    assert model is None or model.prompts == []


def test_nothing_found_is_refused(index: Index) -> None:
    events = answer_events(index, None, "xyzzyplugh", search={"mode": "keyword"})
    answer = answered(events)
    assert events[:-1] == [Status("searching"), Token(answer.text)]
    assert answer.kind == "refusal"
    assert "does not seem to hold an answer" in answer.text
    assert answer.searched == ("xyzzyplugh",)
    assert not answer.grounded


def test_a_question_without_words_is_refused_before_anything_is_said(index: Index) -> None:
    with pytest.raises(BadQuery):
        answer_events(index, None, "?!")


def test_a_silent_model_is_an_error(index: Index) -> None:
    with pytest.raises(GeneratorFailed, match="without a word"):
        answer_events(index, ScriptedGenerator())


def test_marks_alone_are_no_answer(index: Index) -> None:
    assert _answer(index, "[1] [2]").kind == "quotation"


def test_the_number_of_a_list_item_is_no_sentence(index: Index) -> None:
    answer = _answer(index, "1. Michael Ventris deciphered Linear B [1].")
    assert re.fullmatch(r"1\. Michael Ventris deciphered Linear B \[\d\]\.", answer.text)


def test_an_unreachable_model_is_an_error(index: Index) -> None:
    with pytest.raises(GeneratorUnavailable, match="no server"):
        answer_events(index, ScriptedGenerator(unavailable=GeneratorUnavailable("no server")))
