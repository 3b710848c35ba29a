"""The fields of hits over the real index of the sample."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from pinakes.index.keywords.writer import keyword_documents
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Mode

QUESTIONS = [
    "Bayt al-Hikma",
    "Great Library of Alexandria",
    "Who deciphered the Rosetta Stone?",
    "foundation of the Mouseion",
    "the history of paper in China",
]


def found(
    index: Index, question: str, mode: Mode = "keyword", limit: int = 20
) -> list[tuple[int, Mapping[str, tuple[str, ...]]]]:
    hits = index.search(question, limit, mode)
    explained = index.explain(question, hits)
    return [(hit.passage.passage_id, one.matched) for hit, one in zip(hits, explained, strict=True)]


@pytest.mark.parametrize("question", QUESTIONS)
def test_fields_are_those_that_the_keyword_search_looks_into(
    sample_index: Index, question: str
) -> None:
    terms = set(sample_index.keywords.terms(question))
    documents = {one.passage_id: one for one in keyword_documents(sample_index.store)}
    for passage_id, fields in found(sample_index, question):
        document = documents[passage_id]
        searched = {
            "title": document.title,
            "headings": document.headings,
            "aliases": document.aliases,
            "text": document.body,
        }
        analyze = sample_index.keywords.analyze
        assert set(fields) == {
            field for field, text in searched.items() if terms & set(analyze(text))
        }
        assert fields  # or the keyword search would not have found it


def test_a_redirect_that_matched_is_named(sample_index: Index) -> None:
    _, fields = found(sample_index, "Bayt al-Hikma")[0]
    assert fields["aliases"] == ("Bayt al-Hikma",)
    assert "title" not in fields


def test_aliases_nearest_to_the_question_come_first(sample_index: Index) -> None:
    question = "Great Library of Alexandria"
    names = [
        fields["aliases"] for _, fields in found(sample_index, question) if "aliases" in fields
    ]
    assert names
    assert names[0][0] in ("Alexandrian Library", "Alexandrian library", question)


def test_words_are_as_they_are_written(sample_index: Index) -> None:
    fields = dict(found(sample_index, "foundation of the Mouseion", "hybrid", 40)).values()
    assert ("Foundation", "Mouseion") in [one.get("headings") for one in fields]


def test_where_no_word_shows_the_match_its_terms_do(sample_index: Index) -> None:
    question = "Great libraries"
    [hit] = sample_index.search(question, 1)
    hit = replace(hit, highlights=())
    [explanation] = sample_index.explain(question, [hit])
    assert explanation.matched["text"] == ("great", "librari")


def test_each_word_once_whatever_its_case(sample_index: Index) -> None:
    for _, fields in found(sample_index, "the history of paper in China"):
        for words in fields.values():
            assert len({word.casefold() for word in words}) == len(words)


def test_nothing_found_has_no_fields(sample_index: Index) -> None:
    assert sample_index.explain("papyrus", []) == []


def test_a_passage_that_only_its_vector_found(sample_index: Index) -> None:
    hits = sample_index.search("papyrus", 224, "vector")
    fields = [one.matched for one in sample_index.explain("papyrus", hits)]
    assert {} in fields
    assert any("text" in one for one in fields)
