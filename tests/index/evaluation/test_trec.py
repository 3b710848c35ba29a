"""TREC topics in both forms, judgments, and what can be wrong with them."""

from pathlib import Path

import pytest

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation import read_questions
from pinakes.index.evaluation.questions import Gold

SGML = """
<top>

<num> Number: 301
<title> International Organized Crime

<desc> Description:
Identify organizations.
</top>
<top>
<num> Number: 302 </num>
<title> Topic: R&amp;D in
 Poliomyelitis</title>
<desc> Description: is it gone?
</top>
"""
TSV = "301\tInternational Organized Crime\n\n302\tR&D in Poliomyelitis\r\n"
QRELS = "301 0 1590 2\n301 0 617 0\n302 0 843 1\n302 Q0 617 -1\n999 0 5 1\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "topics", tmp_path / "qrels"


@pytest.mark.parametrize("topics", [SGML, TSV])
def test_topics_and_their_judgments(files: tuple[Path, Path], topics: str) -> None:
    files[0].write_text(topics)
    files[1].write_text(QRELS)
    first, second = read_questions(*files)
    assert (first.question_id, first.text) == ("301", "International Organized Crime")
    assert (second.question_id, second.text) == ("302", "R&D in Poliomyelitis")
    assert first.gold == (Gold(1590, grade=2),)
    assert second.gold == (Gold(843),)


@pytest.mark.parametrize(
    ("qrels", "titles"),
    [
        ("301 0 Rosetta_Stone 1\n301 0 1984 1", ["Rosetta_Stone", "1984"]),
        ("301\t0\tRosetta Stone\t1\n301\t0\t1984\t3\n", ["Rosetta Stone", "1984"]),
    ],
)
def test_pages_are_titles_unless_all_are_numbers(
    files: tuple[Path, Path], qrels: str, titles: list[str]
) -> None:
    files[0].write_text(TSV)
    files[1].write_text(qrels)
    first, second = read_questions(*files)
    assert [(gold.title, gold.page_id) for gold in first.gold] == [(name, None) for name in titles]
    assert second.gold == ()  # without a judgment: as if it had no answer


@pytest.mark.parametrize(
    ("topics", "qrels", "message"),
    [
        (TSV, "301 0 1590", "qrels, line 1: needs topic, iteration, page and grade"),
        (TSV, "301 0 1590 1\n301 0 Rosetta Stone 1", "qrels, line 2: needs"),
        (TSV, "301 0 1590 good", "qrels, line 1: needs .*'good'"),
        (TSV, "", "topics: no question with a gold page in .*qrels"),
        (TSV, "7 0 1590 1", "topics: no question with a gold page in .*qrels"),
        ("301\tCrime\n302 no tab", QRELS, "topics, line 2: needs"),
        ("301\tCrime\n\tno id", QRELS, "topics, line 2: needs"),
        ("301\tCrime\n302\t ", QRELS, "topics, line 2: needs"),
        (SGML.replace("<title> Int", "<desc> Int"), QRELS, "topics, line 2: .*<num> and <title>"),
        (SGML.replace("<num> Number: 302 </num>", ""), QRELS, "topics, line 10: .*<num>"),
        ("301\tCrime\n301\tCrime", QRELS, "'301' comes twice"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    files: tuple[Path, Path], topics: str, qrels: str, message: str
) -> None:
    files[0].write_text(topics)
    files[1].write_text(qrels)
    with pytest.raises(BadQuestions, match=message):
        read_questions(*files)


def test_judgments_that_are_not_there(files: tuple[Path, Path]) -> None:
    files[0].write_text(TSV)
    with pytest.raises(BadQuestions, match="qrels: cannot be read"):
        read_questions(*files)
