"""Rows of a table in a model's answer as what they claim: each cell beside its heading.

Pure. Knows nothing of sources or verdicts. Format: https://github.github.com/gfm/#tables-extension-
"""

import re

from pinakes.service.asking.markdown import with_marks

__all__ = ["TableRows"]

_BAR = re.compile(r"(?<!\\)\|")
_DELIMITER = re.compile(r"[\s|:-]*-[\s|:-]*")
_EMPHASIS = re.compile(r"[*_`]+")
_SAYS_SOMETHING = re.compile(r"[^\W_]")


class TableRows:
    """Reads the lines of a table in their order; the first one names its columns."""

    def __init__(self) -> None:
        """Before a table."""
        self._headings: list[str] | None = None

    def end(self) -> None:
        """The table is over; another one may begin."""
        self._headings = None

    def claims(self, line: str) -> list[str]:
        """What a line claims, as sentences: of "| Rhine | 1,230 |" "Rhine km 1,230.".

        The first cell is what the others are said of. Headings claim nothing.
        """
        if _DELIMITER.fullmatch(line):
            return []
        cells = _cells(line)
        if self._headings is None:
            self._headings = cells
            return []
        subject, *others = cells
        headings = (self._headings + [""] * len(cells))[1 : len(cells)]
        said = [
            f"{' '.join(filter(None, (subject, heading, cell)))}."
            for heading, cell in zip(headings, others, strict=True)
            if _SAYS_SOMETHING.search(cell)
        ]
        return said if others else [f"{subject}."]


def _cells(line: str) -> list[str]:
    """The words of each cell, without marks of sources and of Markdown."""
    bare = with_marks(line.strip(), lambda _: False).strip().removeprefix("|").removesuffix("|")
    return [" ".join(_EMPHASIS.sub("", cell).split()) for cell in _BAR.split(bare)]
