"""Manual pages of Unix, in the macros man and mdoc, as an outline.

As much of roff as such pages use: escapes, fonts, lines that are kept. Nothing is run, no other
file is read. Macros: man(7), mdoc(7), groff_char(7).
"""

import re
from collections.abc import Callable
from typing import ClassVar

from pinakes.ingest.sources.folder.formats.roff import plain_text, without_comment
from pinakes.ingest.sources.folder.outline import Outline, plain

__all__ = ["ManPage", "is_man_page", "read_man_page"]

_BEGINS = re.compile(rb"^\.[ \t]*(?:TH|Dd|Dt)[ \t]", re.MULTILINE)
_MACRO = re.compile(r"^[.'][ \t]*([A-Za-z][A-Za-z0-9]?[A-Za-z0-9]*|[A-Za-z]\S)?[ \t]*(.*)$")
_FONTS = frozenset(("B", "I", "SM", "SB", "R"))
_MIXED = frozenset(("BI", "BR", "IB", "IR", "RB", "RI"))
# Of mdoc: what is said of a word, and how it is written.
_WRITTEN: dict[str, tuple[str, str]] = {
    "Fl": ("-", ""), "Op": ("[", "]"), "Oo": ("[", ""), "Oc": ("", "]"), "Dq": ("“", "”"),
    "Sq": ("‘", "’"), "Ql": ("‘", "’"), "Qq": ('"', '"'), "Pq": ("(", ")"), "Bq": ("[", "]"),
    "Aq": ("<", ">"), "Po": ("(", ""), "Pc": ("", ")"), "Do": ("“", ""), "Dc": ("", "”"),
}  # fmt: skip
_WORDS = frozenset(
    ("Ar", "Cm", "Pa", "Em", "Sy", "Li", "Ev", "Va", "Vt", "Ad", "An", "Dv", "Er", "Fa", "Fn", "Ft",
     "Ic", "Ms", "Mt", "Nm", "No", "Tn", "Xr", "Ns", "Ap", "Lk", "Cd", "In", "Lb", "St", "Rs", "Re",
     "%T", "%A", "%D", "%J", "Ux", "Bx", "Fx", "Nx", "Ox", "At", "Nd", *_WRITTEN)
)  # fmt: skip
_BULLETS = frozenset("•-*o·+")
_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-z])[.)]")
# Strings are made of strings: no page may double one thirty times.
_LONGEST_STRING = 1000
_STOPS = frozenset((".", ",", ":", ";", ")", "]", "?", "!"))
_NAMES = {
    "Ux": "UNIX",
    "Bx": "BSD",
    "Fx": "FreeBSD",
    "Nx": "NetBSD",
    "Ox": "OpenBSD",
    "At": "AT&T UNIX",
}


def is_man_page(head: bytes) -> bool:
    """Whether a file that begins so is a page of a manual."""
    return _BEGINS.search(head) is not None


def read_man_page(text: str) -> Outline:
    """The page; its title is its name with its section: ls(1)."""
    page = ManPage()
    for line in text.split("\n"):
        page.line(line)
    page.end_paragraph()
    return page.outline


