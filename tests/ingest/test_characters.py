"""Characters that belong into no text, and letters of several characters."""

import re
import unicodedata

import pytest

from pinakes.ingest.characters import cleaned, cut_place
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.text.scripts import MARK

UNWANTED = (
    "\x00\x08\r\x1b\x7f\x85\x9b\x9f\u202a\u202e\u2066\u2069\ud800\udfff\ufdd0\ufffe\U0010ffff"
)
TAGS = "\U000e0001\U000e0041\U000e007f"
LEGITIMATE = (
    "\t\n\xa0\xad\u061c\u200b\u200c\u200d\u200e\u200f\u2028\ufe0f\ufeff\ufffd\U000e0100👩🏽‍🔬"
)


def test_only_what_belongs_into_no_text_goes() -> None:
    for letter in UNWANTED + TAGS:
        assert cleaned(f"a{letter}b") == "ab", hex(ord(letter))
        assert cleaned(f"a{letter}b", "\ufffd") == "a\ufffdb"
    assert cleaned(LEGITIMATE) == LEGITIMATE


def test_no_character_is_both_wanted_and_unwanted() -> None:
    """Two patterns say the same, the quick one and that which names them."""
    for code in range(0x110000):
        letter = chr(code)
        kept = cleaned(letter) == letter
        categories = {"Cc": letter in "\t\n", "Cs": False}
        assert kept is categories.get(unicodedata.category(letter), kept)
        noncharacter = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
        assert not (noncharacter and kept)


@pytest.mark.parametrize("written", [UNWANTED.replace("\ud800\udfff", "") + TAGS, "entities"])
def test_an_article_holds_none(written: str) -> None:
    """Neither as they stand nor by entities, nor in what is kept as it is written."""
    if written == "entities":
        written = "&#27;&#x202E;&#x2066;&#xE0041;&#xFDD0;&#127;&#13;"
    wikitext = (
        f"The '''sto{written}ne''' of [[Rashid|Ras{written}hid]] has {{{{convert|1|m{written}}}}}"
        f" <nowiki>sa{written}id</nowiki>.\n\n== Fi{written}nds ==\n<pre>co{written}de</pre>\n"
        f"{{|\n| ce{written}ll\n|}}\nשלום\u200f עולם, می\u200cخواهم"
    )
    page = Page(1, 0, "Stone", 2, "", None, wikitext)
    document = parse_document(page, SiteInfo("wiki", "", "", "en", ()))
    assert cleaned(document.text) == document.text
    for part in ("stone", "Rashid", "said", "code", "cell", "שלום\u200f", "می\u200cخواهم"):
        assert part in document.text
    assert [link.anchor for link in document.links] == ["Rashid"]
    assert document.sections[1].heading_path == ("Finds",)


@pytest.mark.parametrize(
    ("text", "at", "place"),
    [
        ("abc", 2, 2),
        ("abc", 9, 3),
        ("abc", -1, 0),
        ("cafe\u0301s", 4, 3),
        ("cafe\u0301s", 5, 5),
        ("दिल्ली", 1, 0),
        ("नि", 1, 0),
        ("👩🏽‍🔬x", 2, 0),
        ("🇨🇭🇫🇷", 3, 2),
        ("\u1100\u1161\u11a8", 2, 0),
        ("a" + "\u0301" * 500, 400, 400),
    ],
)
def test_a_cut_tears_no_letter(text: str, at: int, place: int) -> None:
    assert cut_place(text, at) == place


def test_marks_are_those_of_unicode() -> None:
    pattern = re.compile(MARK)
    letters = (chr(code) for code in range(0x3100))
    for letter in letters:
        is_mark = unicodedata.category(letter)[0] == "M" or letter in "\u200c\u200d"
        assert (pattern.fullmatch(letter) is not None) == is_mark
    assert pattern.fullmatch("\U00011100")
    assert not pattern.fullmatch("𠮷")
