"""Which of a question's words what was found holds, on the sample; and words that say nothing."""

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.service.reading.matched_words import MatchedWords, matched_words, says_nothing
from pinakes.service.reading.question import question_of


def _matched(index: Index, text: str) -> MatchedWords:
    question = question_of(index, text)
    return matched_words(question, index.search(question.context, 20))


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("what what what", True),
        ("because because because because", True),
        ("papyrus papyrus papyrus", True),
        ("papyrus papyrus", False),
        ("..;;--,, w ,,--;;..", True),
        ("Who is it?", True),
        ("Who deciphered Linear B?", False),
        ("What is C++?", False),
        ("Memex!!!!!!", False),  # a page is called so, however it is shouted
    ],
)
def test_words_that_say_nothing(index: Index, text: str, nothing: bool) -> None:
    assert says_nothing(question_of(index, text)) is nothing


def test_a_page_holds_its_title_and_what_its_passages_say(index: Index) -> None:
    known = _matched(index, "Who deciphered Linear B?")
    assert known.page == known.together == pytest.approx(1)
    assert 0 < known.names < 1
    assert _matched(index, "rosetta stone").names == pytest.approx(1)


def test_words_that_nobody_wrote_count_twice(index: Index) -> None:
    question = question_of(index, "Who deciphered the blorptic tablets?")
    assert question.unknown == {"blorptic"}
    hits = index.search(question.context, 20)
    found = matched_words(question, hits)
    share = question.share(question.unknown)
    held = max(
        question.share(frozenset(question.analyze(f"{hit.passage.title} {hit.passage.text}")))
        for hit in hits[:6]
    )
    assert 0 < question.reliance < 1
    assert found.together == pytest.approx(held / (1 + question.reliance * share))


def test_idf_of_a_few_passages_says_little(index: Index) -> None:
    question = question_of(index, "How was the Rosetta Stone quarried?")
    raw = question.context.terms
    assert question.idf.keys() == raw.keys()
    assert sorted(raw, key=raw.__getitem__) == sorted(raw, key=question.idf.__getitem__)
    assert min(raw.values()) < min(question.idf.values())
    assert min(question.idf.values()) / max(question.idf.values()) > min(raw.values()) / max(
        raw.values()
    )
    assert question.share(frozenset(raw)) == pytest.approx(1)


def test_words_must_stand_together(index: Index) -> None:
    together = _matched(index, "Who deciphered Linear B?").together
    apart = _matched(index, "Who deciphered the lighthouse of the printing press?").together
    assert apart < together
