"""What of a template's page others see."""

import pytest

from pinakes.ingest.sources.mediawiki.templates.transclusion import transcluded


@pytest.mark.parametrize(
    ("page", "body"),
    [
        ("words<noinclude>docs</noinclude>", "words"),
        ("<includeonly>words</includeonly>docs", "wordsdocs"),
        ("a<onlyinclude>b</onlyinclude>c<onlyinclude>d</onlyinclude>e", "bd"),
        ("<onlyinclude>a<noinclude>b</noinclude>c</onlyinclude>", "ac"),
        ("a<noinclude>never closed", "a"),
        ("a<!-- b -->c<!-- never closed", "ac"),
        ("a\n<!-- a line of its own -->\nb", "a\nb"),
        ("<nowiki><noinclude></nowiki>a<nowiki/>b", "<nowiki><noinclude></nowiki>a<nowiki/>b"),
        ("a<ref name=x>b</ref>c<ref name=x/>", "ac"),
        ("<NoInclude >a</NOINCLUDE>b<includeonly/>c", "bc"),
        ("<templatedata>{}</templatedata>a", "a"),
    ],
)
def test_a_body_is_what_is_included(page: str, body: str) -> None:
    assert transcluded(page) == body
