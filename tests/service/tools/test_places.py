"""Whatever answers have shown can be fetched."""

import pytest

from pinakes.service.errors import BadInput
from pinakes.service.tools.places import THIS_MACHINE, Place, parse_place, several_places
from pinakes.service.types import PassageRef

REF = PassageRef("enwiki", 12, 345, 0, 678)
PASSAGE = Place("enwiki", page_id=12, revision_id=345, passage=REF)
QUERY = "revision=345&start=0&end=678"

NAMED: dict[str, Place] = {
    "enwiki/12@345:0-678": PASSAGE,
    f"http://127.0.0.1:8707/c/enwiki/page/12?{QUERY}#passage": PASSAGE,
    f"/c/enwiki/page/12?{QUERY}#passage": PASSAGE,
    "pinakes://enwiki/12@345:0-678": PASSAGE,
    "enwiki/12": Place("enwiki", page_id=12),
    "enwiki/12@345": Place("enwiki", page_id=12),
    "http://wiki.lan/c/enwiki/page/12": Place("enwiki", page_id=12),
    "https://[::1]:9/c/enwiki/page/12": Place("enwiki", page_id=12),
    # A host of its own may have a page that is called so.
    "https://en.wikipedia.org/wiki/page/12": Place(wiki="en.wikipedia.org", title="page/12"),
    "/c/enwiki/api/pages/12": Place("enwiki", page_id=12),
    "/api/c/enwiki/pages/12": Place("enwiki", page_id=12),
    "/api/c/enwiki/pages/Ada_Lovelace": Place("enwiki", title="Ada Lovelace"),
    # As addresses were before they named collections.
    f"http://127.0.0.1:8707/page/12?{QUERY}#passage": Place(page_id=12, revision_id=345),
    "/api/pages/12": Place(page_id=12),
    "pinakes://enwiki/Ada%20Lovelace": Place("enwiki", title="Ada Lovelace"),
    "pinakes://enwiki/Ada_Lovelace#Early_life": Place(
        "enwiki", title="Ada Lovelace", section="Early life"
    ),
    "https://en.wikipedia.org/w/index.php?title=Ada_Lovelace&oldid=345": Place(
        wiki="en.wikipedia.org", title="Ada Lovelace", revision_id=345
    ),
    "https://en.m.wikipedia.org/wiki/Ada_Lovelace#Early_life": Place(
        wiki="en.m.wikipedia.org", title="Ada Lovelace", section="Early life"
    ),
    "https://en.wikipedia.org/wiki/Caf%C3%A9": Place(wiki="en.wikipedia.org", title="Café"),
    "https://en.wikipedia.org/?curid=12": Place(wiki="en.wikipedia.org", page_id=12),
    "Ada Lovelace": Place(title="Ada Lovelace"),
    " [[Ada Lovelace]] ": Place(title="Ada Lovelace"),
    "Ada Lovelace › Early life › School": Place(
        title="Ada Lovelace", section="Early life › School"
    ),
    "Ada Lovelace#Early_life": Place(title="Ada Lovelace", section="Early life"),
    "AC/DC": Place(title="AC/DC"),
    "2011/12": Place(title="2011/12"),  # no collection has this name
    "1984": Place(title="1984"),
}


@pytest.mark.parametrize("text", NAMED)
def test_what_a_text_names(text: str) -> None:
    assert parse_place(text, ["enwiki"], {"wiki.lan"} | THIS_MACHINE) == NAMED[text]


@pytest.mark.parametrize(
    "text",
    [
        "", "#", "https://example.org/", "pinakes://", "enwiki/1@2:9-3",
        # Of somebody else, whatever they look like.
        "https://example.org/page/12", "https://example.org/c/enwiki/page/12",
        f"https://example.org/c/enwiki/page/12?{QUERY}", "https://localhost.example.org/page/12",
        "https://example.org/api/c/enwiki/pages/Ada",
    ],
)  # fmt: skip
def test_what_names_nothing(text: str) -> None:
    with pytest.raises(BadInput):
        parse_place(text, ["enwiki"])


@pytest.mark.parametrize(
    ("place", "base_url", "is_of"),
    [
        ("https://en.m.wikipedia.org/wiki/A", "https://en.wikipedia.org/wiki/Main_Page", True),
        ("https://de.wikipedia.org/wiki/A", "https://en.wikipedia.org/wiki/Main_Page", False),
        ("https://de.wikipedia.org/wiki/A", "", True),
        ("A", "https://en.wikipedia.org/wiki/Main_Page", True),
    ],
)
def test_of_which_wiki_an_address_is(place: str, base_url: str, is_of: bool) -> None:
    assert parse_place(place).is_of(base_url) == is_of


def test_several_are_one_a_line() -> None:
    assert several_places("A\n\n B \nA") == ["A", "B"]
    assert several_places(["A", "B, C"]) == ["A", "B, C"]
    with pytest.raises(BadInput, match="20 are the most"):
        several_places("\n".join(map(str, range(30))))


@pytest.mark.parametrize("text", ["https://[x", "http://[::1/wiki/Foo", "pinakes://[x/1"])
def test_an_address_with_half_a_bracket_names_no_page(text: str) -> None:
    with pytest.raises(BadInput, match="no page in the address"):
        parse_place(text)
