"""The words of a text, in small letters, for counting how many survive a conversion.

Knows nothing of markup. Numbers are counted on their own (``numbers``).
"""

import re
from collections.abc import Iterator

from pinakes.ingest.text.scripts import LETTER, UNSPACED_LETTERS, UNSPACED_MARKS

__all__ = ["words_of"]

# What the reading of the source sets between pieces that stand apart, and apostrophes.
_JOINTS = str.maketrans("ʼʻ’", "   ")
# Of a script without spaces every letter counts by itself: what a word is, its readers must know.
_WORD = re.compile(
    rf"[{UNSPACED_LETTERS}][{UNSPACED_MARKS}]*|(?:(?![{UNSPACED_LETTERS}]){LETTER})+"
)
_ADDRESS = re.compile(r"(?:(?:https?|ftp)://|www\.)[^\s\]|<>]+", re.IGNORECASE)


def words_of(text: str) -> Iterator[tuple[str, int]]:
    """Each word of ``text`` in small letters, with the offset where it begins.

    Web addresses hold none.
    """
    if "://" in text or "www." in text:
        text = _ADDRESS.sub(lambda match: "·" * len(match.group()), text)
    for match in _WORD.finditer(text.translate(_JOINTS)):
        yield match.group().casefold(), match.start()
