"""Words that ask nothing: the card of the page they name; and what nothing is known of: refused."""

from collections.abc import Iterator

import pytest

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.retrieve import find
from pinakes.service.reading.models import reading_models
from tests.index.toys import QuietProgress, article, in_threads, write_dump
from tests.service.asking.answers import answer_events, answered
from tests.service.scripted_generator import ScriptedGenerator


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("Rosetta Stone", "Rosetta Stone"),
        ("rosetta stone", "Rosetta Stone"),
        ("memex", "Memex"),
        ("Library of Alexandria", "Library of Alexandria"),
    ],
)
def test_the_card_of_a_topic_is_how_its_page_begins(index: Index, words: str, title: str) -> None:
    answer = answered(answer_events(index, None, words))
    [citation] = answer.citations
    assert (answer.kind, citation.title, citation.ref.start) == ("topic", title, 0)
    assert citation.quote in answer.text.replace("［", "[").replace("］", "]")
    assert answer.confidence < 1
    assert answer.short_answer is None


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Pages whose titles hold the names of others."""
    said = {
        "United States Department of State": "The department leads the United States in diplomacy.",
        "World cup competition": "A world cup is a sporting competition between nations.",
        "FIFA World Cup": "The FIFA World Cup is contested by national teams of football.",
        "Republics of the Soviet Union": "The republics of the Soviet Union were fifteen.",
        "Soviet Union": "The Soviet Union was a state of republics.",
        "Albert Einstein": "Albert Einstein was a physicist.",
        "World War II": "World War II lasted from 1939 to 1945.",
        "Java (island)": "Java is an island.",
        "South America": "South America is a continent.",
    }
    directory = tmp_path_factory.mktemp("states")
    pages = [article(number, title, text) for number, (title, text) in enumerate(said.items(), 1)]
    dump = write_dump(directory / "dump", pages)
    options = BuildOptions(workers=1, executors=in_threads)
    build_collection(directory / "toywiki", dump, None, "none", QuietProgress(), options)
    with Index.open(directory / "toywiki") as index:
        yield index


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("United States", None),  # stands for no department
        ("usa", None),
        ("world cup", "FIFA World Cup"),
        ("USSR", "Soviet Union"),
        ("einstein", "Albert Einstein"),
        ("second world war", "World War II"),
        ("world war", "World War II"),
        ("java", "Java (island)"),
        ("south", "South America"),  # one word may be a part of a name
        ("south america", "South America"),
    ],
)
def test_a_card_is_of_the_page_that_is_called_so(
    states: Index, words: str, title: str | None
) -> None:
    found = find(states, reading_models(), words, "hybrid").topic
    assert [hit.passage.title for hit in found] == ([title] if title else [])


@pytest.mark.parametrize("words", ["library", "library fire"])
def test_one_word_or_two_need_name_no_page(index: Index, words: str) -> None:
    lead, *more = find(index, reading_models(), words, "hybrid").topic
    assert lead.passage.start == 0
    shown = " ".join(f"{hit.passage.title} {hit.passage.text}" for hit in (lead, *more)).casefold()
    assert all(word in shown for word in words.split())


def test_a_card_takes_no_model(index: Index) -> None:
    model = ScriptedGenerator("Bananas come from Ecuador.")
    answer = answered(answer_events(index, model, "rosetta stone"))
    assert (answer.kind, answer.model) == ("topic", None)


def test_what_words_add_to_a_name_is_shown_below_the_card(index: Index) -> None:
    found = find(index, reading_models(), "rosetta stone decree", "hybrid")
    lead, *more = found.topic
    assert lead.passage.title == "Rosetta Stone"
    assert lead.passage.start == 0
    assert all("decree" in hit.passage.text for hit in more or [lead])


@pytest.mark.parametrize(
    "question", ["Who deciphered Linear B?", "Is papyrus a plant?", "stone decree of a king"]
)
def test_what_asks_something_or_names_no_page_has_no_card(index: Index, question: str) -> None:
    assert find(index, reading_models(), question, "hybrid").topic == ()


@pytest.mark.parametrize(
    "question",
    [
        "asdkjh qlwkje zmxnb",
        "qwertyuiop",
        "what what what",
        "77345 0912 66618",
        "What is the blorptic constant?",
        "Why are quemplets so florpy?",
        "Who was Gustav Hallenborg?",
        "who was gustav hallenborg",
    ],
)
@pytest.mark.parametrize("mode", ["answer", "quote"])
def test_nonsense_and_names_that_are_nowhere_are_refused_with_the_search(
    index: Index, question: str, mode: str
) -> None:
    model = ScriptedGenerator("Bananas come from Ecuador.") if mode == "answer" else None
    answer = answered(answer_events(index, model, question))
    assert answer.kind == "refusal"
    assert question in answer.text
    assert answer.searched == (question,)
