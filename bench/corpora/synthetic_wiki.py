"""A wiki of any size as a dump: real articles first, the rest synthesized.

Real: the 6,000 articles of the development dump with their own ids, so that its questions keep
their answers, and what else of English Wikipedia lies beside it. Synthesized, each page from the
seed and its number alone, so that a smaller wiki is the beginning of a larger one:

text      by bench.corpora.synthetic_text from the sentences of the development dump; lengths
          log-normal with a mean of 900 words, as in English Wikipedia
titles    of real and invented words, in the four shapes of _title; none twice
redirects one and a half a page, real pages included, as in English Wikipedia: other spellings,
          orders and forms of the title, and invented names
links     twelve to a passage, as there; to titles, to redirects and with other words. A few pages
          get most of them (rank r with weight r^-2/3). Which ones is drawn without regard to which
          are real, so that links give no hint where the answers are
Markup there is little: headings, bold names, links. Real wikitext is measured by
bench.speed.ingest.

Command: python -m bench.corpora.synthetic_wiki DIRECTORY --passages 20000,40000
"""

import argparse
import bz2
import html
import multiprocessing
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from math import log
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import zstandard

from bench.corpora.dumps import TEXT_DUMP, WIKITEXT_DUMP
from bench.corpora.synthetic_text import Material, invented_word, read_material
from pinakes.ingest.passages import split_passages
from pinakes.ingest.sources.mediawiki.files.dumps import find_dump, plan_units
from pinakes.ingest.sources.mediawiki.types import Page
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.sources.mediawiki.xml.pages import read_pages

__all__ = ["FIRST_SYNTHETIC_ID", "write_wiki"]

# Above every real page id; redirects of real pages stand just below.
FIRST_SYNTHETIC_ID = 1_000_000_000
_REAL_REDIRECTS_ID = 900_000_000
# Room for a page and its redirects, of which there are eight at most.
_ID_STEP = 10
_PASSAGES_PER_PAGE, _MEAN_WORDS, _SIGMA = 5.7, 900, 1.0
_LEAST_WORDS, _MOST_WORDS = 40, 15_000
_REDIRECTS_STOP = 0.4  # geometric: (1 - 0.4) / 0.4 = 1.5 on average
_WORDS_PER_LINK = 180 / 12
# Titles are made of so many of the commonest names and nouns.
_NAMES = 10_000
_CHUNK = 250
_SAMPLE = 1000
_SEED = 20261125

_PAGE = re.compile(r"  <page>.*?</page>\n", re.DOTALL)
_FIELDS = re.compile(r"<title>([^<]*)</title>.*?<ns>0</ns>.*?<id>(\d+)</id>", re.DOTALL)
_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")


@dataclass(frozen=True, slots=True)
class _RealPages:
    xml: list[str]
    ids: frozenset[int]
    titles: list[str]


@dataclass(slots=True)
class _Plan:
    """All that a page is made from, besides its number."""

    material: Material
    real: _RealPages
    pages: int
    seed: int
    names: list[str] = field(init=False)
    nouns: list[str] = field(init=False)
    taken: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.names, self.nouns = self.material.names(_NAMES), self.material.nouns(_NAMES)
        self.taken = frozenset(self.real.titles)


# Set before the worker processes are forked, which share its memory.
_plan: _Plan


def write_wiki(
    directory: Path, passages: Sequence[int], seed: int = _SEED
) -> dict[int, tuple[Path, ...]]:
    """Dumps with about so many passages each, at least; the files of each, in order.

    A larger wiki is the next smaller one and one file more. What is there already stays.
    """
    directory.mkdir(parents=True, exist_ok=True)
    sizes = sorted(passages)
    paths = [
        directory / f"synthwiki-20261101-pages-articles{n}.xml.zst"
        for n in range(1, len(sizes) + 1)
    ]
    note, wanted = directory / "made", f"{sizes} {seed}"
    if not (note.exists() and note.read_text() == wanted):
        note.unlink(missing_ok=True)
        _write_parts(paths, sizes, seed)
        note.write_text(wanted)
    return {size: tuple(paths[: place + 1]) for place, size in enumerate(sizes)}


