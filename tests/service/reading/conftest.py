"""A parser of English claims."""

import pytest

from pinakes.index.keywords.bm25 import KeywordIndex, write_keyword_index
from pinakes.service.reading.claim_parser import ClaimParser
from pinakes.service.reading.words import words_of


@pytest.fixture(scope="session")
def parser(tmp_path_factory: pytest.TempPathFactory) -> ClaimParser:
    path = tmp_path_factory.mktemp("words") / "bm25"
    write_keyword_index(path, "en", [])
    keywords = KeywordIndex(path, "en")
    words = words_of("en")
    return ClaimParser(
        words,
        keywords.analyze,
        lambda word: word in words.stop_words or not keywords.content_terms(word),
    )
