"""One form for titles that differ only in case, accents or punctuation."""

import re
import unicodedata

__all__ = ["title_key"]

_SEPARATORS = re.compile(r"[\W_]+")


def title_key(title: str) -> str:
    """The title in lower case, without accents, words separated by single spaces."""
    # Folded again after decomposing: ℌ becomes H only then.
    decomposed = unicodedata.normalize("NFKD", title.casefold()).casefold()
    decomposed = unicodedata.normalize("NFKD", decomposed)
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _SEPARATORS.sub(" ", bare).strip()
