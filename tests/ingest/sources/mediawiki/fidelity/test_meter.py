"""The fidelity meter: what it holds against a text, and what it does not."""

from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from bench.quality.fidelity import pages
from pinakes.ingest.sources.mediawiki.fidelity.meter import (
    FidelityCounts,
    measure_page,
    measure_pages,
    numbers_elsewhere,
)
from pinakes.ingest.sources.mediawiki.types import Page
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from tests.ingest.sources.mediawiki.test_wikitext import ENGLISH, parse
from tests.ingest.test_robustness import WORST
from tests.yardstick import assert_in_proportion


def page(wikitext: str) -> Page:
    return Page(7, 0, "Some page", 70, "", None, wikitext)


def measure(wikitext: str, text: str | None = None) -> tuple[FidelityCounts, list[str]]:
    """The fidelity of our own text, or of another one."""
    dropped: Counter[str] = Counter()
    document = parse(wikitext, ENGLISH, dropped)
    if text is not None:
        document = replace(document, text=text)
    counts, lost = measure_page(page(wikitext), document, ENGLISH, dropped)
    assert len(lost) == counts.expected.total() - counts.kept.total()
    return counts, [number.number for number in lost]


@pytest.mark.parametrize(
    ("wikitext", "place", "count"),
    [
        ("In 1969 and 1,234,567 more.", "text", 2),
        ("== Of 1969 ==\nText.\n=== Of 1970 ===\nText.", "text", 2),
        ("[[Apollo 11|the 11th]] and [[Apollo 12]]", "text", 2),
        ("[http://example.org/2001 Odyssey 2001] http://example.org/99", "text", 1),
        ("5&nbsp;km, &minus;7, 10<sup>−3</sup>, '''19'''", "text", 5),
        ("[[File:A1.jpg|thumb|200px|alt=5 men|Three of 8 men]]", "text", 1),
        ("<gallery>\nA1.jpg|Taken in 1900\n</gallery>", "text", 1),
        ("{| style='width:50%'\n! Year\n|-\n| colspan=2 | 1969\n|}", "table", 1),
        ("{{convert|10|km2|mi2|1|abbr=on}}", "template", 1),
        ("{{coord|51|30|N|0|7|W|type:city(900)}}", "template", 4),
        ("{{birth date|1990|05|07}}", "template", 2),
        ("{{Infobox x|image_size=250px|born=1990|img=A1.jpg|map_width=3}}", "infobox", 1),
        ("{{Infobox x|area={{convert|10|km}}}}", "infobox", 1),
        ("{{formatnum:1234567}}", "template", 1),
    ],
)
def test_what_is_expected_and_where(wikitext: str, place: str, count: int) -> None:
    counts, lost = measure(wikitext)
    assert counts.expected == {place: count}
    assert lost == []


@pytest.mark.parametrize(
    "wikitext",
    ["<ref>In 1969</ref>", "{{cite book|year=1969}}", "<!-- 1969 -->", "[[Category:1969]]",
     "[[File:1969.jpg|120px]]", "{{#expr: 1 + 2}}", "<span style='width: 20px'>x</span>"],
)  # fmt: skip
def test_what_is_not_expected(wikitext: str) -> None:
    counts, _ = measure("Text. " + wikitext)
    assert counts.expected.total() == 0


def test_a_number_counts_as_often_as_it_occurs() -> None:
    counts, lost = measure("In 1969, 1969 and 1969; 1,500.", "In 1969 and 1969; 1500.")
    assert lost == ["1969"]
    assert counts.kept == {"text": 3}


def test_the_number_lost_is_the_one_whose_neighbours_are_gone() -> None:
    wikitext = "Born in 1969 here. He left 1969 sheep."
    _, lost = measure_page(
        page(wikitext), replace(parse(wikitext), text="Born in 1969 here."), ENGLISH, {}
    )
    assert [(number.before, number.after) for number in lost] == [
        ("Born in 1969 here. He left", "1969 sheep.")
    ]


def test_list_numbers_do_not_make_up_for_lost_ones() -> None:
    _, lost = measure("# one of 1\n# two", "1. one of\n2. two")
    assert lost == ["1"]


