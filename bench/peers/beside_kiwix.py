"""Pinakes beside kiwix-serve, the same articles in both, as the reader of a page waits for them.

Both serve, by turns asked for the same: ten articles, the longest among them, in Chromium (until
the DOM stands, all is loaded and the largest element is drawn (LCP); bytes over the wire, requests;
*first*: in a browser that has seen nothing, *next*: another article behind it); titles suggested
for the first half of a title, from the last key to the list that is drawn, and of the request
behind it alone; the first ten results of full text search over HTTP, and how many have the page;
seconds from start to the first article; memory when nothing has been asked, and behind all of this;
bytes on disk. Searched for are the development questions, as asked and without stop words, which
Kiwix does not know; of the ZIM file, which has no questions, the six longest words of an article's
last thousand characters that its title has not, so that every word is there, as Kiwix wants it.
Pinakes searches as installed, words and vectors; its own pages are what it makes of an article,
Kiwix's those that the archive holds, with their pictures; of the wiki the archive is written here,
text alone. Medians of rounds that take turns. Neither is asked by anything else.

Needs kiwix-tools of the distribution and Chromium. Parts that are done are kept under --data until
all are. Command: python -m bench.peers.beside_kiwix [--wiki COLLECTION] [--data DIR]
"""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
from rich.console import Console

from bench.peers.browsed import chromium, drawn, suggested
from bench.peers.readers import KIWIX, PINAKES, Reader, kiwix_version, serving
from bench.peers.zim_archive import write_zim
from bench.quality.development import QUESTIONS, arguments, development_collection
from bench.record import record
from pinakes.index.build.pipeline import build_collection
from pinakes.index.encoders.sentence_model import find_encoder
from pinakes.index.evaluation import read_questions
from pinakes.index.keywords.language import QUESTION_WORDS
from pinakes.index.store.store import Store
from pinakes.index.types import StoredPage
from pinakes.ingest.sources.opening import open_source
from pinakes.service.terminal.console import BuildProgress

_ZIM = QUESTIONS.parents[1] / "zim" / "wikipedia_en_ray_charles_maxi_2019-08.zim"
_ROUNDS, _STARTS = 3, 3
_ARTICLES, _TITLES, _QUESTIONS = 10, 40, 100
_LONG_ENOUGH = 2_000
_WORD = re.compile(r"[a-z]{4,}")
# What is searched for, and the pages any of which answers it.
Asked = tuple[str, list[StoredPage]]


def main() -> None:
    """Prepare, measure both wikis, record."""
    parser = arguments(__doc__)
    parser.add_argument("--wiki", type=Path, help="of the development dump; else it is built")
    options = parser.parse_args()
    version = kiwix_version()
    data: Path = options.data / "beside-kiwix"
    data.mkdir(parents=True, exist_ok=True)
    parts = _Parts(data / "parts.json")
    wiki = options.wiki or development_collection(options.data)
    archive = data / f"{wiki.name}.zim"
    with Store(wiki / "current" / "pages.db") as store:
        if not archive.exists():
            write_zim(store, archive)
        asked = _questions(store)
        _measure("6,000 articles", wiki, archive, store, asked, parts)
    charles = _built(data)
    with Store(charles / "current" / "pages.db") as store:
        asked = {"words of an article": _words_of(_spread(store, _TITLES))}
        _measure("Ray Charles, ZIM", charles, _ZIM, store, asked, parts)
    record("beside_kiwix", f"{_ZIM.name}; development dump", {"peer": version, **parts.done})
    parts.end()


