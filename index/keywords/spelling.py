"""One spelling for what is written in several: marks, letters with accents, digits, two scripts.

And words for scripts written without spaces: their letters, two by two. Works on texts and
questions alike, before words are cut out of them; knows nothing of stems and stop words.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import opencc

from pinakes.index.keywords.abbreviations import Abbreviations, abbreviations_of
from pinakes.ingest.text.language import language_part
from pinakes.ingest.text.scripts import HAN, UNSPACED_LETTERS, UNSPACED_MARKS

__all__ = ["UNSPACED_LETTER", "Spelling", "spelling_of", "without_accents"]

# Letters of which Unicode does not say that they are others with a mark.
_UNDIVIDED = {
    "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "ı": "i",
    "ħ": "h", "ŧ": "t", "Æ": "AE", "Œ": "OE", "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH",
    "ẞ": "SS", "Ħ": "H", "Ŧ": "T",
}  # fmt: skip

_ARABIC = {
    **dict.fromkeys("\u0640\u0670\u0610\u0611\u0612\u0613\u0614\u0615", ""),
    **{chr(mark): "" for mark in range(0x064B, 0x0660)},
}
_PERSIAN = {
    "ي": "ی", "ى": "ی", "ك": "ک", "أ": "ا", "إ": "ا", "ٱ": "ا", "ة": "ه", "ۀ": "ه", "ۂ": "ہ",
}  # fmt: skip
_HEBREW = {
    **{chr(point): "" for point in range(0x0591, 0x05C8) if unicodedata.combining(chr(point))},
    **dict.fromkeys("\"'״׳", ""),  # between the letters of abbreviations
}
_APOSTROPHES = dict.fromkeys("'’ʼʻ‘`", "")  # letters, or parts of letters, inside words
_JOINERS = dict.fromkeys("\u200c\u200d", "")  # they shape letters only
_TURKISH = {"İ": "i", "I": "ı"}
_SERBIAN = {
    **dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True)),
    **dict(zip("АБВГДЂЕЖЗИЈКЛМНОПРСТЋУФХЦЧШ", "ABVGDĐEŽZIJKLMNOPRSTĆUFHCČŠ", strict=True)),
    "љ": "lj",
    "њ": "nj",
    "џ": "dž",
    "Љ": "Lj",
    "Њ": "Nj",
    "Џ": "Dž",
}
_HINDI = {"\u093c": "", "\u0901": "\u0902"}  # nukta, chandrabindu
# By the names that the files of languages have for them.
_RULES: Mapping[str, Mapping[str, str]] = {
    "Arabic": _ARABIC,
    "Hebrew": _HEBREW,
    "Hindi": _HINDI,
    "Persian": _PERSIAN,
    "Russian": {"ё": "е", "Ё": "Е"},
    "Serbian": _SERBIAN,
    "Turkish": _TURKISH,
    "apostrophes": _APOSTROPHES,
    "joiners": _JOINERS,
}
_SIMPLIFIED = "simplified Chinese"


@dataclass(frozen=True, slots=True)
class Spelling:
    """How texts of one language are rewritten: abbreviations, characters by ``changes``, pairs."""

    changes: Mapping[str, str]
    pattern: re.Pattern[str]
    abbreviations: Abbreviations

    def __call__(self, text: str) -> str:
        """``text`` in one spelling, unspaced scripts as pairs of letters with spaces between."""
        text = self.abbreviations(text)
        if text.isascii() and not self._changes_ascii:
            return text
        return self.pattern.sub(self._rewritten, unicodedata.normalize("NFC", text))

    def changed(self, text: str) -> str:
        """``text`` in one spelling, letter by letter: unspaced scripts stay as they are."""
        text = unicodedata.normalize("NFC", text)
        return "".join([self.changes.get(letter, letter) for letter in text])

    @property
    def _changes_ascii(self) -> bool:
        return "'" in self.changes or "I" in self.changes

    def _rewritten(self, match: re.Match[str]) -> str:
        found = match[0]
        if _UNIT.match(found):
            return _pairs("".join([self.changes.get(letter, letter) for letter in found]))
        return self.changes[found]


@cache
def spelling_of(language: str) -> Spelling:
    """The spelling of ``language``, by its code."""
    said = language_part(language, "search")
    changes = dict(_common_changes())
    for name in said.get("spelling", ()):
        changes |= _simplified() if name == _SIMPLIFIED else _RULES[name]
    if "own_letters" in said:
        changes |= _folded(kept=said["own_letters"])
    outside = "".join(re.escape(c) for c in changes if not _UNIT.match(c))
    # Begins with the set of all that it looks for, which is several times as fast as a choice.
    run = f"(?<=[{_LETTERS}])[{_MARKS}]*(?:{_UNIT.pattern})*"
    pattern = re.compile(f"[{outside}{_LETTERS}](?:{run})?")
    return Spelling(changes, pattern, abbreviations_of(language))


def without_accents(word: str) -> str:
    """``word`` with its letters bare, in whatever language."""
    bare = unicodedata.normalize("NFD", word)
    bare = "".join(_UNDIVIDED.get(c, c) for c in bare if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", bare)


def _pairs(run: str) -> str:
    """The letters of ``run`` two by two, and Chinese characters alone as well: they are words."""
    units = _UNIT.findall(run)
    if len(units) == 1:
        return f" {run} "
    alone = [unit for unit in units if _CHARACTER.match(unit)]
    return " " + " ".join([*alone, *map("".join, pairwise(units))]) + " "


@cache
def _common_changes() -> Mapping[str, str]:
    """What holds for every language: loose marks, digits of all scripts, wide and Greek letters."""
    changes = {chr(mark): "" for mark in range(0x0300, 0x0370)}
    for code in range(0x80, 0x10000):
        if (digit := unicodedata.decimal(chr(code), None)) is not None:
            changes[chr(code)] = str(digit)
    for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), *range(0xFF66, 0xFF9E)):
        changes[chr(code)] = unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0x0386, 0x03CF), *range(0x1F00, 0x2000), 0x0400, 0x040D, 0x0450, 0x045D):
        bare = without_accents(chr(code))
        if bare != chr(code) and bare.strip().isalpha():
            changes[chr(code)] = bare
    return changes


def _folded(kept: str) -> dict[str, str]:
    """Marked Latin letters and what they become, but for the ``kept`` ones."""
    kept += kept.upper()
    return {
        chr(code): bare
        for code in (*range(0x00C0, 0x0250), *range(0x1E00, 0x1F00))
        if chr(code) not in kept and (bare := without_accents(chr(code))) != chr(code)
    }


@cache
def _simplified() -> Mapping[str, str]:
    """Traditional characters and their simplified forms: Chinese wikis mix both."""
    letters = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    simplified = opencc.OpenCC("t2s").convert("\n".join(letters)).split("\n")
    return {a: b for a, b in zip(letters, simplified, strict=True) if a != b}


# Hangul has spaces between words, but particles stick to them.
_LETTERS, _MARKS = UNSPACED_LETTERS + "\uac00-\ud7a3", UNSPACED_MARKS
UNSPACED_LETTER = f"[{_LETTERS}]"  # as a pattern
_UNIT = re.compile(f"{UNSPACED_LETTER}[{_MARKS}]*")  # a letter with its marks
_CHARACTER = re.compile(f"[{HAN}]")
