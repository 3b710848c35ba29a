"""Words of a command shown so that what is read is what runs. Knows nothing of what they do.

A terminal obeys controls, and order of writing and look-alikes of letters deceive the eye without
any: whatever is no printable ASCII is spelled by its code.
"""

import shlex
from collections.abc import Iterable

__all__ = ["command_line", "spelled"]


def command_line(words: Iterable[str]) -> str:
    """The command as bash would take it, in printable ASCII alone; no two commands look alike."""
    return " ".join(["pinakes", *(spelled(word) for word in words)])


def spelled(word: str) -> str:
    """One word of it: quoted where needed, as ``$'…'`` where letters are spelled by their codes.

    Source of both forms: Bash Reference Manual, 3.1.2.4 (ANSI-C Quoting).
    """
    if word.isascii() and word.isprintable():
        return shlex.quote(word)
    return f"$'{''.join(_letter(letter) for letter in word)}'"


def _letter(letter: str) -> str:
    code = ord(letter)
    if letter in "\\'":
        return f"\\{letter}"
    if code < 0x80:
        return letter if letter.isprintable() else f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
