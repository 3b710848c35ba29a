"""Markdown (CommonMark, with tables, strikethrough and formulas) as an outline.

The only file that imports markdown_it. Syntax: https://spec.commonmark.org/; formulas between
dollar signs:
https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/writing-mathematical-expressions.
"""

import html
import re
from collections.abc import Sequence
from typing import Any

from pinakes.ingest.sources.folder.formats.html_text import read_html
from pinakes.ingest.sources.folder.outline import Outline, UnreadableFile

__all__ = ["read_markdown"]

# Between two lines of dashes, as site generators and note programs write them.
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
# Pandoc's: "% Title" in the first line.
_TITLE_LINE = re.compile(r"\ufeff?(%[ \t]+\S.*)(?:\n|$)")
# A letter, or what has a sign of formulas in it: "$5 or $6" and "$HOME/$USER" are none.
_FORMULA = re.compile(
    r"\$\$([^$`]++)\$\$|"
    r"\$(?!\s)([^\W\d_](?=\$)|(?=[^\\^_=+<>$`\n]*+[\\^_=+<>])[^$`\n]++)(?<!\s)\$(?!\w)"
)
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
    parser.inline.ruler.before("escape", "formula", _formula_begins)
    parser.add_render_rule("formula", _formula)
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


def _formula_begins(state: Any, is_silent: bool) -> bool:
    """A rule for what stands in a line, as markdown_it calls them. Code goes before."""
    found = _FORMULA.match(state.src, state.pos)
    if not found or state.src[max(0, state.pos - 1) : state.pos].isalnum():
        return False
    if not is_silent:
        state.push("formula", "", 0).content = " ".join((found[1] or found[2]).split())
    state.pos = found.end()
    return True


def _formula(_: Any, tokens: Sequence[Any], index: int, *__: Any) -> str:
    source = html.escape(tokens[index].content)
    return f'<span class="mwe-math-element"><math alttext="{source}"></math></span>'
