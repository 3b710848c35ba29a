from hypothesis import given
from hypothesis import strategies as st

from pinakes.index.aliases.completions import (
    MOST_SUGGESTIONS,
    AliasRow,
    Completion,
    common_completions,
)
from pinakes.index.aliases.kinds import KINDS

TITLE, REDIRECT, ANCHOR, LATER = (
    KINDS.index(kind) for kind in ("title", "redirect", "anchor", "later")
)


def by_reading_all(rows: list[AliasRow], most_aliases: int) -> dict[str, list[Completion]]:
    """What ``common_completions`` should give, found the slow way."""
    prefixes = {key[:length] for key, *_ in rows for length in range(1, len(key) + 1)}
    found: dict[str, list[Completion]] = {}
    for prefix in prefixes:
        fitting = [row for row in rows if row[0].startswith(prefix)]
        if len(fitting) > most_aliases:
            pages: dict[int, str] = {}
            order = sorted(
                (kind == LATER, -weight, kind, len(key), key, page_id, name)
                for key, kind, weight, page_id, name in fitting
                if kind != ANCHOR
            )
            for *_, page_id, name in order:
                pages.setdefault(page_id, name)
            found[prefix] = list(pages.items())[:MOST_SUGGESTIONS]
    return found


NAME_ROWS = st.lists(
    st.tuples(
        st.text("ab😀 ", min_size=1, max_size=6),
        st.sampled_from([TITLE, REDIRECT, ANCHOR, LATER]),
        st.integers(0, 3),
        st.integers(1, 5),
        st.sampled_from(["", "A redirect"]),
    ),
    max_size=40,
).map(sorted)


@given(NAME_ROWS, st.integers(0, 4))
def test_the_pass_over_sorted_names_finds_what_reading_all_would(
    rows: list[AliasRow], most_aliases: int
) -> None:
    found = list(common_completions(rows, most_aliases))
    assert len(dict(found)) == len(found)
    assert dict(found) == by_reading_all(rows, most_aliases)


def test_many_names_keep_the_fifty_most_popular_pages() -> None:
    rows = [(f"list {number:04d}", TITLE, number * 7 % 1000, number, "") for number in range(1000)]
    found = dict(common_completions(rows, 400))
    assert set(found) == {"l", "li", "lis", "list", "list ", "list 0"}
    best = sorted(range(1000), key=lambda number: -(number * 7 % 1000))[:MOST_SUGGESTIONS]
    assert found["l"] == found["list "] == [(number, "") for number in best]
