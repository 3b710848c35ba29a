"""Asking the sample: questions become targets, answers become facts that can be checked."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pinakes.index.evaluation import judge
from pinakes.index.evaluation.questions import Evidence, Gold, Question
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.answer import Answerer
from pinakes.service.errors import GeneratorFailed, GeneratorUnavailable
from pinakes.service.evaluation.answer_run import AnswerFacts, AnswerRun
from pinakes.service.evaluation.asking import evaluate_answers, facts_of
from pinakes.service.evaluation.targets import Target, Targets, targets_of
from pinakes.service.generators.generator import Generator
from pinakes.service.settings import Settings
from pinakes.service.types import Answer, AnswerMode, Citation, PassageRef, Sentence, ShortAnswer
from tests.service.scripted_generator import ScriptedGenerator

STONE = "French soldiers found the stone in July 1799 near the town of Rosetta."
QUESTIONS = [
    Question("b", "Who deciphered Linear B?", (Gold(title="Linear B"),), ("Michael Ventris",)),
    Question("words", "Who deciphered Linear B?", (), ("Michael Ventris",)),
    Question("nobody", "Who wrote the Voynich manuscript in Prague?", ()),
    Question("marks", "?!", (Gold(title="Memex"),)),
    Question("elsewhere", "Who was Caesar?", (Gold(title="Caesar"),), ("a Roman",)),
]


@pytest.fixture(scope="module")
def index(sample: Path) -> Iterator[Index]:
    with Index.open(sample, None) as opened:
        yield opened


@pytest.fixture(scope="module")
def targets(index: Index) -> Targets:
    return targets_of(index, QUESTIONS, judge(QUESTIONS, index.store))


def run_of(
    index: Index, targets: Targets, *modes: AnswerMode, model: Generator | None = None
) -> AnswerRun:
    answerer = Answerer(model, Settings())
    return asyncio.run(evaluate_answers(answerer, index, targets, modes, strict=False))


def test_questions_become_targets(index: Index, targets: Targets) -> None:
    known, words, nobody = targets.asked
    page = index.page_by_name("Linear B")
    assert page is not None
    assert (known.pages, known.answers) == ({page.page_id}, ("Michael Ventris",))
    assert (words.pages, words.is_answerable, nobody.is_answerable) == (frozenset(), True, False)
    assert targets.skipped == {"unaskable": ("marks",), "missing": ("elsewhere",)}


def test_targets_without_their_pages(targets: Targets) -> None:
    left_out = targets.without_their_pages()
    (only,) = left_out.asked
    assert (only.qid, only.left_out) == ("b", targets.asked[0].pages)
    assert (only.is_answerable, only.pages, only.answers) == (False, frozenset(), ())
    assert left_out.skipped == {**targets.skipped, "pageless": ("words", "nobody")}


def test_a_sample_of_targets_keeps_their_order(targets: Targets) -> None:
    assert targets.sample(3) == targets
    assert [one.qid for one in targets.sample(2).asked] in (
        ["b", "words"], ["b", "nobody"], ["words", "nobody"],
    )  # fmt: skip


def test_the_gold_passage_comes_along(index: Index) -> None:
    evidence = (Evidence("In July 1799 French soldiers of Napoleon's expedition", "July 1799"),)
    rows = [Question("s", "When was it found?", (Gold(title="Rosetta Stone", evidence=evidence),))]
    (target,) = targets_of(index, rows, judge(rows, index.store)).asked
    (passage,) = target.passages
    assert passage.text.startswith("In July 1799 French soldiers")


def test_a_passage_is_judged(index: Index, targets: Targets) -> None:
    run = run_of(index, targets, "quote")
    known, words, nobody = (one.facts["quote"] for one in run.questions)
    assert (known.kind, known.page_found, known.page_in_sources) == ("passage", True, True)
    assert known.holds_answer
    assert known.exact_match in (0, 1)
    assert known.citations == known.exact_citations == known.right_citations == 1
    assert (known.gold, known.cited_gold) == (1, 1)
    assert (words.page_found, words.holds_answer, words.cited_gold) == (None, True, 1)
    assert (nobody.exact_match, nobody.right_citations, nobody.gold) == (None, None, None)
    assert known.passage_found is None
    assert known.first_words_s is not None
    assert known.total_s is not None
    assert 0 < known.first_words_s <= known.total_s
    assert (known.first_token_s, known.answer_tokens) == (None, 0)
    assert (run.model, run.modes, run.left_out) == (None, ("quote",), False)


def test_unproven_words_are_judged_without_the_passage_below(
    index: Index, targets: Targets
) -> None:
    model = ScriptedGenerator("Somebody in Greece read it at last.")
    run = run_of(index, Targets(targets.asked[:1]), "answer", "quote", model=model)
    facts = run.questions[0].facts
    assert facts["answer"].kind == "unproven"
    assert (facts["answer"].holds_answer, facts["answer"].own_words_hold_answer) == (True, False)
    assert facts["quote"].own_words_hold_answer is None


def test_the_models_own_words_are_judged(index: Index, targets: Targets) -> None:
    script = ("Michael Ventris deciphered Linear B in 1952 [1]. ", "Bananas come from Ecuador.")
    targets = Targets(targets.asked[:1])
    run = run_of(index, targets, "answer", "quote", model=ScriptedGenerator(*script))
    facts = run.questions[0].facts["answer"]
    assert (facts.kind, facts.sentences, facts.unsupported, facts.quoted) == ("answer", 2, 1, 0)
    assert (facts.holds_answer, facts.page_in_sources) == (True, True)
    assert facts.first_token_s is not None
    assert facts.answer_tokens == 2
    assert run.model == "scripted"
    assert run.questions[0].facts["quote"].kind == "passage"


def test_pages_left_out_are_neither_found_nor_cited(index: Index, targets: Targets) -> None:
    stone = index.page_by_name("Rosetta Stone")
    assert stone is not None
    asked = Target("s", "Where was the Rosetta Stone found?", True, frozenset([stone.page_id]))
    whole = run_of(index, Targets((asked,)), "quote").questions[0].facts["quote"]
    run = run_of(index, Targets((asked.without_its_pages(),)), "quote")
    left = run.questions[0].facts["quote"]
    assert run.left_out
    assert not run.questions[0].is_answerable
    assert whole.page_found
    assert left.page_found is None  # there is none to be found
    assert left.confidence is not None
    assert whole.confidence is not None
    assert left.confidence < whole.confidence


def test_an_answer_that_breaks_off_is_a_failure_and_the_others_go_on(
    index: Index, targets: Targets
) -> None:
    done: list[None] = []
    model = ScriptedGenerator("Michael ", GeneratorFailed("the model broke off"))
    answerer = Answerer(model, Settings())
    run = asyncio.run(
        evaluate_answers(
            answerer, index, targets, ["answer", "quote"], on_done=lambda: done.append(None)
        )
    )
    facts = run.questions[0].facts
    assert facts["answer"] == AnswerFacts(
        kind="failure", exact_match=0.0, f1=0.0, holds_answer=False
    )
    assert facts["quote"].kind == "passage"
    assert len(done) == 2 * len(targets.asked)


def test_a_model_that_is_not_there_ends_it(index: Index, targets: Targets) -> None:
    model = ScriptedGenerator(unavailable=GeneratorUnavailable("no server"))
    with pytest.raises(GeneratorUnavailable, match="no server"):
        run_of(index, targets, "answer", model=model)


@pytest.fixture
def answer(index: Index) -> Answer:
    """An answer that quotes the lead of one page."""
    page = index.page_by_name("Rosetta Stone")
    assert page is not None
    ref = PassageRef("samplewiki", page.page_id, page.revision_id, 0, 120)
    citation = Citation(2, ref, page.title, (), page.text[:120], "", None)
    return Answer(
        question="?", mode="answer", kind="answer", text=f"{STONE} [2]",
        sentences=(Sentence(0, len(STONE) + 4, (2,), "supported", 0.9),), citations=(citation,),
        short_answer=ShortAnswer("July 1799", 2, 0, 9), searched=(), nearest=(), hits=(),
        confidence=0.7, withheld=1, as_of=None, model="m", collection="wiki", generation="g",
        coverage=0.0, prompt_tokens=1, answer_tokens=9, timings={"first_token_s": 0.5},
    )  # fmt: skip


def facts(index: Index, answer: Answer, target: Target | None = None) -> AnswerFacts:
    found = target or Target("q", "?", is_answerable=True)
    return facts_of(index, found, answer, answer.citations, 0.6, 2.0)


def test_what_is_shown_is_compared_with_what_is_stored(index: Index, answer: Answer) -> None:
    (whole,) = answer.citations
    assert facts(index, answer).exact_citations == 1
    for wrong in (
        replace(whole, quote=whole.quote.replace("t", "d", 1)),
        replace(whole, ref=replace(whole.ref, start=1)),
        replace(whole, ref=replace(whole.ref, revision_id=1)),
        replace(whole, ref=replace(whole.ref, page_id=999_999)),
    ):
        found = facts(index, replace(answer, citations=(wrong,)))
        assert (found.citations, found.exact_citations) == (1, 0)


def test_a_number_that_leads_nowhere_is_no_exact_citation(index: Index, answer: Answer) -> None:
    found = facts(
        index, replace(answer, sentences=(*answer.sentences, Sentence(0, 1, (5,), "partly", 0.5)))
    )
    assert (found.citations, found.exact_citations, found.partly) == (2, 1, 1)


def test_a_citation_is_right_by_its_page_or_its_words(index: Index, answer: Answer) -> None:
    page = answer.citations[0].ref.page_id
    both = frozenset([page, 1])
    by_page = facts(index, answer, Target("q", "?", True, pages=both))
    assert (by_page.right_citations, by_page.gold, by_page.cited_gold) == (1, 2, 1)
    words = answer.citations[0].quote.split()[1]
    by_words = facts(index, answer, Target("q", "?", True, frozenset([1]), answers=(words,)))
    assert (by_words.right_citations, by_words.gold, by_words.cited_gold) == (1, 1, 0)
    wrong = facts(index, answer, Target("q", "?", True, frozenset([1]), answers=("Caesar",)))
    assert (wrong.right_citations, wrong.cited_gold) == (0, 0)


def test_the_short_answer_is_compared_with_the_words_that_are_right(
    index: Index, answer: Answer
) -> None:
    target = Target("q", "?", True, answers=("on July 1799", "summer"))
    found = facts(index, answer, target)
    assert (found.exact_match, found.f1, found.holds_answer) == (0, pytest.approx(0.8), False)
    found = facts(index, answer, replace(target, answers=("the July 1799",)))
    assert (found.exact_match, found.f1, found.holds_answer) == (1, 1, True)
    found = facts(index, replace(answer, short_answer=None), replace(target, answers=("Rosetta",)))
    assert (found.exact_match, found.f1, found.holds_answer) == (0, 0, True)


def test_a_refusal_holds_no_answer_whatever_its_words(index: Index, answer: Answer) -> None:
    target = Target("q", "?", True, answers=("July 1799",))
    assert facts(index, answer, target).holds_answer
    refusal = replace(answer, kind="refusal", sentences=(), citations=(), short_answer=None)
    found = facts(index, refusal, target)
    assert (found.holds_answer, found.exact_match, found.f1) == (False, 0, 0)
    assert (found.page_in_sources, found.right_citations, found.gold) == (None, None, None)


def test_a_gold_passage_may_lie_inside_a_wider_source(index: Index, answer: Answer) -> None:
    page = answer.citations[0].ref.page_id
    for passage in index.store.passages_of_page(page)[:2]:
        target = Target("q", "?", True, frozenset([page]), (passage,))
        source = replace(
            answer.citations[0],
            ref=replace(answer.citations[0].ref, start=0, end=passage.end),
        )
        found = facts_of(index, target, answer, (source,), None, 1.0)
        assert (found.page_in_sources, found.passage_in_sources) == (True, True)
        narrow = replace(source, ref=replace(source.ref, end=passage.end - 1))
        found = facts_of(index, target, answer, (narrow,), None, 1.0)
        assert found.passage_in_sources is False
