"""SQuAD's JSON: the sentence of the answer as evidence, and every kind of bad entry."""

import copy
from pathlib import Path
from typing import Any

import pytest

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation import read_questions
from pinakes.index.evaluation.question_files import squad_questions
from pinakes.index.evaluation.questions import Evidence

CONTEXT = "The slab is of stone. It was found in July 1799. It weighs 760 kg! Where? In a wall."
PATH = Path("set.json")


def data(answers: list[tuple[str, int]], **more: Any) -> list[Any]:
    entry = {
        "id": "a1",
        "question": "When?",
        "answers": [{"text": text, "answer_start": start} for text, start in answers],
    }
    return [{"title": "Rosetta_Stone", "paragraphs": [{"context": CONTEXT, "qas": [entry | more]}]}]


def evidence(*answers: tuple[str, int]) -> tuple[Evidence, ...]:
    (question,) = squad_questions(PATH, data(list(answers)))
    (gold,) = question.gold
    assert (gold.title, gold.page_id, gold.grade) == ("Rosetta Stone", None, 1)
    return gold.evidence


def at(text: str) -> tuple[str, int]:
    return text, CONTEXT.index(text)


def test_the_evidence_is_the_sentence_of_the_answer() -> None:
    assert evidence(at("July 1799")) == (Evidence("It was found in July 1799.", "July 1799"),)
    assert evidence(at("The"), at("wall.")) == (
        Evidence("The slab is of stone.", "The"),
        Evidence("In a wall.", "wall."),
    )


def test_the_same_answer_of_several_readers_counts_once() -> None:
    assert len(evidence(at("1799"), at("1799"), at("July 1799"))) == 2


def test_an_answer_over_two_sentences_has_both() -> None:
    assert evidence(at("1799. It weighs")) == (
        Evidence("It was found in July 1799. It weighs 760 kg!", "1799. It weighs"),
    )


@pytest.mark.parametrize(
    "entries",
    [data([]), data([at("1799")], is_impossible=True), data([], plausible_answers=["1802"])],
)
def test_questions_without_an_answer_have_no_gold(entries: list[Any]) -> None:
    (question,) = squad_questions(PATH, entries)
    assert question.gold == question.answers == ()
    assert question.is_unanswerable


def test_every_answer_is_right_and_counts_once() -> None:
    (question,) = squad_questions(PATH, data([at("1799"), at("July 1799"), at("1799")]))
    assert question.answers == ("1799", "July 1799")
    assert not question.is_unanswerable


def test_several_articles_and_paragraphs_keep_their_order() -> None:
    first, second = data([at("1799")])[0], copy.deepcopy(data([at("stone")])[0])
    second["title"] = "Black_Death"
    second["paragraphs"][0]["qas"][0]["id"] = 5
    first["paragraphs"].append({"context": CONTEXT, "qas": []})
    questions = list(squad_questions(PATH, [first, second]))
    assert [(q.question_id, q.gold[0].title) for q in questions] == [
        ("a1", "Rosetta Stone"),
        ("5", "Black Death"),
    ]


def without(key: str) -> list[Any]:
    entries = data([at("1799")])
    for place in (entries[0], entries[0]["paragraphs"][0], entries[0]["paragraphs"][0]["qas"][0]):
        place.pop(key, None)
    return entries


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (without("title"), "article 1: needs title .*'title'"),
        (without("paragraphs"), r"article 1 \(Rosetta Stone\): needs .*'paragraphs'"),
        (without("context"), "needs .*'context'"),
        (without("qas"), "needs .*'qas'"),
        (without("id"), "question None: needs .*'id'"),
        (without("question"), "question a1: needs .*'question'"),
        (without("answers"), "question a1: needs .*'answers'"),
        (["no article"], "article 1: needs"),
        (data([("1799", 9_999)]), "question a1: .*outside its paragraph"),
        (data([("1799", -1)]), "question a1: .*outside its paragraph"),
        (data([("", 3)]), "question a1: .*outside its paragraph"),
        (data([(" ", CONTEXT.index(" It"))]), "question a1: .*holds no word"),
        (data([("1799", "3")]), "question a1: needs"),  # type: ignore[list-item]
    ],
)
def test_a_bad_entry_is_named(entries: list[Any], message: str) -> None:
    with pytest.raises(BadQuestions, match=f"set.json, .*{message}"):
        list(squad_questions(PATH, entries))


def test_real_sets(shared_data: Path) -> None:
    squad = read_questions(shared_data / "queries/squad2-dev-part.json")
    assert len(squad) == 4_268
    assert sum(1 for question in squad if not question.gold) == 2_085
    for language in ("es", "zh"):
        xquad = read_questions(shared_data / f"queries/xquad.{language}.json")
        assert len(xquad) == 1_190
        for question in xquad:
            (one,) = question.gold[0].evidence
            assert one.answer in one.sentence
            assert len(one.sentence) > len(one.answer) / 2
