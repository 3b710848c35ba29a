"""Characters that belong into no text, and those that belong to the letter before them.

What Unicode says of single characters, needed wherever text comes in, is cut or goes out. Knows
nothing of markup or languages.
"""

import re
import unicodedata

import regex

__all__ = ["JOINED", "MARK", "cleaned", "cut_place"]

# Inside the brackets of a pattern. Controls other than line end and tab: a terminal obeys those of
# C1 (U+0080 to U+009F) as it does ESC. Overrides, embeddings and isolates of direction, which make
# a text look like another one. Halves of surrogate pairs and noncharacters, which are no text.
# Tags, which nobody sees and models read. Not here: marks that shape or order letters and cannot
# reach beyond them (U+200C to U+200F, U+061C, variation selectors, soft hyphens).
_UNWANTED = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff\\ufdd0-\\ufdef"
    "\\ufffe\\uffff"
    + "".join(f"\\U{plane:04x}fffe\\U{plane:04x}ffff" for plane in range(1, 17))
    + "\\U000e0000-\\U000e007f]"
)
# All others, the planes apart: 70 times as fast as looking for the unwanted ones.
_WANTED = re.compile(
    "(?:[\\t\\n -~\\xa0-\\u2029\\u202f-\\u2065\\u206a-\\ud7ff\\ue000-\\ufdcf\\ufdf0-\\ufffd]++|["
    + "".join(f"\\U{plane:04x}0000-\\U{plane:04x}fffd" for plane in range(1, 14))
    + "\\U000e0080-\\U000efffd\\U000f0000-\\U000ffffd\\U00100000-\\U0010fffd]++)*+"
)

# Where Unicode has combining marks, by blocks, in the basic plane and in the others.
_BASIC_BLOCKS = ((0x0300, 0x3100), (0xA660, 0xAC00), (0xFB1E, 0xFB1F), (0xFE00, 0xFE30))
_OTHER_BLOCKS = ((0x10A00, 0x12000), (0x1D160, 0x1D250), (0x1E000, 0x1E950), (0xE0100, 0xE01F0))


def _marks(blocks: tuple[tuple[int, int], ...]) -> str:
    letters = (chr(code) for block in blocks for code in range(*block))
    return "".join(letter for letter in letters if unicodedata.category(letter)[0] == "M")


# Inside the brackets of a pattern: vowel signs, points, accents and the joiners between letters.
# Only of the basic plane, where sets of characters are fast.
JOINED = "\u200c\u200d" + _marks(_BASIC_BLOCKS)
# One such character of any plane, as a pattern.
MARK = rf"(?:[{JOINED}]|(?=[\U00010000-\U000e01ef])[{_marks(_OTHER_BLOCKS)}])"

_CLUSTER = regex.compile(r"\X")
_LONGEST_CLUSTER = 64


def cleaned(text: str, instead: str = "") -> str:
    """``text`` without what belongs into no text, or with ``instead`` for each such character."""
    clean = _WANTED.match(text)
    if clean is not None and clean.end() == len(text):
        return text
    return _UNWANTED.sub(instead, text)


def cut_place(text: str, at: int) -> int:
    """The last place up to ``at`` where a cut tears nothing that is seen as one letter.

    Grapheme clusters: https://www.unicode.org/reports/tr29/. One of more than 64 code points is
    torn.
    """
    if at <= 0 or at >= len(text) or text[at] < "\u0300":
        return max(0, min(at, len(text)))
    low = max(0, at - _LONGEST_CLUSTER)
    for cluster in _CLUSTER.finditer(text, low, min(len(text), at + 2)):
        if cluster.end() > at:
            return at if low and cluster.start() == low else cluster.start()
    return at
