"""What belongs together: toy renderers show the parts of each construct they are given."""

import pytest

from pinakes.ingest.sources.mediawiki.markup.scanner import PIPE, Renderers, scan

TOYS = Renderers(
    template=lambda parts: "T(" + ", ".join(parts) + ")",
    link=lambda parts: "L(" + ", ".join(parts) + ")",
    table=lambda markup: "B(" + markup.strip().replace("\n", "/") + ")",
)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("plain | text", "plain | text"),
        ("{{a|b|c=d}}", "T(a, b, c=d)"),
        ("{{a|[[b|c]]|{{d|e}}}}", "T(a, L(b, c), T(d, e))"),
        ("[[a|b {{c}} [[d]]]]", "L(a, b T(c) L(d))"),
        ("{|\n| x\n|}", "B(| x)"),
        ("a {| b |} c", "a {| b |} c"),
        ("{{t|\n{|\n| x || y\n|}\n}}", f"T(t, \nB({PIPE} x {PIPE}{PIPE} y)\n)"),
        # Three braces are a parameter, five one around a template's name.
        ("{{{a}}} {{{a|b}}}", " b"),
        ("{{{{{a|b}}}|c}}", "T(b, c)"),
        ("{{{{a}}}}", ""),
        # The empty last argument, not the end of a table.
        ("{|\n| {{t\n|a\n|}}\n|}", "B(| T(t/, a/, ))"),
        ("{|\n| a\n|}}}", "B(| a)"),
        ("{{t|\n{|\n| a\n|}}} b", f"T(t, \nB({PIPE} a)) b"),
        ("{|\n| {{t}}}} {|}}\n|}", "B(| T(t) {|)"),
        (":{|\n| [[a|b|c]] || d\n |}", "B(| L(a, b, c) || d)"),
        # What never closes keeps its words, what never opened is dropped.
        ("{{a|b", "a|b"),
        ("[[a|b", "a|b"),
        ("{{a|[[b}}", "T(a, b)"),
        ("[[a {{b]] c", "a b c"),
        ("a }} b ]] c", "a  b  c"),
    ],
)
def test_nesting(markup: str, expected: str) -> None:
    found = scan(markup, TOYS)
    assert found.replace(PIPE, "|") == expected.replace(PIPE, "|")


def test_links_and_templates_deeper_than_the_stack_are_text() -> None:
    assert scan("{{a|" * 59 + "[[b|c]]{{d|e}}" + "}}" * 59, TOYS).count("L(") == 0
    assert scan("{{a|" * 58 + "[[b|c]]{{d|e}}" + "}}" * 58, TOYS).count("L(b, c)") == 1


def test_bars_of_what_is_rendered_do_not_part_what_is_around() -> None:
    seen: list[list[str]] = []
    renderers = Renderers(
        template=lambda parts: seen.append(list(parts)) or "x|y=z",
        link=lambda parts: "|".join(parts),
        table=str,
    )
    assert scan("{{outer|{{inner}}|last}}", renderers) == "x|y=z"
    (inner, outer) = seen
    assert inner == ["inner"]
    assert [part.count("|") for part in outer] == [0, 0, 0]
    assert (outer[0], outer[2]) == ("outer", "last")


def test_a_table_without_end_stops_before_the_next_heading() -> None:
    assert scan("{|\n| a\n== H ==\n[[b]]", TOYS) == "B(| a)\n== H ==\nL(b)"
