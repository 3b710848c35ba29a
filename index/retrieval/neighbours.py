"""Widen passages with the text around them, and join those of a page that touch.

What comes out is a slice of the page's stored text again, so that it can be cited as it stands.
"""

from collections.abc import Sequence
from dataclasses import replace

from pinakes.index.store.store import Store
from pinakes.index.types import Hit

__all__ = ["widen"]


def widen(store: Store, hits: Sequence[Hit], passages: int = 1) -> list[Hit]:
    """``hits`` with so many passages of their page before and behind, those that touch joined.

    A joined hit stands where the best of its parts stood, and keeps that one's highlights.
    """
    reaches = [(hit, *_reach(store, hit, passages)) for hit in hits]
    joined: dict[int, list[tuple[int, int]]] = {}
    for hit, start, end in sorted(reaches, key=lambda reach: reach[1]):
        spans = joined.setdefault(hit.passage.page_id, [])
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    widened: dict[tuple[int, int], Hit] = {}
    for hit, start, _ in reaches:
        page_id = hit.passage.page_id
        span = next(span for span in joined[page_id] if span[0] <= start <= span[1])
        widened.setdefault((page_id, span[0]), _slice(store, hit, *span))
    return list(widened.values())


def _reach(store: Store, hit: Hit, passages: int) -> tuple[int, int]:
    """Start and end of the passages around ``hit`` that belong to its page."""
    middle = hit.passage.passage_id
    ids = range(max(0, middle - passages), min(middle + passages + 1, store.passage_count))
    around = [
        passage
        for passage, _ in store.passages(list(ids))
        if passage.page_id == hit.passage.page_id
    ]
    return min(passage.start for passage in around), max(passage.end for passage in around)


def _slice(store: Store, hit: Hit, start: int, end: int) -> Hit:
    page = store.page(hit.passage.page_id)
    if page is None or (start, end) == (hit.passage.start, hit.passage.end):
        return hit
    shift = hit.passage.start - start
    return replace(
        hit,
        passage=replace(hit.passage, text=page.text[start:end], start=start, end=end),
        highlights=tuple((low + shift, high + shift) for low, high in hit.highlights),
    )
