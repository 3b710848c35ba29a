"""Scripts: which are written without spaces, and which characters belong to the letter before them.

The one place for ranges of Unicode that say what a word is. Strings in capitals are patterns, or
parts of patterns, for ``re``.
"""

import re
import unicodedata

__all__ = [
    "HAN",
    "JOINED",
    "LETTER",
    "MARK",
    "UNSPACED",
    "UNSPACED_LETTERS",
    "UNSPACED_MARKS",
    "WORD",
    "is_small",
    "is_unspaced",
]

# Where Unicode has combining marks, by blocks, in the basic plane and in the others.
_BASIC_BLOCKS = ((0x0300, 0x3100), (0xA660, 0xAC00), (0xFB1E, 0xFB1F), (0xFE00, 0xFE30))
_OTHER_BLOCKS = ((0x10A00, 0x12000), (0x1D160, 0x1D250), (0x1E000, 0x1E950), (0xE0100, 0xE01F0))


def _of_category(category: str, *blocks: tuple[int, int]) -> str:
    """All letters (L) or marks (M) of the blocks."""
    characters = (chr(code) for block in blocks for code in range(*block))
    return "".join(char for char in characters if unicodedata.category(char)[0] == category)


# Inside the brackets of a pattern: vowel signs, points, accents and the joiners between letters.
# Only of the basic plane, where sets of characters are fast.
JOINED = "\u200c\u200d" + _of_category("M", *_BASIC_BLOCKS)
# One such character of any plane.
MARK = (
    rf"(?:[{JOINED}]|(?=[\U00010000-\U000e01ef])"
    rf"[{_of_category('M', *_OTHER_BLOCKS)}])"
)
# A letter with its marks, and a word: letters and digits with theirs.
LETTER = rf"[^\W\d_]{MARK}*"
WORD = rf"(?:[^\W_]{MARK}*)+"

# Scripts written without spaces. Thai and Lao, Burmese (twice), Khmer:
_SOUTH_EAST_ASIA = ((0x0E00, 0x0F00), (0x1000, 0x10A0), (0x1780, 0x1800), (0xA9E0, 0xAA80))
# Chinese characters, inside the brackets of a pattern.
HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
# Their letters, and the marks that letters of some of them take; inside the brackets of a pattern.
UNSPACED_LETTERS = HAN + _KANA + _of_category("L", *_SOUTH_EAST_ASIA)
UNSPACED_MARKS = _of_category("M", *_SOUTH_EAST_ASIA)
# Any character of theirs: letters, marks and what else the blocks hold.
UNSPACED = (
    "["
    + "".join(f"{chr(first)}-{chr(end - 1)}" for first, end in _SOUTH_EAST_ASIA)
    + "\u3040-\u30ff\u31f0-\u31ff\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_ONE_UNSPACED = re.compile(UNSPACED[:-1] + "\uac00-\ud7a3]")


def is_unspaced(letter: str) -> bool:
    """Whether the letter is of a script without spaces, or a syllable of Hangul."""
    return _ONE_UNSPACED.match(letter) is not None


def is_small(letter: str) -> bool:
    """Whether it is a small letter of a script that begins sentences and names with capitals."""
    return letter.islower() and not "\u10d0" <= letter <= "\u10ff"  # Georgian has them elsewhere
