"""Text that comes from outside, made harmless for a terminal, a page and a reader of JSON.

What a model says is cleaned where it comes in (``PlainStream``), messages and names are put on one
line (``one_line``), and at each way out whatever is left is replaced one for one (``visible``): the
offsets of citations count code points, so that nothing may be dropped there. Knows nothing of what
the texts say.
"""

import re
from typing import Any

import regex

from pinakes.ingest.characters import cleaned, cut_place

__all__ = ["PlainStream", "one_line", "visible", "visible_json"]

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_LONGEST_STRING = 2_000
# Sequences that a terminal obeys: control sequences ("ESC [ 31 m"), strings such as titles and
# links ("ESC ] 8 ; ; address BEL") up to their end, and others of two or more characters. A string
# ends where the next begins: no letter is read for each of those before it.
# Source: ECMA-48, section 5.
_SEQUENCE = regex.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,16}[@-~]|"
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])"
    rf"[^\x07\n\x1b\x90\x98\x9c-\x9f]{{0,{_LONGEST_STRING}}}(?:\x07|\x1b\\|\x9c)|"
    r"\x1b[ -/]{0,16}[0-OQ-WYZ\\`-~]"
)
_UNFINISHED = re.compile(r"\x1b[\[\]PX^_]?")
_LINE_END = re.compile(r"\r\n?")
# Where something may begin that is decided only by what follows it.
_START = re.compile("[\r\x1b\x90\x98\x9b\x9d-\x9f\ud800-\udbff]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def visible(text: str) -> str:
    """``text`` with U+FFFD for each character that belongs into no text: as many code points."""
    return cleaned(text, _REPLACEMENT)


def visible_json(value: Any) -> Any:
    """A JSON value with all its texts ``visible``."""
    match value:
        case str():
            return visible(value)
        case dict():
            return {visible_json(key): visible_json(item) for key, item in value.items()}
        case list() | tuple():
            return [visible_json(item) for item in value]
        case _:
            return value


def one_line(text: str, longest: int | None = None) -> str:
    """A message or a name on one line, without what a terminal would obey; cut with an ellipsis."""
    shown = " ".join(cleaned(_UNFINISHED.sub("", _SEQUENCE.sub("", _joined(text))), " ").split())
    if longest is None or len(shown) <= longest:
        return shown
    return shown[: cut_place(shown, longest - 1)].rstrip() + "…"


def _joined(text: str) -> str:
    """Halves of surrogate pairs that stand side by side as the characters they are."""
    return _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


class PlainStream:
    """Drops from a text that comes in pieces what belongs into none, and all that terminals obey.

    The same however the text is cut: what may be the beginning of a sequence is kept back.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be passed on now."""
        text = self._held + piece
        self._held = ""
        return self._plain(text, at_end=False)

    def end(self) -> str:
        """What was kept back."""
        text, self._held = self._held, ""
        return self._plain(text, at_end=True)

    def _plain(self, text: str, *, at_end: bool) -> str:
        parts: list[str] = []
        place = 0
        while start := _START.search(text, place):
            at = start.start()
            parts.append(text[place:at])
            if not at_end and not _is_decided(text, at):
                self._held = text[at:]
                return cleaned("".join(parts))
            kept, place = _resolved(text, at)
            parts.append(kept)
        parts.append(text[place:])
        return cleaned("".join(parts))


def _is_decided(text: str, at: int) -> bool:
    """Whether it is sure what begins at ``at``, whatever follows."""
    if text[at] in "\x1b\x90\x98\x9b\x9d\x9e\x9f":
        found = _SEQUENCE.match(text, at, partial=True)
        return found is None or not found.partial
    return at + 1 < len(text)


def _resolved(text: str, at: int) -> tuple[str, int]:
    """What is left of that which begins at ``at``, and where the text goes on."""
    if text[at] == "\r":
        return "\n", at + 1 + text.startswith("\n", at + 1)
    if pair := _PAIR.match(text, at):
        return _joined(pair[0]), at + 2
    sequence = _SEQUENCE.match(text, at) or _UNFINISHED.match(text, at)
    return "", sequence.end() if sequence else at + 1