class ManPage:
    """A page on its way to an outline, line by line."""

    def __init__(self) -> None:
        self.outline = Outline()
        self._words: list[str] = []
        self._kept: list[str] | None = None
        self._term: str | None = None  # None: none; "": the next line is one
        self._is_item = False
        self._mark = ""  # of the item that is open, where it is a bullet or a number
        self._is_branch = False
        self._skips = 0  # lines of definitions and the like, up to ".."
        self._name = ""
        self._strings: dict[str, str] = {}
        self._defined: set[str] = set()
        self._lists: list[str] = []

    def line(self, line: str) -> None:
        """The next line of the source."""
        if self._skips:
            self._skips = 0 if line.rstrip() in ("..", ".TE", ".EN") else 1
            return
        if self._is_branch:  # of two, the second is taken: the first is drawn for terminals
            self._is_branch = "\\}" not in line
            return
        line = without_comment(line)
        macro = _MACRO.match(line) if line[:1] in (".", "'") else None
        if macro is None:
            self._say(line)
        elif macro[1] == "el":
            self.line(macro[2].removeprefix("\\{").removeprefix("\\"))
        elif macro[1] == "ie" or (macro[1] == "if" and macro[2][:1] != "n"):
            self._is_branch = "\\{" in macro[2] and "\\}" not in macro[2]
        elif macro[1]:
            self._macro(macro[1], _arguments(macro[2]))

    def end_paragraph(self) -> None:
        """What was said is a paragraph, an item or code."""
        if self._kept is not None:
            code, self._kept = self._kept, []
            self.outline.code("\n".join(code))
            return
        words = plain(" ".join(self._words))
        self._words = []
        if not words:
            return
        if self._mark:
            self.outline.item(words, "-" if self._mark in _BULLETS else self._mark)
        elif self._is_item:
            self.outline.paragraph(words, "indent", 1)
        else:
            self.outline.paragraph(words)
        self.outline.apart()

    def _say(self, line: str) -> None:
        text = plain_text(line, self._strings)
        if self._term == "":
            self._term = None
            self._begin_item(text)
        elif self._kept is not None:
            self._kept.append(text)
        elif not text.strip():
            self.end_paragraph()
        else:
            self._words.append(text)

    def _begin_item(self, term: str) -> None:
        self.end_paragraph()
        self._is_item = True
        words = plain(term)
        self._mark = words if words in _BULLETS or _NUMBER.fullmatch(words) else ""
        if words and not self._mark:
            self.outline.paragraph(words, "term")

    def _macro(self, name: str, said: list[str]) -> None:
        if action := self._ACTIONS.get(name):
            action(self, said)
        elif name in _FONTS:
            self._say(" ".join(said) if said else "")
        elif name in _MIXED:
            self._say("".join(said))
        elif name in _WORDS:
            if name == "Nm":
                said = self._named(said)
            if name == "Nd":
                said = ["–", *said]
                name = "No"
            self._say(_mdoc_words([name, *said]))
        elif name in self._defined:  # of a macro of the page's own as much: a paragraph begins
            self._paragraph(said)

    def _named(self, said: list[str]) -> list[str]:
        if said and not self._name and said[0] not in _STOPS:
            self._name = said[0]
        return said if said and said[0] not in _STOPS else [self._name, *said]

    def _title(self, said: list[str]) -> None:
        if said:
            section = f"({said[1]})" if len(said) > 1 else ""
            name = plain_text(said[0], self._strings)
            self.outline.title = (name.lower() if name.isupper() else name) + section

    def _section(self, said: list[str]) -> None:
        self._begin_section(2, said)

    def _subsection(self, said: list[str]) -> None:
        self._begin_section(3, said)

    def _begin_section(self, level: int, said: list[str]) -> None:
        self._filled([])
        self._is_item, self._mark = False, ""
        self._lists.clear()
        if said:
            self.outline.heading(level, plain_text(" ".join(said), self._strings))

    def _paragraph(self, said: list[str]) -> None:
        self.end_paragraph()
        self._is_item, self._mark = bool(self._lists), ""

    def _broken(self, said: list[str]) -> None:
        if self._kept is None:
            self.end_paragraph()

    def _tagged(self, said: list[str]) -> None:
        self.end_paragraph()
        self._term = ""

    def _indented(self, said: list[str]) -> None:
        self._begin_item(plain_text(said[0], self._strings) if said else "")

    def _unfilled(self, said: list[str]) -> None:
        if self._kept is None:
            self.end_paragraph()
            self._kept = []

    def _filled(self, said: list[str]) -> None:
        self.end_paragraph()
        self._kept = None

    def _list(self, said: list[str]) -> None:
        self.end_paragraph()
        self._lists.append("•" if "-bullet" in said or "-dash" in said else "")

    def _end_list(self, said: list[str]) -> None:
        self.end_paragraph()
        if self._lists:
            self._lists.pop()
        self._is_item, self._mark = bool(self._lists), ""

    def _item(self, said: list[str]) -> None:
        term = _mdoc_words(["No", *said]) if said else ""
        self._begin_item(term or (self._lists[-1] if self._lists else ""))

    def _display(self, said: list[str]) -> None:
        if "-filled" not in said and "-ragged" not in said:
            self._unfilled([])

    def _shown(self, said: list[str]) -> None:
        self._unfilled([])
        self._say(_mdoc_words(["No", *said]))
        self._filled([])

    def _address(self, said: list[str]) -> None:
        self._say(" ".join(said[:1]))

    def _string(self, said: list[str]) -> None:
        if said:
            words = " ".join(said[1:]).removeprefix('"')
            self._strings[said[0]] = plain_text(words, self._strings)[:_LONGEST_STRING]

    def _define(self, said: list[str]) -> None:
        self._defined.update(said[:1])
        self._skips = 1

    def _skip(self, said: list[str]) -> None:
        self._skips = 1

    _ACTIONS: ClassVar[dict[str, Callable[["ManPage", list[str]], None]]] = {
        "TH": _title, "Dt": _title, "SH": _section, "Sh": _section, "SS": _subsection,
        "Ss": _subsection, "PP": _paragraph, "P": _paragraph, "LP": _paragraph, "Pp": _paragraph,
        "br": _broken, "sp": _broken, "TP": _tagged, "TQ": _tagged, "IP": _indented,
        "HP": _paragraph, "nf": _unfilled, "EX": _unfilled, "fi": _filled, "EE": _filled,
        "Bl": _list, "El": _end_list, "It": _item, "Bd": _display, "Ed": _filled, "Dl": _shown,
        "D1": _shown, "UR": _address, "MT": _address, "ds": _string, "de": _define,
        "ig": _skip, "EQ": _skip,
        "TS": _skip,
    }  # fmt: skip


def _arguments(text: str) -> list[str]:
    """Words, of which those in double quotes are one."""
    words = []
    for quoted, bare in re.findall(r'"((?:[^"]|"")*)"?|((?:\\.|[^\s"\\])(?:\\.|[^\s\\])*)', text):
        words.append(quoted.replace('""', '"') if quoted or not bare else bare)
    return words


def _mdoc_words(words: list[str]) -> str:
    """A line of mdoc as it is read: macros may be called among its words."""
    said: list[str] = []
    closing = before = ""
    is_joined = False
    for word in words:
        if word in _WORDS:
            before, after = _WRITTEN.get(word, ("", ""))
            if word in _NAMES:
                said.append(_NAMES[word])
            if word == "Ns":
                is_joined = True
            elif word == "Xr":
                before = "\0"
            elif word in ("Op", "Dq", "Sq", "Ql", "Qq", "Pq", "Bq", "Aq", "Oo", "Po", "Do"):
                said.append(before)
                before, closing, is_joined = "", after + closing, True
            elif after:
                said[-1:] = ["".join(said[-1:]) + after]
            continue
        text = plain_text(word)
        if text in _STOPS and said:
            said[-1] += text
            continue
        if before == "\0":
            said.append(text)
            before = "("
            continue
        if before == "(":
            said[-1] += f"({text})"
            before = ""
            continue
        text = before + text
        if is_joined and said:
            said[-1] += text
        else:
            said.append(text)
        is_joined = False
        before = before if before == "-" else ""
    if before == "-":
        said += ["-"] if not said else []
    return " ".join(said) + closing
