"""Characters that belong into no text, and places where text may be cut.

Needed wherever text comes in, is cut or goes out. Knows nothing of markup or languages.
"""

import re

import regex

__all__ = ["cleaned", "cut_place"]

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
