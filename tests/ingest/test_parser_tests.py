"""MediaWiki's own parser tests as plain text; bench.quality.parser_tests tells what differs."""

from collections import Counter
from pathlib import Path

import pytest

from bench.quality.html_text import text_of_html
from bench.quality.parser_tests import TESTS, compare, our_text, read_cases, why_skipped


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One <b>two</b>\n</p><p>Three</p>", "One two\nThree"),
        ('<h2 id="a">A</h2><span class="mw-editsection">[<a>edit</a>]</span>', "A"),
        ("a<br />b &amp; c<hr>", "a\nb & c"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1\n2"),
        ('<a class="external autonumber" href="x">[1]</a> x', "x"),
    ],
)
def test_html_as_text(html: str, text: str) -> None:
    assert text_of_html(html) == text


def test_most_cases_about_text_give_the_same_text(shared_data: Path) -> None:
    assert TESTS.is_relative_to(shared_data)
    verdicts = Counter(
        compare(our_text(case), text_of_html(case.html or ""), case)
        for case in read_cases(TESTS)
        if why_skipped(case) is None
    )
    passed = sum(count for verdict, count in verdicts.items() if verdict.startswith("same"))
    by_design = sum(count for verdict, count in verdicts.items() if verdict.endswith("by design"))
    assert passed / verdicts.total() > 0.85
    assert (passed + by_design) / verdicts.total() > 0.93
