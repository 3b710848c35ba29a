"""From question to answer with a scripted model over the real sample index."""

import asyncio
import re
from pathlib import Path

import pytest

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.errors import BadQuery
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.answer import Answerer
from pinakes.service.asking.events import (
    AnswerEvent,
    Checked,
    Sources,
    Status,
    Token,
    Withdrawn,
)
from pinakes.service.errors import GeneratorFailed, GeneratorUnavailable
from pinakes.service.generators.generator import Sign, Thought
from pinakes.service.generators.profiles import ModelProfile, keep_profile
from pinakes.service.settings import Settings
from pinakes.service.types import Answer, AnswerRequest, Message
from tests.index.toys import QuietProgress, article, write_dump
from tests.service.asking.answers import QUESTION, answer_events, answered, shown
from tests.service.scripted_generator import ScriptedGenerator


def _answer(
    index: Index, *script: str | Sign | Thought, question: str = QUESTION, strict: bool = False
) -> Answer:
    request = AnswerRequest(question, strict=strict)
    return answered(answer_events(index, ScriptedGenerator(*script), request))


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
    first, passage = answer.sentences
    assert answer.text.startswith("Zanzibar exports cloves.\n\n“")
    assert (first.citations, first.verdict) == ((), "unsupported")
    assert (answer.kind, passage.quoted) == ("unproven", True)


def test_a_mark_of_the_models_own_stays_and_is_unverified(index: Index) -> None:
    [sentence, passage] = (answer := _answer(index, "Zanzibar exports cloves [1].")).sentences
    assert answer.text[: sentence.end] == "Zanzibar exports cloves [1]."
    assert (sentence.citations, sentence.unverified) == ((1,), (1,))
    assert 1 in [citation.number for citation in answer.citations]
    assert passage.unverified == ()


def test_a_sentence_without_a_mark_gets_its_passage(index: Index) -> None:
    answer = _answer(index, "Michael Ventris deciphered Linear B.")
    assert answer.grounded
    assert "Linear B" in answer.citations[0].quote


def test_beside_a_wrong_mark_stands_the_passage_that_supports_it(index: Index) -> None:
    question = "Which satirist compared the members of the Mouseion to birds fed in a cage?"
    said = "The satirist Timon of Phlius compared them to birds fed in a cage [3]."
    answer = _answer(index, said, question=question)
    [sentence] = answer.sentences
    right, own = sentence.citations
    assert (answer.kind, own, sentence.unverified) == ("answer", 3, (3,))
    quotes = {citation.number: citation.quote for citation in answer.citations}
    assert "Timon of Phlius" in quotes[right]


def test_what_is_supported_and_is_not_what_was_asked_is_no_answer(index: Index) -> None:
    said = "Linear B is a script of the Bronze Age."
    question = "When was Linear B deciphered?"
    answer = _answer(index, said, question=question)
    first = answer.sentences[0]
    assert (first.verdict, first.answers, first.is_proven) == ("supported", False, False)
    assert answer.kind == "unproven"


def test_what_answers_and_is_not_supported_is_no_answer(index: Index) -> None:
    answer = _answer(index, "Arthur Evans read Linear B in Zanzibar.", strict=False)
    first = answer.sentences[0]
    assert first.answers
    assert first.verdict != "supported"
    assert answer.kind == "unproven"


def test_a_lead_in_claims_nothing(index: Index) -> None:
    answer = _answer(index, "In short: Michael Ventris deciphered Linear B [1].", strict=True)
    assert answer.kind == "answer"
    answer = _answer(index, "Zebras in short:\n\nMichael Ventris deciphered Linear B.", strict=True)
    assert [sentence.verdict for sentence in answer.sentences] == ["none", "supported"]


def test_a_number_that_no_source_holds_is_not_supported(index: Index) -> None:
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
    assert (answer.kind, answer.withheld) == ("passage", 1)
    assert "horses" not in answer.text
    assert answer.citations
    [sentence] = answer.sentences
    [source] = answer.citations
    assert sentence.quoted
    assert answer.text == f"“{source.quote}” [{source.number}]"
    assert sentence.source is not None
    assert answer.likeliest is not None
    low, high = answer.likeliest
    said = source.quote[sentence.source.start : sentence.source.end]
    assert answer.text[low:high] == said
    assert "Michael Ventris" in said


def test_what_is_merely_unproven_is_shown_even_strictly(index: Index) -> None:
    answer = _answer(index, "Scholars had long admired the script.", strict=True)
    assert answer.text.startswith("Scholars had long admired the script.\n\n“")
    assert (answer.kind, answer.withheld) == ("unproven", 0)
    assert [sentence.quoted for sentence in answer.sentences] == [False, True]


