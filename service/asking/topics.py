"""A topic: words that ask nothing and name a page. Its card is how the page begins.

Knows nothing of answers to questions.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit
from pinakes.ingest.text.scripts import WORD
from pinakes.ingest.types import INFOBOX_HEADING
from pinakes.service.reading.matched_words import matched_words, says_nothing
from pinakes.service.reading.question import Question

__all__ = ["box_of", "lead_of", "topic_card"]

# Shares are sums of fractions.
_ALL = 0.999
_FEW_WORDS = 2
_WORD_OR_MARK = re.compile(rf"{WORD}|[,:;–]")
_NUMERAL = re.compile(r"[IVXLC]+|\d+")


def topic_card(index: Index, question: Question, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The lead of the page that the words name, and the passage that holds what they add to it.

    ``hits``: what was found for them, best first. A page is named by its title or another name of
    it, or by the head of its title: "world cup" names *FIFA World Cup*, but "united states" no
    *United States Department of State*. Two words may name it in part, and one need not, if a
    passage of that page holds them. Empty where the words ask something, say nothing, or do not
    stand together there.
    """
    if not question.asks_nothing or not hits or says_nothing(question):
        return ()
    words = len(question.idf)
    for names_it in (_is_called, _has_head):
        for hit in hits:
            if names_it(question, hit):
                return (lead_of(index, hit),)
        if words == 1:
            break
    first = hits[0]
    page = [hit for hit in hits if hit.passage.page_id == first.passage.page_id]
    names = matched_words(question, page).names
    if names >= _ALL:  # by a part of its title, which of several words is another thing
        return (lead_of(index, first),) if words == 1 else ()
    is_named_in_part = words == 1 or (names > 0 and words <= _FEW_WORDS)
    if not is_named_in_part and not _is_named(question, first):
        return ()
    for hit in page:
        if matched_words(question, [hit]).page >= _ALL:
            lead = lead_of(index, first)
            return (lead,) if hit.passage == lead.passage else (lead, hit)
    return ()


def _is_called(question: Question, hit: Hit) -> bool:
    """Whether the words are its page's title without what stands in brackets, or an alias of it."""
    names = [
        link.alias.key
        for link in question.context.aliases
        if link.alias.page_id == hit.passage.page_id
    ]
    asked = question.idf.keys()
    return any(
        asked == _terms(question, _WORD_OR_MARK.findall(name))
        for name in (_without_brackets(hit), *names)
    )


def _has_head(question: Question, hit: Hit) -> bool:
    """Whether the words end the part of its title that says what it is: World *War* II."""
    head: list[str] = []
    for word in _WORD_OR_MARK.findall(_without_brackets(hit)):
        says_nothing_alone = not word[0].isalnum() or question.is_stop_word(word.casefold())
        if head and (says_nothing_alone or _NUMERAL.fullmatch(word)):
            break
        if not says_nothing_alone:
            head.append(word)
    return any(question.idf.keys() == _terms(question, head[place:]) for place in range(len(head)))


def _terms(question: Question, words: Sequence[str]) -> frozenset[str]:
    """The search terms of the words that say something."""
    said = [word for word in words if not question.is_stop_word(word.casefold())]
    return frozenset(question.analyze(" ".join(said or words)))


def _is_named(question: Question, hit: Hit) -> bool:
    """Whether the whole title of its page is among the words, but for what stands in brackets."""
    title = question.analyze(_without_brackets(hit))
    return bool(title) and set(title) <= set(question.analyze(question.text))


def _without_brackets(hit: Hit) -> str:
    return hit.passage.title.partition("(")[0]


def lead_of(index: Index, hit: Hit) -> Hit:
    """How the page of ``hit`` begins."""
    passage = index.store.passages_of_page(hit.passage.page_id)[0]
    return hit if passage == hit.passage else replace(hit, passage=passage, highlights=())


def box_of(index: Index, hit: Hit) -> Hit | None:
    """The beginning of the infobox of the page of ``hit``; None where it has none."""
    passages = index.store.passages_of_page(hit.passage.page_id)
    box = next((one for one in passages if one.heading_path == (INFOBOX_HEADING,)), None)
    return None if box is None else replace(hit, passage=box, highlights=())
