"""Names of passages, written and read."""

import pytest

from pinakes.service.errors import BadInput
from pinakes.service.types import PassageRef, parse_ref


@pytest.mark.parametrize(
    "ref",
    [
        PassageRef("samplewiki", 1590, 1271475422, 2345, 2862),
        PassageRef("zh-min-nan.wiki_2026", 1, 0, 0, 1),
    ],
)
def test_a_passage_is_found_again_by_its_name(ref: PassageRef) -> None:
    assert parse_ref(str(ref)) == ref
    assert parse_ref(f" {ref}\n") == ref


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Rosetta Stone",
        "wiki/12",
        "wiki/12@345",
        "wiki/12@345:9-9",
        "wiki/12@345:9-3",
        "wiki/12@345:-3-9",
        "wiki/12@345:0-9x",
        "wiki/١٢@345:0-9",
        "../wiki/12@345:0-9",
        "wiki/12@345:0-" + "9" * 40,
        "wiki/" + "9" * 30 + "@345:0-9",
    ],
)
def test_what_is_no_name_is_refused_with_one_that_is(text: str) -> None:
    with pytest.raises(BadInput, match=r"wiki/12@345:0-678"):
        parse_ref(text)