def test_a_model_caught_in_a_loop_is_stopped(index: Index) -> None:
    model = ScriptedGenerator(*["The answer is Ventris. "] * 500)
    answer = answered(answer_events(index, model))
    assert answer.text.count("The answer is Ventris") == 1
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
def test_without_a_model_the_passage_that_most_likely_answers_is_shown(
    index: Index, model: ScriptedGenerator | None
) -> None:
    request = AnswerRequest(QUESTION, mode="quote" if model else "answer")
    answer = answered(answer_events(index, model, request))
    assert (answer.kind, answer.model) == ("passage", None)
    assert answer.grounded
    for sentence, citation in zip(answer.sentences, answer.citations, strict=True):
        quoted = answer.text[sentence.start : sentence.end]
        assert quoted == f"“{citation.quote}” [{citation.number}]"
        assert (sentence.verdict, sentence.quoted, sentence.answers) == ("none", True, False)
    assert answer.likeliest is not None
    assert "Ventris" in answer.text[slice(*answer.likeliest)]
    assert model is None or model.prompts == []


def test_without_a_model_a_brief_answer_is_the_sentence_that_most_likely_answers(
    index: Index,
) -> None:
    answer = answered(answer_events(index, None, AnswerRequest(QUESTION, mode="brief")))
    assert (answer.kind, answer.model) == ("passage", None)
    [sentence] = answer.sentences
    [citation] = answer.citations
    assert "Ventris" in answer.text
    assert sentence.source is not None
    assert citation.quote[sentence.source.start : sentence.source.end] in answer.text
    assert len(answer.text) < len(citation.quote)


def test_a_model_whose_words_are_withheld_is_named(index: Index) -> None:
    model = ScriptedGenerator("Horses eat 1999 weeds.")
    answer = answered(answer_events(index, model, AnswerRequest(QUESTION, strict=True)))
    assert (answer.kind, answer.model, answer.withheld) == ("passage", "scripted", 1)


def test_nothing_found_is_refused(index: Index) -> None:
    events = answer_events(index, None, "xyzzyplugh", search={"mode": "keyword"})
    answer = answered(events)
    assert events[:-1] == [Status("searching"), Token(answer.text)]
    assert answer.kind == "refusal"
    assert "does not seem to hold an answer" in answer.text
    assert answer.searched == ("xyzzyplugh",)
    assert not answer.grounded


def test_a_refusal_is_in_the_language_of_the_question(index: Index) -> None:
    answer = answered(answer_events(index, None, "Wo liegt xyzzyplugh?"))
    assert answer.kind == "refusal"
    assert answer.text.startswith(
        "Diese Sammlung scheint keine Antwort zu enthalten. Geschrieben ist hier auf Englisch: "
        "Frage in dieser Sprache. Gesucht wurde nach „Wo liegt"
    )


def test_a_question_without_words_is_refused_before_anything_is_said(index: Index) -> None:
    with pytest.raises(BadQuery):
        answer_events(index, None, "?!")


@pytest.mark.parametrize(("right", "withheld"), [(19, 0), (3, 1)])
def test_a_model_that_was_measured_is_believed_as_often_as_it_was_right(
    index: Index, tmp_path: Path, right: int, withheld: int
) -> None:
    profile = ModelProfile(collection="sample", answered=20, right=right)
    keep_profile("scripted", profile, tmp_path)
    words = "Michael Ventris deciphered Linear B [1]. Horses eat 1999 weeds."
    answer = answered(answer_events(index, ScriptedGenerator(words), data=tmp_path))
    assert answer.withheld == withheld


@pytest.mark.parametrize(
    ("right", "kind", "withheld"), [(15, "unproven", 0), (10, "unproven", 0), (3, "passage", 1)]
)
def test_what_is_merely_unproven_is_withheld_of_a_model_that_is_seldom_right(
    index: Index, tmp_path: Path, right: int, kind: str, withheld: int
) -> None:
    profile = ModelProfile(collection="sample", answered=20, right=right)
    keep_profile("scripted", profile, tmp_path)
    model = ScriptedGenerator("It was read by somebody who had drawn maps before.")
    answer = answered(answer_events(index, model, data=tmp_path))
    assert (answer.kind, answer.withheld) == (kind, withheld)


def test_a_silent_model_is_an_error(index: Index) -> None:
    with pytest.raises(GeneratorFailed, match="without a word"):
        answer_events(index, ScriptedGenerator())


def test_marks_alone_are_no_answer(index: Index) -> None:
    assert _answer(index, "[1] [2]").kind == "passage"


