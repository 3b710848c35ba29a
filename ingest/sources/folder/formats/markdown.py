"""Markdown (CommonMark, with tables and strikethrough) as an outline.

The only file that imports markdown_it. Syntax: https://spec.commonmark.org/.
"""

import re

from pinakes.ingest.sources.folder.formats.html_text import read_html
from pinakes.ingest.sources.folder.outline import Outline, UnreadableFile

__all__ = ["read_markdown"]

# Between two lines of dashes, as site generators and note programs write them.
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
# Pandoc's: "% Title" in the first line.
_TITLE_LINE = re.compile(r"\ufeff?(%[ \t]+\S.*)(?:\n|$)")
_TITLE = re.compile(r"^(?:title[ \t]*:|%)[ \t]*(\S.*?)[ \t]*$", re.MULTILINE | re.IGNORECASE)


def read_markdown(text: str) -> Outline:
    """What the file says; its title is that of its front matter, else its first heading.

    Raises UnreadableFile.
    """
    from markdown_it import MarkdownIt

    front = _FRONT_MATTER.match(text) or _TITLE_LINE.match(text)
    said = _TITLE.search(front[1]) if front else None
    body = text[front.end() :] if front else text
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    inside_lines = parser.options.maxNesting
    # Of lists and quotations, below which text would be dropped: Python's own limit is told.
    parser.options["maxNesting"] = len(body)
    parser.core.ruler.before(
        "inline", "limit", lambda _: parser.options.update(maxNesting=inside_lines)
    )
    try:
        page = parser.render(body)
    except RecursionError:
        raise UnreadableFile("it is nested too deeply") from None
    return read_html(f"<body>{page}", said[1].strip("\"'") if said else "")
