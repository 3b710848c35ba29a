"""Arguments are read as they were meant, or answered with what would fit."""

from typing import Any

import pytest

from pinakes.service.errors import BadInput
from pinakes.service.tools.arguments import read_arguments
from pinakes.service.tools.descriptions import TOOLS

TAKEN = {tool.name: tool.taking(["enwiki"]) for tool in TOOLS}


@pytest.mark.parametrize(
    ("tool", "given", "read"),
    [
        ("search", {"query": "a"}, {"query": "a"}),
        ("search", {"query": "a", "k": "3", "title_only": "true"},
         {"query": "a", "k": 3, "title_only": True}),
        ("search", {"query": "a", "k": 3.0, "budget": None}, {"query": "a", "k": 3}),
        ("fetch", {"id": ["a", "b"]}, {"id": ["a", "b"]}),
        ("ask", {"question": "a", "collection": "enwiki"},
         {"question": "a", "collection": "enwiki"}),
    ],
)  # fmt: skip
def test_what_is_read(tool: str, given: dict[str, Any], read: dict[str, Any]) -> None:
    assert read_arguments(given, TAKEN[tool], tool) == read


@pytest.mark.parametrize(
    ("tool", "given", "told"),
    [
        ("search", {}, "search takes query, a text: Question or words"),
        ("search", {"query": 7}, "search takes query, a text"),
        ("search", {"query": "  "}, "search takes query, a text"),
        ("search", {"qurey": "a"}, "no argument 'qurey'; did you mean query?"),
        ("search", {"limit": 3, "query": "a"}, "no argument 'limit'; did you mean k?"),
        ("search", {"query": "a", "xyz": 1}, "it takes query, k, budget, title_only, collection"),
        ("search", {"query": "a", "k": 0}, "k 0: 1 is the least, 20 the most"),
        ("search", {"query": "a", "k": True}, "search takes k, a whole number"),
        ("search", {"query": "a", "k": 2.5}, "search takes k, a whole number"),
        ("search", {"query": "a", "budget": 10**9}, "50,000 the most"),
        ("search", {"query": "a", "title_only": "perhaps"}, "true or false"),
        ("fetch", {"url": "a"}, "no argument 'url'; did you mean id?"),
        ("fetch", {"id": ["a", 7]}, "fetch takes id, a text"),
        ("ask", {"question": "a", "x" * 500: 1}, "it takes question, collection"),
    ],
)
def test_what_does_not_fit_is_told_in_a_short_line(
    tool: str, given: dict[str, Any], told: str
) -> None:
    with pytest.raises(BadInput) as failed:
        read_arguments(given, TAKEN[tool], tool)
    assert told in str(failed.value)
    assert len(str(failed.value)) < 160
