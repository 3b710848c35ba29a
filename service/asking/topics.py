"""A topic: words that ask nothing and name a page. Its card is how the page begins.

Knows nothing of answers to questions.
"""

from collections.abc import Sequence
from dataclasses import replace

from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit
from pinakes.service.reading.matched_words import matched_words, says_nothing
from pinakes.service.reading.question import Question

__all__ = ["lead_of", "topic_card"]

# Shares are sums of fractions.
_ALL = 0.999
_FEW_WORDS = 2


def topic_card(index: Index, question: Question, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The lead of the page that the words name, and the passage that holds what they add to it.

    ``hits``: what was found for them, best first. Two words may name it in part, and one need not,
    if a passage of that page holds them. Empty where the words ask something, say nothing, or do
    not stand together there.
    """
    if not question.asks_nothing or not hits or says_nothing(question):
        return ()
    first = hits[0]
    page = [hit for hit in hits if hit.passage.page_id == first.passage.page_id]
    names = matched_words(question, page).names
    if names >= _ALL:
        return (lead_of(index, first),)
    words = len(question.text.split())
    is_named_in_part = words == 1 or (names > 0 and words <= _FEW_WORDS)
    if not is_named_in_part and not _is_named(question, first):
        return ()
    for hit in page:
        if matched_words(question, [hit]).page >= _ALL:
            lead = lead_of(index, first)
            return (lead,) if hit.passage == lead.passage else (lead, hit)
    return ()


def _is_named(question: Question, hit: Hit) -> bool:
    """Whether the whole title of its page is among the words, but for what stands in brackets."""
    title = question.analyze(hit.passage.title.partition("(")[0])
    return bool(title) and set(title) <= set(question.analyze(question.text))


def lead_of(index: Index, hit: Hit) -> Hit:
    """How the page of ``hit`` begins."""
    passage = index.store.passages_of_page(hit.passage.page_id)[0]
    return hit if passage == hit.passage else replace(hit, passage=passage, highlights=())
