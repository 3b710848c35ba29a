"""Where a collection holds the gold: pages by title, redirect and id, passages by their words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pinakes.index.evaluation import judge
from pinakes.index.evaluation.questions import Evidence, Gold, Question
from pinakes.index.retrieval.search import Index
from pinakes.index.store.store import Store
from pinakes.ingest.types import Redirect
from tests.index.toys import document, write_store

FILLER = "Nothing of note stands in this sentence, which only fills its section with words. " * 12
STONE = (
    f"It bears one decree in three scripts. {FILLER}\n"
    "== Discovery ==\n"
    f"French soldiers found the slab in July 1799 in a wall near Rosetta. {FILLER}\n"
    "== Later ==\n"
    f"French soldiers found the slab, says the museum: in July 1799, near Rosetta. {FILLER}"
)
SENTENCE = "French soldiers found the slab in July 1799 in a wall near Rosetta."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    pages = [
        document(5, "Rosetta Stone", STONE),
        Redirect(6, "Stone of Rosetta", "Rosetta Stone", 1, ""),
        document(
            9, "埃及", "羅塞塔石碑是在一七九九年被法國士兵發現的。石碑現在在倫敦的大英博物館。"
        ),
        document(12, "1984", "A year and a novel."),
    ]
    with write_store(tmp_path / "pages.db", pages) as store:
        yield store


def question(*gold: Gold, qid: str = "q") -> Question:
    return Question(qid, "When?", gold)


def pages(store: Store, *gold: Gold) -> dict[int, int]:
    found = judge([question(*gold)], store).questions
    return found[0].pages if found else {}


def passages(store: Store, sentence: str, answer: str, title: str = "Rosetta Stone") -> list[str]:
    gold = Gold(title=title, evidence=(Evidence(sentence, answer),))
    (found,) = judge([question(gold)], store).questions
    return [passage.text[:34] for passage, _ in store.passages(list(found.passages))]


@pytest.mark.parametrize(
    ("gold", "page_id"),
    [
        (Gold(5), 5),
        (Gold(title="Rosetta Stone"), 5),
        (Gold(title="Rosetta_Stone"), 5),
        (Gold(title="Stone of Rosetta"), 5),
        (Gold(5, "Rosetta Stone"), 5),
        (Gold(777, "Rosetta Stone"), 5),  # a title, where there is one, decides
        (Gold(title="1984"), 12),
        (Gold(1984), None),
        (Gold(5, "Another wiki's page"), None),
        (Gold(title="Cleopatra"), None),
        (Gold(0), None),
    ],
)
def test_a_page_is_found_by_title_or_redirect_else_by_id(
    store: Store, gold: Gold, page_id: int | None
) -> None:
    assert list(pages(store, gold)) == ([] if page_id is None else [page_id])


def test_a_page_named_twice_counts_once_with_its_best_grade(store: Store) -> None:
    gold = Gold(title="Stone of Rosetta", grade=1), Gold(title="Rosetta Stone", grade=3), Gold(12)
    assert pages(store, *gold) == {5: 3, 12: 1}


def test_a_passage_is_gold_if_it_holds_the_answers_sentence(store: Store) -> None:
    (found,) = passages(store, SENTENCE, "July 1799")
    assert found == "French soldiers found the slab in "


@pytest.mark.parametrize(
    "sentence",
    [
        "french soldiers found the slab (in JULY 1799) in a wall, near Rosetta.[3]",
        "French soldiers found this slab in July 1799 in a wall near Rosetta.",
        "French soldiers of Napoleon found the slab in July 1799 in a wall near Rosetta.",
    ],
)
def test_marks_case_and_small_edits_do_not_count(store: Store, sentence: str) -> None:
    assert len(passages(store, sentence, "July 1799")) == 1


@pytest.mark.parametrize(
    ("sentence", "answer"),
    [
        ("It was in July 1799 that somebody or other dug the thing up from a field.", "July 1799"),
        (SENTENCE.replace("July", "May"), "May 1799"),
    ],
)
def test_other_sentences_with_the_answer_are_no_evidence(
    store: Store, sentence: str, answer: str
) -> None:
    assert passages(store, sentence, answer) == []


def test_scripts_without_spaces(store: Store) -> None:
    (found,) = passages(store, "羅塞塔石碑是在一七九九年被法國士兵發現的。", "法國士兵", "埃及")
    assert found.startswith("羅塞塔石碑")
    assert passages(store, "羅塞塔石碑", "希臘", "埃及") == []


def test_every_question_is_accounted_for(store: Store) -> None:
    judgment = judge(
        [
            question(Gold(5), qid="here"),
            question(qid="unanswerable"),
            question(Gold(title="Cleopatra"), Gold(title="Caesar"), qid="elsewhere"),
            question(Gold(5), Gold(title="Cleopatra"), qid="partly"),
            Question("words only", "When?", (), ("1799",)),
        ],
        store,
    )
    assert [row.qid for row in judgment.questions] == ["here", "partly"]
    assert judgment.unanswerable == ["unanswerable"]
    assert judgment.missing == ["elsewhere", "words only"]
    assert judgment.missing_pages == 3
    assert judgment.questions[1].pages == {5: 1}


def test_the_sample_holds_the_evidence_of_an_older_text(sample_index: Index) -> None:
    sentence = (
        "In July 1799, French soldiers of Napoleon’s expedition were strengthening an old fort "
        "near the town of Rosetta in the Nile delta.[12]"
    )
    store = sample_index.store
    page_id = store.page_id_by_name("Rosetta Stone")
    assert page_id is not None
    all_of_page = store.passages_of_page(page_id)
    (gold,) = [passage for passage in all_of_page if passage.text.startswith("In July 1799 French")]
    entry = question(Gold(title="Rosetta_Stone", evidence=(Evidence(sentence, "July 1799"),)))
    (row,) = judge([entry], store).questions
    assert row.passages == {gold.passage_id: 1}
