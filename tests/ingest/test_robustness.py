"""Any markup at all: no exception, sections in order, time in proportion to the length."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinakes.ingest.passages import split_passages
from pinakes.ingest.sources.mediawiki.templates.local_names import EVERY_LANGUAGE
from pinakes.ingest.sources.mediawiki.templates.names import ALIASES
from pinakes.ingest.sources.mediawiki.templates.registry import _RENDERERS
from pinakes.ingest.types import Document
from tests.ingest.sources.mediawiki.test_wikitext import parse
from tests.yardstick import assert_in_proportion

_TOKENS = """
{{ }} {{{ }}} [[ ]] [ ] {| |} |} }} |- |+ | || ! !! = == === == A == ' '' ''' ''''' * # : ;
http://x mailto:a@b [http://x [//y <ref> </ref> <ref <ref/> <!-- --> <nowiki> </nowiki> <math>
</math> <gallery> </gallery> <br> <br <sup> </sup> <div> < > & &amp; &#57344; &#xE003; __TOC__
__DISAMBIG__ ( ) () . , word Wort 語 كلمة 7 -1 1/2 1e999 ² ٣ File: Category: fr: rowspan=2
colspan="900" style=x|thumb| :Category: #section convert| cvt| birth_date| #if: #ifeq: formatnum:
infobox | val| coord| lang| plainlist| quote| percentage| as_of| death_date_and_age|
99999999999999999999 km mi ft N S
"""
SOUP = st.lists(
    st.sampled_from(
        [*_TOKENS.split(), "\n", " ", "\t", "\x00", "\ue000", "\ue001", "\ue003", "\ud800"]
    )
    | st.text(max_size=3),
    max_size=60,
).map("".join)


def check(document: Document) -> None:
    """Sections lie in order inside the text, and passages in them."""
    last = 0
    for section in document.sections:
        assert last <= section.start < section.end <= len(document.text)
        assert document.text[section.start : section.end].strip()
        last = section.end
    assert not re.search("[\x00\ue000-\ue00f]", document.text)
    assert not any(re.search("[\t\n\ue000-\ue00f]", link.target) for link in document.links)
    assert not any(re.search("[\t\n\ue000-\ue00f]", link.anchor) for link in document.links)
    for passage in split_passages(document):
        assert passage.text == document.text[passage.start : passage.end] != ""


@settings(max_examples=400, deadline=None)
@given(SOUP)
def test_markup_soup(wikitext: str) -> None:
    check(parse(wikitext))


ARGUMENT = st.sampled_from(
    ["", "1", "-1", "0", "²", "٣", "1e999", "9" * 4400, "1/0", "km", "mi", "ft", "in", "C", "x",
     "to", "-", "N", "W", "yes", "2.5", "000", "abbr=on", "sigfig=0", "sigfig=3", "round=5", "e=9",
     "disp=flip", "df=y", "disp=number", "order=flip", "1=x", "=", "display=title", "ftin",
     "2147483648", "20" * 60, "U+7B", "7c", "d800", "ns=1/2", "city_1=a", "1990=5", "Jan high C=1",
     "nan", "inf", "1,2,3", "1990", "12", "13", "31"]
)  # fmt: skip
NAMES = st.sampled_from(
    [*ALIASES, *_RENDERERS, *EVERY_LANGUAGE.names, "lang-x", "#if:", "#switch:", "#expr:", "#time:",
     "#iferror:", "#ifexpr:", "formatnum:1", "infobox", "usa", "quux"]
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(NAMES, st.lists(ARGUMENT, max_size=8))
def test_templates_with_any_arguments(name: str, arguments: list[str]) -> None:
    check(parse("{{" + "|".join([name, *arguments]) + "}}"))


# What grows, and what it is preceded and followed by.
WORST: dict[str, Callable[[int], str]] = {
    "open templates": lambda n: "{{" * n,
    "open templates, words between": lambda n: "{{a" * n,
    "nested templates": lambda n: "{{nowrap|" * n + "x" + "}}" * n,
    "parameters": lambda n: "{{{" * n + "}}}" * n,
    "braces of every length": lambda n: "{" * n + "x" + "}" * n,
    "closers": lambda n: "}}]]|}" * n,
    "open links": lambda n: "[[" * n,
    "open links with words": lambda n: "[[a|" * n,
    "links": lambda n: "[[a]][[b|c]]" * (n // 4),
    "a link with many bars": lambda n: "[[a" + "|b" * n + "]]",
    "a link with many words": lambda n: "[[" + "a " * n + "]]",
    "links and templates in a full stack": lambda n: "{{a|" * 60 + "[[b|c]]{{d|e}}" * (n // 4),
    "bars and braces": lambda n: "{{a" + "|}" * n,
    "colons before a table": lambda n: "\n" + ":" * n + "{|\n|}",
    "brackets before a table": lambda n: "\n {|}" * n,
    "open tables": lambda n: "{|\n" * n,
    "open tables with cells": lambda n: "{|\n|a\n|-\n" * (n // 4),
    "table ends on one line": lambda n: "{|\n" + "|}" * n,
    "bars": lambda n: "{|\n" + "|" * n + "\n|}",
    "cells": lambda n: "{|\n" + "| c || d\n|-\n" * (n // 4) + "|}",
    "spans": lambda n: "{|\n" + '| rowspan="100" colspan="100" | a\n|-\n' * (n // 40) + "|}",
    "spaces before bars": lambda n: "{|\n" + " " * n + "|}",
    "captions": lambda n: "{|\n" + "|+ a\n" * n + "|}",
    "arguments": lambda n: "{{x" + "|a=b" * n + "}}",
    "a long argument name": lambda n: "{{infobox|image" + "size" * n + "!=x}}",
    "image and letters": lambda n: "{{infobox|image" + "a" * n + "!=x}}",
    "external links": lambda n: "[http://x" * n,
    "external link without end": lambda n: "[http://x " + "a " * n,
    "references": lambda n: "<ref>" * n,
    "empty references": lambda n: "<ref></ref>" * n,
    "half open tags": lambda n: "<ref " * n,
    "tag with spaces": lambda n: "<" + " " * n + "br",
    "line breaks half open": lambda n: "<br " * n,
    "closing tag with spaces": lambda n: "<ref>x" + "</ref" + " " * n,
    "comments": lambda n: "<!--" * n,
    "small comments": lambda n: "<!---->\n" * n,
    "nowiki": lambda n: "<nowiki>x</nowiki>" * n,
    "labels with brackets": lambda n: "[http://x [a" * n,
    "variants": lambda n: "-{zh:" * n + "}-" * n,
    "cases of a switch": lambda n: "{{#switch:x" + "|a" * n + "}}",
    "an endless sum": lambda n: "{{#expr:" + "1+" * n + "1}}",
    "values of a box": lambda n: "{{infobox" + "".join(f"|name{k}=a" for k in range(n)) + "}}",
    "bars of time": lambda n: "<timeline>PlotData=\n" + "bar:a from:0 till:1\n" * n + "</timeline>",
    "subscripts": lambda n: "1<sub>2" * n,
    "superscripts": lambda n: "<sup>" * n,
    "apostrophes": lambda n: "'" * n,
    "emphasis": lambda n: "''a'''b" * n,
    "equals signs": lambda n: "=" * n,
    "headings": lambda n: "== a ==\nb\n" * (n // 4),
    "heading with spaces": lambda n: "= a" + " " * n + "b",
    "switches": lambda n: "__A" * n,
    "underscores": lambda n: "_" * n,
    "brackets": lambda n: "(" * n,
    "brackets and commas": lambda n: "( ,;" * n,
    "list marks": lambda n: "*" * n + " a",
    "list items": lambda n: "#* a\n" * (n // 4),
    "entities": lambda n: "&" * n + "&amp" * n,
    "spaces": lambda n: "a" + " " * n + "b",
    "spaces before stops": lambda n: " ." * n,
    "sentence ends": lambda n: "." * n + ")" * n,
    "quotes after a stop": lambda n: "A." + '"' * n + "b",
    "lines": lambda n: "\n" * n + "a",
    "one long word": lambda n: "a" * n,
    "short sentences": lambda n: "It is so. " * (n // 4),
}  # fmt: skip


@pytest.mark.parametrize("name", WORST)
def test_time_grows_with_the_length(name: str) -> None:
    texts = {size: WORST[name](size) for size in (4_000, 16_000)}
    check(parse(texts[4_000]))
    assert_in_proportion(
        lambda size: sum(1 for _ in split_passages(parse(texts[size]))), 4_000, 16_000
    )


@pytest.mark.parametrize("depth", [59, 61, 10_000])
def test_words_around_deep_nesting_stay(depth: int) -> None:
    for opened, closed in (("{{nowrap|", "}}"), ("[[a|", "]]"), ("{|\n| ", "\n|}\n")):
        text = parse(f"Before.\n{opened * depth}inside{closed * depth}\nAfter.").text
        assert text.startswith("Before.")
        assert text.endswith("After.")
        if depth < 60:
            assert "inside" in text


def test_lone_surrogates_and_private_characters() -> None:
    assert parse("a\ud800b \x00c \ue000\ue0010\ue002d\ue003").text == "ab c 0d"