def test_the_number_of_a_list_item_is_no_sentence(index: Index) -> None:
    answer = _answer(index, "1. Michael Ventris deciphered Linear B [1].")
    assert re.fullmatch(r"1\. Michael Ventris deciphered Linear B \[\d\]\.", answer.text)


def test_an_unreachable_model_is_an_error(index: Index) -> None:
    with pytest.raises(GeneratorUnavailable, match="no server"):
        answer_events(index, ScriptedGenerator(unavailable=GeneratorUnavailable("no server")))


VENTRIS = "Michael Ventris deciphered Linear B [1]."


def test_an_answer_that_broke_off_says_so(index: Index) -> None:
    answer = _answer(index, VENTRIS, " He was born in", Sign.CUT_OFF)
    assert answer.truncated == "length"
    assert re.search(r"He was born in.*\n\n\(Cut off here", answer.text)
    assert _answer(index, VENTRIS).truncated is None


def test_a_quotation_is_whole_though_the_model_was_cut_off(index: Index) -> None:
    answer = _answer(index, Thought("Hm."), Sign.CUT_OFF)
    assert (answer.kind, answer.truncated) == ("passage", None)
    assert "Cut off" not in answer.text


def test_a_line_that_comes_twice_ends_nothing(index: Index) -> None:
    lines = "- Unknown.\n- Michael Ventris deciphered Linear B [1].\n- Unknown.\n- It was in Greek."
    answer = _answer(index, lines)
    assert answer.text.count("- Unknown.") == 2
    assert "\n- It was in Greek" in answer.text
    assert answer.truncated is None
    answer = _answer(index, "It was Ventris [1]. So it was. It was Ventris. It was in Greek.")
    assert answer.text.count("Ventris") == 1  # it adds nothing
    assert "It was in Greek" in answer.text


def test_a_loop_is_told_of(index: Index) -> None:
    answer = _answer(index, "It was Ventris [1]. So it was. " * 5)
    assert answer.text.count("Ventris") == 1
    assert answer.truncated == "repetition"
    assert "repeat" in answer.text.rpartition("\n\n")[2]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("The sources do not say.", "refusal"),
        ("Die Quellen sagen es nicht.", "refusal"),
        ("The sources do not say who did it. They do not mention it.", "refusal"),
        ("The sources do not freeze in winter.", "unproven"),
        ("The sources do not say when. Michael Ventris deciphered it [1].", "answer"),
    ],
)
def test_a_decline_is_one_when_nothing_else_is_said(index: Index, said: str, kind: str) -> None:
    assert _answer(index, said).kind == kind


def test_thoughts_are_a_stage_and_no_text(index: Index) -> None:
    script = ("<think>", "Who was it?", "</think>", "Michael Ventris ", "deciphered Linear B [1].")
    events = answer_events(index, ScriptedGenerator(*script))
    stages = [event.stage for event in events if isinstance(event, Status)]
    assert stages == ["searching", "reading", "thinking", "writing"]
    answer = answered(events)
    assert re.fullmatch(r"Michael Ventris deciphered Linear B \[\d\]\.", answer.text)
    assert answer.timings["thinking_s"] <= answer.timings["first_token_s"]


def test_thoughts_that_the_server_keeps_apart_are_a_stage_too(index: Index) -> None:
    events = answer_events(index, ScriptedGenerator(Thought("Hm."), Thought("Hm."), VENTRIS))
    stages = [event.stage for event in events if isinstance(event, Status)]
    assert stages == ["searching", "reading", "thinking", "writing"]
    assert [event.text for event in events if isinstance(event, Thought)] == ["Hm.", "Hm."]
    assert answered(events).answer_tokens == 3


@pytest.mark.parametrize(
    "script",
    [("<think>It was", " Ventris", Sign.CUT_OFF), (Thought("Hm."), Sign.CUT_OFF), (" ", "\x1b[0m")],
)
def test_thoughts_alone_are_answered_in_the_words_of_the_sources(
    index: Index, script: tuple[str | Sign | Thought, ...]
) -> None:
    answer = _answer(index, *script)
    assert (answer.kind, answer.model) == ("passage", "scripted")
    assert answer.text.startswith("“")


def test_a_known_thinker_shows_nothing_of_its_thoughts(index: Index) -> None:
    model = ScriptedGenerator("I think it was ", "Kober. No.", "</think>", VENTRIS, thinks=True)
    events = answer_events(index, model)
    assert not any(isinstance(event, Withdrawn) for event in events)
    assert "Kober" not in answered(events).text


