"""Words that a language spells in two ways, as British and American English do.

From the language's file. Knows nothing of stems: which terms become one is found out with the
analyzer of the index.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pinakes.ingest.text.language import language_part

__all__ = ["Variants", "pairs_of_spellings", "variants_of"]

_OTHER = "other"


@dataclass(frozen=True, slots=True)
class Variants:
    """Terms that are one word in several spellings.

    ``chosen``: by each such term, the one that stands for all. By that one, ``terms``: all of them;
    ``beginnings``: of all forms of the words they are of, in lower case.
    """

    chosen: Mapping[str, str]
    terms: Mapping[str, Sequence[str]]
    beginnings: Mapping[str, tuple[str, ...]]


def variants_of(pairs: Iterable[tuple[str, str]], stem: Callable[[str], Sequence[str]]) -> Variants:
    """Which terms the ``pairs`` of words make one; ``stem``: the terms of a word.

    Stems that several pairs have join them all.
    """
    together: dict[str, set[str]] = {}
    words: dict[str, set[str]] = {}
    for pair in pairs:
        terms = {term for word in pair for term in stem(word)}
        joined = terms.union(*(together[term] for term in terms if term in together))
        of_all = set(pair).union(*(words[term] for term in terms if term in words))
        together.update(dict.fromkeys(joined, joined))
        words.update(dict.fromkeys(joined, of_all))
    chosen = {term: min(joined) for term, joined in together.items()}
    return Variants(
        chosen=chosen,
        terms={term: sorted(together[term]) for term in chosen.values()},
        # Without an e that other forms lack: organis-e, organis-ation.
        beginnings={
            term: tuple(sorted(word.removesuffix("e") for word in words[term]))
            for term in chosen.values()
        },
    )


@cache
def pairs_of_spellings(language: str) -> Sequence[tuple[str, str]]:
    """The words that the file of a language, given by its code, has in two spellings."""
    found: list[tuple[str, str]] = []
    for change, words in language_part(language, "search").get("variants", {}).items():
        if change == _OTHER:
            found += [(one, other) for one, _, other in (w.partition("/") for w in words.split())]
            continue
        old, new = change.split()
        found += [(word, new.join(word.rsplit(old, 1))) for word in words.split()]
    return found
