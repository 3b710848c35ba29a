"""The next dump of a wiki: real kinds of edits on the XML of its pages, chosen by seed.

Texts change, pages are added, moved, deleted, redirects become articles and articles redirects,
titles change in case, disambiguation pages list more. Knows no index.
"""

import bz2
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from xml.sax.saxutils import escape

__all__ = ["next_dump", "write_next_dump"]

_PAGES_PER_STREAM = 100

_TITLE = re.compile(r"<title>(.*?)</title>")
_ID = re.compile(r"</ns>\s*<id>(\d+)</id>")
_REVISION = re.compile(r"(<revision>\s*<id>)(\d+)(</id>)")
_TEXT = re.compile(r"<text\b([^>]*?)(?:/>|>(.*?)</text>)", re.DOTALL)
_REDIRECT = re.compile(r"\s*<redirect title=\"[^\"]*\"\s*/>")
# How often each kind is chosen for an article; of redirects half become articles, half vanish.
_WEIGHTS = {
    "text": 80,
    "new": 6,
    "moved": 5,
    "deleted": 3,
    "article becomes redirect": 2,
    "case of the title": 2,
    "disambiguation": 2,
}


def write_next_dump(dump: Path, path: Path, chance: random.Random, share: float) -> Counter[str]:
    """Write the dump that follows ``dump`` as dumps are published, 100 pages to a bz2 stream.

    How many edits of each kind it has.
    """
    told = Counter[str]()
    path.parent.mkdir(parents=True, exist_ok=True)
    with bz2.open(dump, "rt", encoding="utf-8", newline="\n") as lines, path.open("wb") as file:
        file.write(bz2.compress(_until(lines, "</siteinfo>").encode()))
        pages = next_dump(_pages(lines), chance, share, told)
        while batch := list(islice(pages, _PAGES_PER_STREAM)):
            file.write(bz2.compress("".join(batch).encode()))
        file.write(bz2.compress(b"</mediawiki>\n"))
    return told


def _until(lines: Iterator[str], mark: str) -> str:
    found = []
    for line in lines:
        found.append(line)
        if mark in line:
            break
    return "".join(found)


def _pages(lines: Iterator[str]) -> Iterator[str]:
    while "</page>" in (page := _until(lines, "</page>")):
        yield page


def next_dump(
    pages: Iterable[str], chance: random.Random, share: float, told: Counter[str] | None = None
) -> Iterator[str]:
    """The pages (``<page>…</page>``) as they are in the next dump, ``share`` of them edited.

    New ones come last, with ids above all others. ``told`` counts the edits by kind.
    """
    told = Counter() if told is None else told
    kinds, weights = list(_WEIGHTS), list(_WEIGHTS.values())
    new: list[str] = []
    last_id, last_title = 0, "Papyrus"
    for page in pages:
        last_id = max(last_id, int(_first(_ID, page)))
        if "<ns>0</ns>" not in page or chance.random() >= share:
            yield page
            continue
        title = _first(_TITLE, page)
        if _REDIRECT.search(page):
            kind = chance.choice(("redirect becomes article", "deleted"))
        else:
            [kind] = chance.choices(kinds, weights)
        told[kind] += 1
        match kind:
            case "deleted":
                continue
            case "new":
                new.append(_titled(page, f"{title} (new)"))
                yield page
            case "moved":
                new.append(_redirect(_titled(page, title), f"{title} (moved)"))
                yield _revised(_titled(page, f"{title} (moved)"))
            case "case of the title":
                yield _revised(_titled(page, title[:1] + title[1:].swapcase()))
            case "article becomes redirect":
                yield _revised(_redirect(page, last_title))
            case "redirect becomes article":
                text = f"'''{title}''' is an article by now, and names [[{last_title}]]."
                yield _revised(_with_text(_REDIRECT.sub("", page), text))
            case "disambiguation":
                line = f"\n* [[{last_title}]]\n{{{{disambiguation}}}}"
                yield _revised(_with_text(page, _text(page) + line))
            case _:
                yield _revised(_with_text(page, _edited(_text(page), chance)))
        last_title = title
    for page in new:
        last_id += 1
        yield _ID.sub(f"</ns><id>{last_id}</id>", page, count=1)


def _first(pattern: re.Pattern[str], page: str) -> str:
    match = pattern.search(page)
    if match is None:
        raise ValueError(f"no page of a dump: {page[:100]!r}")
    return match[1]


def _text(page: str) -> str:
    match = _TEXT.search(page)
    return (match and match[2]) or ""


def _with_text(page: str, text: str) -> str:
    return _TEXT.sub(lambda match: f"<text{match[1]}>{text}</text>", page, count=1)


def _titled(page: str, title: str) -> str:
    return _TITLE.sub(lambda _: f"<title>{title}</title>", page, count=1)


def _redirect(page: str, target: str) -> str:
    """A redirect in the place of a page; titles are as they stand in XML."""
    mark = escape(target, {'"': "&quot;"}).replace("&amp;", "&")
    with_mark = _ID.sub(lambda match: f'{match[0]}<redirect title="{mark}" />', page, count=1)
    return _with_text(with_mark, f"#REDIRECT [[{target}]]")


def _revised(page: str) -> str:
    return _REVISION.sub(lambda m: f"{m[1]}{int(m[2]) + 1_000_000_000}{m[3]}", page, count=1)


def _edited(text: str, chance: random.Random) -> str:
    """A sentence more, after some line, or a line less."""
    lines = text.split("\n")
    place = chance.randrange(len(lines))
    if len(lines) > 3 and chance.random() < 0.3:
        del lines[place]
    else:
        lines[place] += f" This was added in revision {chance.randrange(10**6)}."
    return "\n".join(lines)
