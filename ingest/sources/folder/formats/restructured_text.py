"""reStructuredText as an outline; what only Sphinx knows is read for its words.

The only file that imports docutils. No file but the one given is read, and nothing is run.
"""

import html
import re
from io import StringIO
from typing import Any

from pinakes.ingest.sources.folder.formats.html_text import read_html
from pinakes.ingest.sources.folder.outline import Outline, UnreadableFile

__all__ = ["read_restructured_text"]

_DIRECTIVE = re.compile(r"^[ \t]*\.\. +(?:\|[^|\n]+\| +)?([a-zA-Z][\w:.+-]*)::", re.MULTILINE)
_ROLE = re.compile(r":([a-zA-Z][\w:.+-]*):`|`:([a-zA-Z][\w:.+-]*):")
# ":ref:`words <target>`": the words.
_WITH_TARGET = re.compile(r"^(.*?)\s*<[^<>]*>$", re.DOTALL)
_SETTINGS = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 6,
    "syntax_highlight": "none",
    "math_output": "LaTeX",
    "embed_stylesheet": False,
    "stylesheet_path": "",
    "section_self_link": False,
    "line_length_limit": 1_000_000,
}
# Of whose content nothing is text.
_SILENT = frozenset(("toctree", "index", "highlight", "currentmodule", "module", "image", "figure"))
# Which say first what is described, a name or a call, on a line each.
_SIGNATURES = frozenset(
    ("attribute", "class", "cmdoption", "data", "envvar", "exception", "function", "method",
     "object", "opcode", "option", "program", "staticmethod")
)  # fmt: skip
_CODE = frozenset(("code-block", "sourcecode", "literalinclude", "prompt", "productionlist"))


def read_restructured_text(text: str) -> Outline:
    """What the file says; a lone section at its top is its title. Raises UnreadableFile."""
    from docutils.core import publish_parts

    _know(text)
    try:
        parts = publish_parts(
            text, writer="html5", settings_overrides=_SETTINGS | {"warning_stream": StringIO()}
        )
    except (ValueError, IndexError, KeyError, AttributeError, TypeError) as error:
        # docutils raises any of these of what it did not foresee.
        raise UnreadableFile(f"docutils cannot read it ({type(error).__name__})") from None
    title = re.sub(r"<[^<>]*>", "", parts["title"])
    return read_html(f"<body>{parts['body']}", html.unescape(title))


def _know(text: str) -> None:
    """Have a meaning for each role and directive in the text that docutils knows nothing of."""
    from docutils.frontend import get_default_settings
    from docutils.languages import get_language
    from docutils.parsers.rst import Parser, directives, roles
    from docutils.utils import new_document

    settings: Any = get_default_settings(Parser)
    settings.report_level = 5
    document = new_document("", settings)
    language = get_language("en")
    for name in set(_DIRECTIVE.findall(text)):
        if name in _CODE or directives.directive(name, language, document)[0] is None:
            directives.register_directive(name, _directive(name))
    for name in {first or second for first, second in _ROLE.findall(text)}:
        if roles.role(name, language, 0, document.reporter)[0] is None:
            roles.register_local_role(name, _role)


def _role(
    name: str, rawtext: str, text: str, lineno: int, inliner: Any, options: Any = None,
    content: Any = None,
) -> tuple[list[Any], list[Any]]:  # fmt: skip
    """The words of a role that nobody knows."""
    from docutils import nodes
    from docutils.utils import unescape

    words = unescape(text).lstrip("~!")
    if with_target := _WITH_TARGET.match(words):
        words = with_target[1] or words
    is_words = name.rpartition(":")[2] in (
        "ref",
        "doc",
        "term",
        "guilabel",
        "menuselection",
        "abbr",
    )
    return [nodes.inline("", words) if is_words else nodes.literal("", words)], []


def _directive(name: str) -> type:
    """What stands for a directive that nobody knows: its first line, and what it holds."""
    from docutils import nodes
    from docutils.parsers.rst import Directive

    class Words(Directive):
        has_content = True
        optional_arguments = 1
        final_argument_whitespace = True

        def run(self) -> list[Any]:
            if name in _SILENT:
                return []
            if name in _CODE:
                code = "\n".join(self.content)
                return [nodes.literal_block(code, code)] if code else []
            first = self.arguments[0].split("\n") if self.arguments else []
            if ":" in name or name in _SIGNATURES:
                found = [nodes.paragraph("", "", nodes.literal("", one)) for one in first]
            else:
                words, _ = self.state.inline_text(" ".join(first), self.lineno)
                found = [nodes.paragraph("", "", *words)] if words else []
            inside = nodes.container()
            self.state.nested_parse(self.content, self.content_offset, inside)
            return [*found, *inside.children]

    return Words