def test_losses_cannot_hide_in_templates() -> None:
    counts, lost = measure(
        "{{quux|a=1|b=2|kept words}} {{citation needed|date=May 2020}} {{nowrap|3|x=4}} {{main|5}}",
        "kept 3 4",
    )
    assert lost == ["1", "2"]
    assert counts.expected == {"unrendered": 2, "template": 2}
    assert counts.words == {"unrendered": 2}
    assert counts.words_kept == {"unrendered": 1}
    assert counts.unknown_words_lost == 500.0
    assert counts.lost_in_unknown == {"quux": 3}
    assert counts.silent == {"citation needed": 2, "main": 1}


def test_a_call_of_a_module_is_of_an_unknown_template() -> None:
    counts, _ = measure("{{#invoke:Quux|main|a=Ann 7}}", "")
    assert counts.expected == {"unrendered": 1}
    assert counts.lost_in_unknown["#invoke"] == 4


def test_words_count_whatever_their_case_and_script() -> None:
    counts, _ = measure("The CAT ''sat''; кот и кошка; 柏林は; मुंबई", "the cat sat кот и 柏 मुंबई")
    assert counts.words == {"text": 10}
    assert counts.words_kept == {"text": 7}


def test_the_word_lost_is_the_one_in_the_unknown_template() -> None:
    counts, _ = measure("Ann met Bob. {{quux|a=Ann}} Ann left.", "Ann met Bob. Ann left.")
    assert counts.words == {"text": 5, "unrendered": 1}
    assert counts.words_kept == {"text": 5}


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("{{formatnum:3769495}}", "3.769.495"),
        ("{{formatnum:3769495}}", "3 769 495"),
        ("{{formatnum:3769495.5}}", "3 769 495,5"),
        ("{{nombre|38.1}}", "38,1"),
    ],
)
def test_digits_grouped_as_other_languages_do_are_kept(wikitext: str, text: str) -> None:
    assert measure(wikitext, text)[1] == []
    assert measure(wikitext, text.replace("7", "6").replace("8", "6"))[1] != []


def test_markup_left_is_counted_by_kind_outside_of_mathematics() -> None:
    wikitext = "x <math>{{a}}</math> &amp;lt;"
    counts, _ = measure(wikitext, "x {{a}} [[y]] <br> thumb|z")
    assert counts.leftovers == {"brackets": 2, "tags": 1, "thumb|": 1}
    assert measure("'''Plain''' [[text]].")[0].leftovers == {}


def test_counts_add_up() -> None:
    results = [
        counts for counts, _ in measure_pages([page("1 {{quux}}"), page("2 {{quux}}")], ENGLISH)
    ]
    total = sum(results, FidelityCounts(quarantined=3))
    assert (total.pages, total.quarantined, total.expected["text"]) == (2, 3, 2)
    assert total.dropped == {"quux": 2}
    assert total.fidelity == 1.0
    assert FidelityCounts().fidelity == 1.0


@pytest.mark.parametrize("size", [5_000, pytest.param(40_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", WORST)
def test_hostile_pages_are_measured_soon_or_skipped(name: str, size: int) -> None:
    def measure_one(length: int) -> None:
        counts, _ = measure(WORST[name](length))
        assert counts.pages + counts.skipped == 1

    assert_in_proportion(measure_one, size // 4, size)


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("corpus", ["wikitext/articles", "enwiki-2016-shortened", "ltgwiki"])
def test_real_pages_keep_their_numbers(corpus: str, every: int, shared_data: Path) -> None:
    total = FidelityCounts()
    for one, site in islice(pages(corpus), 0, None, every):
        for counts, _ in measure_pages([one], site):
            total += counts
    assert total.skipped == 0
    assert total.fidelity >= 0.999
    assert total.leftovers.total() * 100 <= total.pages
    assert total.unknown_words_lost <= 1


def test_real_numbers_beside_other_words_are_few_in_prose(shared_data: Path) -> None:
    places: Counter[str] = Counter()
    for one, site in pages("enwiki-20250201-tiny"):
        places.update(n.place for n in numbers_elsewhere(one, parse_document(one, site), site))
    assert places["text"] <= 10
