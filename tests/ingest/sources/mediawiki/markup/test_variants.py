import pytest

from pinakes.ingest.sources.mediawiki.markup.variants import has_variants, without_variants
from tests.ingest.sources.mediawiki.templates.test_local_names import site
from tests.ingest.sources.mediawiki.test_wikitext import parse


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("-{zh-hans:计算机; zh-hant:電腦;}-", "计算机"),
        ("-{zh-cn:5 个;zh-tw:5 個}-", "5 个"),
        ("-{原文}-", "原文"),
        ("-{R|原文}-", "原文"),
        ("-{A|zh-hans:甲;zh-hant:乙}-", "甲"),
        ("-{H|zh-hans:甲;zh-hant:乙}-", ""),
        ("-{T|zh-hans:甲;zh-hant:乙}-", ""),
        ("-{乙=>zh-cn:甲}-", "甲"),
        ("-{zh-hans|条目}-", "条目"),
        ("a -{ b", "a -{ b"),
        ("-{sr-ec: Текст; sr-el: Tekst}-", "Текст"),
    ],
)
def test_the_first_form_stays(markup: str, text: str) -> None:
    assert without_variants(markup) == text


def test_only_on_wikis_with_several_scripts() -> None:
    assert has_variants("zh")
    assert has_variants("zh-tw")
    assert not has_variants("de")
    assert parse(
        "[[-{zh-hans:书; zh-hant:書}-|书]]：-{zh-hans:3 本; zh-hant:3 冊}-", site("zh")
    ).text == ("书：3 本")
    assert parse("x -{zh:3}- y", site("en")).text == "x -{zh:3}- y"


@pytest.mark.parametrize("mark", ["__BEGRIFFSKLÄRUNG__", "__DISAMBIG__", "__消歧义__"])
def test_disambiguation_by_a_switch(mark: str) -> None:
    assert parse(f"Text.\n{mark}", site("de")).is_disambiguation


@pytest.mark.parametrize(
    "mark", ["__INHALTSVERZEICHNIS__", "__KEIN_INHALTSVERZEICHNIS__", "__目次__"]
)
def test_switches_of_any_script_vanish(mark: str) -> None:
    document = parse(f"Text.{mark} Mehr.", site("de"))
    assert document.text == "Text. Mehr."
    assert not document.is_disambiguation


def test_names_between_underscores_stay() -> None:
    assert parse("The method __init__ and __x__.").text == "The method __init__ and __x__."
