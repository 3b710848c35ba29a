"""What is fetched of a page, within its budget."""

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.index.types import Manifest, StoredPage
from pinakes.ingest.types import INFOBOX_HEADING, Section
from pinakes.service.errors import NotFound
from pinakes.service.tools.fetch_results import Fetched, beginning, passage, section_of, words_in
from pinakes.service.tools.frame import Frame, json_of
from pinakes.service.types import PassageRef, parse_ref
from tests.service.tools.test_ask_results import KINDS, PROSE

LEAD = "The library was large. "
BOX = "Built: 300 BC\nCity: Alexandria"


@pytest.fixture(scope="module")
def frame(index: Index) -> Frame:
    return Frame(index.manifest, "", 2_000)


@pytest.fixture(scope="module")
def manifest(index: Index) -> Manifest:
    return index.manifest


def page(text: str, title: str = "Library") -> StoredPage:
    sections = (Section((), 0, 50), Section(("Rolls",), 50, len(text)))
    return StoredPage(7, title, 70, "2026-01-01T00:00:00Z", False, 0, text, sections)


def long_page() -> StoredPage:
    """A lead, a box, and sections, one of them below another."""
    parts = [
        ((), LEAD * 10),
        ((INFOBOX_HEADING,), BOX),
        (("History",), "It was founded by kings. " * 40),
        (("History", "Fire"), "It burnt in 48 BC. " * 40),
        (("Rolls",), PROSE),
    ]
    text, sections = "", []
    for path, words in parts:
        text += f"{path[-1]}\n" if path else ""
        sections.append(Section(path, len(text), len(text) + len(words.rstrip())))
        text += words.rstrip() + "\n\n"
    return StoredPage(7, "Library", 70, "2026-01-01T00:00:00Z", False, 0, text, tuple(sections))


@pytest.mark.parametrize("budget", [1_000, 6_000])
@pytest.mark.parametrize("text", KINDS.values(), ids=list(KINDS))
def test_a_passage_is_widened_within_the_budget(manifest: Manifest, text: str, budget: int) -> None:
    asked = PassageRef("samplewiki", 7, 70, 1_000, 1_100)
    # Titles have at most 255 bytes; and a hostile one.
    for title in ("Library", "é" * 127, '"' * 5_000):
        frame = Frame(manifest, "http://here", budget)
        result = passage(Fetched(page(text, title), frame, str(asked)), asked)
        assert len(json_of(result)) <= budget
        assert text[1_000:1_020] in result.text
        assert result.id == str(asked)


def test_an_enormous_article_is_led_through_to_its_end(manifest: Manifest) -> None:
    text = "".join(f"Sentence number {number} is no other. " for number in range(3_000)).rstrip()
    fetched = Fetched(page(text), Frame(manifest, "", 4_000))
    asked = PassageRef("samplewiki", 7, 70, 0, 20)
    seen = 0
    calls = 0
    while True:
        result = passage(fetched, asked)
        calls += 1
        assert len(json_of(result)) <= 4_000
        stretch = result.text.removeprefix("… ").removesuffix(" …")
        begin = text.index(stretch)
        assert begin <= seen
        assert begin == 0 or text[begin - 2 : begin] == ". "
        assert stretch.endswith(".")
        seen = begin + len(stretch) + 1
        assert result.text.endswith(" …") == (result.metadata.next is not None)
        if result.metadata.next is None:
            break
        asked = parse_ref(result.metadata.next)
    assert seen > len(text)
    assert calls < 2 * len(text) / 4_000 + 5
    assert parse_ref(result.metadata.previous or "").end <= begin


def test_a_long_page_begins_with_its_lead_its_box_and_its_sections(frame: Frame) -> None:
    result = beginning(Fetched(long_page(), frame))
    assert len(json_of(result)) <= frame.budget
    assert result.text.startswith(LEAD)
    assert result.text.endswith(f"{BOX} …")
    assert result.metadata.sections == [INFOBOX_HEADING, "History", "History › Fire", "Rolls"]
    assert result.metadata.revised == "2026-01-01"
    assert result.url == "https://sample.invalid/w/index.php?title=Library&oldid=70"
    short = beginning(Fetched(page("Short. " * 10), frame))
    assert short.text == "Short. " * 10
    assert short.metadata.sections is None
    assert short.metadata.next is None


def test_a_changed_page_says_so(frame: Frame) -> None:
    result = beginning(Fetched(page(PROSE * 3), frame, "samplewiki/7@69:0-9", changed=True))
    assert (result.id, result.metadata.changed) == ("samplewiki/7@69:0-9", True)
    assert result.text.startswith("The library of the kings")
    assert parse_ref(result.metadata.next or "").revision_id == 70


@pytest.mark.parametrize("name", ["History", "history", "HISTORY", "Hist"])
def test_a_section_comes_with_those_below_it(manifest: Manifest, name: str) -> None:
    result = section_of(Fetched(long_page(), Frame(manifest, "", 6_000)), name)
    text = result.text.strip("… ")
    assert text.startswith("It was founded by kings.")
    assert "Fire" in text
    assert text.endswith("It burnt in 48 BC.")
    assert result.metadata.section == "History"


@pytest.mark.parametrize("name", ["Fire", "History › Fire", "history_›_fire"])
def test_a_section_below_another_is_found_by_its_own_name(frame: Frame, name: str) -> None:
    result = section_of(Fetched(long_page(), frame), name)
    assert result.text.startswith("… It burnt in 48 BC.")
    assert result.title == "Library › History › Fire"


def test_a_section_that_there_is_not_is_answered_with_those_there_are(frame: Frame) -> None:
    with pytest.raises(NotFound, match="did you mean Rolls"):
        section_of(Fetched(long_page(), frame), "Roles")
    with pytest.raises(NotFound, match="it has Infobox; History; "):
        section_of(Fetched(long_page(), frame), "Economy of Norway")


def test_words_are_shown_where_they_stand(index: Index, frame: Frame) -> None:
    found = Fetched(long_page(), frame)
    result = words_in(found, "founding kings", index.keywords.analyze)
    assert result.text.splitlines()[0] == "History: It was founded by kings."
    assert result.metadata.found == 80  # forty of the kings' library, and as many of its history
    assert len(json_of(result)) <= frame.budget
    exact = words_in(found, "48 BC", index.keywords.analyze)
    assert {line.split(":")[0] for line in exact.text.splitlines()} == {"History › Fire"}
    nothing = words_in(found, "zebra", index.keywords.analyze)
    assert (nothing.text, nothing.metadata.found) == ("", 0)