def _write_parts(paths: Sequence[Path], sizes: Sequence[int], seed: int) -> None:
    global _plan
    header, real, material = _read_real()
    scratch = paths[0].with_name("sample-pages-articles.xml")
    real_passages, _ = _count_passages(scratch, header, "".join(real.xml))
    pages = max(1, round((sizes[-1] - real_passages) / _PASSAGES_PER_PAGE))
    _plan = _Plan(material, real, pages, seed)
    sample = [_chunk(number) for number in range(_SAMPLE // _CHUNK)]
    found, words = _count_passages(scratch, header, "".join(xml for xml, _ in sample))
    scratch.unlink()
    per_word = found / sum(number for _, number in sample)
    written = float(real_passages)
    with multiprocessing.get_context("fork").Pool() as pool:
        chunks = pool.imap(_chunk, count())
        for path, size in zip(paths, sizes, strict=True):
            compressor = zstandard.ZstdCompressor(level=3)
            with path.open("wb") as raw, compressor.stream_writer(raw, closefd=False) as file:
                file.write(header.encode())
                if path == paths[0]:
                    file.write("".join([*real.xml, *_real_redirects()]).encode())
                while written < size * 1.005:
                    xml, words = next(chunks)
                    file.write(xml.encode())
                    written += words * per_word
                file.write(b"</mediawiki>\n")
        pool.terminate()


def _read_real() -> tuple[str, _RealPages, Material]:
    texts: list[tuple[str, str]] = []
    pages: dict[int, str] = {}
    titles: dict[str, None] = {}
    header = ""
    for dump in (TEXT_DUMP, WIKITEXT_DUMP):
        xml = bz2.decompress(dump.read_bytes()).decode()
        header = header or xml[: xml.index("  <page>")]
        for page in _PAGE.findall(xml):
            match = _FIELDS.search(page)
            if match is None or int(match[2]) in pages or match[1] in titles:
                continue
            pages[int(match[2])] = page
            titles[match[1]] = None
            text = _TEXT.search(page)
            if dump == TEXT_DUMP and text:
                texts.append((html.unescape(match[1]), html.unescape(text[1])))
    articles = [
        title
        for title, page in zip(titles, pages.values(), strict=True)
        if "<redirect " not in page
    ]
    real = _RealPages(list(pages.values()), frozenset(pages), list(map(html.unescape, articles)))
    return header, real, read_material(texts)


def _count_passages(scratch: Path, header: str, xml: str) -> tuple[int, int]:
    """Passages and words of these pages, as a build would cut them."""
    scratch.write_text(f"{header}{xml}</mediawiki>\n")
    dump = find_dump([scratch])
    passages = words = 0
    for unit in plan_units(dump):
        for page in read_pages(unit):
            if isinstance(page, Page) and page.namespace == 0 and page.redirect_to is None:
                document = parse_document(page, dump.site)
                passages += sum(1 for _ in split_passages(document))
                words += len(document.text.split())
    return passages, words


def _chunk(number: int) -> tuple[str, int]:
    """The XML of a run of pages and their redirects, and how many words they were to have."""
    pages, words = [], 0
    for page in range(number * _CHUNK, (number + 1) * _CHUNK):
        xml, length = _page(page)
        pages.append(xml)
        words += length
    return "".join(pages), words


def _page(number: int) -> tuple[str, int]:
    rng = np.random.default_rng((_plan.seed, number))
    mean = np.log(_MEAN_WORDS) - _SIGMA**2 / 2
    length = int(np.clip(rng.lognormal(mean, _SIGMA), _LEAST_WORDS, _MOST_WORDS))
    title = _title(number)
    invented = (_invented(number), _invented(number + 1))
    parts = []
    for heading, paragraphs in _plan.material.sections(rng, length, title, invented):
        if heading:
            parts.append(f"== {heading} ==")
        for words in paragraphs:
            _add_links(rng, words)
            parts.append("".join(words).strip())
    text = f"'''{title}''' is " + "\n\n".join(parts)
    page_id = FIRST_SYNTHETIC_ID + number * _ID_STEP
    others = _redirect_titles(title, number)
    redirects = [_redirect(page_id + place, name, title) for place, name in enumerate(others, 1)]
    return _xml(page_id, title, text) + "".join(redirects), length


def _invented(number: int) -> int:
    """How many invented words come before page ``number``: one is kept for its title."""
    return number + _plan.material.invented(number * _MEAN_WORDS)


def _title(number: int) -> str:
    """A title that no other number has: the invented word or the pair of names is its own."""
    names, nouns = _plan.names, _plan.nouns
    pair = number * 1_000_003 % (len(names) * len(names))
    first, second = names[pair // len(names)], names[pair % len(names)]
    own = invented_word(_plan.material, _invented(number)).capitalize()
    noun = nouns[number * 7919 % len(nouns)]
    shapes = (f"{first} {second}", f"{own} {second}", f"{first} {second} ({noun})", own)
    title = shapes[number % len(shapes)]
    return f"{title} ({own})" if title in _plan.taken else title


def _redirect_titles(title: str, number: int) -> list[str]:
    """Other names of a page, as many as are drawn for its number."""
    drawn = zlib.crc32(f"{_plan.seed} {number}".encode())  # a generator would take most of the time
    wanted = int(log((drawn + 1) / 2**32) / log(1 - _REDIRECTS_STOP))
    if not wanted:
        return []
    bare, _, mark = title.partition(" (")
    first, _, last = bare.rpartition(" ")
    names = [
        f"The {title}",
        f"{bare}s",
        bare[:-2] + bare[-1:],  # a letter left out
        f"{bare} in {_plan.names[drawn % len(_plan.names)]}",
        f"{invented_word(_plan.material, 3 * abs(number) + 1).capitalize()} {last.lower()}",
        *([f"{last}, {first}", bare.capitalize()] if first else []),
        *([f"{bare}, {mark[:-1]}"] if mark else []),
    ]
    turned = drawn % len(names)
    chosen = dict.fromkeys([*names[turned:], *names[:turned]][:wanted])
    return [name for name in chosen if name != title and name not in _plan.taken]


@lru_cache(maxsize=100_000)
def _names_of(page: int) -> list[str]:
    """Title and redirects of a page; the real ones have the smallest numbers here."""
    real = _plan.real.titles
    if page < len(real):
        return [real[page], *_redirect_titles(real[page], -1 - page)]
    title = _title(page - len(real))
    return [title, *_redirect_titles(title, page - len(real))]


def _add_links(rng: np.random.Generator, words: list[str]) -> None:
    """Links behind some of the words, in place."""
    total = len(_plan.real.titles) + _plan.pages
    wanted = rng.poisson(len(words) / 2 / _WORDS_PER_LINK)
    places = rng.integers(0, len(words) // 2, size=wanted) * 2
    for place, rank, kind in zip(
        places.tolist(), rng.random(wanted).tolist(), rng.random(wanted).tolist(), strict=True
    ):
        # Popularity goes by rank; which page has a rank is a matter of multiplication.
        page = (int(total * rank**3) + 4_321) * 2_147_483_647 % total
        title, *others = _names_of(page)
        other = others[int(rank * 1e6) % len(others)] if others else title
        if kind < 0.6:
            link = f"[[{title}]]"
        elif kind < 0.8:
            link = f"[[{other}]]"
        else:
            link = f"[[{title}|{other}]]"
        words[place] += f" {link}"


def _real_redirects() -> Iterator[str]:
    """Redirects to the real pages, as many as others have."""
    numbers = count(_REAL_REDIRECTS_ID)
    for page, title in enumerate(_plan.real.titles):
        for name in _redirect_titles(title, -1 - page):
            yield _redirect(next(numbers), name, title)


def _redirect(page_id: int, title: str, target: str) -> str:
    mark = f'    <redirect title="{escape(target, {chr(34): "&quot;"})}" />\n'
    return _xml(page_id, title, f"#REDIRECT [[{target}]]", mark)


def _xml(page_id: int, title: str, text: str, mark: str = "") -> str:
    return (
        f"  <page>\n    <title>{escape(title)}</title>\n    <ns>0</ns>\n    <id>{page_id}</id>\n"
        f"{mark}    <revision>\n      <id>{page_id}</id>\n"
        "      <timestamp>2026-11-01T00:00:00Z</timestamp>\n"
        "      <model>wikitext</model>\n      <format>text/x-wiki</format>\n"
        f'      <text bytes="{len(text)}" xml:space="preserve">{escape(text)}</text>\n'
        "    </revision>\n  </page>\n"
    )


def main() -> None:
    """Write the dumps that were asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument("--passages", default="100000")
    options = parser.parse_args()
    sizes = [int(size) for size in options.passages.split(",")]
    for size, paths in write_wiki(options.directory, sizes).items():
        print(size, *paths)


if __name__ == "__main__":
    main()
