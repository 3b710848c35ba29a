"""Which fields of a hit hold the question's words: the title, headings, aliases or text.

Asked only for what is shown, since it reads the aliases of each page.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from pinakes.index.keywords.bm25 import KeywordIndex
from pinakes.index.keywords.writer import searched_aliases
from pinakes.index.retrieval.highlights import Highlighter
from pinakes.index.store.store import Store
from pinakes.index.types import Hit, QueryContext

__all__ = ["matched_fields"]


def matched_fields(
    store: Store, keywords: KeywordIndex, context: QueryContext, hits: Sequence[Hit]
) -> list[dict[str, tuple[str, ...]]]:
    """Of each hit: by field that the keyword search looks into, what matches the question there.

    Of "title", "headings" and "text" the words as they are written, each once, or the search terms
    where no word shows them; of "aliases" those redirects and link texts that hold a word of the
    question, the nearest first. Aliases belong to the first passage of a page. A field without a
    match is left out.
    """
    terms = context.terms
    highlighted = Highlighter.of(terms, keywords)

    def words(text: str, spans: Iterable[tuple[int, int]]) -> tuple[str, ...]:
        found = _distinct(text[start:end] for start, end in spans)
        return found or tuple(sorted(set(terms).intersection(keywords.analyze(text))))

    leads = {
        place.passage_id
        for place in store.places([hit.passage.passage_id for hit in hits])
        if place.passage_id == place.first_passage
    }
    found = []
    for hit in hits:
        passage = hit.passage
        aliases = searched_aliases(store, passage.page_id) if passage.passage_id in leads else []
        headings = "\n".join(passage.heading_path)
        fields = {
            "title": words(passage.title, highlighted(passage.title)),
            "headings": words(headings, highlighted(headings)),
            "aliases": _matching(aliases, terms, keywords.analyze),
            "text": words(passage.text, hit.highlights),
        }
        found.append({field: matches for field, matches in fields.items() if matches})
    return found


def _matching(
    aliases: Iterable[str], terms: Iterable[str], analyze: Callable[[str], Sequence[str]]
) -> tuple[str, ...]:
    """The aliases that share a term, those first that share the greatest part of themselves."""
    wanted = frozenset(terms)
    shares: Mapping[str, float] = {
        name: sum(term in wanted for term in found) / len(found)
        for name in aliases
        if (found := analyze(name))
    }
    return tuple(sorted((name for name in shares if shares[name]), key=lambda name: -shares[name]))


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    """Each word once, whatever its case, as it is written first."""
    first: dict[str, str] = {}
    for word in words:
        first.setdefault(word.casefold(), word)
    return tuple(first.values())
