"""Bold and italic marks, which wikitext writes with the very character of the apostrophe.

Follows Parser::doQuotes of MediaWiki. Knows one line at a time, as MediaWiki does.
"""

import re

__all__ = ["bold_runs", "without_emphasis"]

_MARKS = re.compile(r"(''+)")


def without_emphasis(text: str) -> str:
    """``text`` without its bold and italic marks; apostrophes that touch them stay.

    ''Titanic'''s gives Titanic's, L'''amour'' gives L'amour.
    """
    if "''" not in text:
        return text
    if "'''" in text:
        return "\n".join(_line(line) for line in text.split("\n"))
    return text.replace("''", "")


def bold_runs(line: str) -> list[str]:
    """What stands in bold type on a line, piece by piece; a piece without an end is none."""
    runs, run, is_bold = [], "", False
    for place, piece in enumerate(_MARKS.split(line)):
        if place % 2 == 0:
            run += piece
        elif len(piece) > 2:
            if is_bold:
                runs.append(run)
            run, is_bold = "", not is_bold
    return runs


def _line(line: str) -> str:
    if "'" not in line:
        return line
    if "'''" not in line:  # nothing to weigh: all marks are italics
        return line.replace("''", "")
    pieces = _MARKS.split(line)
    bold = italic = 0
    threes = []
    for place in range(1, len(pieces), 2):
        length = len(pieces[place])
        apostrophes = 1 if length == 4 else max(length - 5, 0)
        pieces[place] = "'" * apostrophes
        bold += length - apostrophes in {3, 5}
        italic += length - apostrophes in {2, 5}
        if length - apostrophes == 3:
            threes.append(place)
    if threes and bold % 2 and italic % 2:
        # Neither bold nor italics would close: one ''' is an apostrophe and the start of italics.
        place = min(threes, key=lambda place: _rank(pieces[place - 1] + pieces[place]))
        pieces[place] += "'"
    return "".join(pieces)


def _rank(before: str) -> int:
    """Which ''' is most likely an apostrophe, by the text before: l', then word', then a space."""
    if before.endswith(" "):
        return 2
    return 0 if before[-2:-1] == " " else 1
