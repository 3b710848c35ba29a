"""Answers keep to their budget, whatever is in them."""

from dataclasses import replace

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit, ListRank, Manifest
from pinakes.ingest.types import Passage
from pinakes.service.asking.citations import make_citation
from pinakes.service.tools.ask_results import answered
from pinakes.service.tools.frame import Frame, json_of
from pinakes.service.types import (
    Answer,
    LeftOut,
    NearPage,
    OutsideQuestion,
    Sentence,
    ShortAnswer,
    parse_ref,
)

PROSE = "The library of the kings held four hundred thousand rolls of papyrus. " * 40
KINDS = {
    "prose": PROSE,
    "one word": "Donaudampfschifffahrt" * 300,
    "quotation marks": 'He said "no" \\ she said "yes".\n' * 200,
    "unspaced": "図書館は古代世界最大の図書館であった。" * 200,
}


@pytest.fixture(scope="module")
def manifest(index: Index) -> Manifest:
    return index.manifest


def hit(page_id: int, text: str, headings: tuple[str, ...] = ("Rolls",)) -> Hit:
    passage = Passage(page_id, page_id, f"Library {page_id}", headings, text, 100, 100 + len(text))
    return Hit(
        passage, 10 * page_id, "toy", 1.0, {"keyword": ListRank(1, 1.0)}, highlights=((4, 11),)
    )


def answer(manifest: Manifest, text: str, sentences: int, quote: str, cited: int) -> Answer:
    hits = tuple(hit(number, quote) for number in range(1, cited + 1))
    numbers = tuple(range(1, cited + 1))
    spans = [(n * (len(text) + 1), n * (len(text) + 1) + len(text)) for n in range(sentences)]
    return Answer(
        question="Which?", mode="answer", kind="answer", text="\n".join([text] * sentences),
        sentences=tuple(
            Sentence(start, end, numbers[n % max(cited, 1) :][:1], "partly", 0.6, ("1455",))
            for n, (start, end) in enumerate(spans)
        ),
        citations=tuple(
            make_citation(n, one, manifest) for n, one in enumerate(hits, start=1)
        ),
        short_answer=ShortAnswer("rolls", 1, 0, 5), searched=("Which?",), nearest=(), hits=hits,
        confidence=0.5, withheld=1, as_of="2026-11-01", model="toy", coverage=1.0,
        collection=manifest.collection, generation="1", prompt_tokens=1, answer_tokens=1,
        timings={},
    )  # fmt: skip


@pytest.mark.parametrize("budget", [2_000, 6_000])
@pytest.mark.parametrize("quote", KINDS.values(), ids=list(KINDS))
@pytest.mark.parametrize("sentence", ["It held rolls [1].", PROSE, "x" * 9_000], ids=len)
def test_answers_are_cut_by_whole_sentences(
    manifest: Manifest, sentence: str, quote: str, budget: int
) -> None:
    whole = answer(manifest, sentence, 30, quote, 3)
    result = answered(whole, Frame(manifest, "http://127.0.0.1:8707", budget))
    assert budget * 0.7 < len(json_of(result)) <= budget
    assert result.text.endswith(" …") == (result.text != whole.text)
    assert 1 <= len(result.sentences) <= 30
    for one in result.sentences:
        assert one.end <= len(result.text)
        if sentence[0] != "x":
            assert result.text[one.start : one.end] in (sentence, result.text)
    used = {number for one in result.sentences for number in one.citations}
    assert {one.number for one in result.sources} == used


def test_a_short_answer_keeps_everything(manifest: Manifest) -> None:
    whole = answer(manifest, "It held rolls [1].", 1, "It held 400,000 rolls.", 1)
    result = answered(whole, Frame(manifest, "", 2_000))
    assert result.text == "It held rolls [1]."
    [sentence], [source] = result.sentences, result.sources
    assert (sentence.verdict, sentence.citations, sentence.missing) == ("partly", (1,), ("1455",))
    assert (source.number, source.title) == (1, "Library 1 › Rolls")
    assert source.quote == "It held 400,000 rolls."
    assert (result.short_answer, result.withheld, result.as_of) == ("rolls", 1, "2026-11-01")
    assert result.collection == "samplewiki"


def test_a_refusal_has_pages_to_fetch_instead(manifest: Manifest) -> None:
    hits = (hit(3, PROSE), hit(3, "Other."), hit(4, PROSE))
    empty = answer(manifest, "Nothing here answers.", 0, "", 0)
    refusal = Answer(
        **{field: getattr(empty, field) for field in empty.__slots__}
        | {"kind": "refusal", "text": "Nothing here answers.", "hits": hits, "short_answer": None}
        | {
            "nearest": (
                NearPage(4, "Library 4", "/page/4", hits[0].collection),
                NearPage(3, "Library 3", "/page/3", hits[0].collection),
            )
        }
    )
    result = answered(refusal, Frame(manifest, "", 2_000))
    assert result.text == "Nothing here answers."
    assert [parse_ref(one.id).page_id for one in result.nearest] == [4, 3]
    assert parse_ref(result.nearest[1].id).end == 100 + len(PROSE)
    assert "short_answer" not in json_of(result)
    assert "outside_question" not in json_of(result)
    elsewhere = OutsideQuestion("What is " + "papyrus " * 40, (LeftOut("name", "Ann"),))
    with_it = answered(
        replace(refusal, outside_question=elsewhere), frame := Frame(manifest, "", 2_000)
    )
    assert with_it.outside_question is not None
    assert (with_it.outside_question.text, with_it.outside_question.sent) == (elsewhere.text, False)
    assert frame.room(with_it) >= 0
    tight = Frame(manifest, "", 500)
    cut = answered(replace(refusal, outside_question=elsewhere), tight)
    assert cut.outside_question is None


def test_a_source_that_was_kept_says_of_when(manifest: Manifest) -> None:
    frame = Frame(manifest, "", 2_000)
    kept = replace(hit(2, "It held 400,000 rolls."), kept_as_of="2026-10-01")
    whole = answer(manifest, "It held rolls [1].", 1, "It held 400,000 rolls.", 1)
    [source] = answered(
        replace(whole, citations=(make_citation(1, kept, manifest),)), frame
    ).sources
    assert source.kept_as_of == "2026-10-01"
    assert "kept_as_of" not in json_of(answered(whole, frame))