def test_what_turns_out_to_be_thought_is_taken_back(index: Index) -> None:
    model = ScriptedGenerator("It was ", "Kober. Or ", "not.", "\n</think>\n\n", VENTRIS)
    events = answer_events(index, model)
    place = next(at for at, event in enumerate(events) if isinstance(event, Withdrawn))
    assert "Kober" in shown(events[:place])
    answer = answered(events)
    assert re.fullmatch(r"Michael Ventris deciphered Linear B \[\d\]\.", answer.text)
    assert len(answer.sentences) == 1


def test_a_question_is_rewritten_without_thoughts(index: Index) -> None:
    model = ScriptedGenerator("<think>He means Linear B.</think>Who deciphered Linear B?")
    history = (Message("user", "What is Linear B?"), Message("assistant", "A script."))
    answer = answered(answer_events(index, model, AnswerRequest("Who deciphered it?", history)))
    assert answer.searched == (QUESTION,)


@pytest.mark.parametrize("said", ["\ud800Michael\udc80 ", "\x1b]0;x\x07Michael\x9b1m \u202e"])
def test_what_belongs_into_no_text_is_not_in_the_answer(index: Index, said: str) -> None:
    answer = _answer(index, said, "Ventris deciphered Linear B [1].")
    assert re.fullmatch(r"Michael Ventris deciphered Linear B \[\d\]\.", answer.text)
    answer.text.encode()


@pytest.mark.parametrize("unit", ["a.", "[1]", "((((", "[[[[", "\n", "spaceless", "Ab cd. ", "w "])
@pytest.mark.parametrize("strict", [True, False])
def test_an_endless_piece_keeps_nobody_waiting(index: Index, unit: str, strict: bool) -> None:
    """Half a megabyte in one piece: others have their turn, and what is shown has an end."""
    turns = 0

    async def scenario() -> list[AnswerEvent]:
        async def others() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        answerer = Answerer(ScriptedGenerator(unit * (500_000 // len(unit))), Settings())
        waiting = asyncio.create_task(others())
        events = [
            one async for one in answerer.answer(index, AnswerRequest(QUESTION, strict=strict))
        ]
        waiting.cancel()
        return events

    answer = answered(asyncio.run(scenario()))
    assert len(answer.text) < 26_000
    assert turns > 3


def test_numbers_in_brackets_of_a_source_are_no_marks(tmp_path: Path) -> None:
    text = "The zebrafish array is indexed as fish[2] and fish[1] in the zebrafish code [2]."
    page = article(1, "Zebrafish", text)
    other = article(2, "Zebrafish code", "The zebrafish code of [1] is old. It has stripes [3].")
    collection = tmp_path / "toywiki"
    dump = write_dump(tmp_path, [page, other])
    build_collection(collection, dump, None, "none", QuietProgress(), BuildOptions(workers=1))
    with Index.open(collection) as toy:
        request = AnswerRequest("How is the zebrafish array indexed?", mode="quote")
        answer = answered(answer_events(toy, None, request))
        assert answer.citations
        marks = [int(number) for number in re.findall(r"\[(\d+)\]", answer.text)]
        assert marks == [one for sentence in answer.sentences for one in sentence.citations]
        assert "fish［2］ and fish［1］" in answer.text
        stored = toy.page(1)
        assert stored is not None
        assert "fish[2]" in stored.text
        [cited] = [one for one in answer.citations if one.title == "Zebrafish"]
        assert cited.quote == stored.text[cited.ref.start : cited.ref.end]


@pytest.mark.parametrize("model", [None, ScriptedGenerator(VENTRIS)])
@pytest.mark.parametrize(
    "question",
    ["And who deciphered it?", "Who was it then? " + "Tell me of its story. " * 88, "It?"],
    ids=["short", "as long as can be", "a pronoun"],
)
def test_a_long_conversation_never_makes_a_question_too_long(
    index: Index, model: ScriptedGenerator | None, question: str
) -> None:
    earlier = "What do they say of clay tablets, scripts and of the people who read them? " * 26
    history = (Message("user", earlier[:2_000]), Message("assistant", "Much [1]. " * 200))
    answer = answered(answer_events(index, model, AnswerRequest(question, history)))
    assert answer.text
    assert all(len(query) <= 2_000 for query in answer.searched)


def test_the_time_limit_holds_for_a_piece_that_takes_long_to_read(index: Index) -> None:
    """And for one that thinks without end."""
    settings = {"answer": {"limit_s": 0.5}, "generator": {"answer_tokens": 10_000_000}}
    for script in (["(" * 10_000_000], ["<think>", *["hm ", 0.01] * 1_000_000]):
        with pytest.raises(GeneratorFailed, match=r"more than 0\.5 s"):
            answer_events(index, ScriptedGenerator(*script, context=20_000_000), **settings)
