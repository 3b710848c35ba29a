"""An article cut into blocks for the reader page: headings, paragraphs, and the highlight.

Pure functions; the HTML is the template's.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from index.types import StoredPage

__all__ = ["Block", "page_blocks"]


@dataclass(frozen=True, slots=True)
class Block:
    """A line of the article: ``level`` 0 is text, 2 to 6 a heading.

    ``before``, ``marked`` and ``after`` are its text, split where the highlight begins and ends;
    ``first`` is true for the line in which it begins.
    """

    level: int
    before: str
    marked: str
    after: str
    first: bool


def page_blocks(page: StoredPage, highlight: tuple[int, int] | None) -> Iterator[Block]:
    """The page line by line; ``highlight`` is a slice of its text in code points."""
    low, high = highlight or (0, 0)
    for section in page.sections:
        if section.heading_path:
            level = min(len(section.heading_path) + 1, 6)
            yield Block(level, section.heading_path[-1], "", "", first=False)
        begin = section.start
        for line in page.text[section.start : section.end].split("\n"):
            end = begin + len(line)
            if line:
                start, stop = (min(max(at, begin), end) - begin for at in (low, high))
                yield Block(
                    0,
                    line[:start],
                    line[start:stop],
                    line[stop:],
                    first=begin <= low < end and stop > start,
                )
            begin = end + 1
