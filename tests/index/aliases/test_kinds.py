import pytest

from pinakes.index.aliases.kinds import base_name, later_words, meanings, name_of_topic
from pinakes.ingest.types import Link


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Mercury (planet)", "Mercury"),
        ("Mercury (disambiguation)", "Mercury"),
        ("Merkur (Begriffsklärung)", "Merkur"),
        ("水星（消歧义）", "水星"),
        ("(500) Days of Summer", "(500) Days of Summer"),
        ("(planet)", "(planet)"),
        ("Mercury", "Mercury"),
        ("", ""),
    ],
)
def test_the_name_of_a_topic_has_no_qualifier(title: str, name: str) -> None:
    assert name_of_topic(title) == name


@pytest.mark.parametrize(
    ("title", "base"),
    [
        ("Mercury (planet)", "Mercury"),
        ("Paris, Texas", "Paris"),
        ("Paris, Texas (film)", "Paris"),
        ("The Beatles", "Beatles"),
        ("The Who (album)", "Who"),
        ("1,000 islands", None),  # no comma between words
        ("Theodore", None),
        ("The", None),
        ("Mercury", None),
        (", and so on", None),
        ("!!! (album)", None),
        ("", None),
    ],
)
def test_the_base_of_a_title(title: str, base: str | None) -> None:
    assert base_name(title) == base


def test_a_key_from_its_later_words_on() -> None:
    assert list(later_words("library of alexandria")) == ["of alexandria", "alexandria"]
    assert list(later_words("alexandria")) == list(later_words("")) == []
    assert len(list(later_words("word " * 50))) == 7


def meanings_of(title: str, text: str, *links: tuple[str, str]) -> list[str]:
    return meanings(title, text, [Link(*link) for link in links])


def test_meanings_begin_a_line_or_hold_the_name() -> None:
    assert meanings_of(
        "Mercury (disambiguation)",
        "Mercury usually means the planet nearest to the Sun.\n\nChemistry\n"
        "- Quicksilver, a metal; see also amalgam\n"
        "- Freddie M, a singer of Queen\n- “Roman god”, of trade\n",
        ("Mercury (planet)", "planet nearest"),
        ("Quicksilver", "Quicksilver"),
        ("Amalgam (chemistry)", "amalgam"),
        ("Freddie Mercury", "a singer"),
        ("Queen (band)", "Queen"),
        ("Mercury (mythology)", "Roman god"),
        ("Quicksilver", "Quicksilver"),
        ("Nothing", ""),
    ) == [
        "Mercury (planet)",
        "Quicksilver",
        "Freddie Mercury",
        "Mercury (mythology)",
    ]


def test_a_page_of_a_hundred_thousand_links_names_two_hundred_meanings() -> None:
    links = [(f"Place {number}", f"Place {number}") for number in range(100_000)]
    text = "\n".join(f"- {anchor}" for _, anchor in links)
    found = meanings_of("Place", text, *links)
    assert found == [f"Place {number}" for number in range(200)]


def test_a_disambiguation_page_without_links_has_no_meanings() -> None:
    assert meanings_of("Nothing", "") == []
