"""How answers look: doubts, short answers, refusals, stages, opened sources."""

import asyncio
import io
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest
from rich.console import Console
from rich.text import Text

from pinakes.index.types import StoredPage
from pinakes.ingest.types import Section
from pinakes.service.asking.events import AnswerEvent, Checked, Done, Status, Token
from pinakes.service.errors import ServiceError
from pinakes.service.terminal.answer_report import (
    answer_text,
    doubt,
    print_answer,
    print_source,
    shown_answer,
    source_text,
)
from pinakes.service.types import (
    Answer,
    AnswerKind,
    Citation,
    LeftOut,
    NearPage,
    OutsideQuestion,
    PassageRef,
    Sentence,
    ShortAnswer,
    SourcePlace,
    WithheldSentence,
)

TEXT = "Bi Sheng made type of clay [1]. Horses eat 1999 weeds. He was a smith [1]."
SENTENCES = (
    Sentence(0, 31, (1,), "supported", 0.9, source=SourcePlace(1, 27, 40)),
    Sentence(32, 54, (), "unsupported", 0.1, ("1999",)),
    Sentence(55, 74, (1,), "partly", 0.6),
)
PAGE_TEXT = "He baked clay.\nBi Sheng lived long.\n\nType\nHe made type.\nIt was of clay. It broke."
PAGE = StoredPage(
    7,
    "Bi Sheng",
    99,
    "2026-10-01T00:00:00Z",
    is_disambiguation=False,
    links_in=0,
    text=PAGE_TEXT,
    sections=(Section((), 0, 35), Section(("Life", "Type"), 42, len(PAGE_TEXT))),
)
START, END = PAGE_TEXT.index("Bi Sheng lived"), PAGE_TEXT.index(" It broke")
QUOTE = PAGE_TEXT[START:END]
CITATION = Citation(
    number=1,
    ref=PassageRef("wiki", 7, 99, START, END),
    title="Bi Sheng",
    heading_path=(),
    quote=QUOTE,
    url="/page/7",
    permalink=None,
    highlights=((QUOTE.index("clay"), QUOTE.index("clay") + 4),),
)
ANSWER = Answer(
    question="Who made type?",
    mode="answer",
    kind="answer",
    text=TEXT,
    sentences=SENTENCES,
    citations=(CITATION,),
    short_answer=None,
    likeliest=None,
    searched=("Who made type?",),
    nearest=(),
    hits=(),
    confidence=0.9,
    withheld=0,
    as_of="2026-11-01",
    model="tiny",
    collection="toywiki",
    generation="20261101-1",
    coverage=1.0,
    prompt_tokens=9,
    answer_tokens=9,
    timings={"first_token_s": 0.25, "total_s": 1.0},
)


def bold(text: Text) -> list[str]:
    return [text.plain[span.start : span.end] for span in text.spans if span.style == "bold"]


def test_doubts_stand_behind_their_sentences() -> None:
    assert answer_text(ANSWER).plain == (
        "Bi Sheng made type of clay [1]. "
        "Horses eat 1999 weeds. (unsupported: not in the sources: 1999) "
        "He was a smith [1]. (partly)"
    )


def test_marks_that_nothing_verified_are_named() -> None:
    cited = replace(SENTENCES[0], unverified=(1,))
    wrong = replace(SENTENCES[1], citations=(1,), unverified=(1,))
    text = answer_text(replace(ANSWER, sentences=(cited, wrong, SENTENCES[2]))).plain
    assert text.startswith("Bi Sheng made type of clay [1]. (unverified: [1]) Horses")
    assert "(unsupported: not in the sources: 1999) " in text


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (replace(SENTENCES[1], verdict="contradicted", missing=()), " (contradicted)"),
        (replace(SENTENCES[1], verdict="none", missing=()), ""),
        (replace(SENTENCES[0], answers=False), ""),
    ],
)
def test_each_verdict(sentence: Sentence, said: str) -> None:
    assert doubt(sentence).plain == said


def test_the_likeliest_sentence_of_a_passage_is_underlined() -> None:
    passage = replace(ANSWER, kind="passage", likeliest=(32, 54))
    text = answer_text(passage)
    lines = [span for span in text.spans if span.style == "underline"]
    assert [text.plain[span.start : span.end] for span in lines] == ["Horses eat 1999 weeds."]


def test_a_short_answer_is_bold_where_it_stands_and_else_above() -> None:
    inside = replace(ANSWER, short_answer=ShortAnswer("Bi Sheng", 1, 0, 8))
    assert bold(answer_text(inside)) == ["Bi Sheng"]
    assert answer_text(inside).plain == answer_text(ANSWER).plain
    outside = replace(ANSWER, short_answer=ShortAnswer("It was [red]", 1, 0, 12))
    assert answer_text(outside).plain.startswith("It was [red] [1]\n\nBi Sheng made")
    assert bold(answer_text(outside))[0].startswith("It was [red] [1]")


