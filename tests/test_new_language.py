"""Whoever adds a language touches one file; every room reads it there."""

import shutil
from pathlib import Path

import pytest

from pinakes.index.keywords.bm25 import KeywordDocument, KeywordIndex, write_keyword_index
from pinakes.ingest.sources.mediawiki.templates.registry import find_template
from pinakes.ingest.text import language
from pinakes.ingest.text.sentences import sentence_spans
from pinakes.service.reading.answer_types import expected_answer
from pinakes.service.reading.words import words_of
from tests.ingest.sources.mediawiki.templates.test_local_names import site
from tests.ingest.sources.mediawiki.test_wikitext import parse

CODE = "qaa"  # for local use, says ISO 639-2
FILE = """
[dates]
months = ["un", "du", "tri", "kar", "pin", "sis", "sep", "ok", "nau", "des", "onz", "duz"]
pattern = "{day}. {month} {year}"

[search]
own_letters = "ö"
stop_words = "zaf zif zof lu la li"

[sentences]
abbreviations = "mzr"
ordinals = 2
stops = ";"

[questions]
articles = "la"
placed = "en"
authors = "bai"
negations = "nul"
qualifiers = "mabi"
stop_words = "doh"
now = "nun"
offices = "rego"
pronouns = "il"
possessives = "sua"
lead_ins = ["e"]

[questions.expected]
person = ["zof"]
time = ["zaf"]

[questions.numbers]
un = 1

[questions.scales]
mil = 1000

[templates]
infobox = ["boks "]
silent = ["zilens"]
disambiguation = ["duvoi"]

[templates.names]
"dato" = "date"
"""


@pytest.fixture(autouse=True)
def _with_the_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(Path(str(language._FILES)), tmp_path / "languages")
    (tmp_path / "languages" / f"{CODE}.toml").write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(language, "_FILES", tmp_path / "languages")


def test_questions_lose_its_stop_words_and_its_letters_stay(tmp_path: Path) -> None:
    documents = [KeywordDocument(0, "", "", "", "dör"), KeywordDocument(1, "", "", "", "dor")]
    write_keyword_index(tmp_path / "bm25", CODE, documents)
    index = KeywordIndex(tmp_path / "bm25", CODE)
    assert index.terms("Zaf lu dör?") == ["dör"]
    assert [hit.passage_id for hit in index.search("dör", 10)] == [0]


def test_its_question_words_tell_what_is_expected() -> None:
    assert expected_answer("Zof rega Mainz", CODE).type == "person"
    assert expected_answer("Zaf mori Karl", CODE).type == "time"
    assert "tri" in words_of(CODE).months


def test_its_sentences_end_by_its_rules() -> None:
    text = "Il mori en 3. Tri, dis mzr. Karl; La fin."
    spans = sentence_spans(text, language=CODE)
    assert [text[start:end] for start, end in spans] == [
        "Il mori en 3. Tri, dis mzr. Karl;",
        "La fin.",
    ]


def test_its_templates_and_dates_are_known() -> None:
    assert find_template("boks rivo", CODE).kind == "infobox"
    assert find_template("zilens", CODE).kind == "silent"
    assert parse("Il mori {{Dato|1468|2|3}}.", site(CODE)).text == "Il mori 3. du 1468."
    assert parse("Karl\n{{duvoi}}", site(CODE)).is_disambiguation
