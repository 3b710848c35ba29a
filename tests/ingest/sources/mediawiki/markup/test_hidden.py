"""What is hidden, and what templates draw for editors and for finding one's way, is no text."""

import pytest

from pinakes.ingest.sources.mediawiki.markup.hidden import without_furniture


@pytest.mark.parametrize(
    ("wikitext", "left"),
    [
        ('a<div class="navbox x"><div>b</div>c</div>d', "ad"),
        ('a<span class="noprint">b</span>c', "ac"),
        ('a<span style="display: none;">b</span>c', "ac"),
        ('{| class="metadata plainlinks"\n| b\n{|\n| c\n|}\n|}\nd', "\nd"),
        ('<table class=ambox><tr><td class="x">b</td></tr></table>c', "c"),
        ('<div class="infobox">a</div>', '<div class="infobox">a</div>'),
        ('a<div class="navbox">never closed', 'a<div class="navbox">never closed'),
        ('a</div><div class="hatnote">b</div></div>c', "a</div></div>c"),
        ('<br style="display:none"/>a', '<br style="display:none"/>a'),
        ("a" * 100, "a" * 100),
    ],
)
def test_furniture_is_taken_out(wikitext: str, left: str) -> None:
    assert without_furniture(wikitext) == left
