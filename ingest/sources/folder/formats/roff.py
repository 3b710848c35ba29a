"""The escapes of roff as the characters they stand for: groff_char(7), groff(7)."""

import re
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["plain_text", "without_comment"]

_COMMENT = re.compile(r'(?:^[.\'][ \t]*\\".*|^[.\']?\\#.*|[ \t]*\\".*)$')
_ESCAPE = re.compile(
    r"\\(?:"
    r"f(?:\[[^\]]*\]|\(..|.)|"  # fonts
    r"s[-+]?(?:\[[^\]]*\]|\(..|'[^']*'|\d{1,2})|"  # sizes
    r"[mM](?:\[[^\]]*\]|\(..|.)|"  # colours
    r"[hvlLwoNDXbZAR]'[^']*'|"  # motions, drawings
    r"\*(?:\[(?P<string>[^\]]*)\]|\((?P<two>..)|(?P<one>.))|"  # strings
    r"n[-+]?(?:\[[^\]]*\]|\(..|.)|"  # registers
    r"\[(?P<long>[^\]]*)\]|\((?P<short>..)|C'(?P<named>[^']*)'|"
    r"(?P<sign>[\s\S])|$)"
)
_CHARACTERS = {
    "aq": "'", "dq": '"', "lq": "“", "rq": "”", "oq": "‘", "cq": "’", "ha": "^", "ti": "~",
    "rs": "\\", "ga": "`", "em": "—", "en": "–", "hy": "-", "mi": "−", "bu": "•", "co": "©",
    "rg": "®", "tm": "™", "de": "°", "+-": "±", "mu": "×", "<=": "≤", ">=": "≥", "!=": "≠",
    "->": "→", "<-": "←", "ua": "↑", "da": "↓", "lB": "[", "rB": "]", "lC": "{", "rC": "}",
    "la": "⟨", "ra": "⟩", "Fo": "«", "Fc": "»", "sc": "§", "dg": "†", "Eu": "€", "Po": "£",
    "ss": "ß", "12": "½", "14": "¼", "34": "¾", "at": "@", "sh": "#", "Do": "$", "ba": "|",
    "sl": "/", "or": "|", "*m": "μ", "ci": "○", "sq": "□", "AE": "Æ", "ae": "æ", "/o": "ø",
    "/O": "Ø", "oa": "å", "oA": "Å", ",c": "ç", ",C": "Ç", "==": "≡", "~~": "≈", "if": "∞",
}  # fmt: skip
_STRINGS = {"R": "®", "Tm": "™", "lq": "“", "rq": "”", "Lq": "“", "Rq": "”", "Aq": "'", "q": '"'}
_ACCENTS = {":": "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303"}
# Signs of one character, and what they stand for; others are left out.
_SIGNS = {"-": "-", " ": " ", "~": "\xa0", "e": "\\", "\\": "\\", "0": " ", "'": "'", "`": "`",
          "t": "\t", ".": "."}  # fmt: skip


def without_comment(line: str) -> str:
    """A line of the source without the comment at its end."""
    return _COMMENT.sub("", line) if "\\" in line else line


def plain_text(text: str, strings: Mapping[str, str] = MappingProxyType({})) -> str:
    """What a reader sees of it. ``strings``: those that the page has defined, as plain text."""
    if "\\" not in text:
        return text

    def character(match: re.Match[str]) -> str:
        if name := match["long"] or match["short"] or match["named"]:
            return _named(name)
        if name := match["string"] or match["two"] or match["one"]:
            return strings.get(name) or _STRINGS.get(name, "")
        return _SIGNS.get(match["sign"] or "", "")

    return _ESCAPE.sub(character, text).replace("\xa0", " ")


def _named(name: str) -> str:
    if found := _CHARACTERS.get(name):
        return found
    if unicode := re.fullmatch(r"u([0-9A-F]{4,6})", name):
        number = int(unicode[1], 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else ""
    if len(name) == 2 and name[0] in _ACCENTS:
        return name[1] + _ACCENTS[name[0]]
    return ""