class _Parts:
    """What has been measured, kept from one run to the next."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.done: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}

    def have(self, name: str, part: str, measure: Callable[[], Any]) -> None:
        """Measured unless it is there."""
        figures = self.done.setdefault(name, {})
        if part not in figures:
            began = time.perf_counter()
            figures[part] = measure()
            self._path.write_text(json.dumps(self.done))
            Console().print(name, part, f"{time.perf_counter() - began:.0f} s", figures[part])

    def end(self) -> None:
        self._path.unlink()


def _built(data: Path) -> Path:
    source = open_source([_ZIM])
    collection = data / "ray_charles"
    with BuildProgress() as progress:
        build_collection(collection, source, find_encoder("all-MiniLM-L6-v2"), "leads", progress)
    return collection


def _measure(
    name: str,
    collection: Path,
    archive: Path,
    store: Store,
    asked: Mapping[str, Sequence[Asked]],
    parts: _Parts,
) -> None:
    pages = _spread(store, _ARTICLES)
    titles = [page.title for page in _spread(store, _TITLES)]
    parts.have(name, "disk MB", lambda: _disk(collection, archive))
    parts.have(name, "start s", lambda: _starts(collection, archive, pages[0]))
    with serving(collection, archive, pages[0], (KIWIX, PINAKES)) as readers:
        both = list(readers.values())
        parts.have(name, "idle MB", lambda: {one.name: one.memory() for one in both})
        parts.have(name, "articles", lambda: _articles(both, pages))
        parts.have(name, "titles", lambda: _titles(both, pages[0], titles))
        parts.have(name, "search", lambda: {kind: _search(both, asked[kind]) for kind in asked})
        parts.have(name, "used MB", lambda: {one.name: one.memory() for one in both})


def _spread(store: Store, number: int) -> list[StoredPage]:
    """The longest page and others from everywhere, none of them short."""
    all_pages = (store.page(page_id) for page_id in store.pages_with_passages())
    pages = [page for page in all_pages if page and len(page.text) >= _LONG_ENOUGH]
    longest = max(pages, key=lambda page: len(page.text))
    step = len(pages) / number
    others = (pages[int(place * step)] for place in range(number))
    return [longest, *(page for page in others if page is not longest)][:number]


def _questions(store: Store) -> dict[str, list[Asked]]:
    questions = read_questions(QUESTIONS)
    sample = questions[:: len(questions) // _QUESTIONS][:_QUESTIONS]
    gold = [[store.page_id_by_name(one.title or "") for one in asked.gold] for asked in sample]
    pages = [[store.page(one) for one in ids if one is not None] for ids in gold]
    found = [[page for page in some if page] for some in pages]
    return {
        "as asked": [(one.text, some) for one, some in zip(sample, found, strict=True)],
        "without stop words": [
            (_without_stop_words(one.text), some) for one, some in zip(sample, found, strict=True)
        ],
    }


def _without_stop_words(question: str) -> str:
    words = re.findall(r"[^\s?!.,;:\"()]+", question)
    return " ".join(word for word in words if word.lower() not in QUESTION_WORDS)


def _words_of(pages: Sequence[StoredPage]) -> list[Asked]:
    asked: list[Asked] = []
    for page in pages:
        title = set(_WORD.findall(page.title.lower()))
        words = dict.fromkeys(_WORD.findall(page.text[-1000:].lower()))
        longest = sorted((one for one in words if one not in title), key=len, reverse=True)[:6]
        asked.append((" ".join(longest), [page]))
    return asked


def _disk(collection: Path, archive: Path) -> dict[str, dict[str, float]]:
    parts = {
        path.name: sum(file.stat().st_size for file in [path, *path.rglob("*")] if file.is_file())
        for path in (collection / "current").resolve().iterdir()
    }
    megabytes = {name: size / 1e6 for name, size in parts.items()}
    encoder = megabytes.pop("encoder", 0.0)  # one for all collections
    return {
        KIWIX: {"all": archive.stat().st_size / 1e6},
        PINAKES: {"all": sum(megabytes.values()), **megabytes, "encoder of all": encoder},
    }


def _starts(collection: Path, archive: Path, page: StoredPage) -> dict[str, float]:
    seconds: dict[str, list[float]] = {KIWIX: [], PINAKES: []}
    for turn in range(_STARTS):
        order = (KIWIX, PINAKES) if turn % 2 else (PINAKES, KIWIX)
        with serving(collection, archive, page, order) as readers:
            for one in readers.values():
                seconds[one.name].append(one.seconds)
    return {name: median(found) for name, found in seconds.items()}


def _articles(readers: Sequence[Reader], pages: Sequence[StoredPage]) -> dict[str, Any]:
    """Medians of rounds for each article, then over articles; the longest by itself."""
    found: dict[tuple[str, str, int], list[dict[str, float]]] = {}
    with chromium() as browser:
        for turn in range(_ROUNDS):
            for place, page in enumerate(pages):
                both = [page, pages[(place + 1) % len(pages)]]
                for reader in readers if (turn + place) % 2 else reversed(readers):
                    seen = drawn(browser, [reader.article(one) for one in both])
                    for when, figures in zip(("first", "next"), seen, strict=True):
                        number = place if when == "first" else (place + 1) % len(pages)
                        found.setdefault((reader.name, when, number), []).append(figures)
    middle = {
        key: {name: median(one[name] for one in some) for name in some[0]}
        for key, some in found.items()
    }
    return {
        reader.name: {
            when: {
                name: median(middle[reader.name, when, place][name] for place in range(len(pages)))
                for name in middle[reader.name, when, 0]
            }
            for when in ("first", "next")
        }
        | {"longest": middle[reader.name, "first", 0]}
        for reader in readers
    }


def _titles(readers: Sequence[Reader], page: StoredPage, titles: Sequence[str]) -> dict[str, Any]:
    drawn_ms: dict[str, list[float]] = {one.name: [] for one in readers}
    request_ms: dict[str, list[float]] = {one.name: [] for one in readers}
    found = dict.fromkeys(drawn_ms, 0)
    with chromium() as browser, httpx.Client() as client, ExitStack() as stack:
        typists = {
            one.name: stack.enter_context(suggested(browser, one, one.article(page)))
            for one in readers
        }
        for one in typists.values():
            one.type(_half(titles[0]))  # what is loaded at first use
        for turn, title in enumerate(titles):
            for reader in readers if turn % 2 else reversed(readers):
                ms, shown = typists[reader.name].type(_half(title))
                drawn_ms[reader.name] += [] if ms is None else [ms]
                found[reader.name] += any(title in text for text in shown)
                request_ms[reader.name].append(_timed(client, reader.titles(_half(title))))
    return {
        name: {
            "drawn": _times(drawn_ms[name]),
            "request": _times(request_ms[name]),
            "found": found[name] / len(titles),
        }
        for name in found
    }


def _half(title: str) -> str:
    return title[: max(3, (len(title) + 1) // 2)].rstrip()


def _search(readers: Sequence[Reader], asked: Sequence[Asked]) -> dict[str, Any]:
    times: dict[str, list[float]] = {one.name: [] for one in readers}
    found = dict.fromkeys(times, 0)
    with httpx.Client(follow_redirects=True, timeout=60) as client:
        for reader in readers:
            client.get(reader.results("what is loaded at first use"))
        for turn, (words, pages) in enumerate(asked):
            for reader in readers if turn % 2 else reversed(readers):
                began = time.perf_counter()
                response = client.get(reader.results(words))
                times[reader.name].append((time.perf_counter() - began) * 1000)
                found[reader.name] += any(reader.leads_to(response, page) for page in pages)
    return {
        name: {"asked": len(asked), "found": found[name] / len(asked), **_times(ms)}
        for name, ms in times.items()
    }


def _timed(client: httpx.Client, address: str) -> float:
    began = time.perf_counter()
    client.get(address).raise_for_status()
    return (time.perf_counter() - began) * 1000


def _times(milliseconds: Sequence[float]) -> dict[str, float]:
    return {"p50": median(milliseconds), "p95": quantiles(milliseconds, n=20)[-1]}


if __name__ == "__main__":
    main()
