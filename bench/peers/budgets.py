"""What the pages may cost their readers, and what they do cost, in Chromium: beside kiwix-serve.

Each figure beside its budget: kB of the first load, with all that the page needs, in a browser that
has seen nothing; until the largest part is drawn (LCP), of the same visits; an article of a million
letters, until its DOM stands; titles, from the last key to the list that is drawn; a question, from
Enter until the first words of the best page are drawn (of kiwix-serve: words searched for, until
its page of results is drawn); and how much moves on a page meanwhile (cumulative layout shift).
Medians of rounds that take turns, but for p95. No model is asked. Bytes, shifts and requests to
others are held by tests, too; times only here.

Corpus: the development dump, and a ZIM file written of it; an article of sentences of its own.
Needs kiwix-tools of the distribution and Chromium.
Command: python -m bench.peers.budgets [--wiki COLLECTION] [--data DIR] [--rounds N]
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Browser
from rich.console import Console

from bench.peers.browsed import asked, chromium, drawn, suggested
from bench.peers.readers import KIWIX, PINAKES, Reader, kiwix_version, serving
from bench.peers.zim_archive import write_zim
from bench.quality.development import QUESTIONS, arguments, development_collection
from bench.record import record
from pinakes.index.build.pipeline import build_collection
from pinakes.index.evaluation import read_questions
from pinakes.index.store.store import Store
from pinakes.index.types import StoredPage
from pinakes.ingest.sources.opening import open_source
from pinakes.service.terminal.console import BuildProgress

_TITLES, _QUESTIONS = 40, 30
_LONG, _LETTERS = "Long article", 1_000_000
_SENTENCE = "The {0}th of its sentences tells of [[Page {1}]] and of what came {0} years later. "
Row = dict[str, Any]


def main() -> None:
    """Prepare, measure, record."""
    parser = arguments(__doc__)
    parser.add_argument("--wiki", type=Path, help="of the development dump; else it is built")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    version = kiwix_version()
    data: Path = options.data / "beside-kiwix"
    data.mkdir(parents=True, exist_ok=True)
    wiki = options.wiki or development_collection(options.data)
    rows: list[Row] = []
    with _both(wiki, data / f"{wiki.name}.zim") as (readers, store), chromium() as browser:
        page = _middling(store)
        rows += _visits(browser, readers, page, options.rounds)
        rows += _titles(browser, readers, store, page)
        rows += _answers(browser, readers)
    long = _long_wiki(data)
    with _both(long, data / f"{long.name}.zim") as (readers, store), chromium() as browser:
        found = store.page_id_by_name(_LONG)
        page = _known(store.page(found) if found is not None else None)
        rows += _opened(browser, readers, page, options.rounds)
    for row in rows:
        Console().print(row)
    record("budgets", "development dump", {"peer": version, "rows": rows})


@contextmanager
def _both(wiki: Path, archive: Path) -> Iterator[tuple[list[Reader], Store]]:
    with Store(wiki / "current" / "pages.db") as store:
        if not archive.exists():
            write_zim(store, archive)
        order, page = (KIWIX, PINAKES), _middling(store)
        with serving(wiki, archive, page, order, {"generator__backend": "none"}) as readers:
            yield list(readers.values()), store


def _visits(
    browser: Browser, readers: Sequence[Reader], page: StoredPage, rounds: int
) -> Iterator[Row]:
    kinds: dict[str, Callable[[Reader], str]] = {
        "first page": lambda reader: reader.first(),
        "search": lambda reader: reader.results("the founder of the city"),
        "article": lambda reader: reader.article(page),
    }
    for kind, address in kinds.items():
        seen = _rounds(browser, readers, address, rounds)
        yield _row(f"{kind}: first load", "kB", 60, {name: one["kB"] for name, one in seen.items()})
        yield _row(f"{kind}: LCP", "ms", 1000, {name: one["LCP ms"] for name, one in seen.items()})
        yield _row(f"{kind}: moved", "", 0.1, {name: one["shift"] for name, one in seen.items()})


def _opened(
    browser: Browser, readers: Sequence[Reader], page: StoredPage, rounds: int
) -> Iterator[Row]:
    seen = _rounds(browser, readers, lambda reader: reader.article(page), rounds)
    for what, figure in (("DOM", "DOM ms"), ("LCP", "LCP ms")):
        told = {name: one[figure] for name, one in seen.items()}
        yield _row(f"a million letters: {what}", "ms", 300, told)


def _rounds(
    browser: Browser, readers: Sequence[Reader], address: Callable[[Reader], str], rounds: int
) -> dict[str, dict[str, float]]:
    found: dict[str, list[dict[str, float]]] = {one.name: [] for one in readers}
    for turn in range(rounds):
        for reader in readers if turn % 2 else reversed(readers):
            found[reader.name] += drawn(browser, [address(reader)])
    return {
        name: {figure: median(one[figure] for one in some) for figure in some[0]}
        for name, some in found.items()
    }


def _titles(
    browser: Browser, readers: Sequence[Reader], store: Store, page: StoredPage
) -> Iterator[Row]:
    titles = [one.title for one in _spread(store, _TITLES)]
    found: dict[str, float] = {}
    for reader in readers:
        with suggested(browser, reader, reader.article(page)) as typist:
            times = [typist.type(title[: max(3, len(title) // 2)].rstrip())[0] for title in titles]
        found[reader.name] = _p95([one for one in times[1:] if one is not None])
    yield _row("titles: drawn, p95", "ms", 50, found)


def _answers(browser: Browser, readers: Sequence[Reader]) -> Iterator[Row]:
    questions = read_questions(QUESTIONS)
    texts = [one.text for one in questions[:: len(questions) // _QUESTIONS]][:_QUESTIONS]
    kiwix, pinakes = sorted(readers, key=lambda one: one.name == PINAKES)
    results = [drawn(browser, [kiwix.results(text)])[0]["LCP ms"] for text in texts]
    cards = asked(browser, pinakes.first(), texts)[1:]  # the first loads what asks
    for what, figure in (("p50", median), ("p95", _p95)):
        times = {PINAKES: figure([one["ms"] for one in cards]), KIWIX: figure(results)}
        yield _row(f"question: first words, {what}", "ms", 250, times)
    yield _row("question: moved", "", 0.0, {PINAKES: max(one["shift"] for one in cards)})


def _row(what: str, unit: str, budget: float, figures: dict[str, float]) -> Row:
    return {"what": what, "unit": unit, "budget": budget, **figures}


def _p95(milliseconds: Sequence[float]) -> float:
    return quantiles(milliseconds, n=20)[-1]


def _spread(store: Store, number: int) -> list[StoredPage]:
    """Pages from everywhere."""
    ids = list(store.pages_with_passages())
    chosen = (store.page(ids[place * len(ids) // number]) for place in range(number))
    return [page for page in chosen if page]


def _middling(store: Store) -> StoredPage:
    """A page that is neither long nor short."""
    pages = sorted(_spread(store, 100), key=lambda page: len(page.text))
    return pages[len(pages) // 2]


def _known(page: StoredPage | None) -> StoredPage:
    if page is None:
        raise LookupError(_LONG)
    return page


def _long_wiki(data: Path) -> Path:
    """A wiki of an article of a million letters and of the pages that its links lead to."""
    dump = data / "longwiki-20260101-pages-articles.xml"
    with dump.open("w", encoding="utf-8") as file:
        file.write('<mediawiki xml:lang="en"><siteinfo><dbname>longwiki</dbname></siteinfo>\n')
        pages = [(_LONG, "".join(_paragraphs())), *((f"Page {n}", "Short.") for n in range(50))]
        for number, (title, text) in enumerate(pages, 1):
            file.write(
                f"<page><title>{title}</title><ns>0</ns><id>{number}</id><revision><id>{number}</id>"
                f"<timestamp>2026-01-01T00:00:00Z</timestamp><text>{text}</text></revision></page>\n"
            )
        file.write("</mediawiki>\n")
    collection = data / "longwiki"
    with BuildProgress() as progress:
        build_collection(collection, open_source([dump]), None, "none", progress)
    return collection


def _paragraphs() -> Iterator[str]:
    written = number = 0
    while written < _LETTERS:
        heading = f"\n\n== Part {number} ==\n\n" if number % 20 == 0 else "\n\n"
        text = "".join(_SENTENCE.format(number * 6 + one, one * 7 % 50) for one in range(6))
        yield heading + text
        written, number = written + len(text), number + 1


if __name__ == "__main__":
    main()
