"""One form for titles that differ only in case, accents or punctuation."""

import re
import unicodedata

__all__ = ["telling_signs", "title_key"]

_SEPARATORS = re.compile(r"[\W_]+")
# Beside letters and digits: vowel signs of Indic scripts and Thai, and emoji.
_KEPT = frozenset(["Mn", "Mc", "So"])
_VARIATIONS = range(0xFE00, 0xFE10)
# Signs that are read aloud, not punctuation.
_TELLING = re.compile(r"[+#%$@=<>^~|]")


def title_key(title: str) -> str:
    """The title in lower case, without accents, words separated by single spaces."""
    if title.isascii():
        return _SEPARATORS.sub(" ", title.lower()).strip()
    # Folded again after decomposing: ℌ becomes H only then.
    decomposed = unicodedata.normalize("NFKD", title.casefold()).casefold()
    return " ".join("".join(map(_folded, unicodedata.normalize("NFKD", decomposed))).split())


def telling_signs(title: str) -> str:
    """What tells titles with one key apart all the same: C, C++ and C#; 50 and 50%."""
    return "".join(_TELLING.findall(unicodedata.normalize("NFKC", title)))


def _folded(letter: str) -> str:
    if letter.isalnum():
        return letter
    if unicodedata.combining(letter) or ord(letter) in _VARIATIONS:
        return ""
    return letter if unicodedata.category(letter) in _KEPT else " "
