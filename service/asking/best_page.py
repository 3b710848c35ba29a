"""The page that likely answers, as a quick look finds it: shown before a model says anything.

Blocking, for a thread of its own.
"""

from pinakes.index.errors import BadQuery
from pinakes.index.types import Mode
from pinakes.service.asking.citations import make_citation
from pinakes.service.asking.conversation import standalone
from pinakes.service.asking.draft import Draft
from pinakes.service.asking.events import Best
from pinakes.service.asking.topics import lead_of
from pinakes.service.reading.words import words_of
from pinakes.service.tools.glance import glance
from pinakes.service.views.excerpts import first_sentence

__all__ = ["best_page"]

_LONGEST_LEAD = 300


def best_page(draft: Draft, mode: Mode) -> Best | None:
    """The likeliest page for the question, by itself; None where none likely tells of it.

    It takes a tenth of what the search for an answer does.
    """
    request, index = draft.request, draft.index
    question = request.question
    if request.history:
        words = words_of(index.manifest.dump.language)
        question = standalone(question, request.history, words, index)
    try:
        pages = glance(draft.federation, question, mode, 1).pages
    except BadQuery:  # with what the conversation adds; else the search for the answer says so
        return None
    if not pages or pages[0].fit == "low":
        return None
    [page] = pages
    said = page.sentences[0][1] if page.sentences else None
    hit = page.sentences[0][0] if page.sentences else page.hit
    beginning = lead_of(draft.federation.indexes[hit.collection], hit).passage
    return Best(
        make_citation(1, hit, draft.federation.manifest_of(hit)),
        None if said is None else (said.start, said.end),
        "" if beginning == hit.passage else first_sentence(beginning, _LONGEST_LEAD, hit.language),
    )
