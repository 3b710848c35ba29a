"""The numbers of a text, in one form whatever sign or grouping they are written with.

Knows nothing of markup: what a number is, for counting how many survive a conversion.
"""

import re
from collections.abc import Iterator

__all__ = ["numbers_of", "regrouped"]

_NUMBER = re.compile(r"(?:(?<![\w.,)])[-−])?(?:\d{1,3}(?:,\d{3})+(?![\d,]*\d)|\d+)(?:\.\d+)*")
# As other languages write them: 3.769.495, 3 769 495, 3'769'495, and 38,1.
_GROUPED = re.compile(
    r"(?<![\w.,])(?:"
    r"(?P<groups>\d{1,3}(?P<joint>[.'’ \xa0\u2009\u202f])\d{3}(?:(?P=joint)\d{3})*)(?:,(\d+))?"
    r"|(?P<whole>\d+),(\d+)(?![\d,]))(?!\d)"
)
_ADDRESS = re.compile(r"(?:(?:https?|ftp)://|www\.)[^\s\]|<>]+", re.IGNORECASE)
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺₀-₉]+")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺₀₁₂₃₄₅₆₇₈₉", "0123456789-+0123456789")


def numbers_of(text: str) -> Iterator[tuple[str, int]]:
    """Each number of ``text`` in its one form, with the offset where it begins.

    1,234 and 1234 are one number, −5 and -5 and 05 and 5 too; those inside web addresses are left
    out. A raised or lowered number is one of its own: 10⁶ holds 10 and 6.
    """
    if not re.search(r"\d", text) and not _RAISED.search(text):
        return
    text = _ADDRESS.sub(lambda match: "·" * len(match.group()), text)
    for match in _NUMBER.finditer(text):
        yield _one_form(match.group()), match.start()
    for match in _RAISED.finditer(text):
        raised = _NUMBER.match(match.group().translate(_PLAIN_DIGITS))
        if raised:
            yield _one_form(raised.group()), match.start()


def regrouped(text: str) -> Iterator[str]:
    """The one form of each number whose thousands or fraction are parted as English does not.

    12.345 is read as twelve thousand here and 12,345 as twelve: what they are, the language says.
    """
    for match in _GROUPED.finditer(text):
        whole = match["whole"] or match["groups"].replace(match["joint"], "")
        fraction = match[3] or match[5]
        yield f"{_one_form(whole)}.{fraction}" if fraction else _one_form(whole)


def _one_form(number: str) -> str:
    number = number.replace(",", "").replace("−", "-")
    if not number.isascii():
        number = "".join(str(int(c)) if c.isdecimal() else c for c in number)
    if "." in number:
        return number
    return number.lstrip("0") or "0" if number[0] != "-" else "-" + (number[1:].lstrip("0") or "0")
