"""Comments and extension tags: what is taken out of a page before its markup is read.

References, styles and scores go, mathematics and code are kept aside as they are.
"""

import re
from collections.abc import Callable

from pinakes.ingest.layout import CODE, FORMULA
from pinakes.ingest.sources.mediawiki.markup.laid_lines import KeptText
from pinakes.ingest.sources.mediawiki.markup.layout import unescape
from pinakes.ingest.sources.mediawiki.markup.timelines import timeline_text

__all__ = ["without_extensions"]

_DROPPED_TAGS = (
    "ref|references|timeline|imagemap|graph|mapframe|maplink|templatestyles|score|hiero|section|"
    "indicator|inputbox|templatedata"
)
_KEPT_TAGS = "nowiki|math|chem|ce|pre|syntaxhighlight|source"
_EXTENSION_TAGS = f"{_DROPPED_TAGS}|{_KEPT_TAGS}|gallery"
_EXTENSION = re.compile(rf"<!--|<(?P<tag>{_EXTENSION_TAGS})\b[^<>]*?(?P<closed>/?)>", re.IGNORECASE)
_CLOSING = {tag: re.compile(rf"</{tag}\s*>", re.IGNORECASE) for tag in _EXTENSION_TAGS.split("|")}
_GALLERY_TITLE = re.compile(r"\bcaption\s*=\s*([\"'])([^\"'<>]*)\1", re.IGNORECASE)
_GALLERY_OPTION = re.compile(r"(?:^|(?<=\|))[ \t]*(?:alt|link|page|lang|class)=[^|\[]*(?:\||$)")


def without_extensions(text: str, keep: Callable[[KeptText], str]) -> str:
    """Comments and references gone, galleries and drawings as their words.

    ``keep`` hides mathematics, code and nowiki text from all further parsing and gives the mark
    that stands for it.
    """
    parts: list[str] = []
    position = 0
    unclosed: set[str] = set()  # searched for once, so that time stays linear
    while match := _EXTENSION.search(text, position):
        parts.append(text[position : match.start()])
        position = match.end()
        if match["tag"] is None:
            end = text.find("-->", position)
            position = end + 3 if end >= 0 else len(text)
            if text[match.start() - 1 : match.start()] in {"", "\n"} and text.startswith(
                "\n", position
            ):
                position += 1  # a comment on a line of its own takes the line with it
            continue
        tag = match["tag"].lower()
        if match["closed"] or tag in unclosed:
            if tag == "nowiki":
                parts.append(keep(KeptText("")))  # keeps apart what would be one mark
            continue
        close = _CLOSING[tag].search(text, position)
        if close is None:
            unclosed.add(tag)
            continue
        title = _GALLERY_TITLE.search(match.group()) if tag == "gallery" else None
        parts.append(f"\n{title[2]}" if title else "")
        parts.append(_as_text(tag, text[position : close.start()], keep))
        position = close.end()
    parts.append(text[position:])
    return "".join(parts)


def _as_text(tag: str, content: str, keep: Callable[[KeptText], str]) -> str:
    if tag in ("math", "chem", "ce"):
        return keep(KeptText(" ".join(content.split()), FORMULA))
    if tag in ("pre", "syntaxhighlight", "source"):
        return "\n" + keep(KeptText(unescape(content.strip("\n")), CODE)) + "\n"
    if tag == "nowiki":
        return keep(KeptText(unescape(content)))
    if tag == "timeline":
        return "\n" + keep(KeptText(unescape(timeline_text(content)))) + "\n"
    if tag == "imagemap":  # a picture as in a link, then the shapes that lead to pages
        lines = (line.strip() for line in content.split("\n"))
        return f"[[{next((line for line in lines if line and line[0] != '#'), '')}]]"
    if tag == "gallery":
        lines = (line.partition("|")[2] for line in content.split("\n"))
        captions = (_GALLERY_OPTION.sub("", line).strip(" |") for line in lines)
        return "\n" + "\n".join(caption for caption in captions if caption) + "\n"
    return ""
