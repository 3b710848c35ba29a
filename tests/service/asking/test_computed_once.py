"""What a question costs: how often the encoder runs and aliases are looked for, counted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.index.store.store import Store
from pinakes.index.types import Alias, EncoderRecord, Mode, QuestionEncoder, Vectors
from pinakes.service.asking.retrieve import find
from pinakes.service.reading.models import linear_models

COMPARISON = "Which is older, the Rosetta Stone or the Gutenberg Bible?"


@dataclass(frozen=True)
class Counted:
    """The real encoder, and what it was asked for."""

    encoder: QuestionEncoder
    questions: list[str] = field(default_factory=list)
    batches: list[list[str]] = field(default_factory=list)

    @property
    def record(self) -> EncoderRecord:
        return self.encoder.record

    def encode_query(self, text: str) -> Vectors:
        self.questions.append(text)
        return self.encoder.encode_query(text)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(list(texts))
        return self.encoder.encode_passages(texts)


@pytest.fixture
def links(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the store was asked for aliases, by the longest of a question's keys."""
    counted: Counter[str] = Counter()
    aliases = Store.aliases

    def count(store: Store, keys: Sequence[str]) -> list[Alias]:
        counted[keys[0]] += 1
        return aliases(store, keys)

    monkeypatch.setattr(Store, "aliases", count)
    return counted


@pytest.mark.parametrize("mode", ["hybrid", "vector", "keyword"])
def test_a_question_is_encoded_once_and_its_sentences_in_one_batch(
    index: Index, links: Counter[str], mode: Mode
) -> None:
    assert index.encoder is not None
    counted = Counted(index.encoder)
    question = "Who deciphered Linear B?"
    found = find(replace(index, encoder=counted), linear_models(), question, mode)
    assert found.confidence > 0.2
    assert counted.questions == [question]
    [sentences] = counted.batches
    assert question not in sentences
    assert len(sentences) > 1
    assert len(found.sentences) > 1
    assert len(set(sentences)) == len(sentences)
    assert list(links.values()) == [2]  # for the ranking, and for what the question names


def test_a_comparison_costs_three_questions(index: Index, links: Counter[str]) -> None:
    assert index.encoder is not None
    counted = Counted(index.encoder)
    found = find(replace(index, encoder=counted), linear_models(), COMPARISON, "hybrid")
    assert sorted(counted.questions) == sorted(found.searched)
    assert len(counted.questions) == 3
    assert len(counted.batches) == 3
    sentences = [text for batch in counted.batches for text in batch]
    assert len(sentences) == len(set(sentences))  # what two parts read is encoded once
    assert len(links) == 3
    assert sorted(links.values()) == [1, 1, 2]


def test_two_steps_cost_four_questions_of_which_three_are_read(index: Index) -> None:
    assert index.encoder is not None
    counted = Counted(index.encoder)
    question = "When was the man who deciphered Linear B born?"
    found = find(replace(index, encoder=counted), linear_models(), question, "hybrid")
    assert sorted(counted.questions) == sorted(found.searched)
    assert 3 <= len(counted.questions) <= 4
    assert len(counted.batches) <= 3
    sentences = [text for batch in counted.batches for text in batch]
    assert len(sentences) == len(set(sentences))
