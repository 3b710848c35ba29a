"""The lists written by hand that judge answers: they are whole, and they say what is right."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.quality.claim_twins import TWINS, Twin, read_twins
from bench.quality.everyday_questions import EVERYDAY, Everyday, holds_answer, read_everyday

_LISTS = TWINS.parent


@pytest.fixture(scope="module")
def twins() -> list[Twin]:
    return read_twins()


@pytest.fixture(scope="module")
def everyday(shared_data: Path) -> list[Everyday]:
    return read_everyday()


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _questions(path: Path) -> Counter[str]:
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return Counter(_plain(row["question"]) for row in rows if "question" in row)


def test_there_are_as_many_twins_as_are_spoken_of(twins: list[Twin]) -> None:
    assert Counter(twin.split for twin in twins) == {"dev": 150, "test": 150}
    assert len({twin.twin_id for twin in twins}) == 300
    assert sum(len(twin.sources) > 1 for twin in twins) >= 20


def test_the_halves_of_the_twins_are_alike_and_share_no_page(twins: list[Twin]) -> None:
    kinds: Counter[str] = Counter()
    pages: dict[str, set[str]] = {"dev": set(), "test": set()}
    for twin in twins:
        kinds[twin.kind] += 1 if twin.split == "dev" else -1
        pages[twin.split] |= {source.page for source in twin.sources}
    assert max(map(abs, kinds.values())) <= 2
    assert not pages["dev"] & pages["test"]


def test_every_twin_is_whole(twins: list[Twin]) -> None:
    for twin in twins:
        assert twin.question.endswith("?")
        assert _plain(twin.true) != _plain(twin.false)
        assert twin.true[-1] == twin.false[-1] == "."
        assert twin.sources
        for source in twin.sources:
            assert 0 <= source.start < source.end
            assert re.fullmatch(r"[0-9a-f]{16}", source.sha256)


def test_no_list_asks_what_another_asks() -> None:
    for name in (TWINS.name, EVERYDAY.name):
        asked = _questions(_LISTS / name)
        assert max(asked.values()) == 1
        for other in _LISTS.glob("*.jsonl"):
            if other.name != name:
                assert not set(asked) & set(_questions(other)), other.name


def test_the_everyday_questions_are_as_many_as_are_spoken_of(everyday: list[Everyday]) -> None:
    groups = Counter((row.is_answerable, row.drawn, row.split) for row in everyday)
    for drawn in (True, False):
        for split in ("dev", "test"):
            assert groups[True, drawn, split] == 25
            assert groups[False, drawn, split] == 10


def test_right_sentences_are_judged_right_and_wrong_ones_wrong(everyday: list[Everyday]) -> None:
    for row in everyday:
        assert not row.is_right(row.false), row.question_id
        if row.is_answerable:
            assert row.true is not None
            assert row.is_right(row.true), row.question_id
            assert row.pages
        else:
            assert row.true is None
            assert not row.pages


_WORDINGS: tuple[tuple[str, str, Any, bool], ...] = (
    ("whole words only", "It is Romania.", [["Roman"]], False),
    ("the beginning of a word", "It exploded.", [["explod*"]], True),
    ("accents and case", "By ALBRECHT DÜRER", [["durer"]], True),
    ("the commas of numbers", "1,642 m", [["1642"]], True),
    ("a comma between numbers", "in 1914, 123 ships", [["1914"]], True),
    ("no markers of sources", "There are five [2].", [["2"]], False),
    ("one of a group", "mewing", [["purr", "mewing"]], True),
    ("each group", "barley and rye", [["barley"], ["wheat"]], False),
    ("at the beginning", "The answer is no.", [["^no"]], False),
)


@pytest.mark.parametrize(("name", "text", "answers", "right"), _WORDINGS)
def test_wordings(name: str, text: str, answers: Any, right: bool) -> None:
    assert holds_answer(text, answers) is right


def test_a_wrong_wording_makes_an_answer_wrong() -> None:
    assert not holds_answer("The Moon is bigger than Titan.", [["titan"]], ["moon is bigger"])
