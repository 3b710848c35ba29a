"""From the outline of a file to a document: one text, its sections and layout, links by titles."""

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from pinakes.ingest.layout import pack_layout
from pinakes.ingest.sources.folder.outline import Line, Outline
from pinakes.ingest.sources.mediawiki.markup.laid_lines import LaidLine, placed_lines
from pinakes.ingest.sources.mediawiki.markup.layout import Block, assemble
from pinakes.ingest.types import Document, Link, made_revision

__all__ = ["distinct_titles", "linked_file", "made_document"]

# What an address may leave away, and what a site makes of a file.
_ENDINGS = (".md", ".rst", ".html", "/index.md", "/index.rst", "/index.html", "/README.md")
_PAGE = ".html"


def distinct_titles(own: Mapping[str, str]) -> dict[str, str]:
    """The titles of files by their paths: their own, or their names.

    Where several files have one title, it is followed by the path of each. No two are the same,
    whatever files call themselves, nor but for the case of their letters.
    """
    wanted = {path: title or _name(path) for path, title in own.items()}
    counts = Counter(title.casefold() for title in wanted.values())
    titles: dict[str, str] = {}
    taken = {title for title, count in counts.items() if count == 1}
    for path, title in sorted(wanted.items()):
        if counts[title.casefold()] > 1:
            number, title = 1, f"{title} ({path})"
            while title.casefold() in taken:
                number += 1
                title = f"{wanted[path]} ({path}, {number})"
            taken.add(title.casefold())
        titles[path] = title
    return titles


def linked_file(address: str, path: str, titles: Mapping[str, str]) -> str | None:
    """The file of the folder that an address in the file at ``path`` leads to; None: no other."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path:
        return None
    target = unquote(parts.path)
    place = "" if target.startswith("/") else posixpath.dirname(path)
    found = posixpath.normpath(posixpath.join(place, target.lstrip("/")))
    stem = found.removesuffix(_PAGE)
    for one in (found, *(found + ending for ending in _ENDINGS), stem + ".md", stem + ".rst"):
        if one in titles:
            return one if one != path else None
    return None


def made_document(
    outline: Outline, path: str, title: str, content_digest: bytes, titles: Mapping[str, str]
) -> Document:
    """The document; its ``inputs`` are the paths of the files it leads to, a line each."""
    files = [linked_file(address, path, titles) for address, _ in outline.links]
    numbers: dict[int, int] = {}
    links: list[Link] = []
    for number, (file, (_, words)) in enumerate(zip(files, outline.links, strict=True)):
        if file is not None:
            numbers[number] = len(links)
            links.append(Link(titles[file], words))
    blocks: list[Block] = [
        (heading_path, [_laid(line, numbers) for line in lines])
        for heading_path, lines in outline.blocks
    ]
    text, sections = assemble(blocks)
    return Document(
        key=path,
        title=title,
        revision_id=made_revision(content_digest),
        timestamp="",
        text=text,
        sections=sections,
        links=tuple(links),
        is_disambiguation=False,
        inputs="\n".join(sorted({file for file in files if file})).encode(),
        layout=pack_layout(text, placed_lines(blocks, text, sections), {}),
        cut_by="sections" if outline.is_paged else "length",
    )


def _laid(line: Line, numbers: Mapping[int, int]) -> str:
    spans = list(_kept_spans(line, numbers))
    if line.kind == "paragraph" and not spans:
        return line.text
    return LaidLine(line.text, line.kind, line.level, line.cells, spans)


def _kept_spans(line: Line, numbers: Mapping[int, int]) -> Iterator[tuple[int, int, int]]:
    for start, end, what in line.spans:
        if what < 0:
            yield start, end, what
        elif what in numbers:
            yield start, end, numbers[what]


def _name(path: str) -> str:
    """A file's name without its endings."""
    name = PurePosixPath(path).name.removesuffix(".gz")
    return PurePosixPath(name).stem or name
