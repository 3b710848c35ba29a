import pytest

from index.fusion import fuse
from index.types import ScoredId


def ranked(*hits: tuple[int, float]) -> list[ScoredId]:
    return [ScoredId(*hit) for hit in hits]


@pytest.mark.parametrize(
    ("lists", "weights", "fused"),
    [
        pytest.param({}, {}, [], id="no lists"),
        pytest.param({"keyword": [], "vector": []}, {"keyword": 1, "vector": 1}, [], id="empty"),
        pytest.param(
            {"keyword": ranked((7, 12.5))},
            {"keyword": 0.5},
            [(7, 0.5, {"keyword": 1})],
            id="a lone hit gets the whole weight",
        ),
        pytest.param(
            {"keyword": ranked((1, 30.0), (2, 20.0), (3, 10.0))},
            {"keyword": 1.0},
            [(1, 1.0, {"keyword": 1}), (2, 0.5, {"keyword": 2}), (3, 0.0, {"keyword": 3})],
            id="scores are scaled, the last to nothing",
        ),
        pytest.param(
            {
                "keyword": ranked((1, 30.0), (2, 20.0), (3, 10.0)),
                "vector": ranked((2, 0.9), (4, 0.7), (1, 0.5)),
            },
            {"keyword": 0.6, "vector": 0.4},
            [
                (2, 0.7, {"keyword": 2, "vector": 1}),
                (1, 0.6, {"keyword": 1, "vector": 3}),
                (4, 0.2, {"vector": 2}),
                (3, 0.0, {"keyword": 3}),
            ],
            id="who misses a list gets nothing from it",
        ),
        pytest.param(
            {"keyword": ranked((1, 8.0), (2, 4.0)), "vector": ranked((2, 0.9), (1, 0.1))},
            {"keyword": 0.1, "vector": 0.9},
            [
                (2, 0.9, {"keyword": 2, "vector": 1}),
                (1, 0.1, {"keyword": 1, "vector": 2}),
            ],
            id="weights decide",
        ),
        pytest.param(
            {"keyword": ranked((9, 5.0), (3, 5.0), (6, 5.0))},
            {"keyword": 0.5},
            [(3, 0.5, {"keyword": 2}), (6, 0.5, {"keyword": 3}), (9, 0.5, {"keyword": 1})],
            id="equal scores all count full, ties by id",
        ),
        pytest.param(
            {"vector": ranked((5, -0.1), (4, -0.3))},
            {"vector": 1.0},
            [(5, 1.0, {"vector": 1}), (4, 0.0, {"vector": 2})],
            id="negative scores",
        ),
        pytest.param(
            {"keyword": [], "vector": ranked((5, 0.4), (4, 0.2))},
            {"keyword": 0.5, "vector": 0.5},
            [(5, 0.5, {"vector": 1}), (4, 0.0, {"vector": 2})],
            id="one list is empty",
        ),
    ],
)
def test_fuse(
    lists: dict[str, list[ScoredId]],
    weights: dict[str, float],
    fused: list[tuple[int, float, dict[str, int]]],
) -> None:
    found = fuse(lists, weights)
    assert [(hit.passage_id, hit.ranks) for hit in found] == [(i, ranks) for i, _, ranks in fused]
    assert [hit.score for hit in found] == pytest.approx([score for _, score, _ in fused])


def test_a_list_without_a_weight_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="titles"):
        fuse({"titles": ranked((1, 1.0))}, {"keyword": 1.0})
