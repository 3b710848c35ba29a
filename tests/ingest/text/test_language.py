"""The files of languages: each says only what somebody reads."""

from pathlib import Path

import pytest

from pinakes.ingest.text import language
from pinakes.ingest.text.language import language_part, listed_languages

KNOWN = {
    "dates": {"months", "pattern"},
    "questions": {
        "articles", "authors", "expected", "lead_ins", "months", "negations", "now", "numbers",
        "offices", "placed", "possessives", "pronouns", "qualifiers", "scales", "spaced",
        "stop_words",
    },
    "search": {
        "own_letters", "spelling", "stemmer", "stop_words", "stop_words_in_pieces", "vowel_signs",
    },
    "sentences": {"abbreviations", "before_numbers", "ordinals", "stops"},
    "templates": {
        "disambiguation", "file", "image_options", "infobox", "names", "silent", "silent_prefixes",
    },
    "titles": {"disambiguation"},
}  # fmt: skip


@pytest.mark.parametrize("code", listed_languages())
def test_a_file_says_only_what_is_read(code: str) -> None:
    for part in language._parts(code):
        assert set(language_part(code, part)) <= KNOWN[part], part
    assert len(language_part(code, "dates").get("months", range(12))) == 12


def test_a_language_takes_from_another_what_it_does_not_say_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "qba.toml").write_text('[search]\nstemmer = "a"\nstop_words = "b"\n[dates]\n')
    (tmp_path / "qbb.toml").write_text('like = "qba"\n[search]\nstemmer = "c"\n')
    monkeypatch.setattr(language, "_FILES", tmp_path)
    assert listed_languages() == ["qba", "qbb"]
    assert language_part("qbb", "search") == {"stemmer": "c", "stop_words": "b"}


@pytest.mark.parametrize("code", ["", "xx", "..", "../languages/en", "e*", "en/"])
def test_a_code_without_a_file_is_a_language_of_which_nothing_is_known(code: str) -> None:
    assert language_part(code, "search") == {}


@pytest.mark.parametrize("code", ["zh-hant", "zh_TW", "ZH"])
def test_variants_are_their_language(code: str) -> None:
    assert language_part(code, "dates") == language_part("zh", "dates") != {}
