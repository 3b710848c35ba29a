"""Functions of modules that many wikis share, done without running a module."""

import pytest

from pinakes.ingest.sources.mediawiki.templates.arguments import Arguments
from pinakes.ingest.sources.mediawiki.templates.invocations import (
    call_string_function,
    merged,
    template_of_module,
)
from tests.ingest.sources.mediawiki.test_wikitext import parse


@pytest.mark.parametrize(
    ("function", "positional", "named", "result"),
    [
        ("len", ["abc "], {}, "4"),
        ("sub", ["abcdef", "2", "-2"], {}, "bcde"),
        ("sub", [], {"s": "abc", "i": "-2"}, "bc"),
        ("sub", ["abc", "x"], {}, "abc"),
        ("pos", ["abc", "2"], {}, "b"),
        ("pos", ["abc", "9"], {}, ""),
        ("find", ["abcb", "b", "3"], {}, "4"),
        ("match", ["a b", "b"], {}, "b"),
        ("match", ["a b", "%d+"], {}, None),
        ("match", ["a.b", ".", "1", "1", "true"], {}, "."),
        ("match", ["a", "b"], {"nomatch": "none"}, "none"),
        ("replace", ["a.b.c", ".", "-"], {}, "a-b-c"),
        ("replace", ["a.b.c", ".", "-", "1"], {}, "a-b.c"),
        ("replace", ["abc", "%a", "-"], {"plain": "false"}, None),
        ("rep", ["ab", "3"], {}, "ababab"),
        ("rep", ["ab", "999999"], {}, "ab" * 5000),
        ("endswith", ["abc", "bc"], {}, "yes"),
        ("nothing like it", ["abc"], {}, None),
    ],
)
def test_functions_of_module_string(
    function: str, positional: list[str], named: dict[str, str], result: str | None
) -> None:
    arguments = Arguments(tuple(positional), named)
    assert call_string_function("string", function, arguments) == result


def test_a_module_takes_what_its_template_was_given() -> None:
    own = Arguments((), {"code": "fr"})
    found = merged(own, {"1": "a", "2": "b", "4": "d", "Code": "de", "Link": "no"}, "en")
    assert found.positional == ("a", "b")
    assert found.named == {"code": "fr", "link": "no"}
    assert merged(Arguments(("x",), {}), {"1": "a"}, "en").positional == ("x",)


@pytest.mark.parametrize(
    ("module", "function", "template"),
    [("convert", "convert", "convert"), ("list", "horizontal", "hlist"), ("chess", "main", None)],
)
def test_which_template_a_module_stands_behind(
    module: str, function: str, template: str | None
) -> None:
    assert template_of_module(module, function) == template


def test_an_article_that_calls_a_module_itself() -> None:
    assert parse("{{#invoke:convert|convert|5|km|mi}} {{#invoke:Chess|main|x}}away.").text == (
        "5 kilometres (3.1 mi) away."
    )