def test_what_stands_around_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    said = (
        WithheldSentence("Bi [red]Sheng[/] died.", "partly", ("Sheng",)),
        WithheldSentence("Or", "none"),
    )
    withheld = replace(ANSWER, withheld=2, withheld_sentences=said)
    print_answer(withheld, show_withheld=True)
    assert capsys.readouterr().err.startswith(
        "2 sentences withheld: nothing supports them\n"
        "  “Bi [red]Sheng[/] died.” (partly: not in the sources: Sheng)\n  “Or”\n"
    )
    print_answer(withheld)
    shown = capsys.readouterr()
    assert "\n\nSources\n[1] Bi Sheng  wiki/7@99:15-71\n" in shown.out
    assert shown.err == (
        "2 sentences withheld: nothing supports them\n"
        "tiny · generation 20261101-1 · as of 2026-11-01 · vectors for all passages · "
        "first token 0.2 s · total 1.0 s\n"
    )


@pytest.mark.parametrize(
    ("kind", "model", "said"),
    [
        ("answer", "tiny", "tiny · "),
        ("passage", "tiny", "tiny, its words withheld · "),
        ("passage", None, "no model · "),
    ],
)
def test_the_footer_says_what_a_model_had_to_do_with_it(
    capsys: pytest.CaptureFixture[str], kind: AnswerKind, model: str | None, said: str
) -> None:
    print_answer(replace(ANSWER, kind=kind, model=model))
    assert capsys.readouterr().err.startswith(said)


def test_a_refusal_names_pages_that_its_text_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    refusal = replace(
        ANSWER,
        kind="refusal",
        text="No answer. Nearest pages: Clay.",
        sentences=(),
        citations=(),
        searched=("type", "[bold]types"),
        nearest=(NearPage(1, "Clay", "/page/1"), NearPage(2, "[b]Brick", "/page/2")),
        outside_question=OutsideQuestion("What is [b]type?", (LeftOut("name", "Ann"),)),
    )
    print_answer(refusal)
    printed = capsys.readouterr()
    assert printed.out == (
        "No answer. Nearest pages: Clay.\n\nSearched for “type”, “[bold]types”.\n"
        "Nearest pages: [b]Brick\n"
    )
    assert (
        "To ask elsewhere (not sent): What is [b]type? Left out, as far as rules recognise it: "
        "name. Read it before you send it."
    ) in printed.err.replace("\n", " ")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status("searching"), "Searching…"),
        (Status("reading"), "Reading…"),
        (Status("writing"), "Writing…"),
        (Status("queued", 0, 4.2), "In the queue: you are next, about 5 s…"),
        (Status("queued", 3, 89.0), "In the queue: 3 before you, about 89 s…"),
        (Status("queued", 12, 100.0), "In the queue: 12 before you, about 2 min…"),
    ],
)
def test_stages(status: Status, said: str) -> None:
    assert status.text == said


async def _events(*events: AnswerEvent) -> AsyncGenerator[AnswerEvent, None]:
    for event in events:
        yield event


@pytest.mark.parametrize("terminal", [True, False])
def test_what_comes_is_shown_on_a_terminal_and_makes_room(terminal: bool) -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=40, height=4)
    events = _events(
        Status("queued", 1, 5.0),
        Token("Horses eat 1999 weeds."),
        Checked(SENTENCES[1], "Horses eat 1999 weeds."),
        Token("\n".join(["", *"abcdefg"])),
        Done(ANSWER),
    )
    assert asyncio.run(shown_answer(events, console=console)) == ANSWER
    assert bool(file.getvalue()) is terminal


def test_events_without_an_answer_are_an_error() -> None:
    with pytest.raises(ServiceError, match="without a result"):
        asyncio.run(shown_answer(_events(Token("Horses"))))


def test_a_source_stands_in_every_section_it_reaches_into() -> None:
    assert source_text(CITATION, PAGE, plain=True).plain == (
        "Bi Sheng  [1]  wiki/7@99:15-71\n"
        "He baked clay.\n⟦Bi Sheng lived long.⟧\n\n"
        "Life › Type\n⟦He made type.\nIt was of clay.⟧ It broke."
    )


def test_in_colours_the_rest_is_dim_and_the_questions_words_are_bold() -> None:
    text = source_text(CITATION, PAGE)
    styled = {
        style: [text.plain[span.start : span.end] for span in text.spans if span.style == style]
        for style in ("dim", "bold yellow")
    }
    assert styled["bold yellow"] == ["clay"]
    assert "He baked clay." in "".join(styled["dim"])
    assert "made type" not in "".join(styled["dim"])


def test_without_a_terminal_no_pager_is_started(capsys: pytest.CaptureFixture[str]) -> None:
    print_source(CITATION, PAGE)
    assert "⟦He made type.\nIt was of clay.⟧ It broke.\n" in capsys.readouterr().out


def test_sources_show_what_supports_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    quote = "It was sold in rolls. " * 30 + "Papyrus grows by the Nile."
    start = quote.index("Papyrus")
    source = replace(
        CITATION,
        number=12,
        title="Papyrus [1]",
        heading_path=("Use",),
        quote=quote,
        highlights=((start, start + 7),),
    )
    by_question = replace(ANSWER, citations=(source,))
    print_answer(by_question)
    place, excerpt = capsys.readouterr().out.splitlines()[-2:]
    assert place == "[12] Papyrus [1] › Use  wiki/7@99:15-71"
    assert excerpt.startswith("     … It was sold")
    assert excerpt.endswith("Papyrus grows by the Nile.")
    said = replace(SENTENCES[0], source=SourcePlace(12, 0, 21))
    print_answer(replace(by_question, sentences=(said,)))
    excerpt = capsys.readouterr().out.splitlines()[-1]
    assert excerpt.startswith("     It was sold in rolls.")
