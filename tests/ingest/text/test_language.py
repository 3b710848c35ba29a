"""The files of languages: each says only what somebody reads."""

from pathlib import Path

import pytest

from pinakes.ingest.text import language
from pinakes.ingest.text.language import language_part, listed_languages

# By part and name: what it is read as.
KNOWN = {
    "dates": {"months": list, "pattern": str},
    "writing": {"right_to_left": bool},
    "questions": {
        **dict.fromkeys(
            ("alternatives", "approximate", "articles", "authors", "auxiliaries", "contrasts",
             "births", "deaths", "durations", "eras", "gerunds", "greater", "irregular",
             "light_verbs", "name",
             "opposites", "plural", "several", "singular", "smaller", "times", "months",
             "negations", "now", "offices", "placed", "possessives", "pronouns",
             "qualifiers", "stop_words"),
            str,
        ),
        "attributes": dict, "expected": dict, "lead_ins": list, "measures": dict,
        "numbers": dict, "scales": dict, "spaced": bool,
    },
    "references": {
        "agreement": dict,
        **dict.fromkeys(
            ("auxiliaries", "clauses", "copulas", "definite", "demonstratives", "distinguishing",
             "existential", "impersonal", "interjections", "joiners", "owner_mark", "periods",
             "placed_there", "prepositions", "proforms", "restricting", "spans", "verbal_endings",
             "weather"),
            str,
        ),
    },
    "present": {
        **dict.fromkeys(
            ("adjectives", "as_of", "changing", "copulas", "counted", "doing", "groups",
             "future", "holding", "indefinite", "made", "past", "perfect", "prices",
             "records", "superlatives"),
            str,
        ),
        "ages": list, "counting": list, "phrases": list, "joins_words": bool,
    },
    "search": {
        "only_in_capitals": str, "own_letters": str, "spelling": list, "stemmer": str,
        "stop_words": str, "stop_words_in_pieces": bool, "variants": dict, "vowel_signs": bool,
        "written_out": dict,
    },
    "sentences": {"abbreviations": str, "before_numbers": str, "ordinals": int, "stops": str},
    "templates": {
        "names": dict,
        **dict.fromkeys(
            ("disambiguation", "file", "image_options", "infobox", "silent", "silent_prefixes"),
            list,
        ),
    },
    "titles": {"disambiguation": list},
    "countries": {"names": str},
    "notes": dict.fromkeys(
        ("length", "nearest", "no_answer", "no_answer_of_several", "query", "repetition",
         "searched", "written_in"), str
    ),
    "personal": {
        **dict.fromkeys(
            ("asking", "behind_relations", "being", "mine", "owners", "relations", "relative",
             "someone", "speaker", "titles", "wishing"),
            str,
        ),
        "names_itself": list, "places_itself": list, "reasons": list,
    },
    "declining": {
        "before": list, "contrasts": str, "parts": dict, "say": str, "sentences": list,
    },
}  # fmt: skip
OPTIONAL_WORDS = {
    "months",
    "spaced",
    "alternatives",
    "approximate",
    "attributes",
    "auxiliaries",
    "contrasts",
    "births",
    "deaths",
    "durations",
    "eras",
    "gerunds",
    "greater",
    "irregular",
    "light_verbs",
    "measures",
    "opposites",
    "plural",
    "several",
    "singular",
    "smaller",
    "times",
}


@pytest.mark.parametrize("code", listed_languages())
def test_a_file_says_only_what_is_read_and_as_it_is_read(code: str) -> None:
    for part in language._parts(code):
        for name, said in language_part(code, part).items():
            assert isinstance(said, KNOWN[part].get(name, ())), f"[{part}] {name}"
    assert len(language_part(code, "dates").get("months", range(12))) == 12


@pytest.mark.parametrize("code", listed_languages())
def test_the_words_of_questions_are_all_there_or_none(code: str) -> None:
    words = language_part(code, "questions")
    wanted = KNOWN["questions"].keys() - OPTIONAL_WORDS if words else set()
    assert words.keys() - OPTIONAL_WORDS == wanted
    assert not words or "months" in {*words, *language_part(code, "dates")}


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
