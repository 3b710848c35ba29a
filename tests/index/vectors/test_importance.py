import numpy as np

from pinakes.index.vectors.importance import Importance

# First passage, passages, links to the page.
PAGES = [(0, 3, 1), (3, 1, 7), (4, 2, 7), (6, 1, 0)]


def test_leads_first_then_much_linked_pages_then_the_order_of_the_dump() -> None:
    order = Importance(PAGES)
    assert [ids.tolist() for ids in order.chunks()] == [[3, 4, 0, 6], [5, 1], [2]]
    assert [ids.tolist() for ids in order.chunks(leads_only=True)] == [[3, 4, 0, 6]]
    assert (order.lead_count, order.passage_count) == (4, 7)


def test_nothing_in_nothing_out() -> None:
    order = Importance([])
    assert list(order.chunks()) == []
    assert order.sample(5, seed=1).tolist() == []


def test_a_sample_is_drawn_from_all_alike_and_the_same_each_time() -> None:
    order = Importance((4 * page, 4, page) for page in range(2500))
    sample = order.sample(1000, seed=1)
    assert len(set(sample.tolist())) == 1000
    assert (sample == order.sample(1000, seed=1)).all()
    assert (sample != order.sample(1000, seed=2)).any()
    counts = np.histogram(sample, bins=10, range=(0, 10_000))[0]
    assert counts.min() > 60
    leads = order.sample(1000, seed=1, leads_only=True)
    assert (leads % 4 == 0).all()
    assert len(set(leads.tolist())) == 1000
    assert sorted(order.sample(99_999, seed=1).tolist()) == list(range(10_000))
