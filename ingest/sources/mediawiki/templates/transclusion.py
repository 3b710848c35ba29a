"""What of a template's page reaches the pages that use it.

``<noinclude>`` is for the template's own page, ``<includeonly>`` for the others, and where there is
an ``<onlyinclude>`` nothing else counts. Knows nothing of calls.

Format: MediaWiki's Help:Templates, "Control template inclusion".
"""

import re

__all__ = ["transcluded"]

_VERBATIM = "nowiki|pre|syntaxhighlight|source|math|chem|ce|ref|templatedata|score|timeline|graph"
_MARK = re.compile(
    rf"<!--|<(?P<verbatim>{_VERBATIM})\b[^<>]*?(?P<closed>/?)>"
    r"|<(?P<end>/?)(?P<part>noinclude|includeonly|onlyinclude)\b[^<>]*?(?P<empty>/?)>",
    re.IGNORECASE,
)
_CLOSING = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in _VERBATIM.split("|")}
_END_OF_NOINCLUDE = re.compile(r"</noinclude\s*>", re.IGNORECASE)
# References and what describes a template's arguments say nothing in a text.
_DROPPED = frozenset(("ref", "templatedata", "score", "graph"))


def transcluded(wikitext: str) -> str:
    """The body of a template's page, without comments and references. In one pass."""
    kept: list[str] = []  # outside of any <onlyinclude>
    only: list[str] | None = None
    into = kept
    unclosed: set[str] = set()
    place = 0
    while match := _MARK.search(wikitext, place):
        into.append(wikitext[place : match.start()])
        place = match.end()
        if name := match["verbatim"]:
            name = name.lower()
            end = (
                None
                if match["closed"] or name in unclosed
                else _CLOSING[name].search(wikitext, place)
            )
            if end is None:
                if not match["closed"]:
                    unclosed.add(name)
                if name not in _DROPPED:
                    into.append(match.group())
                continue
            if name not in _DROPPED:
                into.append(wikitext[match.start() : end.end()])
            place = end.end()
        elif part := match["part"]:
            part = part.lower()
            if match["empty"]:
                continue
            if part == "onlyinclude":
                if match["end"]:
                    into = kept
                else:
                    into = only = [] if only is None else only
            elif part == "noinclude" and not match["end"]:
                closing = _END_OF_NOINCLUDE.search(wikitext, place)
                place = closing.end() if closing else len(wikitext)
        else:
            end_of_comment = wikitext.find("-->", place)
            place = end_of_comment + 3 if end_of_comment >= 0 else len(wikitext)
            before = wikitext[match.start() - 1 : match.start()]
            if before in {"", "\n"} and wikitext.startswith("\n", place):
                place += 1  # a comment on a line of its own takes the line with it
    into.append(wikitext[place:])
    return "".join(kept if only is None else only)
